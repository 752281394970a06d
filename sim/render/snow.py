"""Snow in pictures: flakes around the eye, and where it lies on the ground."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.render.textures import cloud_noise
from sim.render.view import CameraView
from sim.world.scene import Scene

BOX_M = 5.0
"""Side of the box around the eye in which single flakes are seen; farther ones are the air's extinction."""
FLAKES_PER_M3 = 280.0
"""At 1 mm/h: 1 kg a square metre and hour that falls at 1 m/s in flakes of 1 mg."""
FALL_MPS = 1.0
"""Of aggregates of dry crystals (Locatelli and Hobbs 1974: 0.8 to 1.2 m/s)."""
RADIUS_M = 0.0025
STRONGEST_WIND_MPS = 10.0
"""At a wind of 1: a fresh breeze to a strong one."""
MOST_FLAKES = 20_000
_LEAST_RADIUS_PX = 0.5
_OPAQUE = 2.5
"""Optical depth through the middle of a flake."""
_NEAREST_M = 0.2


def flake_rows(scene: Scene, view: CameraView) -> NDArray[np.float32]:
    """(N, 6) float32: middle, radius, optical depth and whim of the flakes ahead, as the rows of puffs.

    Flakes have places in the world and drift with time: two cameras see the same ones, and one that moves passes them.
    """
    rate = scene.weather.snowfall_mm_per_h
    count = min(int(FLAKES_PER_M3 * rate * BOX_M**3), MOST_FLAKES)
    if count == 0:
        return np.zeros((0, 6), np.float32)
    drift_mps = np.array([scene.weather.wind * STRONGEST_WIND_MPS, 0.0, -FALL_MPS])
    base_m, size = _flakes()
    moved_m = base_m[:count] + drift_mps * scene.time_s - view.eye_world_m
    from_eye_m = (moved_m % BOX_M) - 0.5 * BOX_M
    ahead_m = from_eye_m @ view.forward_world
    seen = np.flatnonzero(ahead_m > _NEAREST_M)
    radius_m = RADIUS_M * size[seen]
    # smaller than a pixel it would be met by chance: as wide as one, and as much thinner
    drawn_m = np.maximum(radius_m, _LEAST_RADIUS_PX * ahead_m[seen] / view.focal_px)
    rows = np.empty((len(seen), 6), np.float32)
    rows[:, :3] = view.eye_world_m + from_eye_m[seen]
    rows[:, 3] = drawn_m
    rows[:, 4] = _OPAQUE * (radius_m / drawn_m) ** 2
    rows[:, 5] = size[seen]
    return rows


def lying_threshold(cover: float) -> float:
    """The value of the noise above which snow lies, so that it hides `cover` of the level ground; 2 for none."""
    if cover <= 0.0:
        return 2.0
    return float(_quantiles()[round(1000 * (1.0 - min(cover, 1.0)))]) - (0.1 if cover >= 1.0 else 0.0)


@cache
def _flakes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(20)
    return rng.uniform(0.0, BOX_M, (MOST_FLAKES, 3)), rng.uniform(0.6, 1.6, MOST_FLAKES)


@cache
def _quantiles() -> NDArray[np.float64]:
    return np.quantile(cloud_noise() / 255.0, np.linspace(0.0, 1.0, 1001))
