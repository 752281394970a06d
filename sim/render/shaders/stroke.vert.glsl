// A stroke: a ribbon that faces the eye, at least a pixel wide; without length it is a square.
uniform float u_pixel;  // width of a pixel at unit depth
in vec3 in_begin;
in vec3 in_end;
in float in_width;
in vec3 in_rgb;
out vec3 v_rgb;

void main() {
    vec3 begin = in_begin, end = in_end;
    if (dot(end - begin, end - begin) < 1e-10) {
        vec3 level = abs(u_forward.z) > 0.99 ? vec3(1.0, 0.0, 0.0) : vec3(u_forward.y, -u_forward.x, 0.0);
        vec3 half_side = normalize(level) * 0.5 * max(in_width, u_pixel * dot(begin - u_eye.xyz, u_forward.xyz));
        begin -= half_side;
        end += half_side;
    }
    vec3 at = (gl_VertexID & 1) == 0 ? begin : end;
    vec3 across = cross(end - begin, u_eye.xyz - at);
    float width = max(in_width, u_pixel * dot(at - u_eye.xyz, u_forward.xyz));
    at += across * (0.5 * width * inversesqrt(max(dot(across, across), 1e-20)) * ((gl_VertexID & 2) == 0 ? -1.0 : 1.0));
    v_rgb = in_rgb;
    gl_Position = u_clip_from_world * vec4(at, 1.0);
}
