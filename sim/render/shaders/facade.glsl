// Walls of houses from uv in metres: shops on the ground floor, rows of windows above, some lit at night.
#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float own) {
    color.a = floor(fract(in_paint.w * 0.37 + in_part.x * 0.37) * 3.0);
}
#else
const float GROUND_FLOOR_M = 3.6;

void surface(inout Surface s, vec3 v, float distance_m) {
    float seed = v_info.z;
    float style = v_color.a;
    float storey = 3.1 + 0.1 * style;
    float bay = 1.9 + 0.45 * style;
    vec2 at = v_uv;
    float near = smoothstep(60.0, 15.0, distance_m);
    s.albedo *= 0.80 + 0.4 * texture(u_cloud_map, at * 0.06).r;

    vec2 brick = at * vec2(4.0, 13.0);
    brick.x += 0.5 * mod(floor(brick.y), 2.0);
    float mortar = max(1.0 - smoothstep(0.0, 0.1, fract(brick.x)), 1.0 - smoothstep(0.0, 0.18, fract(brick.y)));
    s.albedo *= 1.0 + near * step(1.5, style) * (0.25 * (hash21(floor(brick)) - 0.5) + 0.2 * mortar);

    float above = step(GROUND_FLOOR_M, at.y);
    vec2 grid = vec2(at.x / bay, (at.y - GROUND_FLOOR_M) / storey);
    vec2 cell = floor(grid);
    vec2 f = fract(grid);
    float frame = band(f.x, 0.20, 0.80) * band(f.y, 0.16, 0.82);
    float pane = band(f.x, 0.25, 0.75) * band(f.y, 0.22, 0.78);
    float bars = max(band(f.x, 0.485, 0.515), band(f.y, 0.585, 0.615)) * near;
    float person_home = hash21(cell + seed);
    float curtain = step(0.6, hash21(cell * 1.7 + seed)) * step(0.5, fract(f.x * 2.0 + 0.25));
    float sill = band(f.y, 0.11, 0.17) * band(f.x, 0.18, 0.82);

    float shop_bay = bay * 2.0;
    float shop = floor(at.x / shop_bay);
    float g = fract(at.x / shop_bay);
    float shop_pane = band(g, 0.07, 0.93) * band(at.y, 0.55, 2.7);
    float sign_board = band(g, 0.05, 0.95) * band(at.y, 2.85, 3.4);
    float door = step(0.66, g) * band(at.y, 0.0, 2.7) * band(g, 0.70, 0.90);
    vec3 sign_color = 0.06 + 0.5 * vec3(hash11(shop + seed), hash11(shop * 3.0 + seed), hash11(shop * 7.0 + seed));
    float letters = step(0.45, hash21(floor(vec2(at.x * 6.0, 1.0)))) * band(at.y, 2.98, 3.27) * band(g, 0.25, 0.75);

    float glass = mix(max(shop_pane, door) * (1.0 - band(fract(g * 3.0), 0.485, 0.515)), pane * (1.0 - bars), above);
    vec3 wall = mix(s.albedo * 0.75, s.albedo * (1.0 - 0.35 * sill), above);
    wall = mix(wall, vec3(0.62, 0.60, 0.56), above * frame * (1.0 - pane) * 0.8);
    wall = mix(wall, vec3(0.55), above * pane * bars);
    wall = mix(wall, mix(sign_color, vec3(0.8), letters), (1.0 - above) * sign_board);
    wall *= 1.0 - 0.35 * band(at.y, GROUND_FLOOR_M - 0.1, GROUND_FLOOR_M + 0.1);
    vec3 room = vec3(0.028, 0.032, 0.036) + above * curtain * vec3(0.22, 0.21, 0.19);
    room += (1.0 - above) * 0.10 * smoothstep(0.35, 0.8, texture(u_cloud_map, at * 0.05 + shop * 0.3).r);
    s.albedo = mix(wall, room, glass);

    float lit = step(0.72, person_home) * above + 0.6 * step(0.55, hash11(shop + seed * 3.0)) * (1.0 - above);
    vec3 warm = mix(vec3(1.0, 0.72, 0.42), vec3(0.85, 0.92, 1.0), step(0.88, person_home));
    s.emitted = warm * (glass * lit * u_sky_down.w * 22.0 * u_zenith.w / 3.1416);
    s.emitted += sign_color * ((1.0 - above) * sign_board * u_sky_down.w * 30.0 * u_zenith.w / 3.1416);
    s.mirror = glass * 0.9;
    s.facing = 0.09;
    s.open = mix(0.55, 1.0, smoothstep(0.0, 2.5, at.y)) * (1.0 - 0.4 * above * band(f.y, 0.78, 0.84) * frame);
}
#endif
