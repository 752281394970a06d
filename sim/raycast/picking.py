"""Which rays can meet which body: bounds that never miss one, so that bodies cost only the rays that come near them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.bodies import BodyBoxes
from sim.raycast.shape import grown

Index = NDArray[np.intp]
ANGLE_MARGIN_RAD = 1e-4
"""Slack of angular bounds: 0.1 mm at 1 m, well above float32 rounding of directions."""
COS_MARGIN = 1e-6
"""Slack of their cosines: above the rounding of float32 ones."""
LENGTH_MARGIN_M = 1e-3
"""Slack of bounding spheres: well above float32 rounding at 150 m."""
MAX_PAIRS = 2_000_000
"""Pairs of a ray and a box that are looked at together: some 50 MB."""


class Picked(NamedTuple):
    """Pairs (P,) of a ray and a body that it may meet, sorted by body; no pair twice."""

    ray: Index
    body: Index

    def where(self, keep: NDArray[np.bool_]) -> Picked:
        """The pairs where `keep` (P,) is true."""
        if keep.all():
            return self
        return Picked(self.ray.compress(keep), self.body.compress(keep))

    def without(self, bodies: Sequence[int]) -> Picked:
        """The pairs of all but some bodies."""
        return self.where(~np.isin(self.body, bodies)) if bodies else self


class RayPicker(Protocol):
    """Knows the rays of one cast."""

    def pick(self, boxes: BodyBoxes, bodies: int) -> Picked:
        """The rays that may meet one of a body's boxes, for `bodies` bodies; rays too many are harmless."""
        ...


class ConePicker:
    """For rays in any order: those that pass through the sphere around a box.

    Args:
        origin_world_m: (3,), or (N, 3).
        direction_world: (N, 3) unit.
    """

    def __init__(self, origin_world_m: FloatArray, direction_world: NDArray[np.float32]) -> None:
        self._origin_world_m = np.atleast_2d(origin_world_m)
        self._direction = direction_world

    def pick(self, boxes: BodyBoxes, bodies: int) -> Picked:
        """See `RayPicker`."""
        if not len(boxes.body):
            return Picked(np.zeros(0, np.intp), np.zeros(0, np.intp))
        center_m = boxes.corner_world_m.mean(axis=1)
        radius_m = np.linalg.norm(boxes.corner_world_m[:, 0] - center_m, axis=1) + LENGTH_MARGIN_M
        first = np.searchsorted(boxes.body, np.arange(bodies))
        step = max(1, MAX_PAIRS // len(radius_m))
        blocks = [
            np.logical_or.reduceat(self._meets_spheres(center_m, radius_m, slice(a, a + step)), first, axis=0)
            for a in range(0, len(self._direction), step)
        ]
        body, ray = np.nonzero(np.concatenate([np.zeros((bodies, 0), np.bool_), *blocks], axis=1))
        return Picked(ray, body)

    def _meets_spheres(self, center_m: FloatArray, radius_m: FloatArray, rays: slice) -> NDArray[np.bool_]:
        """(B, n) whether some of the rays pass through spheres (B,)."""
        shared = len(self._origin_world_m) == 1
        x0_m, y0_m, z0_m = (self._origin_world_m if shared else self._origin_world_m[rays]).T
        dx, dy, dz = self._direction[rays].T
        x_m, y_m, z_m = center_m[:, :1] - x0_m, center_m[:, 1:2] - y0_m, center_m[:, 2:] - z0_m
        along_m = x_m * dx + y_m * dy + z_m * dz
        # Squared length of the tangent to the sphere; negative where a ray begins inside.
        tangent_m2 = x_m * x_m + y_m * y_m + z_m * z_m - radius_m[:, None] ** 2
        return (tangent_m2 <= 0.0) | ((along_m > 0.0) & (along_m * along_m >= tangent_m2))


class GridPicker:
    """For rays on a grid of elevations (C,) and azimuths (K,) in the sensor's frame, as a LiDAR's.

    Args:
        T_sensor_world: (4, 4).
        elevation_rad: (C,) ascending or descending.
        azimuth_rad: (K,).
        slot: (C * K,) number of the ray at each grid place, -1 where none is cast; None where all are, in order.
        range_m: boxes that begin beyond are left out.
        margin_rad: rays may be off their grid place by this much.
        drift_m: they may begin this far from the origin.
    """

    def __init__(
        self,
        T_sensor_world: FloatArray,
        elevation_rad: FloatArray,
        azimuth_rad: FloatArray,
        slot: Index | None,
        range_m: float,
        margin_rad: float = 0.0,
        drift_m: float = 0.0,
    ) -> None:
        self._T_sensor_world = T_sensor_world
        self._elevation_rad = elevation_rad
        self._cos_azimuth = np.cos(azimuth_rad).astype(np.float32)
        self._sin_azimuth = np.sin(azimuth_rad).astype(np.float32)
        self._slot = slot
        self._range_m = range_m
        self._margin_rad = ANGLE_MARGIN_RAD + margin_rad
        self._drift_m = drift_m

    def pick(self, boxes: BodyBoxes, bodies: int) -> Picked:
        """See `RayPicker`."""
        matrix = self._T_sensor_world
        corner_m = boxes.corner_world_m @ matrix[:3, :3].T + matrix[:3, 3]
        if self._drift_m > 0.0:
            corner_m = grown(corner_m, np.full(len(corner_m), self._drift_m))
        extent = _Extent.of(corner_m, self._margin_rad)
        rows = (self._elevation_rad >= extent.low_rad[:, None]) & (self._elevation_rad <= extent.high_rad[:, None])
        seen = np.flatnonzero(rows.any(axis=1) & (extent.nearest_m <= self._range_m))
        # Element by element: a BLAS product this small would only wake threads.
        middle = extent.middle[seen].astype(np.float32)
        cos_turn = middle[:, :1] * self._cos_azimuth + middle[:, 1:] * self._sin_azimuth
        cols = cos_turn >= extent.cos_half_width[seen, None]
        rows, owner = rows[seen], boxes.body[seen]
        first = np.searchsorted(owner, np.arange(bodies + 1))
        places = [self._places(rows[a:b], cols[a:b]) for a, b in pairwise(first)]
        place = np.concatenate([np.zeros(0, np.intp), *places])
        body = np.repeat(np.arange(bodies), [len(p) for p in places])
        if self._slot is None:
            return Picked(place, body)
        picked = Picked(self._slot.take(place), body)
        return picked.where(picked.ray >= 0)

    def _places(self, rows: NDArray[np.bool_], cols: NDArray[np.bool_]) -> Index:
        """Grid places that any of the boxes with these rows (B, C) and columns (B, K) covers."""
        if len(rows) == 1:
            return (rows[0].nonzero()[0][:, None] * cols.shape[1] + cols[0].nonzero()[0]).ravel()
        if not len(rows):
            return np.zeros(0, np.intp)
        top = rows.argmax(axis=1)
        below = top + rows.sum(axis=1)  # elevations ascend or descend: no gaps
        highest = top.min()
        covered = np.zeros((below.max() - highest, cols.shape[1]), np.bool_)
        for a, b, box_cols in zip((top - highest).tolist(), (below - highest).tolist(), cols, strict=True):
            covered[a:b] |= box_cols
        return np.flatnonzero(covered) + highest * cols.shape[1]


class AroundPicker:
    """For rays in several rounds, each with one ray close to each of the rays that another picker knows.

    Args:
        middle: of those rays.
        rays: how many of them.
        rounds: of rays around them.
    """

    def __init__(self, middle: RayPicker, rays: int, rounds: int) -> None:
        self._middle = middle
        self._rays = rays
        self._rounds = rounds

    def pick(self, boxes: BodyBoxes, bodies: int) -> Picked:
        """See `RayPicker`."""
        near = self._middle.pick(boxes, bodies)
        ray = np.concatenate([near.ray + turn * self._rays for turn in range(self._rounds)])
        body = np.tile(near.body, self._rounds)
        order = np.argsort(body, kind="stable")
        return Picked(ray.take(order), body.take(order))


class _Extent(NamedTuple):
    """Bounds of B boxes as seen from the origin.

    Azimuth is bounded by the direction `middle` (B, 2) and the cosine of the angle to either side of it.
    """

    low_rad: FloatArray
    high_rad: FloatArray
    nearest_m: FloatArray
    middle: FloatArray
    cos_half_width: FloatArray

    @classmethod
    def of(cls, corner_m: FloatArray, margin_rad: float) -> _Extent:
        """Of boxes with corners (B, 8, 3), wider by a margin on all sides."""
        center_m = corner_m.mean(axis=1)
        radius_m = np.linalg.norm(corner_m[:, 0] - center_m, axis=1)
        flat_m = corner_m[..., :2]
        center_far_m = np.linalg.norm(center_m[:, :2], axis=1)
        spread_m = np.linalg.norm(flat_m - center_m[:, None, :2], axis=2).max(axis=1)
        near_m = np.maximum(center_far_m - spread_m, 0.0)
        middle = center_m[:, :2] / np.maximum(center_far_m, LENGTH_MARGIN_M)[:, None]
        far_m = np.linalg.norm(flat_m, axis=2).max(axis=1)
        low_rad, high_rad = _elevations(corner_m[..., 2], near_m, far_m, margin_rad)
        ahead_m = flat_m[..., 0] * middle[:, None, 0] + flat_m[..., 1] * middle[:, None, 1]
        aside_m = flat_m[..., 0] * middle[:, None, 1] - flat_m[..., 1] * middle[:, None, 0]
        half_rad = np.abs(np.arctan2(aside_m, ahead_m)).max(axis=1) + margin_rad
        cos_half = np.where(near_m > 0.0, np.cos(np.minimum(half_rad, np.pi)) - COS_MARGIN, -2.0)
        return cls(low_rad, high_rad, np.linalg.norm(center_m, axis=1) - radius_m, middle, cos_half)


def _elevations(
    z_m: FloatArray, near_m: FloatArray, far_m: FloatArray, margin_rad: float
) -> tuple[FloatArray, FloatArray]:
    """Bounds (B,) of the elevation of boxes with corner heights (B, 8) between two distances along the ground."""
    bottom_m, top_m = z_m.min(axis=1), z_m.max(axis=1)
    low_rad = np.minimum(np.arctan2(bottom_m, near_m), np.arctan2(bottom_m, far_m))
    high_rad = np.maximum(np.arctan2(top_m, near_m), np.arctan2(top_m, far_m))
    return low_rad - margin_rad, high_rad + margin_rad
