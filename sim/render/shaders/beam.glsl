// Headlamps of one vehicle: the patterns of headlamps.py, for a pair of lamps of a strength.
// Each pixel asks for each beam: no division but the one that makes a tangent, and no main beam where none is on.
float beam_lux(vec3 world, vec4 lamp, vec4 axis, out vec3 to_lamp) {
    vec3 d = world - lamp.xyz;
    float per_m = inversesqrt(max(dot(d, d), 1.0));
    d *= per_m;
    to_lamp = -d;
    float ahead = dot(d, axis.xyz);
    float scale = 57.3 / max(ahead, 0.1);
    float right = (axis.y * d.x - axis.x * d.y) * scale, up = (d.z - axis.z * ahead) * scale;
    float cut = -0.57 + 0.268 * clamp(right, 0.0, 6.0);
    float side = right - 1.0, rise = up + 1.2, low = up + 2.5, right2 = right * right;
    float hot = 16000.0 * exp(-side * side * (0.5 / 20.25) - 0.5 * rise * rise);
    float wide = 4000.0 * exp(-right2 * (0.5 / 324.0) - low * low * (0.5 / 9.0));
    float below = clamp(0.5 - 2.0 * (up - cut), 0.0, 1.0);
    float lit = below * below * (3.0 - 2.0 * below);
    float cd = lamp.w * (lit * (hot + wide) + 200.0 * exp(-right2 * (0.5 / 625.0)));
#ifdef MAIN_BEAMS
    cd += axis.w * 45000.0 * exp(-right2 * (0.5 / 9.0) - up * up * (0.5 / 3.24));
#endif
    return smoothstep(0.0, 0.25, ahead) * cd * (per_m * per_m);
}
