"""Meshes in graphics memory: one vertex and one index buffer, drawn by ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material, Mesh
from sim.render.families import FAMILY_OF_MATERIAL, Family

VERTEX_FORMAT = "3f 3f 4f 2f 2f"
VERTEX_NAMES = ("in_position", "in_normal", "in_color", "in_uv", "in_part")
VERTEX_FLOATS = 14
VERTEX_BYTES = 4 * VERTEX_FLOATS


Commands = NDArray[np.uint32]
"""(N, 5): index count, instance count, first index, base vertex, first row: OpenGL's indirect draw."""


@dataclass(frozen=True, slots=True)
class IndexRange:
    """A run of the index buffer that one draw reads."""

    first_index: int
    index_count: int
    base_vertex: int


@dataclass(frozen=True, slots=True, eq=False)
class LampParts:
    """Where the lamps of one material are, (K, 3), and their mean normals, (K, 3): short where they shine all round."""

    center_body_m: NDArray[np.float64]
    normal_body: NDArray[np.float64]


ROOM_SHARE = 1.1
"""Of its vertices is kept free for a passing mesh: in other poses other edges are creased, which doubles vertices."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredMesh:
    """Where a mesh lies in the buffers, and what culling and lamps need of it.

    `lamps` holds each lamp material's parts in the four quarters of the body, and `picture_size_m` the width and
    height of the face that shows pictures.
    """

    families: Mapping[Family, IndexRange]
    whole: IndexRange
    radius_m: float
    low_body_m: NDArray[np.float64]
    high_body_m: NDArray[np.float64]
    lamps: Mapping[Material, LampParts]
    picture_size_m: tuple[float, float] | None


def command(run: IndexRange, first_row: int) -> tuple[int, ...]:
    """One indirect draw of one instance."""
    return (run.index_count, 1, run.first_index, run.base_vertex, first_row)


def vertex_rows(mesh: Mesh, seed: float = 0.0, index: float = 0.0) -> NDArray[np.float32]:
    """(V, 14) float32: position, normal, colour and material, uv, and the part's seed and index."""
    count = len(mesh.position_m)
    rows = np.empty((count, VERTEX_FLOATS), dtype=np.float32)
    rows[:, 0:3] = mesh.position_m
    rows[:, 3:6] = mesh.normal
    rows[:, 6:9] = mesh.color
    rows[:, 9] = mesh.material
    rows[:, 10:12] = mesh.uv
    rows[:, 12] = seed
    rows[:, 13] = index
    return rows


class Room(NamedTuple):
    """Where a passing mesh may lie."""

    first_vertex: int
    vertices: int
    first_index: int
    indices: int


class GeometryStore:
    """Holds meshes in one growing vertex and index buffer, so that one indirect draw covers many of them."""

    def __init__(self, context: Any, vertex_capacity: int = 1 << 18) -> None:
        self._context = context
        self.vertex_buffer = context.buffer(reserve=vertex_capacity * VERTEX_BYTES)
        self.index_buffer = context.buffer(reserve=vertex_capacity * 12)
        self._vertex_count = 0
        self._index_count = 0
        self._rooms: dict[int, Room] = {}  # of passing meshes, by first index
        self._free: list[Room] = []
        self.token = object()  # names the present buffers; their OpenGL names are given out again

    def add(self, mesh: Mesh, *, passing: bool = False) -> StoredMesh:
        """Copy a mesh to graphics memory, its triangles ordered by family; `passing` ones can be given up again."""
        family = FAMILY_OF_MATERIAL[mesh.material[mesh.triangle[:, 0]]]
        order = np.argsort(family, kind="stable")
        triangles = mesh.triangle[order]
        base = (self._append_passing if passing else self.append)(vertex_rows(mesh), triangles)
        starts = np.searchsorted(family[order], np.arange(len(Family) + 1))
        families = {
            member: IndexRange(base.first_index + 3 * int(a), 3 * int(b - a), base.base_vertex)
            for member, a, b in zip(Family, starts[:-1], starts[1:], strict=True)
            if b > a
        }
        position = mesh.position_m.astype(np.float64)
        low, high = position.min(axis=0), position.max(axis=0)
        center = (low + high) / 2.0
        radius = float(np.linalg.norm(position - center, axis=1).max())
        return StoredMesh(families, base, radius, low, high, _lamps(mesh), _picture_size(mesh))

    def give_up(self, stored: StoredMesh) -> None:
        """Let another passing mesh have the room of one."""
        self._free.append(self._rooms.pop(stored.whole.first_index))

    def _append_passing(self, rows: NDArray[np.float32], triangles: NDArray[np.uint32]) -> IndexRange:
        fitting = (room for room in self._free if room.vertices >= len(rows) and room.indices >= triangles.size)
        room = min(fitting, key=lambda room: room.vertices, default=None)
        if room is None:
            room = Room(self._vertex_count, int(ROOM_SHARE * len(rows)), self._index_count, triangles.size)
            self._reserve(room.first_vertex + room.vertices, room.first_index + room.indices)
            self._vertex_count += room.vertices
            self._index_count += room.indices
        else:
            self._free.remove(room)
        self._rooms[room.first_index] = room
        self.vertex_buffer.write(rows.tobytes(), offset=room.first_vertex * VERTEX_BYTES)
        self.index_buffer.write(triangles.astype(np.uint32).tobytes(), offset=room.first_index * 4)
        return IndexRange(room.first_index, triangles.size, room.first_vertex)

    def append(self, rows: NDArray[np.float32], triangles: NDArray[np.uint32]) -> IndexRange:
        """Copy vertices and the triangles between them; returns where they lie."""
        base = IndexRange(self._index_count, triangles.size, self._vertex_count)
        self._reserve(self._vertex_count + len(rows), self._index_count + triangles.size)
        self.vertex_buffer.write(rows.tobytes(), offset=self._vertex_count * VERTEX_BYTES)
        self.index_buffer.write(triangles.astype(np.uint32).tobytes(), offset=self._index_count * 4)
        self._vertex_count += len(rows)
        self._index_count += triangles.size
        return base

    def _reserve(self, vertex_count: int, index_count: int) -> None:
        self.vertex_buffer = self._grown(self.vertex_buffer, self._vertex_count, vertex_count, VERTEX_BYTES)
        self.index_buffer = self._grown(self.index_buffer, self._index_count, index_count, 4)

    def _grown(self, buffer: Any, used: int, wanted: int, item_bytes: int) -> Any:
        if wanted * item_bytes <= buffer.size:
            return buffer
        larger = self._context.buffer(reserve=max(wanted * item_bytes, 2 * buffer.size))
        if used:
            self._context.copy_buffer(larger, buffer, used * item_bytes)
        self.token = object()
        return larger


_LAMP_MATERIALS = (
    Material.HEADLAMP,
    Material.TAILLAMP,
    Material.INDICATOR,
    Material.REVERSE_LAMP,
    Material.BEACON,
    Material.SIGNAL_RED,
    Material.SIGNAL_YELLOW,
    Material.SIGNAL_GREEN,
    Material.STREET_LAMP,
)


def _lamps(mesh: Mesh) -> dict[Material, LampParts]:
    found: dict[Material, LampParts] = {}
    for material in _LAMP_MATERIALS:
        chosen = mesh.material == material
        if not chosen.any():
            continue
        points, normals = mesh.position_m[chosen].astype(np.float64), mesh.normal[chosen].astype(np.float64)
        # front and rear indicators are four lamps: split by the sign of x as well as of y
        quarter = (points[:, 0] > 0).astype(int) * 2 + (points[:, 1] > 0).astype(int)
        quarters = np.unique(quarter)
        found[material] = LampParts(
            np.array([points[quarter == k].mean(axis=0) for k in quarters]),
            np.array([normals[quarter == k].mean(axis=0) for k in quarters]),
        )
    return found


def _picture_size(mesh: Mesh) -> tuple[float, float] | None:
    """Width and height in metres of the largest face with a picture: lengths along u and v from 0 to 1."""
    faces = mesh.triangle[np.isin(mesh.material[mesh.triangle[:, 0]], (Material.PICTURE, Material.DECAL))]
    if len(faces) == 0:
        return None
    corner, uv = mesh.position_m[faces].astype(np.float64), mesh.uv[faces].astype(np.float64)
    edges, turns = corner[:, 1:] - corner[:, :1], uv[:, 1:] - uv[:, :1]
    area = np.abs(np.linalg.det(turns))
    best = int(area.argmax())
    if area[best] < 1e-9:
        return None
    along_u, along_v = np.linalg.solve(turns[best], edges[best])
    return float(np.linalg.norm(along_u)), float(np.linalg.norm(along_v))
