"""Scales a mesh to a true size without spoiling its normals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.assets.mesh import Mesh


def bounds_m(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner (3,) of the mesh's box."""
    position = mesh.position_m.astype(np.float64)
    return position.min(axis=0), position.max(axis=0)


def scaled(mesh: Mesh, factor: ArrayLike, offset_m: ArrayLike = (0.0, 0.0, 0.0)) -> Mesh:
    """The mesh stretched by `factor` (3,) > 0, then moved; normals stay perpendicular."""
    stretch = np.broadcast_to(np.asarray(factor, dtype=np.float64), (3,))
    normal = mesh.normal.astype(np.float64) / stretch
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    position = mesh.position_m.astype(np.float64) * stretch + np.asarray(offset_m, dtype=np.float64)
    return Mesh(
        position.astype(np.float32), normal.astype(np.float32), mesh.color, mesh.uv, mesh.material, mesh.triangle
    )


def fit(mesh: Mesh, size_lwh_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Factor and offset (3,) with which the mesh fills a box of that size that stands on the origin."""
    low, high = bounds_m(mesh)
    factor = np.asarray(size_lwh_m, dtype=np.float64) / (high - low)
    offset = -0.5 * (low + high) * factor
    offset[2] = -low[2] * factor[2]
    return factor, offset


def fitted(mesh: Mesh, size_lwh_m: ArrayLike) -> Mesh:
    """The mesh stretched to fill a box of that size that stands on the ground, centred on the origin."""
    return scaled(mesh, *fit(mesh, size_lwh_m))
