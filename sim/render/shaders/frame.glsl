// What all shaders of a frame share. Colours are already multiplied by the exposure; the order is that of frame.py.
layout(std140) uniform Frame {
    mat4 u_clip_from_world;
    mat4 u_shadow_from_world;
    vec4 u_eye;        // xyz world; w time in seconds
    vec4 u_sun;        // xyz towards the sun; w metres off the surface at which its shadow is read
    vec4 u_sun_light;  // rgb; w wetness
    vec4 u_sky_up;     // rgb; w cloudiness
    vec4 u_sky_down;   // rgb; w night
    vec4 u_zenith;     // rgb; w exposure
    vec4 u_horizon;    // rgb; w fog extinction per metre
    vec4 u_fog;        // rgb; w distance at which fog starts
    vec4 u_forward;    // xyz optical axis; w precipitation
    vec4 u_noise;      // x bits that seed the noise; y contrast of lines on the road; z strength
    vec4 u_lamp_map;   // xy corner, z 1 / side
    vec4 u_lamp_light; // rgb of street lamps; w height at which their map fades out
    vec4 u_mist;       // fog that thins out: extinction at its base, halvings per metre, base, depth towards the sky
    vec4 u_weather;    // particles in the air, 1 as usual; share of the road under water; wind; noise from which snow lies
    vec4 u_beam[8];    // pairs: position and low beam; forward and high beam
    vec4 u_lamp_air;   // rgb of endless fog in the light of street lamps
    vec4 u_tunnel;     // lamps in tunnels, as light on the road: near a mouth, deep inside; w 1 with the eye inside
    vec4 u_tube[24];   // three a stretch: begin and half the width; axis and length; height, ways on to both mouths, their radius
};
