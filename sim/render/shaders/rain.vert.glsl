in vec4 in_streak;  // middle in clip space; half width, half length
in float in_alpha;
out float v_alpha;

void main() {
    vec2 corner = vec2((gl_VertexID & 1) == 0 ? -1.0 : 1.0, (gl_VertexID & 2) == 0 ? -1.0 : 1.0);
    v_alpha = in_alpha;
    gl_Position = vec4(in_streak.xy + corner * in_streak.zw + vec2(1.2 * u_weather.z * corner.y * in_streak.w, 0.0), 0.0, 1.0);
}
