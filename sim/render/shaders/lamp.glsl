// Lamps of vehicles, traffic lights and street lamps: a lens that glows by the actor's state.
#ifdef VERTEX
uniform sampler2D u_lamp_heads;  // a texel a street lamp, 256 a row: colour, luminance

bool has(int lights, int bit) { return (lights & bit) != 0; }

// Luminance in cd/m2 of a lamp; colours in `color` become those of the light.
float luminance(int kind, int lights, inout vec3 color) {
    bool left = in_position.y > 0.0;
    bool blink = fract(u_eye.w * 1.5) < 0.5;  // 90 flashes a minute (UN R6: 60 to 120)
    if (kind == HEADLAMP) {
        color = vec3(1.0, 0.96, 0.88);
        return has(lights, 4) ? 90000.0 : has(lights, 2) ? 30000.0 : has(lights, 1) ? 3000.0 : 0.0;
    }
    if (kind == TAILLAMP) {
        color = vec3(1.0, 0.015, 0.008);
        return has(lights, 8) ? 30000.0 : has(lights, 1 | 2 | 4) ? 1800.0 : 0.0;
    }
    if (kind == INDICATOR) {
        color = vec3(1.0, 0.42, 0.03);
        return blink && has(lights, left ? 32 : 16) ? 26000.0 : 0.0;
    }
    if (kind == REVERSE_LAMP) {
        color = vec3(1.0, 0.97, 0.92);
        return has(lights, 64) ? 20000.0 : 0.0;
    }
    if (kind == BEACON) {
        // UN R65: 2 to 4 flashes a second; Special1 the slowest, Special2 the fastest, sides in turn, each a double flash
        float phase = fract(u_eye.w * (has(lights, 1024) ? 4.0 : 2.0) + (left ? 0.5 : 0.0));
        bool flash = phase < 0.2 || phase > 0.3 && phase < 0.5;
        return flash && has(lights, 512 | 1024) ? 60000.0 : 0.0;
    }
    int state = int(in_state.w + 0.5);
    if (kind == SIGNAL_RED) { color = vec3(1.0, 0.02, 0.01); return state == 0 ? 22000.0 : 0.0; }
    if (kind == SIGNAL_YELLOW) { color = vec3(1.0, 0.55, 0.03); return state == 1 ? 22000.0 : 0.0; }
    if (kind == SIGNAL_GREEN) { color = vec3(0.04, 1.0, 0.45); return state == 2 ? 22000.0 : 0.0; }
    int lamp = int(in_uv.x + 0.5);
    vec4 head = texelFetch(u_lamp_heads, ivec2(lamp & 255, lamp >> 8), 0);
    color = head.rgb;
    return head.a;
}

void vertex_material(int kind, inout vec4 color, inout float glow) {
    vec3 light = color.rgb;
    glow = luminance(kind, int(in_state.y + 0.5), light) * in_picture.w * u_zenith.w / 3.1416;
    color.a = kind == HEADLAMP || kind == REVERSE_LAMP ? 1.0 : kind >= SIGNAL_RED && kind <= SIGNAL_GREEN ? 0.25 : 0.7;
    if (glow > 0.0) color.rgb = light;
}
#else
void surface(inout Surface s, vec3 v, float distance_m) {
    float glow = v_info.w;
    float ribs = 0.8 + 0.2 * band(fract(v_body.y * 22.0), 0.15, 0.85, 0.3);
    // the camera's filters leak, so that a lamp far brighter than white looks pale, yet keeps its hue
    s.emitted = s.albedo * min(glow, 3.0) + 0.006 * min(glow, 8.0);
    s.albedo *= glow > 0.0 ? 0.3 : ribs * v_color.a;
    s.mirror = v_color.a * 0.7;
    s.facing = 0.07;
}
#endif
