"""Open3D's caster of rays, by Embree too: the peer that ours is measured against."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray


class PeerHits(NamedTuple):
    """Where rays first meet a surface: distance (inf = nowhere), triangle (2^32 - 1 = none), outward unit normal."""

    range_m: NDArray[np.float32]
    triangle: NDArray[np.uint32]
    normal: NDArray[np.float32]


class PeerScene:
    """Triangles in one scene.

    Args:
        position_m: (V, 3) float32.
        triangle: (T, 3) uint32, one or more.
    """

    def __init__(self, position_m: NDArray[np.float32], triangle: NDArray[np.uint32]) -> None:
        import open3d

        self._from_numpy = open3d.core.Tensor.from_numpy
        self._scene = open3d.t.geometry.RaycastingScene()
        vertices = self._from_numpy(_writable(position_m, np.float32))
        self._scene.add_triangles(vertices, self._from_numpy(_writable(triangle, np.uint32)))

    def first_hits(self, rays: NDArray[np.float32]) -> PeerHits:
        """Cast rays (N, 6) float32 contiguous, origin and unit direction, on as many threads as there are cores."""
        answer = self._scene.cast_rays(self._from_numpy(rays))
        return PeerHits(answer["t_hit"].numpy(), answer["primitive_ids"].numpy(), answer["primitive_normals"].numpy())


def _writable(array: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """A private contiguous copy: Open3D takes no read-only arrays."""
    return np.array(array, dtype=dtype, order="C")
