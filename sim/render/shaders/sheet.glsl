// Retro-reflective sheeting, number plates and boards that show a picture.
uniform sampler2DArray u_pictures;
uniform sampler2DArray u_posters;
#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float layer) {
    color.a = (kind == RETRO ? 300.0 : kind == PLATE ? 40.0 : 0.0) * in_picture.w;
    layer = kind == PICTURE ? in_picture.x : kind == PLATE ? -2.0 : -1.0;
    if (kind == PICTURE) color.rgb = vec3(in_picture.yz, 0.0);
}
#else
void surface(inout Surface s, vec3 v, float distance_m) {
    float layer = v_info.w;
    float is_picture = step(-0.5, layer);
    float is_plate = 1.0 - step(-1.5, layer);
    vec2 at = (v_uv - 0.5) / max(v_color.rg, 1e-3) + 0.5;
    vec3 board = vec3(0.72);
    float is_poster = step(99.5, layer);
    vec4 painted = mix(texture(u_pictures, vec3(at, max(layer, 0.0))), texture(u_posters, vec3(at, layer - 100.0)), is_poster);
    vec2 inside = step(vec2(0.0), at) * step(at, vec2(1.0));
    vec3 shown = mix(board, painted.rgb * painted.rgb, inside.x * inside.y * painted.a);
    float cell = fract(v_body.y * 14.0);
    float glyph = step(0.45, hash21(floor(vec2(v_body.y * 14.0, v_info.z * 7.0)))) * band(cell, 0.15, 0.85, 0.2);
    vec3 plate = s.albedo * (1.0 - 0.75 * glyph * band(fract(v_body.z * 9.0 + 0.5), 0.25, 0.75, 0.1));
    s.albedo = mix(mix(s.albedo, plate, is_plate), shown, is_picture);
    s.retro = v_color.a * (1.0 - is_picture);
}
#endif
