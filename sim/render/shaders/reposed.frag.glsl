in vec3 v_earlier;
flat in float v_number;

void main() {
    out_earlier = vec4(v_earlier, v_number);
}
