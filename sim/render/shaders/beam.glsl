// Headlamps of one vehicle: the patterns of headlamps.py, for a pair of lamps of a strength.
float beam_lux(vec3 world, vec4 lamp, vec4 axis, out vec3 to_lamp) {
    vec3 d = world - lamp.xyz;
    float r2 = max(dot(d, d), 1.0);
    d *= inversesqrt(r2);
    to_lamp = -d;
    float ahead = dot(d, axis.xyz);
    float scale = 57.3 / max(ahead, 0.1);
    float right = (axis.y * d.x - axis.x * d.y) * scale, up = (d.z - axis.z * ahead) * scale;
    float cut = -0.57 + 0.268 * clamp(right, 0.0, 6.0);
    float side = right - 1.0, rise = up + 1.2, low = up + 2.5;
    float hot = 16000.0 * exp(-0.5 * (side * side / 20.25 + rise * rise));
    float wide = 4000.0 * exp(-0.5 * (right * right / 324.0 + low * low / 9.0));
    float dipped = smoothstep(cut + 0.25, cut - 0.25, up) * (hot + wide) + 200.0 * exp(-right * right / 1250.0);
    float full = axis.w > 0.0 ? 45000.0 * exp(-0.5 * (right * right / 9.0 + up * up / 3.24)) : 0.0;
    return smoothstep(0.0, 0.25, ahead) * (lamp.w * dipped + axis.w * full) / r2;
}
