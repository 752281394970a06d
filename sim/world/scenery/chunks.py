"""Gathers scenery into a modest number of parts: one a kind and a square of ground, so that renderers can cull."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Mesh
from sim.world.scene import NOBODY, StaticPart

CHUNK_M = 60.0
"""Side of the squares: a camera that looks along a street drops half of them."""
TERRAIN_CHUNK_M = 240.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of scenery: its name in environment-object queries, its CityObjectLabel, the side of its squares."""

    name: str
    tag: int
    chunk_m: float = CHUNK_M


ROAD = Kind("road", 1)
SIDE_WALK = Kind("side_walk", 2)
BUILDING = Kind("building", 3)
TUNNEL = Kind("tunnel", 4)
POLE = Kind("pole", 6)
TRAFFIC_SIGN = Kind("traffic_sign", 8)
VEGETATION = Kind("vegetation", 9)
HILL = Kind("hill", 10)
TERRAIN = Kind("terrain", 10, TERRAIN_CHUNK_M)
STATIC = Kind("street_furniture", 20)
ROAD_LINE = Kind("road_line", 24)
FORECOURT = Kind("forecourt", 25)
ISLAND = Kind("traffic_island", 25)
BRIDGE = Kind("bridge", 26)
GUARD_RAIL = Kind("guard_rail", 28)


@dataclass(slots=True)
class Chunks:
    """Collects triangles and meshes, and makes the parts of a scene of them."""

    _builders: dict[tuple[Kind, int, int], MeshBuilder] = field(default_factory=lambda: defaultdict(MeshBuilder))
    _owned: dict[tuple[Kind, int, int], list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def builder(self, kind: Kind, x_m: float, y_m: float) -> MeshBuilder:
        """The builder of the square that holds (x, y): for things that stay in one piece."""
        return self._builders[_square(kind, x_m, y_m)]

    def triangles(
        self, kind: Kind, corners: NDArray[np.float64], color: ArrayLike, material: int, uv: ArrayLike | None = None
    ) -> None:
        """Triangles (T, 3, 3), each into the square of its middle; uv (T, 3, 2)."""
        if len(corners) == 0:
            return
        cell = np.floor(corners[:, :, :2].mean(axis=1) / kind.chunk_m).astype(np.int64)
        colors = np.broadcast_to(np.asarray(color, dtype=np.float64), (len(corners), 3))
        for i, j in np.unique(cell, axis=0):
            mine = np.all(cell == (i, j), axis=1)
            part_uv = None if uv is None else np.asarray(uv, dtype=np.float64)[mine]
            self._builders[kind, int(i), int(j)].triangles(corners[mine], colors[mine], material, part_uv)

    def mesh(self, kind: Kind, mesh: Mesh, at_m: ArrayLike, yaw_rad: float = 0.0, owner: int = NOBODY) -> None:
        """A built mesh at `at_m` (3,), turned about z; `owner` is the object that it belongs to."""
        at = np.asarray(at_m, dtype=np.float64)
        cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        self.builder(kind, at[0], at[1]).add(mesh, turn, at)
        self._owned[_square(kind, at[0], at[1])].append((len(mesh.triangle), owner))

    def parts(self) -> tuple[StaticPart, ...]:
        """The parts, in an order that depends on their places only."""
        made = []
        for number, key in enumerate(sorted(self._builders, key=lambda k: (k[0].tag, k[0].name, k[1], k[2]))):
            kind, i, j = key
            mesh = self._builders[key].build()
            if len(mesh.triangle):
                owner = _owner(len(mesh.triangle), self._owned[key])
                made.append(StaticPart(f"{kind.name}_{i}_{j}", kind.tag, mesh, seed=float(number), owner=owner))
        return tuple(made)


def _square(kind: Kind, x_m: float, y_m: float) -> tuple[Kind, int, int]:
    return kind, int(np.floor(x_m / kind.chunk_m)), int(np.floor(y_m / kind.chunk_m))


def _owner(triangles: int, owned: list[tuple[int, int]]) -> NDArray[np.int32]:
    """(T,) owners: a builder puts loose triangles first, then whole meshes in their order."""
    counts, owners = [count for count, _ in owned], [owner for _, owner in owned]
    loose = triangles - sum(counts)
    return np.repeat(np.array([NOBODY, *owners], np.int32), [loose, *counts])


def quads(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(Q, 4, 3) quads, counter-clockwise -> (2 Q, 3, 3) triangles."""
    return np.stack([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]], axis=1).reshape(-1, 3, 3)
