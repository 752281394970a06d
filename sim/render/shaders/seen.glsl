// The share of nine pixels around a place (in clip space, its depth in [0, 1]) at which nothing nearer was drawn.
uniform sampler2D u_depth;

float share_seen(vec3 place) {
    ivec2 size = textureSize(u_depth, 0);
    ivec2 middle = ivec2((place.xy * 0.5 + 0.5) * vec2(size));
    float seen = 0.0;
    for (int i = -1; i <= 1; ++i)
        for (int j = -1; j <= 1; ++j) {
            ivec2 at = clamp(middle + ivec2(i, j), ivec2(0), size - 1);
            seen += step(place.z, texelFetch(u_depth, at, 0).r);
        }
    return seen / 9.0;
}
