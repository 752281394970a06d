// Light that reaches a point, fog between it and the eye, and the camera's response.
uniform sampler2D u_cloud_map;    // r: smooth noise of many octaves
uniform sampler2D u_lamp_field;   // xyz: direction weighted by lux; w: lux of street lamps
uniform sampler2D u_lamp_tint;    // rgb: colour of that light, where lamps differ

// 1 between low and high, with edges as soft as `f`, the width of a pixel.
float band(float x, float low, float high, float f) {
    float inverse = 1.0 / f;
    return clamp((x - low) * inverse + 0.5, 0.0, 1.0) * clamp((high - x) * inverse + 0.5, 0.0, 1.0);
}

float hash11(float x) {
    x = fract(x * 0.1031);
    x *= x + 33.33;
    return fract(x * (x + x));
}

float hash21(vec2 x) {
    vec3 q = fract(vec3(x.xyx) * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

// Radiance of the surroundings in a direction, without clouds: what polished things mirror.
vec3 surroundings(vec3 d) {
    vec3 sky = mix(u_horizon.rgb, u_zenith.rgb, sqrt(clamp(d.z, 0.0, 1.0)));
    vec3 ground = u_sky_down.rgb * 0.45;
    vec3 houses = (u_sky_up.rgb + u_sun_light.rgb * 0.4) * vec3(0.20, 0.18, 0.16);
#ifdef PLAIN_MIRROR
    const float roofs = 0.22;
#else
    float roofs = 0.14 + 0.16 * texture(u_cloud_map, d.xy * 0.35).r;
#endif
    vec3 c = mix(houses, sky, smoothstep(roofs - 0.05, roofs + 0.05, d.z));
    c = mix(ground, c, smoothstep(-0.06, 0.03, d.z));
#ifdef LAMPS
    c += lamps_in_air(d);
#endif
    return c;
}

vec3 ambient(vec3 n) { return mix(u_sky_down.rgb, u_sky_up.rgb, n.z * 0.5 + 0.5); }

#ifdef LAMPS
//BEAM
vec3 lamp_light(vec3 world, vec3 n) {
    vec2 uv = (world.xy - u_lamp_map.xy) * u_lamp_map.z;
    vec4 field = texture(u_lamp_field, uv);
    float below = smoothstep(u_lamp_light.w, u_lamp_light.w * 0.6, world.z - u_eye.z + 1.5);
    float direct = max(dot(field.xyz, n), 0.0) + 0.18 * field.w;
    vec3 c = u_lamp_light.rgb * direct * below;
#ifdef TINTED
    c *= texture(u_lamp_tint, uv).rgb;
#endif
    float headlamps = 0.0;
    for (int k = 0; k < BEAMS; ++k) {
        vec3 to_lamp;
        float lux = beam_lux(world, u_beam[2 * k], u_beam[2 * k + 1], to_lamp);
        headlamps += lux * max(dot(to_lamp, n), 0.0);
    }
    return c + vec3(1.0, 0.94, 0.84) * headlamps;
}
#endif

#ifndef VERTEX
// Noise of the sensor: mostly alike in the three colours, triangular, from a hash of pixel, seed and frame.
vec3 sensor_noise() {
    uvec2 at = uvec2(gl_FragCoord.xy);
    uint h = (at.x + at.y * 4099u + floatBitsToUint(u_noise.x)) * 747796405u + 2891336453u;
    h = ((h >> ((h >> 28u) + 4u)) ^ h) * 277803737u;
    h = (h >> 22u) ^ h;
    vec4 u = vec4(h & 255u, (h >> 8u) & 255u, (h >> 16u) & 255u, h >> 24u) * (2.0 / 255.0) - 1.0;
    return vec3(u.x + u.y) + vec3(0.7, 0.0, 0.7) * u.zyw;
}

vec3 sensed(vec3 radiance) {
    vec3 c = display(radiance);
    return c + sensor_noise() * (u_noise.z * (1.6 - c));
}
#endif
