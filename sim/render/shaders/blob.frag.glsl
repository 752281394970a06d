in vec3 v_at;
flat in vec3 v_air;

void main() {
    vec2 q = max(abs(v_at.xy) - vec2(0.5, 0.4), 0.0) / vec2(0.5, 0.6);
    float d = 1.0 - min(length(q), 1.0);
    out_color = vec4(v_air, v_at.z * d * d * (3.0 - 2.0 * d));
}
