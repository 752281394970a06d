// Fog between a point and the eye, and the response of the camera to radiance.
vec3 through_air(vec3 radiance, float distance_m) {
    float t = exp(-u_horizon.w * max(distance_m - u_fog.w, 0.0));
    return mix(u_fog.rgb, radiance, t);
}

// Filmic curve with the display's gamma of 2.2 in it (the rational fit of Hejl and Burgess-Dawson).
vec3 display(vec3 c) {
    vec3 x = max(c - 0.004, 0.0);
    return (x * (6.2 * x + 0.5)) / (x * (6.2 * x + 1.7) + 0.06);
}
