// How much lighter or darker a wet road is for what stands above it, in place of the surroundings it was shaded with.
// Drawn at half the picture's size: 0.5 is no change.
uniform sampler2D u_taken;  // the picture so far: rgb; share of its own light that a pixel keeps
uniform mat3 u_ray_from_ndc;
in vec2 v_ndc;
const int STEPS = 7;

// Light that the display's curve turned into a pixel.
vec3 exposed(vec3 y) {
    vec3 a = 6.2 * (min(y, 0.98) - 1.0), b = 1.7 * y - 0.5, c = 0.06 * y;
    return (-b - sqrt(max(b * b - 4.0 * a * c, 0.0))) / (2.0 * a) + 0.004;
}

// The pixel of the picture that a ray meets, alpha 0 for none.
vec4 met(vec4 from, vec4 along, float first) {
    ivec2 size = textureSize(u_depth, 0);
    float t = first, before = 0.0;
    bool was_before = true;
    for (int k = 0; k < STEPS; ++k) {
        vec4 p = from + along * t;
        vec2 place = p.xy / p.w * 0.5 + 0.5;
        if (p.w < u_range.x || any(lessThan(place, vec2(0.0))) || any(greaterThan(place, vec2(0.999)))) break;
        ivec2 texel = ivec2(place * vec2(size));
        float there = ahead_of(texelFetch(u_depth, texel, 0).r);
        bool is_behind = there < p.w;
        if (is_behind && was_before && there > p.w - 1.1 * along.w * (t - before) - 0.3) {
            vec4 seen = texelFetch(u_taken, texel, 0);
            return seen.a > 0.97 ? seen : vec4(0.0);
        }
        was_before = !is_behind;
        before = t;
        t *= 1.8;
    }
    return vec4(0.0);
}

void main() {
    out_color = vec4(vec3(128.0 / 255.0), 1.0);
    ivec2 at = min(ivec2(gl_FragCoord.xy * 2.0), textureSize(u_depth, 0) - 1);
    vec4 own = texelFetch(u_taken, at, 0);
    // a mere film blurs what it mirrors beyond recognition; lamps themselves are mirrored by `glint`
    float share = (1.0 - own.a) * mix(0.3, 1.0, u_weather.y);
    if (share < 0.03) return;
    float ahead = ahead_of(texelFetch(u_depth, at, 0).r);
    vec3 ray = u_ray_from_ndc * vec3(v_ndc, 1.0), world = u_eye.xyz + ray * ahead;
    float way = length(ray) * ahead;
    vec3 r = normalize(ray * vec3(1.0, 1.0, -1.0));
    // the film is not even: what it shows is drawn out upwards
    vec3 uneven = vec3(r.xy, r.z * (0.5 + texture(u_cloud_map, world.xy * 0.9).r));
    vec4 seen = met(u_clip_from_world * vec4(world, 1.0), u_clip_from_world * vec4(uneven, 0.0), 0.12 * way);
    if (seen.a == 0.0) return;
    share *= exp(-air_here() * way);
    vec3 c = max(exposed(own.rgb) + share * (min(exposed(seen.rgb), 1.0) - surroundings(r)), 0.0);
    out_color.rgb += (display(c) - own.rgb) * (127.0 / 255.0);
}
