// Adds to a wet road what `mirror` found.
uniform sampler2D u_taken;
uniform sampler2D u_mirrored;
in vec2 v_ndc;

void main() {
    vec4 own = texelFetch(u_taken, ivec2(gl_FragCoord.xy), 0);
    if (own.a > 0.97) discard;
    vec3 change = (texture(u_mirrored, v_ndc * 0.5 + 0.5).rgb * 255.0 - 128.0) / 127.0;
    out_color = vec4(own.rgb + change, own.a);
}
