// Fog between a point and the eye, and the response of the camera to radiance.
float mist_at(float z) { return u_mist.x * exp2(-clamp(u_mist.y * (z - u_mist.z), -4.0, 60.0)); }

// Extinction of all air together at the height of the eye.
float air_here() {
#ifdef LAYERED
    return u_horizon.w + mist_at(u_eye.z);
#else
    return u_horizon.w;
#endif
}

#ifdef LAMPS
// What the air below street lamps sends of their light, seen in a direction that ends in the sky.
vec3 lamps_in_air(vec3 d) {
    const float LAMPS_UP_M = 8.0;
    return u_lamp_air.rgb * (1.0 - exp(-air_here() * LAMPS_UP_M / (max(d.z, 0.0) + 0.04)));
}
#endif

// Radiance of endless fog.
vec3 lit_air() {
#ifdef LAMPS
    return u_fog.rgb + u_lamp_air.rgb;
#else
    return u_fog.rgb;
#endif
}

// `open` is that of `inside`.
vec3 through_air(vec3 radiance, float distance_m, vec3 world, float open) {
    float way = max(distance_m - u_fog.w, 0.0);
#ifdef LAYERED
    float depth = u_horizon.w + mist_at(0.5 * (world.z + u_eye.z));  // the middle of the way stands for all of it
#else
    float depth = u_horizon.w;
#endif
    float t = exp(-depth * way);
#ifdef TUBES
    float lit = exp(-depth * way * (1.0 - share_inside(world, open)));
    return radiance * t + lit_air() * (1.0 - lit);
#else
    return mix(lit_air(), radiance, t);
#endif
}

// Filmic curve with the display's gamma of 2.2 in it (the rational fit of Hejl and Burgess-Dawson).
vec3 display(vec3 c) {
    vec3 x = max(c - 0.004, 0.0);
    return (x * (6.2 * x + 0.5)) / (x * (6.2 * x + 1.7) + 0.06);
}
