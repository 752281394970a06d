"""One Embree scene of one triangle soup: the only place that knows Open3D."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

MISS = np.uint32(0xFFFFFFFF)
"""Triangle number of a ray that meets nothing."""


class FirstHit(NamedTuple):
    """Where rays first meet a soup: distance (inf = nowhere), triangle (`MISS` = none), its outward unit normal."""

    range_m: NDArray[np.float32]
    triangle: NDArray[np.uint32]
    normal: NDArray[np.float32]


class TriangleSoup:
    """Triangles that rays can be cast at.

    Each ray is answered by itself, and the same with any number of threads (tests/determinism).

    Args:
        position_m: (V, 3) float32.
        triangle: (T, 3) uint32.
    """

    def __init__(self, position_m: NDArray[np.float32], triangle: NDArray[np.uint32]) -> None:
        import open3d

        self._from_numpy = open3d.core.Tensor.from_numpy
        # As many threads as there are: a scene that asks for one takes all others of the process away too.
        self._scene = open3d.t.geometry.RaycastingScene() if len(triangle) else None
        if self._scene is not None:
            vertices = self._from_numpy(_writable(position_m, np.float32))
            self._scene.add_triangles(vertices, self._from_numpy(_writable(triangle, np.uint32)))

    def first_hit(self, rays: NDArray[np.float32]) -> FirstHit:
        """Cast rays (N, 6) float32 contiguous: origin, unit direction."""
        if self._scene is None or not len(rays):
            count = len(rays)
            nowhere = np.full(count, np.inf, dtype=np.float32)
            return FirstHit(nowhere, np.full(count, MISS), np.zeros((count, 3), dtype=np.float32))
        answer = self._scene.cast_rays(self._from_numpy(rays))
        return FirstHit(answer["t_hit"].numpy(), answer["primitive_ids"].numpy(), answer["primitive_normals"].numpy())


def _writable(array: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """A private contiguous copy: Open3D takes no read-only arrays."""
    return np.array(array, dtype=dtype, order="C")
