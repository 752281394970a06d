in vec2 v_at;
in vec3 v_glow;

void main() {
    float r2 = dot(v_at, v_at);
    float edge = max(1.0 - r2, 0.0);
    out_color = vec4(v_glow * (edge * edge / (1.0 + 18.0 * r2)), 0.0);
}
