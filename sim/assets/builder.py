"""Puts meshes together from grids, tubes, boxes and ellipsoids; normals are smoothed up to a crease angle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.assets.mesh import Mesh
from sim.assets.welding import crease_normals, weld

FloatArray = NDArray[np.float64]

DEFAULT_CREASE_DEG = 42.0
MIN_TRIANGLE_AREA_M2 = 1e-8
"""Below a tenth of a millimetre squared a triangle is a collapsed grid cell: nothing can see it."""
_CAP_STEPS = ((0.55, 0.03), (0.4, 0.65))
"""A tube's rounded end: (overshoot, radius) as shares of the end radius."""


class _Soup(NamedTuple):
    """Triangles of one call: corners, colour, material, uv per triangle, cosine of the crease angle."""

    corner_m: FloatArray
    color: FloatArray
    material: NDArray[np.uint8]
    uv: FloatArray
    crease_cos: float


class MeshBuilder:
    """Collects surfaces and builds one `Mesh`.

    Colours are linear RGB; a negative red means the actor's paint. Surfaces of one call are smoothed together,
    surfaces of different calls never are. Everything given is wound counter-clockwise seen from outside.
    """

    def __init__(self) -> None:
        self._soups: list[_Soup] = []
        self._meshes: list[Mesh] = []

    def triangles(
        self,
        corners: ArrayLike,
        color: ArrayLike,
        material: ArrayLike,
        uv: ArrayLike | None = None,
        crease_deg: float = DEFAULT_CREASE_DEG,
    ) -> MeshBuilder:
        """Add triangles (T, 3, 3); colour (3,) or (T, 3), material scalar or (T,), uv (T, 3, 2)."""
        corner_m = np.asarray(corners, dtype=np.float64).reshape(-1, 3, 3)
        count = len(corner_m)
        self._soups.append(
            _Soup(
                corner_m,
                np.broadcast_to(np.asarray(color, dtype=np.float64), (count, 3)),
                np.broadcast_to(np.asarray(material, dtype=np.uint8), (count,)),
                np.zeros((count, 3, 2)) if uv is None else np.asarray(uv, dtype=np.float64).reshape(count, 3, 2),
                float(np.cos(np.radians(crease_deg))),
            )
        )
        return self

    def grid(
        self,
        points: ArrayLike,
        color: ArrayLike,
        material: ArrayLike,
        uv: ArrayLike | None = None,
        crease_deg: float = DEFAULT_CREASE_DEG,
        close_u: bool = False,
        close_v: bool = False,
    ) -> MeshBuilder:
        """Add a sheet of points (U, V, 3); its outside is where d/du x d/dv points.

        Args:
            points: (U, V, 3).
            color: (3,), or (cells_u, cells_v, 3); a closed direction has one more cell.
            material: scalar, or (cells_u, cells_v).
            uv: (U, V, 2), or None for zeros.
            crease_deg: neighbours that bend more keep an edge.
            close_u: join the last row to the first.
            close_v: join the last column to the first.
        """
        points_m = _closed(np.asarray(points, dtype=np.float64), close_u, close_v)
        cells = (points_m.shape[0] - 1, points_m.shape[1] - 1)
        color = np.asarray(color, dtype=np.float64)
        material = np.asarray(material, dtype=np.uint8)
        corner_uv = None if uv is None else _cells(_closed(np.asarray(uv, dtype=np.float64), close_u, close_v))
        return self.triangles(
            _cells(points_m),
            np.repeat(color.reshape(cells[0] * cells[1], 3), 2, axis=0) if color.ndim == 3 else color,
            np.repeat(material.reshape(-1), 2) if material.ndim == 2 else material,
            corner_uv,
            crease_deg,
        )

    def box(
        self, center_m: ArrayLike, half_m: ArrayLike, color: ArrayLike, material: int, R: ArrayLike | None = None
    ) -> MeshBuilder:
        """Add a box with sharp edges; `R` (3, 3) turns it about its centre."""
        offset_m = _BOX_CORNERS * np.asarray(half_m, dtype=np.float64)
        if R is not None:
            offset_m = offset_m @ np.asarray(R, dtype=np.float64).T
        return self.triangles(offset_m + np.asarray(center_m, dtype=np.float64), color, material, crease_deg=1.0)

    def tube(
        self,
        path_m: ArrayLike,
        radius_m: ArrayLike,
        color: ArrayLike,
        material: int,
        segments: int = 10,
        cap: bool = True,
    ) -> MeshBuilder:
        """Add a tube along a path (K, 3), with rounded ends if `cap`.

        Args:
            path_m: (K, 3).
            radius_m: scalar, (K,), or (K, 2): across the plane of the path and y, then towards y. For a path
                that runs along y: towards z, then towards x.
            color: (3,), or (K, 3): the colour from each path point on.
            material: of the whole tube.
            segments: corners of the cross section.
            cap: close both ends.
        """
        path = np.asarray(path_m, dtype=np.float64)
        radius = _radii(np.asarray(radius_m, dtype=np.float64), len(path))
        along = np.gradient(path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-12
        color = np.asarray(color, dtype=np.float64)
        rings = np.arange(len(path))
        if cap:
            path, radius, rings = _capped(path, radius, along)
            along = along[rings]
        side, up = _cross_section_axes(along)
        angle = np.arange(segments) * (2.0 * np.pi / segments)
        points = (
            path[:, None]
            + (np.cos(angle)[None, :, None] * radius[:, None, :1]) * side[:, None]
            + (np.sin(angle)[None, :, None] * radius[:, None, 1:]) * up[:, None]
        )
        # across x along points inwards for this order of angles, so the sheet runs the other way round
        points = points[:, ::-1]
        if color.ndim == 2:
            color = np.repeat(color[rings[:-1], None], segments, axis=1)
        return self.grid(points, color, material, crease_deg=60.0, close_v=True)

    def ellipsoid(
        self,
        center_m: ArrayLike,
        radii_m: ArrayLike,
        color: ArrayLike,
        material: int,
        n_polar: int = 10,
        n_azimuth: int = 14,
        R: ArrayLike | None = None,
    ) -> MeshBuilder:
        """Add an ellipsoid of `n_polar` rings of `n_azimuth` points; `R` (3, 3) turns it about its centre."""
        polar = np.linspace(0.0, np.pi, n_polar)[:, None]
        azimuth = np.arange(n_azimuth)[None] * (2.0 * np.pi / n_azimuth)
        unit = np.stack(
            [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar) + 0.0 * azimuth], axis=-1
        )
        offset_m = unit * np.asarray(radii_m, dtype=np.float64)
        if R is not None:
            offset_m = offset_m @ np.asarray(R, dtype=np.float64).T
        points = offset_m + np.asarray(center_m, dtype=np.float64)
        return self.grid(points, color, material, crease_deg=80.0, close_v=True)

    def add(self, mesh: Mesh, R: ArrayLike | None = None, t_m: ArrayLike = (0.0, 0.0, 0.0)) -> MeshBuilder:
        """Add a built mesh, turned by `R` (3, 3), then moved by `t_m`; does not modify `mesh`."""
        turn = np.eye(3) if R is None else np.asarray(R, dtype=np.float64)
        position = mesh.position_m @ turn.T + np.asarray(t_m, dtype=np.float64)
        normal = mesh.normal @ turn.T
        self._meshes.append(
            Mesh(
                position.astype(np.float32),
                normal.astype(np.float32),
                mesh.color,
                mesh.uv,
                mesh.material,
                mesh.triangle,
            )
        )
        return self

    def build(self) -> Mesh:
        """The mesh: degenerate triangles dropped, normals smoothed, equal corners shared."""
        parts = list(self._meshes)
        if self._soups:
            parts.insert(0, _mesh_of_soups(self._soups))
        return joined(parts)


def joined(parts: list[Mesh]) -> Mesh:
    """One mesh of several, in their order."""
    offsets = np.cumsum([0] + [len(part.position_m) for part in parts])
    empty = np.zeros((0, 3), np.float32)
    return Mesh(
        np.concatenate([empty, *(part.position_m for part in parts)]),
        np.concatenate([empty, *(part.normal for part in parts)]),
        np.concatenate([empty, *(part.color for part in parts)]),
        np.concatenate([empty[:, :2], *(part.uv for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.material for part in parts)]),
        np.concatenate(
            [
                np.zeros((0, 3), np.uint32),
                *((part.triangle + offsets[i]).astype(np.uint32) for i, part in enumerate(parts)),
            ]
        ),
    )


def _mesh_of_soups(soups: list[_Soup]) -> Mesh:
    corner_m = np.concatenate([soup.corner_m for soup in soups])
    count = [len(soup.corner_m) for soup in soups]
    area = 0.5 * np.linalg.norm(np.cross(corner_m[:, 1] - corner_m[:, 0], corner_m[:, 2] - corner_m[:, 0]), axis=1)
    keep = area > MIN_TRIANGLE_AREA_M2
    part = np.repeat(np.arange(len(soups)), count)[keep]
    crease_cos = np.repeat([soup.crease_cos for soup in soups], count)[keep]
    normal = crease_normals(corner_m[keep], part, crease_cos)
    color = np.concatenate([soup.color for soup in soups])[keep]
    material = np.concatenate([soup.material for soup in soups])[keep]
    uv = np.concatenate([soup.uv for soup in soups])[keep]
    return weld(corner_m[keep], normal, color, material, uv)


def _closed(points: FloatArray, close_u: bool, close_v: bool) -> FloatArray:
    if close_u:
        points = np.concatenate([points, points[:1]], axis=0)
    if close_v:
        points = np.concatenate([points, points[:, :1]], axis=1)
    return points


def _cells(points: FloatArray) -> FloatArray:
    """Two triangles a cell, (2 * cells, 3, D)."""
    a, b, c, d = points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]
    pairs = np.stack([np.stack([a, b, c], axis=2), np.stack([a, c, d], axis=2)], axis=2)
    return pairs.reshape(-1, 3, points.shape[2])


def _radii(radius: FloatArray, count: int) -> FloatArray:
    if radius.ndim == 1:
        radius = radius[:, None]
    return np.broadcast_to(radius, (count, 2)).astype(np.float64)


def _capped(path: FloatArray, radius: FloatArray, along: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """Path and radii with rounded ends, and which path point each ring belongs to."""
    first: list[tuple[FloatArray, FloatArray]] = []
    last: list[tuple[FloatArray, FloatArray]] = []
    for overshoot, share in _CAP_STEPS:
        first.append((path[0] - along[0] * radius[0].mean() * overshoot, radius[0] * share))
        last.insert(0, (path[-1] + along[-1] * radius[-1].mean() * overshoot, radius[-1] * share))
    points = [point for point, _ in first] + list(path) + [point for point, _ in last]
    radii = [r for _, r in first] + list(radius) + [r for _, r in last]
    rings = np.clip(np.arange(len(points)) - len(first), 0, len(path) - 1)
    return np.array(points), np.array(radii), rings


def _cross_section_axes(along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Unit vectors across each path direction; the second is the one nearest to y.

    A path that somewhere runs along y is measured against x, or z, instead: one reference a path, or it would twist.
    """
    steepest = np.abs(along).max(axis=0)
    axis = next((i for i in (1, 0, 2) if steepest[i] < 0.95), int(np.argmin(steepest)))
    side = np.cross(np.eye(3)[axis], along)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    return side, np.cross(along, side)


def _box_corners() -> FloatArray:
    faces = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            corner = np.zeros((4, 3))
            corner[:, axis] = sign
            corner[:, (axis + 1) % 3] = np.array([-1, 1, 1, -1]) * sign
            corner[:, (axis + 2) % 3] = np.array([-1, -1, 1, 1])
            faces += [corner[[0, 1, 2]], corner[[0, 2, 3]]]
    return np.array(faces)


_BOX_CORNERS = _box_corners()
