// Ground truth alone: no light, no colour.
in vec3 v_world;
in vec3 v_normal;
flat in vec4 v_info;
in vec4 v_color;
#ifdef NEEDS_UV
in vec2 v_uv;
#endif

//SURFACE

void main() {
    vec3 outward = normalize(v_normal);
#ifdef LEAVES
    vec3 v = normalize(u_eye.xyz - v_world);
    vec3 n = outward - v * min(dot(outward, v), 0.0);
    float dense;
    if (is_gap(v_world, n, v, v_info.z, dense)) discard;
#endif
#ifdef LAID
    if (paint_at().a < BARE) discard;
#endif
    write_geometry(outward, v_info.x, 1.0 / gl_FragCoord.w);
}
