in vec3 v_rgb;

void main() {
    out_color = vec4(v_rgb, 1.0);
}
