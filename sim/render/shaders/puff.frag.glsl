in vec3 v_at;
flat in vec4 v_shown;

void main() {
    float lumps = 0.55 + 0.9 * texture(u_cloud_map, v_at.xy * 0.11 + v_at.z).r;
    float depth = v_shown.w * lumps * exp(-dot(v_at.xy, v_at.xy)) - 0.004;
    out_color = vec4(v_shown.rgb, 1.0 - exp(-max(depth, 0.0)));
}
