in vec3 v_world;
in vec3 v_normal;
flat in vec4 v_info;
in vec4 v_color;
#ifdef NEEDS_UV
in vec2 v_uv;
#endif
#ifdef NEEDS_BODY
in vec3 v_body;
#endif

//SURFACE

void main() {
    vec3 to_eye = u_eye.xyz - v_world;
    float distance_m = length(to_eye);
    vec3 v = to_eye / distance_m;
    vec3 outward = normalize(v_normal);
    vec3 n = outward - v * min(dot(outward, v), 0.0);  // near an outline the smooth normal may look away: not beyond it
    Surface s = Surface(v_color.rgb, n, vec3(0.0), 1.0, 0.0, 0.04, 0.0);
    surface(s, v, distance_m);
#if defined(SNOW) && (defined(SCENERY) || defined(LAID))
    settle(s, v_world, distance_m);
#endif
    vec3 light = ambient(s.normal) * s.open;
    Inside at = inside(v_world);
#ifdef TUBES
    light = light * at.open + lamps_on(at, s.normal);
#endif
#ifdef SUN
    float facing_sun = max(dot(s.normal, u_sun.xyz), 0.0);
    float lit = sun_visibility(v_world, n, facing_sun) * smoothstep(0.0, 0.08, facing_sun);
#ifdef TUBES
    lit *= at.sunny;
#endif
    light += u_sun_light.rgb * (facing_sun * lit);
#endif
#ifdef LAMPS
    light += lamp_light(v_world, s.normal);
#endif
    vec3 c = s.albedo * light;
    float kept = 1.0;
#ifdef MIRRORS
    vec3 r = reflect(-v, s.normal);
    float grazing = 1.0 - max(dot(s.normal, v), 0.0);
    float g2 = grazing * grazing;
    float fresnel = (s.facing + (1.0 - s.facing) * g2 * g2 * grazing) * s.mirror;
#ifdef TELLS_MIRROR
    kept = 1.0 - fresnel;
#endif
    vec3 around = surroundings(r);
#ifdef TUBES
    around = around * at.open + lamps_on(at, -r) * LINING;
#endif
    c = c * (1.0 - fresnel) + around * fresnel * mix(0.5, 1.0, s.open);
#ifdef SUN
    float glint = max(dot(r, u_sun.xyz), 0.0);
    glint *= glint; glint *= glint; glint *= glint; glint *= glint; glint *= glint; glint *= glint; glint *= glint;
    c += u_sun_light.rgb * (glint * 4.0 * lit * s.mirror);
#endif
#endif
#if defined(LAMPS) && defined(HAS_RETRO)
    for (int k = 0; k < BEAMS; ++k) {
        vec3 to_lamp;
        float lux = beam_lux(v_world, u_beam[2 * k], u_beam[2 * k + 1], to_lamp);
        float back = max(dot(to_lamp, v), 0.0);
        back *= back; back *= back; back *= back; back *= back; back *= back; back *= back; back *= back;
        c += s.albedo * (lux * back * s.retro);
    }
#endif
    c += s.emitted;
    out_color = vec4(sensed(through_air(c, distance_m, v_world, at.open)), kept);
    write_geometry(outward, v_info.x, 1.0 / gl_FragCoord.w);
}
