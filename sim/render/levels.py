"""Levels of detail: which mesh of an actor a picture shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.render.quality import Quality
from sim.render.view import CameraView

SLENDER_TAGS = (12, 13, 18, 19)
"""carla.CityObjectLabel: people and two-wheelers, whose outline says more than their surface."""
LEVEL_PX, SLENDER_LEVEL_PX = (110.0, 45.0), (220.0, 80.0)
"""Pixels across the bounding sphere from which levels 0 and 1 are drawn: below, the levels look alike (compared by
eye side by side at 100, 160 and 240 px)."""
COARSEST = 2


def across_px(
    center_world_m: NDArray[np.float64], radius_m: NDArray[np.float64], view: CameraView
) -> NDArray[np.float64]:
    """(N,) pixels across bounding spheres, given by their centres (N, 3) and radii (N,)."""
    distance_m = np.linalg.norm(center_world_m - view.eye_world_m, axis=1)
    return np.asarray(2.0 * radius_m * view.focal_px / np.maximum(distance_m, 0.5))


def shown_levels(size_px: NDArray[np.float64], tags: NDArray[np.uint8], quality: Quality) -> NDArray[np.int64]:
    """(N,) level of detail of actors that are so many pixels across."""
    slender = np.isin(tags, SLENDER_TAGS)
    level = np.zeros(len(size_px), np.int64)
    for usual_px, slender_px in zip(LEVEL_PX, SLENDER_LEVEL_PX, strict=True):
        level += size_px * quality.detail < np.where(slender, slender_px, usual_px)
    return level
