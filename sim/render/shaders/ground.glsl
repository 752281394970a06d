// Asphalt, slabs, grass, paint on the road, concrete: flat, seen at a grazing angle, large in every picture.
uniform sampler2DArray u_ground_map;  // one layer a kind; rgb factor on the albedo, 0.5 is one
const vec3 ROAD = vec3(0.085, 0.085, 0.088);  // where paint has gone
#ifdef LAID
uniform sampler2DArray u_posters;
const float BARE = 0.004;  // so little paint nobody sees
#endif
#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float layer) {
    layer = kind == ASPHALT ? 0.0 : kind == PAVING ? 1.0 : kind == GRASS ? 2.0 : kind == ROADMARK ? 3.0 : 4.0;
    color.a = kind == ASPHALT ? 1.0 : kind == ROADMARK ? 0.6 : kind == GRASS ? 0.0 : 0.5;  // how much wetness shows
#ifdef LAID
    layer = in_picture.x - 100.0;
    color.a = in_state.z;
#endif
}
#else
#ifdef LAID
// A picture on the road: its colours, and how much of the road they hide.
vec4 paint_at() {
    vec4 painted = texture(u_posters, vec3(v_uv, v_info.w));
    return vec4(painted.rgb * painted.rgb, painted.a * v_color.a);
}
#endif

void surface(inout Surface s, vec3 v, float distance_m) {
#ifdef LAID
    vec4 paint = paint_at();
    if (paint.a < BARE) discard;
    float layer = 0.0, soaks = mix(1.0, 0.6, paint.a);
#else
    float layer = v_info.w, soaks = v_color.a;
#endif
    vec2 at = abs(s.normal.z) > 0.5 ? v_world.xy : vec2(v_world.x + v_world.y, v_world.z);
    vec3 fine = texture(u_ground_map, vec3(at * 0.25, layer)).rgb;
#ifdef PLAIN
    float broad = 0.5;
#else
    float broad = texture(u_cloud_map, at * 0.021).r;
#endif
#if defined(WORN) && !defined(LAID)
    if (layer == 3.0) {
        fine = mix(ROAD * texture(u_ground_map, vec3(at * 0.25, 0.0)).rgb, s.albedo * fine, u_noise.y);
        s.albedo = vec3(1.0);
        soaks = mix(1.0, soaks, u_noise.y);
    }
#endif
#ifdef LAID
    fine = mix(s.albedo * fine, paint.rgb * texture(u_ground_map, vec3(at * 0.25, 3.0)).rgb, paint.a);
    s.albedo = vec3(1.0);
#endif
    s.albedo *= fine * 2.0 * (0.86 + 0.28 * broad);
    float wet = u_sun_light.w * soaks, water = u_weather.y * soaks;
#if defined(TUBES) && defined(WET)
    float carried = sqrt(inside(v_world).open);  // tyres carry some water in
    wet *= carried;
    water *= carried;
#endif
    float puddle = water * smoothstep(0.75 - 0.45 * water, 0.95 - 0.35 * water, broad + 0.25);
    s.albedo *= 1.0 - 0.5 * wet;
    s.mirror = wet * 0.35 + puddle * 0.5;
    s.facing = 0.02;
    s.normal = normalize(mix(s.normal, vec3(0.0, 0.0, 1.0), puddle));
}
#endif
