// A puff in the air: a disc that faces the eye.
in vec4 in_puff;   // middle; radius
in vec2 in_thick;  // optical depth through the middle; whim
out vec3 v_at;     // places in radii; whim
flat out vec4 v_shown;  // pixels of an opaque one; optical depth

// Drops scatter all light many times: white, lit from all sides.
vec3 scattered(vec3 world) {
    vec3 light = 0.5 * (u_sky_up.rgb + u_sky_down.rgb);
#ifdef SUN
    light += u_sun_light.rgb * 0.25;
#endif
#ifdef LAMPS
    light += 0.5 * lamp_light(world, vec3(0.0, 0.0, 1.0));
#endif
#ifdef TUBES
    Inside at = inside(world);
    light = light * at.open + 0.5 * lamps_on(at, vec3(0.0, 0.0, 1.0));
#endif
    return light;
}

void main() {
    vec2 corner = vec2((gl_VertexID & 1) == 0 ? -2.0 : 2.0, (gl_VertexID & 2) == 0 ? -2.0 : 2.0);
    vec3 middle = in_puff.xyz, ahead = normalize(middle - u_eye.xyz);
    vec3 right = normalize(vec3(ahead.y, -ahead.x, 1e-6));
    vec3 up = cross(right, ahead);
    v_at = vec3(corner, in_thick.y);
    v_shown = vec4(display(through_air(scattered(middle), distance(middle, u_eye.xyz), middle, inside(middle).open)), in_thick.x);
    gl_Position = u_clip_from_world * vec4(middle + in_puff.w * (right * corner.x + up * corner.y), 1.0);
}
