// Glare of lamps and of the sun in the lens: a soft disc, hidden as far as its source is hidden.
uniform sampler2D u_depth;
in vec4 in_place;  // clip position of the source: x, y, depth in [0, 1]; w 0 lamp, 1 sun
in vec2 in_reach;  // half width and half height in clip space
in vec3 in_glow;   // rgb in the middle
out vec2 v_at;
out vec3 v_glow;

float lamp_seen() {
    ivec2 size = textureSize(u_depth, 0);
    ivec2 middle = ivec2((in_place.xy * 0.5 + 0.5) * vec2(size));
    float seen = 0.0;
    for (int i = -1; i <= 1; ++i)
        for (int j = -1; j <= 1; ++j) {
            ivec2 at = clamp(middle + ivec2(i, j), ivec2(0), size - 1);
            seen += step(in_place.z, texelFetch(u_depth, at, 0).r);
        }
    return seen / 9.0;
}

void main() {
    vec2 corner = vec2((gl_VertexID & 1) == 0 ? -1.0 : 1.0, (gl_VertexID & 2) == 0 ? -1.0 : 1.0);
    v_at = corner;
    float seen = in_place.w < 0.5 ? lamp_seen() : sun_visibility(u_eye.xyz, vec3(0.0));
    v_glow = in_glow * seen;
    gl_Position = vec4(in_place.xy + corner * in_reach, 0.0, 1.0);
}
