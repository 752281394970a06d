// A soft dark spot on the ground under an actor: the sky that it hides.
in vec4 in_spot;   // centre xyz; yaw
in vec3 in_size;   // half length, half width, darkness
out vec3 v_at;
flat out vec3 v_air;  // what the air before a black spot adds

void main() {
    vec2 corner = vec2((gl_VertexID & 1) == 0 ? -1.0 : 1.0, (gl_VertexID & 2) == 0 ? -1.0 : 1.0);
    vec2 q = corner * in_size.xy;
    float c = cos(in_spot.w), s = sin(in_spot.w);
    vec3 world = in_spot.xyz + vec3(c * q.x - s * q.y, s * q.x + c * q.y, 0.0);
    v_at = vec3(corner, in_size.z);
    v_air = display(through_air(vec3(0.0), distance(world, u_eye.xyz), world, inside(world).open));
    gl_Position = u_clip_from_world * vec4(world, 1.0);
}
