"""What moves: one Embree scene a mesh in its own frame, so that nothing is rebuilt when it moves.

Open3D has no instancing. Carrying the rays into the body's frame costs 0.1 ms a body whatever its detail; putting all
bodies into one scene each sweep costs 10 ms for 20,000 triangles, and a second cast of all rays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh
from sim.raycast.embree import FirstHit, TriangleSoup
from sim.world.scene import Instance

CELL_M = 0.75
"""Edge of the cells that bound a body's parts: a car becomes some 30 boxes that hug bonnet, roof and wheels."""
EXIT_STEP_M = 1e-3
"""How far behind a skin that a ray has left it starts again: below what any sensor resolves, above float32 noise."""
MAX_SKINS = 8
"""Nested skins that a ray may leave: hull, lining, glass, bumper, with room."""
_CORNER = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)


class BodyShape:
    """A mesh ready for rays: its scene, the material of each triangle, boxes around the whole and around its parts.

    Args:
        mesh: in the body frame.
    """

    def __init__(self, mesh: Mesh) -> None:
        self.soup = TriangleSoup(mesh.position_m, mesh.triangle)
        self.position_m = mesh.position_m
        self.triangle = mesh.triangle
        self.material = mesh.material[mesh.triangle[:, 0]] if len(mesh.triangle) else np.zeros(0, np.uint8)
        corners_m = mesh.position_m[mesh.triangle].astype(np.float64)
        self.low_m, self.high_m = _extent(corners_m, np.zeros(len(corners_m), np.intp), min(len(corners_m), 1))
        self.hull_corner_m = _box_corners(self.low_m, self.high_m)
        self.cell_corner_m = _box_corners(*_cells(corners_m))

    def first_hit(self, rays: NDArray[np.float32], may_start_inside: bool) -> FirstHit:
        """Cast rays (N, 6) given in the body frame.

        Args:
            rays: origin, unit direction.
            may_start_inside: let rays that begin inside the body leave it: faces met from behind are passed.
        """
        hit = self.soup.first_hit(rays)
        return _leave_body(self.soup, rays, hit) if may_start_inside else hit

    def box_contains(self, point_body_m: NDArray[np.float64]) -> bool:
        """Whether any of the points (N, 3) or (3,) is inside the bounding box."""
        if not len(self.low_m):
            return False
        inside = (point_body_m >= self.low_m[0]) & (point_body_m <= self.high_m[0])
        return bool(np.any(np.all(inside, axis=-1)))


class Body(NamedTuple):
    """A shape at its place."""

    shape: BodyShape
    instance: Instance


class BodyBoxes(NamedTuple):
    """Boxes around bodies: `corner_world_m` (B, 8, 3), and which body each box belongs to (B,), ascending."""

    corner_world_m: NDArray[np.float64]
    body: NDArray[np.intp]


def boxes_around(bodies: list[Body], origin_world_m: NDArray[np.float64], fine_within_m: float) -> BodyBoxes:
    """One box a body, many for bodies whose origin is within `fine_within_m` of a sensor at (3,)."""
    corners, owner = [np.zeros((0, 8, 3))], [np.zeros(0, np.intp)]
    for i, (shape, instance) in enumerate(bodies):
        pose = instance.T_world_body
        near = np.sum((pose[:3, 3] - origin_world_m) ** 2) < fine_within_m**2
        local = shape.cell_corner_m if near else shape.hull_corner_m
        corners.append(local @ pose[:3, :3].T + pose[:3, 3])
        owner.append(np.full(len(local), i, np.intp))
    return BodyBoxes(np.concatenate(corners), np.concatenate(owner))


def _leave_body(soup: TriangleSoup, rays: NDArray[np.float32], hit: FirstHit) -> FirstHit:
    range_m, triangle, normal = hit.range_m.copy(), hit.triangle.copy(), hit.normal.copy()
    inside = np.flatnonzero(_meets_back_face(rays, hit))
    for _ in range(MAX_SKINS):
        if not len(inside):
            break
        start_m = range_m[inside] + np.float32(EXIT_STEP_M)
        onward = rays[inside]
        onward[:, :3] += onward[:, 3:] * start_m[:, None]
        next_hit = soup.first_hit(onward)
        range_m[inside] = next_hit.range_m + start_m
        triangle[inside], normal[inside] = next_hit.triangle, next_hit.normal
        inside = inside[_meets_back_face(onward, next_hit)]
    return FirstHit(range_m, triangle, normal)


def _meets_back_face(rays: NDArray[np.float32], hit: FirstHit) -> NDArray[np.bool_]:
    return np.isfinite(hit.range_m) & (np.einsum("ij,ij->i", rays[:, 3:], hit.normal) > 0)


def _cells(corners_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Low and high corners (K, 3) of the boxes around the triangles of each occupied cell."""
    cell = np.floor(corners_m.mean(axis=1) / CELL_M).astype(np.int64)
    _, group = np.unique(cell, axis=0, return_inverse=True)
    group = group.reshape(-1)
    return _extent(corners_m, group, int(group.max(initial=-1)) + 1)


def _extent(
    corners_m: NDArray[np.float64], group: NDArray[np.intp], groups: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low_m, high_m = np.full((groups, 3), np.inf), np.full((groups, 3), -np.inf)
    np.minimum.at(low_m, group, corners_m.min(axis=1))
    np.maximum.at(high_m, group, corners_m.max(axis=1))
    return low_m, high_m


def _box_corners(low_m: NDArray[np.float64], high_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return low_m[:, None, :] + _CORNER * (high_m - low_m)[:, None, :]
