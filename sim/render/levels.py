"""Levels of detail: which mesh of an actor a picture shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh, MeshKey, MeshSource
from sim.render.quality import Quality
from sim.render.view import CameraView
from sim.world.scene import Instance

SLENDER_TAGS = (12, 13, 18, 19)
"""carla.CityObjectLabel: people and two-wheelers, whose outline says more than their surface."""
LEVEL_PX, SLENDER_LEVEL_PX = (110.0, 45.0), (220.0, 80.0)
"""Pixels across the bounding sphere from which levels 0 and 1 are drawn: below, the levels look alike (compared by
eye side by side at 100, 160 and 240 px)."""
COARSEST = 2
"""Its bounding sphere is that of all levels."""


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


def shown_keys(instances: Sequence[Instance], meshes: MeshSource, view: CameraView) -> tuple[MeshKey, ...]:
    """The mesh that a picture shows of each actor."""
    spheres = [_sphere(meshes(instance.mesh._replace(level=COARSEST)), instance) for instance in instances]
    center_m = np.array([center for center, _ in spheres]).reshape(-1, 3)
    size_px = across_px(center_m, np.array([radius for _, radius in spheres]), view)
    levels = shown_levels(size_px, np.array([i.tag for i in instances], np.uint8), view.quality)
    return tuple(
        i.mesh._replace(level=max(int(level), i.mesh.level)) for i, level in zip(instances, levels, strict=True)
    )


def _sphere(mesh: Mesh, instance: Instance) -> tuple[NDArray[np.float64], float]:
    """Centre in the world and radius of the sphere about the middle of a mesh's box."""
    position_m = mesh.position_m.astype(np.float64)
    center_m = (position_m.min(axis=0) + position_m.max(axis=0)) / 2.0
    radius_m = float(np.linalg.norm(position_m - center_m, axis=1).max())
    return instance.T_world_body[:3, :3] @ center_m + instance.T_world_body[:3, 3], radius_m
