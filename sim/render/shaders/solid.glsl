// Dull things: trim, tyres, bark, skin, cloth.
#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float weave) {
    if (kind == CLOTH) color.rgb = (in_state.z < 0.0 ? in_paint.rgb : color.rgb) * abs(in_state.z);
    color.a = kind == CLOTH ? 0.55 : kind == BARK ? 0.75 : kind == MATTE ? 0.15 : 0.12;
    weave = kind == BARK ? 0.6 : kind == CLOTH ? 0.9 : 0.3;
}
#else
void surface(inout Surface s, vec3 v, float distance_m) {
#ifndef PLAIN
    vec2 at = vec2(v_body.x + v_body.y * 1.3, v_body.z * 0.6) * v_info.w + v_info.z;
    float grain = texture(u_cloud_map, at).r;
    s.albedo *= 1.0 + v_color.a * (grain - 0.5) * 2.0;
#endif
    s.open = mix(0.6, 1.0, smoothstep(-1.0, 0.3, s.normal.z + 0.4));
}
#endif
