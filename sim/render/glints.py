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
    eye = view.eye_world_m
    lamp = np.array([source.position_world_m for source in sources]).reshape(-1, 3)
    ground_z = np.array([source.ground_z_m for source in sources])
    clip = lamp @ clip_from_world[:, :3].T + clip_from_world[:, 3]
    seen = np.flatnonzero((clip[:, 3] >= 0.5) & (lamp[:, 2] - ground_z >= 0.05) & (eye[2] - ground_z >= 0.1))
    lamp, ground_z, clip = lamp[seen], ground_z[seen], clip[seen]
    # where a level mirror would show the lamp
    eye_m = eye[2] - ground_z
    mirror = eye + (lamp - eye) * (eye_m / (eye_m + lamp[:, 2] - ground_z))[:, None]
    mirror[:, 2] = ground_z
    up = eye_m / np.linalg.norm(eye - mirror, axis=1)
    found = [sources[k] for k in seen.tolist()]
    candela = [source.candela_toward(at) for source, at in zip(found, mirror, strict=True)]
    exposed = np.array(candela) * light.exposure
    lux = exposed / ((lamp - mirror) ** 2).sum(axis=1)
    lux *= np.exp(-light.fog_per_m * np.linalg.norm(lamp - eye, axis=1))
    peak = lux / (4.0 * np.pi * slope**2 * np.maximum(up, slope)) * _ALWAYS_FRESNEL
    order = np.argsort(-peak, kind="stable")
    best = order[peak[order] >= FAINTEST][:MOST_GLINTS]
    x, half = clip[best, 0] / clip[best, 3], 2.0 * _HALF_WIDTH_RAD * view.focal_px / view.width_px
    foot = np.column_stack([lamp[best, :2], ground_z[best], np.ones(len(best))]) @ clip_from_world.T
    color = np.array([found[k].color_rgb for k in best.tolist()]).reshape(-1, 3)
    rows = np.ones((len(best), 12), np.float32)
    rows[:, :3], rows[:, 3] = lamp[best], slope
    rows[:, 4:7], rows[:, 7] = exposed[best, None] * color, ground_z[best]
    rows[:, 8], rows[:, 9], rows[:, 10] = x - half, x + half, foot[:, 1] / foot[:, 3]
    return rows
