// Walls of houses from uv in metres: shops on the ground floor, rows of windows above, some lit at night.
const float GROUND_FLOOR_M = 3.6;

#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float own) {
#ifdef GROUND_FLOOR
    gl_ClipDistance[0] = GROUND_FLOOR_M + 0.01 - in_uv.y;  // a centimetre of overlap, so that no gap shows
#else
    gl_ClipDistance[0] = in_uv.y - GROUND_FLOOR_M;
#endif
    color.a = floor(fract(in_paint.w * 0.37 + in_part.x * 0.37) * 3.0);
}
#else
struct Wall {
    vec3 albedo;
    vec3 glow;
    float glass;
};

#ifdef UPPER_FLOORS
// Windows in frames, some with curtains; a few homes have their light on.
Wall wall(vec2 at, vec2 px, vec3 paint, float style, float seed) {
    vec2 size = vec2(1.9 + 0.45 * style, 3.1 + 0.1 * style);
    vec2 grid = vec2(at.x, at.y - GROUND_FLOOR_M) / size;
    vec2 w = px / size;
    vec2 cell = floor(grid), f = fract(grid);
    float home = hash21(cell + floor(seed * 17.0));
    float frame = band(f.x, 0.20, 0.80, w.x) * band(f.y, 0.16, 0.82, w.y);
    float pane = band(f.x, 0.25, 0.75, w.x) * band(f.y, 0.22, 0.78, w.y);
    float bars = max(band(f.x, 0.485, 0.515, w.x), band(f.y, 0.585, 0.615, w.y));
    float curtain = step(0.55, fract(home * 7.0)) * step(0.5, fract(f.x * 2.0 + 0.25));
    vec3 face = paint * (1.0 - 0.35 * band(f.y, 0.11, 0.16, w.y) * band(f.x, 0.18, 0.82, w.x));
    face = mix(face, vec3(0.62, 0.60, 0.56), frame);
    float glass = pane * (1.0 - bars);
    vec3 room = vec3(0.028, 0.032, 0.036) + curtain * vec3(0.20, 0.19, 0.17);
    vec3 warm = mix(vec3(1.0, 0.72, 0.42), vec3(0.85, 0.92, 1.0), step(0.92, home));
    return Wall(mix(face, room, glass), warm * (26.0 * glass * step(0.74, home)), glass);
}
#else
// Shop windows and doors under a sign.
Wall wall(vec2 at, vec2 px, vec3 paint, float style, float seed) {
    float bay = 3.8 + 0.9 * style;
    float shop = floor(at.x / bay), g = fract(at.x / bay), w = px.x / bay;
    float pane = band(g, 0.07, 0.93, w) * band(at.y, 0.55, 2.7, px.y);
    float door = band(g, 0.70, 0.90, w) * band(at.y, 0.05, 2.7, px.y);
    float post = band(abs(g - 0.5), 0.19, 0.21, w);
    float board = band(g, 0.05, 0.95, w) * band(at.y, 2.85, 3.4, px.y);
    vec3 color = 0.06 + 0.42 * vec3(hash11(shop + seed), hash11(shop * 3.0 + seed), hash11(shop * 7.0 + seed));
    color = mix(vec3(dot(color, vec3(0.33))), color, 0.7);
    float letters = step(0.45, hash11(floor(at.x * 6.0) + seed)) * band(g, 0.25, 0.75, w) * band(at.y, 2.98, 3.27, px.y);
    float glass = max(pane, door) * (1.0 - post);
    float open = step(0.45, hash11(shop * 5.0 + seed));
    // goods in the window: patches of colour in the lower half
    vec2 shelf = floor(vec2(at.x * 2.2, at.y * 1.6));
    float tone = hash21(shelf);
    vec3 goods = tone * tone * mix(vec3(0.9, 0.8, 0.65), vec3(hash21(shelf + 3.0), tone, hash21(shelf + 7.0)), 0.35);
    goods *= smoothstep(2.1, 1.2, at.y);
    vec3 room = vec3(0.03) + 0.10 * goods;
    vec3 face = mix(paint * 0.8, mix(color, vec3(0.8), letters), board);
    face *= 1.0 - 0.35 * band(at.y, GROUND_FLOOR_M - 0.15, GROUND_FLOOR_M + 0.1, px.y);
    vec3 glow = 16.0 * open * (glass * (0.22 + 0.6 * goods) * vec3(1.0, 0.85, 0.62) + 0.7 * board * (color + letters * 0.5));
    return Wall(mix(face, room, glass), glow, glass);
}
#endif

void surface(inout Surface s, vec3 v, float distance_m) {
    float seed = v_info.z, style = v_color.a;
    vec2 at = v_uv, px = fwidth(at) + 1e-4;
#ifdef PLAIN
    vec3 paint = s.albedo;
#else
    vec3 paint = s.albedo * (0.80 + 0.4 * texture(u_cloud_map, at * 0.06).r);
    vec2 brick = at * vec2(4.0, 13.0);
    brick.x += 0.5 * mod(floor(brick.y), 2.0);
    float course = fract(brick.y), joint = max(step(fract(brick.x), 0.07), step(course, 0.15));
    float sharp = clamp(1.0 - px.y * 12.0, 0.0, 1.0) * step(1.5, style);
    paint *= 1.0 + sharp * (0.25 * (hash21(floor(brick)) - 0.5) + 0.2 * joint);
#endif

    Wall w = wall(at, px, paint, style, seed);
    s.albedo = w.albedo;
    s.emitted = w.glow * (u_sky_down.w * u_zenith.w / 3.1416);
    s.mirror = w.glass * 0.9;
    s.facing = 0.09;
    s.open = mix(0.55, 1.0, clamp(at.y * 0.4, 0.0, 1.0));
}
#endif
