// Glare of lamps and of the sun in the lens: a soft disc, hidden as far as its source is hidden.
in vec4 in_place;  // clip position of the source: x, y, depth in [0, 1]; w 0 lamp, 1 sun
in vec2 in_reach;  // half width and half height in clip space
in vec3 in_glow;   // rgb in the middle
out vec2 v_at;
out vec3 v_glow;

void main() {
    vec2 corner = vec2((gl_VertexID & 1) == 0 ? -1.0 : 1.0, (gl_VertexID & 2) == 0 ? -1.0 : 1.0);
    v_at = corner;
    float seen = in_place.w < 0.5 ? share_seen(in_place.xyz) : sun_visibility(u_eye.xyz, vec3(0.0), 1.0);
    v_glow = in_glow * seen;
    gl_Position = vec4(in_place.xy + corner * in_reach, 0.0, 1.0);
}
