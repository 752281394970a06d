// What a family says about the point it shades.
struct Surface {
    vec3 albedo;
    vec3 normal;    // towards the eye
    vec3 emitted;   // exposed radiance
    float open;     // share of the sky that is not hidden, 0 to 1
    float mirror;   // strength of the clear coat
    float facing;   // its reflectance at normal incidence
    float retro;    // strength of retro-reflection
};
