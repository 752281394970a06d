// How far ahead of the eye, along its axis, a pixel of the picture lies.
uniform sampler2D u_depth;
uniform vec2 u_range;  // near, far

float ahead_of(float depth) {
    return 2.0 * u_range.x * u_range.y / (u_range.y + u_range.x - (2.0 * depth - 1.0) * (u_range.y - u_range.x));
}
