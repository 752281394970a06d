// A rough mirror (Cook and Torrance 1982, Beckmann's slopes); its reflectance waits in the picture's alpha.
in vec3 v_ray;
flat in vec4 v_lamp;
flat in vec4 v_glint;

void main() {
    vec3 world = u_eye.xyz + v_ray * ahead_of(texelFetch(u_depth, ivec2(gl_FragCoord.xy), 0).r);
    vec3 v = normalize(-v_ray), d = v_lamp.xyz - world;
    float r2 = dot(d, d);
    vec3 l = d * inversesqrt(r2), h = normalize(v + l);
    float hz2 = max(h.z * h.z, 1e-3), m2 = v_lamp.w * v_lamp.w;
    float slopes = exp(-(1.0 - hz2) / (hz2 * m2)) / (3.1416 * m2 * hz2 * hz2);
    float vh = max(dot(v, h), 1e-3), up = max(v.z, 1e-3);
    float masked = min(1.0, 2.0 * h.z * min(up, max(l.z, 0.0)) / vh);
    float on_road = 1.0 - smoothstep(0.25, 0.5, abs(world.z - v_glint.w));
    vec3 c = v_glint.rgb * (slopes * masked * on_road / (4.0 * up * r2));
    out_color = vec4(display(c), 1.0);
}
