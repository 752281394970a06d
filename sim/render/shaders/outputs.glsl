#ifdef OUT_COLOR
layout(location = OUT_COLOR) out vec4 out_color;
#endif
#ifdef OUT_INDEX
layout(location = OUT_INDEX) out uint out_index;
#endif
#ifdef OUT_DEPTH
layout(location = OUT_DEPTH) out float out_depth;
#endif
#ifdef OUT_NORMAL
layout(location = OUT_NORMAL) out vec4 out_normal;
#endif
#ifdef OUT_EARLIER
layout(location = OUT_EARLIER) out vec4 out_earlier;
#endif

void write_geometry(vec3 normal, float index, float depth_m) {
#ifdef OUT_INDEX
    out_index = uint(index + 0.5);
#endif
#ifdef OUT_DEPTH
    out_depth = depth_m;
#endif
#ifdef OUT_NORMAL
    out_normal = vec4(normal * (127.0 / 255.0) + 128.0 / 255.0, 1.0);
#endif
}
