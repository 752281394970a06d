// Things of the map that show a client's picture instead of their own surface.
uniform sampler2DArray u_covers;
const float FULL_LX = 300.0;  // a picture shines at most as white paper does in a well lit room

#ifdef VERTEX
void vertex_material(int kind, inout vec4 color, inout float shining) {
    color.a = mod(in_part.x, 64.0) - 1.0;
    shining = floor(in_part.x / 64.0) - 1.0;
}
#else
vec3 picture(float layer) {
    return pow(texture(u_covers, vec3(v_uv, max(layer, 0.0))).rgb, vec3(2.2));
}

void surface(inout Surface s, vec3 v, float distance_m) {
    s.albedo = mix(s.albedo, picture(v_color.a), step(-0.5, v_color.a));
    s.emitted = picture(v_info.w) * (step(-0.5, v_info.w) * FULL_LX * u_zenith.w / 3.1416);
}
#endif
