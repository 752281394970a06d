"""The ground that vehicles and walkers stand on: its height and its normal at any place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@runtime_checkable
class Ground(Protocol):
    """Height and slope of the ground in the world frame."""

    def height_m(self, xy_world_m: FloatArray) -> FloatArray:
        """(N,) height above z = 0 at (N, 2) places."""
        ...

    def normal(self, xy_world_m: FloatArray) -> FloatArray:
        """(N, 3) upward unit normals at (N, 2) places."""
        ...


@dataclass(frozen=True, slots=True)
class FlatGround:
    """A plane at `level_m`."""

    level_m: float = 0.0

    def height_m(self, xy_world_m: FloatArray) -> FloatArray:
        """(N,) times `level_m`."""
        return np.full(len(xy_world_m), self.level_m)

    def normal(self, xy_world_m: FloatArray) -> FloatArray:
        """(N, 3) straight up."""
        return np.tile([0.0, 0.0, 1.0], (len(xy_world_m), 1))


@dataclass(frozen=True, slots=True, eq=False)
class GridGround:
    """A height field on a regular grid, bilinear between its points, level beyond its edge.

    Args:
        origin_world_m: (2,) x and y of `heights_m[0, 0]`.
        cell_m: distance of neighbouring points, the same in x and y.
        heights_m: (X, Y), at least 2 x 2.
    """

    origin_world_m: tuple[float, float]
    cell_m: float
    heights_m: FloatArray

    def __post_init__(self) -> None:
        if self.cell_m <= 0 or self.heights_m.ndim != 2 or min(self.heights_m.shape) < 2:
            raise ValueError(f"GridGround: cell_m {self.cell_m}, heights_m {self.heights_m.shape}; want > 0, >= (2, 2)")

    def height_m(self, xy_world_m: FloatArray) -> FloatArray:
        """(N,) bilinear heights."""
        corners, share = self._cell(xy_world_m)
        low = corners[0] + share[:, 1] * (corners[1] - corners[0])
        high = corners[2] + share[:, 1] * (corners[3] - corners[2])
        return low + share[:, 0] * (high - low)

    def normal(self, xy_world_m: FloatArray) -> FloatArray:
        """(N, 3) normals of the bilinear patches."""
        corners, share = self._cell(xy_world_m)
        along_x, along_y = share[:, 0], share[:, 1]
        slope_x = (corners[2] - corners[0]) * (1 - along_y) + (corners[3] - corners[1]) * along_y
        slope_y = (corners[1] - corners[0]) * (1 - along_x) + (corners[3] - corners[2]) * along_x
        upward = np.column_stack([-slope_x, -slope_y, np.full(len(slope_x), self.cell_m)])
        return upward / np.linalg.norm(upward, axis=1, keepdims=True)

    def _cell(self, xy_world_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        last = np.array(self.heights_m.shape) - 1
        place = np.clip((xy_world_m - np.array(self.origin_world_m)) / self.cell_m, 0.0, last)
        index = np.minimum(place.astype(np.int64), last - 1)
        i, j = index[:, 0], index[:, 1]
        h = self.heights_m
        return np.stack([h[i, j], h[i, j + 1], h[i + 1, j], h[i + 1, j + 1]]), place - index
