"""All that moves in one tick, and the boxes around it.

Open3D has no instancing. Each mesh therefore keeps an Embree scene in its own frame, and the few rays that come near a
body are carried there: about 0.1 ms a body, whatever its detail. The other way, all bodies in one scene that is built
again each sweep, took 40 ms for 60 bodies of 960 triangles, and a second cast of all rays.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.embree import FirstHit
from sim.raycast.shape import BodyShape
from sim.world.scene import Instance

FINE_WITHIN_M = 15.0
"""Bodies nearer than this are bounded part by part: the sensor's own car would else cost every ray."""


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

    def boxes(self, nearest_m: FloatArray) -> BodyBoxes:
        """One box a body, one for each part of bodies nearer than `FINE_WITHIN_M`."""
        fine = np.flatnonzero(nearest_m < FINE_WITHIN_M)
        coarse = np.flatnonzero(nearest_m >= FINE_WITHIN_M)
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
        R_ray = self.T_world_body[:, :3, :3].take(body, axis=0)
        start_m = np.einsum("nij,ni->nj", R_ray, origin_world_m - self.T_world_body[:, :3, 3].take(body, axis=0))
        low_m, high_m = self._low_m.take(body, axis=0), self._high_m.take(body, axis=0)
        inside = np.all((start_m >= low_m) & (start_m <= high_m), axis=1)
        rays = np.empty((len(body), 6), np.float32)
        rays[:, :3], rays[:, 3:] = start_m, np.einsum("nij,ni->nj", R_ray, direction_world)
        range_m, triangle = np.empty(len(body), np.float32), np.empty(len(body), np.uint32)
        normal = np.empty((len(body), 3), np.float32)
        for shape, (a, b) in zip(self.shapes, pairwise(np.searchsorted(body, np.arange(len(self) + 1))), strict=True):
            if a < b:
                hit = shape.first_hit(rays[a:b], may_start_inside=bool(inside[a:b].any()))
                range_m[a:b], triangle[a:b], normal[a:b] = hit
        return FirstHit(range_m, triangle, np.einsum("nij,nj->ni", R_ray, normal).astype(np.float32))

    def _cells_world_m(self, body: np.intp) -> FloatArray:
        pose = self.T_world_body[body]
        return self.shapes[body].cell_corner_m @ pose[:3, :3].T + pose[:3, 3]
