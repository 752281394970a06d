in float v_alpha;

void main() {
    out_color = vec4(display(lit_air() * 1.2), v_alpha);
}
