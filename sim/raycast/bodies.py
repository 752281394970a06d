"""All that moves in one tick, and the boxes around it.

Open3D has no instancing. Each mesh therefore keeps an Embree scene in its own frame, and the few rays that come near a
body are carried there: about 0.1 ms a body, whatever its detail. The other way, all bodies in one scene that is built
again each sweep, took 40 ms for 60 bodies of 960 triangles, and a second cast of all rays.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.embree import FirstHit
from sim.raycast.shape import BodyShape
from sim.world.scene import Instance

FINE_WITHIN_M = 15.0
"""Bodies nearer than this are bounded part by part: the sensor's own car would else cost every ray."""
FEW_RAYS = 4096
"""So few rays are sooner cast than sorted out."""


class BodyBoxes(NamedTuple):
    """Boxes around bodies: `corner_world_m` (B, 8, 3), and which body each box belongs to (B,), ascending."""

    corner_world_m: FloatArray
    body: NDArray[np.intp]


class Bodies:
    """Shapes at their places.

    Args:
        instances: who they are and where.
        shapes: their meshes, in the same order.
    """

    def __init__(self, instances: tuple[Instance, ...], shapes: list[BodyShape]) -> None:
        self.instances = instances
        self.shapes = shapes
        count = len(instances)
        self.T_world_body = np.array([i.T_world_body for i in instances], np.float64).reshape(count, 4, 4)
        hull_m = np.array([s.hull_corner_m for s in shapes]).reshape(count, 8, 3)
        turned_m = np.einsum("mij,mcj->mci", self.T_world_body[:, :3, :3], hull_m)
        self._hull_world_m = turned_m + self.T_world_body[:, None, :3, 3]
        self._low_m = np.array([s.low_m for s in shapes]).reshape(count, 3)
        self._high_m = np.array([s.high_m for s in shapes]).reshape(count, 3)
        self._center_world_m = self._hull_world_m.mean(axis=1)
        self._radius_m = np.linalg.norm(self._hull_world_m[:, 0] - self._center_world_m, axis=1)

    def __len__(self) -> int:
        return len(self.instances)

    def nearest_m(self, origin_world_m: FloatArray) -> FloatArray:
        """(M,) lower bounds of the distance of each body to a sensor at (3,), or to any of (N, 3)."""
        origins_m = np.atleast_2d(origin_world_m)
        middle_m = origins_m.mean(axis=0)
        spread_m = np.linalg.norm(origins_m - middle_m, axis=1).max(initial=0.0)
        return np.linalg.norm(self._center_world_m - middle_m, axis=1) - self._radius_m - spread_m

    def boxes(self, nearest_m: FloatArray, rays: int) -> BodyBoxes:
        """One box a body; with many rays one for each part of bodies nearer than `FINE_WITHIN_M`."""
        is_fine = (nearest_m < FINE_WITHIN_M) & (rays > FEW_RAYS)
        fine, coarse = np.flatnonzero(is_fine), np.flatnonzero(~is_fine)
        corners = [self._hull_world_m[coarse], *(self._cells_world_m(i) for i in fine)]
        body = np.concatenate([coarse, np.repeat(fine, [len(cells) for cells in corners[1:]])])
        order = np.argsort(body, kind="stable")
        return BodyBoxes(np.concatenate(corners)[order], body[order])

    def first_hit(
        self, origin_world_m: FloatArray, direction_world: NDArray[np.float32], body: NDArray[np.intp]
    ) -> FirstHit:
        """Cast each of N rays at one body; a ray that begins inside it leaves it unseen.

        Args:
            origin_world_m: (3,) for all rays, or (N, 3).
            direction_world: (N, 3).
            body: (N,) ascending.
        """
        R_world_body = self.T_world_body[:, :3, :3]
        R_body_world = R_world_body.swapaxes(1, 2)
        rays = np.empty((len(body), 6), np.float32)
        rays[:, :3] = self._start_body_m(origin_world_m, body)
        rays[:, 3:] = _turned(R_body_world.astype(np.float32), body, direction_world)
        inside = self._in_box(rays[:, :3], body)
        range_m, triangle = np.empty(len(body), np.float32), np.empty(len(body), np.uint32)
        normal = np.empty((len(body), 3), np.float32)
        for shape, (a, b) in zip(self.shapes, pairwise(np.searchsorted(body, np.arange(len(self) + 1))), strict=True):
            if a < b:
                hit = shape.first_hit(rays[a:b], may_start_inside=bool(inside[a:b].any()))
                range_m[a:b], triangle[a:b], normal[a:b] = hit
        return FirstHit(range_m, triangle, _turned(R_world_body.astype(np.float32), body, normal))

    def _start_body_m(self, origin_world_m: FloatArray, body: NDArray[np.intp]) -> FloatArray:
        """Where rays begin, (N, 3) in the frame of the body each is cast at."""
        R_body_world, place_m = self.T_world_body[:, :3, :3].swapaxes(1, 2), self.T_world_body[:, :3, 3]
        if origin_world_m.ndim == 1:
            return np.einsum("mij,mj->mi", R_body_world, origin_world_m - place_m).take(body, axis=0)
        return _turned(R_body_world, body, origin_world_m - place_m.take(body, axis=0))

    def _in_box(self, point_body_m: NDArray[np.float32], body: NDArray[np.intp]) -> NDArray[np.bool_]:
        inside = np.ones(len(body), np.bool_)
        for axis in range(3):
            inside &= point_body_m[:, axis] >= self._low_m[:, axis].take(body)
            inside &= point_body_m[:, axis] <= self._high_m[:, axis].take(body)
        return inside

    def _cells_world_m(self, body: np.intp) -> FloatArray:
        pose = self.T_world_body[body]
        return self.shapes[body].cell_corner_m @ pose[:3, :3].T + pose[:3, 3]


def _turned(R: NDArray[Any], body: NDArray[np.intp], vector: NDArray[Any]) -> NDArray[Any]:
    """Vectors (N, 3) turned by the matrices (M, 3, 3) of their bodies; by columns, 3 times as fast as einsum."""
    x, y, z = vector.T
    turned = np.empty_like(vector)
    for i in range(3):
        turned[:, i] = R[:, i, 0].take(body) * x + R[:, i, 1].take(body) * y + R[:, i, 2].take(body) * z
    return turned
