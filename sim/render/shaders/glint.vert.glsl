// The part of the picture in which a wet road may mirror a lamp, hidden as far as the lamp is hidden.
in vec4 in_lamp;   // place; slope of the film of water
in vec4 in_glint;  // exposed candela; height of the road
in vec4 in_box;    // left, right, top, bottom
uniform mat3 u_ray_from_ndc;
out vec3 v_ray;
flat out vec4 v_lamp;
flat out vec4 v_glint;

void main() {
    // nearer by the depth of its housing, as glare is: a lamp does not hide itself
    vec3 to_eye = u_eye.xyz - in_lamp.xyz;
    vec3 front = in_lamp.xyz + to_eye * min(0.35 / length(to_eye), 0.5);
    vec4 place = u_clip_from_world * vec4(in_lamp.xyz, 1.0), clip = u_clip_from_world * vec4(front, 1.0);
    float seen = share_seen(vec3(place.xy / place.w, 0.5 * clip.z / clip.w + 0.5));
    bool is_left = (gl_VertexID & 1) == 0, is_top = (gl_VertexID & 2) == 0;
    float narrow = is_top ? 0.3 * (in_box.y - in_box.x) : 0.0;  // streaks are wedges that open towards the eye
    vec2 at = vec2(is_left ? in_box.x + narrow : in_box.y - narrow, is_top ? in_box.z : in_box.w);
    v_ray = u_ray_from_ndc * vec3(at, 1.0);
    v_lamp = in_lamp;
    v_glint = vec4(in_glint.rgb * seen, in_glint.w);
    gl_Position = vec4(at, 0.0, 1.0);
}
