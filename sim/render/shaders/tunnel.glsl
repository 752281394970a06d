// Light in tunnels: what is left of the sky's, and their lamps'. The same formulas as in tunnels.py.
struct Inside {
    float open;   // share of the sky's light that comes in by the mouths, 1 outside
    float sunny;  // whether the sun can shine in that far
    float lamps;  // light of the lamps on the road
};

#ifdef TUBES
const float ENTRANCE_M = 100.0, TUNNEL_MPS = 22.2222;
const float LINING = 0.25;  // what walls send back of the light on the road

float open_at(float depth_m, float radius_m) {
    return 1.0 - depth_m * inversesqrt(depth_m * depth_m + radius_m * radius_m);
}

float lamps_at(float depth_m) {
    float level = mix(1.0, 0.407, clamp(depth_m * (2.0 / ENTRANCE_M) - 1.0, 0.0, 1.0));
    level *= pow(1.0 + max(depth_m - ENTRANCE_M, 0.0) / (1.9 * TUNNEL_MPS), -1.4);
    return max(u_tunnel.x * level, u_tunnel.y);
}

Inside inside(vec3 world) {
    Inside found = Inside(1.0, 1.0, 0.0);
    for (int k = 0; k < TUBES; ++k) {
        vec4 begin = u_tube[3 * k], axis = u_tube[3 * k + 1], size = u_tube[3 * k + 2];
        vec3 off = world - begin.xyz;
        float s = dot(off, axis.xyz), rest = axis.w - s;
        float aside = abs(off.x * axis.y - off.y * axis.x), up = off.z - s * axis.z;
        bool is_in = s > (size.y > 0.0 ? -1.0 : 0.0) && rest > (size.z > 0.0 ? -1.0 : 0.0);
        if (!is_in || aside > begin.w + 0.4 || up > size.x + 0.4 || up < -1.0) continue;
        float first = size.y + max(s, 0.0), second = size.z + max(rest, 0.0);
        float toward = dot(u_sun.xyz, axis.xyz), mouth = toward > 0.0 ? second : first;
        found.open = min(open_at(first, size.w) + open_at(second, size.w), 1.0);
        found.sunny = step(mouth * u_sun.z, size.x * abs(toward));
        found.lamps = lamps_at(min(first, second));
    }
    return found;
}

// Light of the lamps in the ceiling on a surface: walls get about half of what the road gets, the ceiling what they send.
vec3 lamps_on(Inside at, vec3 n) {
    return vec3(1.0, 0.94, 0.84) * (at.lamps * (0.55 + n.z * (0.375 + 0.075 * n.z)));
}

#else
Inside inside(vec3 world) { return Inside(1.0, 1.0, 0.0); }
#endif

#ifdef TUBES
// Share of the way from the eye that lies in tunnels, where no light from outside makes air shine.
float share_inside(vec3 world, float open) {
    if (open == 1.0 && u_tunnel.w == 0.0) return 0.0;
    float share = 0.0;
    for (int k = 0; k < TUBES; ++k) {
        vec4 begin = u_tube[3 * k], axis = u_tube[3 * k + 1];
        float there = dot(world - begin.xyz, axis.xyz), here = dot(u_eye.xyz - begin.xyz, axis.xyz), way = there - here;
        way = abs(way) < 0.01 ? 0.01 : way;
        share += (clamp(there, 0.0, axis.w) - clamp(here, 0.0, axis.w)) / way;
    }
    return min(share, 1.0);
}
#endif
