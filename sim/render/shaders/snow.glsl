// Snow that lies on what faces up: patches that close as there is more of it.
void settle(inout Surface s, vec3 world, float distance_m) {
    float noise = texture(u_cloud_map, world.xy * 0.045).r;
    float soft = 0.02 + 0.3 * clamp(distance_m * 0.006, 0.0, 1.0);  // patches smaller than a pixel are grey
    float snow = smoothstep(u_weather.w - soft, u_weather.w + soft, noise) * smoothstep(0.3, 0.75, s.normal.z);
#ifdef TUBES
    snow *= smoothstep(0.2, 0.6, inside(world).open);
#endif
    s.albedo = mix(s.albedo, vec3(0.80, 0.83, 0.87), snow);  // fresh: 0.8 to 0.9 (Wiscombe and Warren 1980)
    s.mirror *= 1.0 - snow;
    s.emitted *= 1.0 - snow;
    s.open = mix(s.open, 1.0, 0.6 * snow);
}
