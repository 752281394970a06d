in float v_alpha;

void main() {
    out_color = vec4(display(u_fog.rgb * 1.2), v_alpha);
}
