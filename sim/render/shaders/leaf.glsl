// Crowns of trees: lumps with holes.
#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float own) { color.a = 1.0; }
#else
float foliage(vec3 at, float seed) {
    return 0.5 * texture(u_cloud_map, at.xz * 0.55 + at.y * 0.31).r + 0.5 * texture(u_cloud_map, at.yz * 0.9 + seed).r;
}

bool is_gap(vec3 at, vec3 normal, vec3 v, float seed, out float dense) {
    dense = foliage(at, seed);
    return dense < 0.36 + 0.14 * (1.0 - abs(dot(normal, v)));
}

void surface(inout Surface s, vec3 v, float distance_m) {
    float dense;
    if (is_gap(v_world, s.normal, v, v_info.z, dense)) discard;
#ifdef LAMPS
    s.albedo *= 0.6;  // lamps stand under the crowns' edge, their light hardly enters
#endif
    s.albedo *= 0.5 + 1.2 * smoothstep(0.36, 0.75, dense);
    s.open = mix(0.35, 1.0, smoothstep(-0.8, 0.9, normalize(v_normal).z)) * (0.5 + dense * 0.8);
}
#endif
