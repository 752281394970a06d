// Painted bodies, panels, metal, wheels and glass: an albedo under a mirroring coat.
#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float facing) {
    color.a = kind == PAINT ? 1.0 : kind == GLASS ? 1.0 : kind == METAL ? 0.55 : kind == RIM ? 0.6 : 0.3;
    facing = kind == GLASS ? 0.10 : kind == METAL ? 0.28 : kind == RIM ? 0.32 : 0.05;
}
#else
void surface(inout Surface s, vec3 v, float distance_m) {
    float height = v_body.z;
#ifdef PLAIN
    float grime = 0.5;
#else
    float grime = texture(u_cloud_map, vec2(v_body.x + v_body.y * 0.7, height) * 0.21 + v_info.z).r;
#endif
    float low = smoothstep(0.95, 0.2, height);
    s.open = mix(0.42, 1.0, smoothstep(0.0, 0.7, height + max(s.normal.z, 0.0)));
    s.albedo = mix(s.albedo, vec3(0.10, 0.09, 0.075), 0.35 * low * grime);
    s.mirror = v_color.a * (1.0 - 0.45 * low * grime);
    s.facing = v_info.w;
}
#endif
