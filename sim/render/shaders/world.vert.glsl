in vec3 in_position;
in vec3 in_normal;
in vec4 in_color;    // rgb albedo (negative red: the actor's paint); material
in vec2 in_uv;
in vec2 in_part;     // seed and index of scenery; zero for actors
#ifdef SCENERY
const vec4 in_paint = vec4(0.0);
const vec4 in_state = vec4(0.0, 0.0, 1.0, 3.0);
const vec4 in_picture = vec4(0.0, 0.0, 0.0, 1.0);
#else
in vec4 in_row0;
in vec4 in_row1;
in vec4 in_row2;
in vec4 in_paint;    // rgb; seed
in vec4 in_state;    // index, lights, cloth reflectance (negative: dyed with the paint) or contrast, signal state
in vec4 in_picture;  // layer; shares of the face's width and height that it spans; share of their light that lamps give
#endif

out vec3 v_world;
out vec3 v_normal;
flat out vec4 v_info;  // index, material, seed, family's own
out vec4 v_color;      // rgb; family's own
#ifdef NEEDS_UV
out vec2 v_uv;
#endif
#ifdef NEEDS_BODY
out vec3 v_body;
#endif

//SURFACE

void main() {
#ifdef SCENERY
    v_world = in_position;
    v_normal = in_normal;
#else
    vec4 p = vec4(in_position, 1.0);
    v_world = vec3(dot(in_row0, p), dot(in_row1, p), dot(in_row2, p));
    v_normal = vec3(dot(in_row0.xyz, in_normal), dot(in_row1.xyz, in_normal), dot(in_row2.xyz, in_normal));
#endif
    float own = 0.0;
    vec4 color = vec4(in_color.r < 0.0 ? in_paint.rgb : in_color.rgb, 0.0);
    vertex_material(int(in_color.w + 0.5), color, own);
    v_color = color;
    v_info = vec4(in_state.x + in_part.y, in_color.w, in_paint.w + in_part.x, own);
#ifdef NEEDS_UV
    v_uv = in_uv;
#endif
#ifdef NEEDS_BODY
    v_body = in_position;
#endif
    vec3 at = v_world;
#if defined(LEAVES) && defined(SCENERY)
    // crowns sway in more than a light breeze; their light and their holes stay where they are on the leaf
    float gust = 0.3 * max(u_weather.z - 0.15, 0.0);
    at.xy += vec2(1.0, 0.4) * gust * (0.5 + 0.5 * sin(u_eye.w * 2.3 + dot(in_position, vec3(0.35, 0.27, 0.6))));
#endif
    gl_Position = u_clip_from_world * vec4(at, 1.0);
}
