in vec3 in_position;
in vec4 in_row0;
in vec4 in_row1;
in vec4 in_row2;
uniform mat4 u_light_from_world;

void main() {
    vec4 p = vec4(in_position, 1.0);
    gl_Position = u_light_from_world * vec4(dot(in_row0, p), dot(in_row1, p), dot(in_row2, p), 1.0);
}
