"""How much of an actor can be seen from a point, by rays to its box past the boxes of all others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.truth import TruthObjects

GRID = 7
"""Rays go to GRID x GRID points of each face that is turned to the eye."""


def visible_share(objects: TruthObjects, index: int, eye_world_m: FloatArray) -> float:
    """Share in [0, 1] of object `index` that no other object hides from `eye_world_m`; scenery hides nothing here.

    A box stands for its body: thin parts count as full, so that what is behind a railing counts as hidden.
    """
    points_m = _facing_points(objects, index, eye_world_m)
    hidden = np.zeros(len(points_m), dtype=bool)
    for other in range(len(objects)):
        if other != index:
            hidden |= _crosses(objects, other, eye_world_m, points_m)
    return float(1.0 - hidden.mean())


def _facing_points(objects: TruthObjects, index: int, eye_world_m: FloatArray) -> FloatArray:
    """(P, 3) points in the world on the faces that look at the eye."""
    rotation, center_m = objects.rotation[index], objects.center_world_m[index]
    half_m = objects.size_lwh_m[index] / 2.0
    eye_body_m = (eye_world_m - center_m) @ rotation
    u, v = (grid.ravel() for grid in np.meshgrid(*[(np.arange(GRID) + 0.5) / GRID * 2.0 - 1.0] * 2))
    faces = []
    for axis in range(3):
        if abs(eye_body_m[axis]) <= half_m[axis]:
            continue
        face = np.empty((GRID * GRID, 3))
        face[:, axis] = np.sign(eye_body_m[axis])
        face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = u, v
        faces.append(face * half_m)
    body_m = np.concatenate(faces) if faces else np.zeros((1, 3))
    return np.asarray(body_m @ rotation.T + center_m)


def _crosses(objects: TruthObjects, index: int, eye_world_m: FloatArray, points_m: FloatArray) -> NDArray[np.bool_]:
    """(P,) whether the way from the eye to each point goes through box `index` (slab method)."""
    rotation, center_m = objects.rotation[index], objects.center_world_m[index]
    half_m = objects.size_lwh_m[index] / 2.0
    start_m = (eye_world_m - center_m) @ rotation
    way_m = (points_m - eye_world_m) @ rotation
    with np.errstate(divide="ignore", invalid="ignore"):
        near, far = (-half_m - start_m) / way_m, (half_m - start_m) / way_m
    low = np.nanmax(np.minimum(near, far), axis=1)
    high = np.nanmin(np.maximum(near, far), axis=1)
    # A point's own box may touch what carries it: what begins in the last hundredth of the way hides nothing.
    return np.asarray((low <= high) & (high > 0.0) & (low < 0.99))
