// Corners of bodies that changed their pose, already projected, with where they were in an earlier picture.
in vec4 in_clip;
in vec3 in_earlier;
in float in_number;
out vec3 v_earlier;
flat out float v_number;

void main() {
    v_earlier = in_earlier;
    v_number = in_number;
    gl_Position = in_clip;
}
