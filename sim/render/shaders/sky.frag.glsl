in vec2 v_ndc;
uniform mat3 u_ray_from_ndc;

#ifdef OUT_COLOR
const float MOON_RAD = 0.00452;   // half of 31 minutes of arc
const float MOON_CD_M2 = 2500.0;  // the full moon's disc: 0.25 lx on the ground over its 6.4e-5 sr, through the air

// The full moon stands opposite the sun; its seas are darker by a third.
vec3 moon(vec3 d) {
    vec3 off = d + u_sun.xyz;
    float seas = smoothstep(0.40, 0.62, texture(u_cloud_map, off.yz * 26.0 + off.x * 11.0 + 0.3).r);
    float disc = 1.0 - smoothstep(0.94 * MOON_RAD, MOON_RAD, length(off));
    return vec3(1.0, 0.97, 0.90) * (MOON_CD_M2 * u_zenith.w * disc * (1.0 - 0.35 * seas));
}

vec3 sky() {
    vec3 d = normalize(u_ray_from_ndc * vec3(v_ndc, 1.0));
    float up = max(d.z, 0.0);
    vec3 c = mix(u_horizon.rgb, u_zenith.rgb, sqrt(up));
    vec2 at = d.xy / (up + 0.13) * 0.045 + u_eye.w * (0.002 * u_weather.z);
    float shape = 0.62 * texture(u_cloud_map, at).r + 0.38 * texture(u_cloud_map, at * 3.1 + 0.4).r;
    float cover = u_sky_up.w;
    float cloud = smoothstep(0.68 - 0.5 * cover, 0.86 - 0.36 * cover, shape);
    float toward = max(dot(d, u_sun.xyz), 0.0);
    vec3 lit = u_sky_up.rgb * 1.25 + u_sun_light.rgb * (0.75 + 0.35 * toward);
    c = mix(c, lit * (1.12 - 0.5 * shape), cloud * smoothstep(0.0, 0.10, up) * (1.0 - 0.6 * u_sky_down.w));
    float t2 = toward * toward, t8 = t2 * t2 * t2 * t2, t64 = t8 * t8 * t8 * t8 * t8 * t8 * t8 * t8;
    c += u_sun_light.rgb * ((0.10 * t8 + 0.5 * t64 * t64) * u_weather.x);
    c += u_sun_light.rgb * (smoothstep(0.99982, 0.99994, toward) * 40.0 * (1.0 - cloud));
    c += moon(d) * (1.0 - cloud);
#ifdef LAYERED
    float depth = u_horizon.w * 9000.0 * 0.04 + mist_at(u_eye.z) * u_mist.w;
#else
    float depth = u_horizon.w * 9000.0 * 0.04;
#endif
    float haze = exp(-depth / (up + 0.04));
    c = mix(u_fog.rgb, c, haze);
#ifdef LAMPS
    c += lamps_in_air(d);
#endif
    return c;
}
#endif

void main() {
#ifdef OUT_COLOR
    out_color = vec4(sensed(sky()), 1.0);
#endif
    write_geometry(vec3(0.0), 0.0, 1000.0);
}
