// Shadow of the sun: scenery and actors have a map each.
uniform sampler2DShadow u_static_shadow;
uniform sampler2DShadow u_actor_shadow;

// What is turned away from the sun, `facing` <= 0, is unlit whatever the answer: it reads one texel, which stays in the
// processor's cache, where its own would be all over the maps.
#ifdef PLAIN
float sun_visibility(vec3 world, vec3 normal, float facing) { return 1.0; }
#else
float sun_visibility(vec3 world, vec3 normal, float facing) {
    vec3 q = (u_shadow_from_world * vec4(world + normal * u_sun.w, 1.0)).xyz;
    q = facing > 0.0 ? q : vec3(0.0);
    vec3 edge = clamp(min(q, 1.0 - q) * 30.0, 0.0, 1.0);
#ifdef ONLY_STATIC_SHADOW
    float s = texture(u_static_shadow, q);
#else
    float s = min(texture(u_static_shadow, q), texture(u_actor_shadow, q));
#endif
    return mix(1.0, s, edge.x * edge.y);
}
#endif
