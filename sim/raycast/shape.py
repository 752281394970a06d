"""The mesh of something that moves, ready for rays: in its own frame, so that nothing is rebuilt when it moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.assets.mesh import Mesh, pigment
from sim.raycast.embree import FirstHit, TriangleSoup

CELL_M = 0.75
"""Edge of the cells that bound a body's parts: a car becomes some 30 boxes that hug bonnet, roof and wheels."""
EXIT_STEP_M = 1e-3
"""How far behind a skin that a ray has left it starts again: below what any sensor resolves, above float32 noise."""
MAX_SKINS = 8
"""Nested skins that a ray may leave: hull, lining, glass, bumper, with room."""
_CORNER = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)


class BodyShape:
    """A mesh ready for rays: its scene, material and pigment by triangle, boxes around the whole and its parts.

    Args:
        mesh: in the body frame; one without triangles is a point that nothing meets.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._soup = TriangleSoup(mesh.position_m, mesh.triangle)
        self.material = mesh.material.take(mesh.triangle[:, 0].astype(np.intp))
        self.pigment = triangle_pigment(mesh)
        corner_m = mesh.position_m[mesh.triangle] if len(mesh.triangle) else np.zeros((1, 3, 3))
        low_m, high_m = corner_m.min(axis=1).astype(np.float64), corner_m.max(axis=1).astype(np.float64)
        self._low_m, self._high_m = low_m.min(axis=0), high_m.max(axis=0)
        self.hull_corner_m = _box_corners(self._low_m[None], self._high_m[None])[0]
        self.cell_corner_m = _box_corners(*_cells(low_m, high_m))

    def first_hit(self, rays: NDArray[np.float32], may_start_inside: bool) -> FirstHit:
        """Cast rays (N, 6) given in the body frame; those that begin in the body's box pass its faces from behind.

        Args:
            rays: origin, unit direction.
            may_start_inside: whether some rays may begin there; False saves the look.
        """
        hit = self._soup.first_hit(rays)
        if not may_start_inside:
            return hit
        inside = np.all((rays[:, :3] >= self._low_m) & (rays[:, :3] <= self._high_m), axis=1)
        return _leave_body(self._soup, rays, hit, inside)


def triangle_pigment(mesh: Mesh) -> NDArray[np.float32]:
    """(T,) `pigment` of each triangle's first corner; -1 where it takes the paint colour."""
    color = mesh.color.take(mesh.triangle[:, 0].astype(np.intp), axis=0)
    return np.where(color[:, 0] < 0.0, np.float32(-1.0), pigment(color)).astype(np.float32)


def _leave_body(
    soup: TriangleSoup, rays: NDArray[np.float32], hit: FirstHit, inside_box: NDArray[np.bool_]
) -> FirstHit:
    """The first hits of rays that do not see the skins they leave; `inside_box` (N,) are those that may."""
    range_m, triangle, normal = hit.range_m.copy(), hit.triangle.copy(), hit.normal.copy()
    inside = np.flatnonzero(_meets_back_face(rays, hit) & inside_box)
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


def _cells(low_m: FloatArray, high_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Boxes (K, 3), (K, 3) around all triangles whose middle is in the same cell, from the triangles' boxes (T, 3)."""
    cell = np.floor((low_m + high_m) / (2.0 * CELL_M)).astype(np.int64)
    _, group = np.unique(cell, axis=0, return_inverse=True)
    groups = int(group.max()) + 1
    cell_low_m, cell_high_m = np.full((groups, 3), np.inf), np.full((groups, 3), -np.inf)
    np.minimum.at(cell_low_m, group.reshape(-1), low_m)
    np.maximum.at(cell_high_m, group.reshape(-1), high_m)
    return cell_low_m, cell_high_m


def grown(corner_m: FloatArray, by_m: FloatArray) -> FloatArray:
    """Boxes with corners (B, 8, 3) along the axes, around the given ones and all that is as near to them as (B,)."""
    margin_m = by_m[:, None]
    return _box_corners(corner_m.min(axis=1) - margin_m, corner_m.max(axis=1) + margin_m)


def _box_corners(low_m: FloatArray, high_m: FloatArray) -> FloatArray:
    return low_m[:, None, :] + _CORNER * (high_m - low_m)[:, None, :]
