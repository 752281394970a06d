"""Lamps mirrored by a wet road: a streak from below each lamp towards the eye, as a rough mirror throws it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.render.lighting import Light
from sim.render.sources import LampSource
from sim.render.view import CameraView
from sim.world.scene import Weather

GLINT_FORMAT = "4f 4f 4f/i"
GLINT_NAMES = ("in_lamp", "in_glint", "in_box")
MOST_GLINTS = 12
FAINTEST = 0.004
"""Exposed light that changes no pixel by a step."""
ROUGH, SMOOTH = 0.16, 0.06
"""Root mean square slope of a film of water on asphalt, and of a road under water: our estimate, judged by eye."""
_HALF_WIDTH_RAD = 0.09
"""Beyond it to the sides no slope of the film throws light to the eye."""
_ALWAYS_FRESNEL = 0.3
"""Of light at the grazing angles at which roads are seen, before their own share: for the order of the brightest."""


def glint_rows(
    sources: Sequence[LampSource],
    view: CameraView,
    light: Light,
    weather: Weather,
    clip_from_world: NDArray[np.float64],
) -> NDArray[np.float32]:
    """(N, 12) float32, the strongest: place and slope of the film, exposed candela and ground, box in the picture."""
    slope = ROUGH + (SMOOTH - ROUGH) * weather.deposits
    found = []
    for source in sources:
        lamp, ground_z = source.position_world_m, source.ground_z_m
        lamp_m, eye_m = float(lamp[2]) - ground_z, float(view.eye_world_m[2]) - ground_z
        clip = clip_from_world @ np.append(lamp, 1.0)
        if clip[3] < 0.5 or lamp_m < 0.05 or eye_m < 0.1:
            continue
        # where a level mirror would show the lamp
        mirror = view.eye_world_m + (lamp - view.eye_world_m) * (eye_m / (eye_m + lamp_m))
        mirror[2] = ground_z
        to_eye = view.eye_world_m - mirror
        up = eye_m / float(np.linalg.norm(to_eye))
        lux = source.candela_toward(mirror) / float(((lamp - mirror) ** 2).sum())
        lux *= float(np.exp(-light.fog_per_m * np.linalg.norm(lamp - view.eye_world_m)))
        peak = lux * light.exposure / (4.0 * np.pi * slope**2 * max(up, slope)) * _ALWAYS_FRESNEL
        if peak < FAINTEST:
            continue
        exposed = source.candela_toward(mirror) * light.exposure
        x, half = clip[0] / clip[3], 2.0 * _HALF_WIDTH_RAD * view.focal_px / view.width_px
        foot = clip_from_world @ (lamp[0], lamp[1], ground_z, 1.0)
        place, shine = (*lamp, slope), (*(exposed * np.array(source.color_rgb)), ground_z)
        found.append((peak, (*place, *shine, x - half, x + half, foot[1] / foot[3], 1.0)))
    found.sort(key=lambda row: -row[0])
    return np.array([row for _, row in found[:MOST_GLINTS]], np.float32).reshape(-1, 12)
