"""Which rays can meet which body: bounds that never miss one, so that bodies cost only the rays that come near them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.raycast.bodies import BodyBoxes

RayIndex = NDArray[np.intp]
ANGLE_MARGIN_RAD = 1e-4
"""Slack of angular bounds: 0.1 mm at 1 m, well above float32 rounding of directions."""
LENGTH_MARGIN_M = 1e-3


class RayPicker(Protocol):
    """Knows the rays of one cast."""

    def pick(self, boxes: BodyBoxes, bodies: int) -> list[RayIndex]:
        """For each of `bodies` bodies the rays that may meet one of its boxes; rays too many are harmless."""
        ...


class ConePicker:
    """For rays in any order: those that pass through the sphere around a box.

    Args:
        origin_world_m: (3,), or (N, 3).
        direction_world: (N, 3) unit.
    """

    def __init__(self, origin_world_m: NDArray[np.float64], direction_world: NDArray[np.float32]) -> None:
        self._origin_world_m = np.atleast_2d(origin_world_m)
        self._direction = direction_world

    def pick(self, boxes: BodyBoxes, bodies: int) -> list[RayIndex]:
        """See `RayPicker`."""
        center_m = boxes.corner_world_m.mean(axis=1)
        radius_m = np.linalg.norm(boxes.corner_world_m[:, 0] - center_m, axis=1) + LENGTH_MARGIN_M
        meets = [np.zeros(len(self._direction), np.bool_) for _ in range(bodies)]
        for body, center, radius in zip(boxes.body, center_m, radius_m, strict=True):
            meets[body] |= self._meets_sphere(center, radius)
        return [np.flatnonzero(mask) for mask in meets]

    def _meets_sphere(self, center_m: NDArray[np.float64], radius_m: float) -> NDArray[np.bool_]:
        to_center_m = center_m - self._origin_world_m
        along_m = np.einsum("ij,ij->i", self._direction, np.broadcast_to(to_center_m, self._direction.shape))
        distance2_m2 = np.einsum("ij,ij->i", to_center_m, to_center_m)
        inside = distance2_m2 <= radius_m**2
        return inside | ((along_m > 0) & (distance2_m2 - along_m**2 <= radius_m**2))


class GridPicker:
    """For rays on a grid of elevations (C,) and azimuths (K,) in the sensor's frame, as a LiDAR's.

    Args:
        T_sensor_world: (4, 4).
        elevation_rad: (C,).
        azimuth_rad: (K,).
        slot: (C, K) number of the ray at each grid place, -1 where none is cast.
        range_m: boxes that begin beyond are left out.
    """

    def __init__(
        self,
        T_sensor_world: NDArray[np.float64],
        elevation_rad: NDArray[np.float64],
        azimuth_rad: NDArray[np.float64],
        slot: NDArray[np.intp],
        range_m: float,
    ) -> None:
        self._T_sensor_world = T_sensor_world
        self._elevation_rad = elevation_rad
        self._cos_azimuth, self._sin_azimuth = np.cos(azimuth_rad), np.sin(azimuth_rad)
        self._slot = slot
        self._range_m = range_m

    def pick(self, boxes: BodyBoxes, bodies: int) -> list[RayIndex]:
        """See `RayPicker`."""
        matrix = self._T_sensor_world
        corner_m = boxes.corner_world_m @ matrix[:3, :3].T + matrix[:3, 3]
        extent = _Extent.of(corner_m)
        rows = (self._elevation_rad >= extent.low_rad[:, None]) & (self._elevation_rad <= extent.high_rad[:, None])
        seen = np.flatnonzero(rows.any(axis=1) & (extent.nearest_m <= self._range_m))
        middle = extent.middle[seen]
        # Element by element: a BLAS product this small would only wake threads.
        cos_turn = middle[:, :1] * self._cos_azimuth + middle[:, 1:] * self._sin_azimuth
        cols = cos_turn >= extent.cos_half_width[seen, None]
        rows, owner = rows[seen], boxes.body[seen]
        first = np.searchsorted(owner, np.arange(bodies + 1))
        return [self._rays(rows[a:b], cols[a:b]) for a, b in pairwise(first)]

    def _rays(self, rows: NDArray[np.bool_], cols: NDArray[np.bool_]) -> RayIndex:
        row = np.flatnonzero(rows.any(axis=0))
        col = np.flatnonzero(cols.any(axis=0))
        if not len(row) or not len(col):
            return np.zeros(0, np.intp)
        ray = self._slot[row[0] : row[-1] + 1].take(col, axis=1)
        if len(rows) == 1:
            ray = ray.ravel()
        else:
            covered = np.zeros(ray.shape, np.bool_)
            for box_rows, box_cols in zip(rows[:, row[0] : row[-1] + 1], cols.take(col, axis=1), strict=True):
                inside = np.flatnonzero(box_rows)
                covered[inside[0] : inside[-1] + 1] |= box_cols
            ray = ray[covered]
        return ray[ray >= 0]


class _Extent(NamedTuple):
    """Bounds of B boxes as seen from the origin.

    Azimuth is bounded by the direction `middle` (B, 2) and the cosine of the angle to either side of it.
    """

    low_rad: NDArray[np.float64]
    high_rad: NDArray[np.float64]
    nearest_m: NDArray[np.float64]
    middle: NDArray[np.float64]
    cos_half_width: NDArray[np.float64]

    @classmethod
    def of(cls, corner_m: NDArray[np.float64]) -> _Extent:
        """Of boxes with corners (B, 8, 3)."""
        center_m = corner_m.mean(axis=1)
        flat_m, radius_m = corner_m[..., :2], np.linalg.norm(corner_m[:, 0] - center_m, axis=1)
        center_far_m = np.linalg.norm(center_m[:, :2], axis=1)
        spread_m = np.linalg.norm(flat_m - center_m[:, None, :2], axis=2).max(axis=1)
        near_m = np.maximum(center_far_m - spread_m, 0.0)
        middle = center_m[:, :2] / np.maximum(center_far_m, LENGTH_MARGIN_M)[:, None]
        low_rad, high_rad = _elevations(corner_m[..., 2], near_m, np.linalg.norm(flat_m, axis=2).max(axis=1))
        ahead_m = flat_m[..., 0] * middle[:, None, 0] + flat_m[..., 1] * middle[:, None, 1]
        aside_m = flat_m[..., 0] * middle[:, None, 1] - flat_m[..., 1] * middle[:, None, 0]
        half_rad = np.abs(np.arctan2(aside_m, ahead_m)).max(axis=1) + ANGLE_MARGIN_RAD
        cos_half = np.where(near_m > 0.0, np.cos(np.minimum(half_rad, np.pi)), -2.0)
        return cls(low_rad, high_rad, np.linalg.norm(center_m, axis=1) - radius_m, middle, cos_half)


def _elevations(
    z_m: NDArray[np.float64], near_m: NDArray[np.float64], far_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds (B,) of the elevation of boxes with corner heights (B, 8) between two distances along the ground."""
    bottom_m, top_m = z_m.min(axis=1), z_m.max(axis=1)
    low_rad = np.minimum(np.arctan2(bottom_m, near_m), np.arctan2(bottom_m, far_m))
    high_rad = np.maximum(np.arctan2(top_m, near_m), np.arctan2(top_m, far_m))
    return low_rad - ANGLE_MARGIN_RAD, high_rad + ANGLE_MARGIN_RAD
