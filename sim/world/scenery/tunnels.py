"""Tunnels, from OpenDRIVE's tunnel records: walls, a ceiling with lamps, portals, and the hill over it all.

Pieces have x along the road and their origin on the road, in the middle between the walls.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.world.maps.network import Network, RoadRecord
from sim.world.scene import Tube
from sim.world.scenery.roadside import Placed
from sim.world.scenery.terrain import GRASS_RGB

CLEAR_M = 5.0  # RABT: 4.50 m for traffic, and room for lamps and signs
WALL_M, SLAB_M, COVER_M = 0.5, 0.6, 1.0
"""Thickness of walls, ceiling and the earth above."""
BEYOND_PAVING_M = 0.02
STRAIGHT_M = 0.3
"""A stretch of tunnel counts as straight when its axis bends off less than this: walls are thicker."""
PIECE_M = 20.0
BANK_RUN = 1.5
"""The hill rises 1 : 1.5, as banks do (RAA)."""
BELOW_M = 0.3
LAMP_STEP_M, LAMP_ASIDE_M = 10.0, 1.75
PORTAL_M = 0.6
LINING_RGB, CONCRETE_RGB, LAMP_RGB = (0.45, 0.44, 0.41), (0.34, 0.33, 0.31), (0.9, 0.88, 0.8)

Floats = NDArray[np.float64]
Size = tuple[float, float, float]


def tunnel_things(network: Network) -> Iterator[Placed]:
    """The pieces of all tunnels; sizes are (length, width between the walls, clear height), of walls their own."""
    for road in network.roads:
        for start_m, length_m in road.tunnels:
            ends_m = np.linspace(start_m, start_m + length_m, int(np.ceil(length_m / PIECE_M)) + 1)
            for span_m in pairwise(ends_m.tolist()):
                yield from _piece(road, span_m)
            for at_m, turn_rad in ((start_m, np.pi), (start_m + length_m, 0.0)):
                (right_m, left_m), at = _walls_m(road, at_m), np.array([at_m])
                x, y, z = road.points(at, (right_m + left_m) / 2)[0].tolist()
                yaw_rad = float(road.headings(at)[0]) + turn_rad
                yield Placed("tunnel_portal", (x, y, z), yaw_rad, (PORTAL_M, left_m - right_m, CLEAR_M))


def tunnel_tubes(network: Network) -> Iterator[Tube]:
    """The insides of all tunnels as straight stretches, as few as do: where neither sun nor sky shines."""
    for road in network.roads:
        for start_m, length_m in road.tunnels:
            at_m = np.linspace(start_m, start_m + length_m, int(np.ceil(length_m / PIECE_M)) + 1)
            walls_m = np.array([_walls_m(road, float(s_m)) for s_m in at_m])
            axis = np.concatenate([road.points(at_m[k : k + 1], walls_m[k].mean()) for k in range(len(at_m))])
            first = 0
            while first < len(at_m) - 1:
                last = next(k for k in range(len(at_m) - 1, first, -1) if _is_straight(axis[first : k + 1]))
                begin, end = axis[first].tolist(), axis[last].tolist()
                width_m = float(np.diff(walls_m[first : last + 1]).max())
                before_m, behind_m = float(at_m[first] - at_m[0]), float(at_m[-1] - at_m[last])
                yield Tube(tuple(begin), tuple(end), width_m, CLEAR_M, before_m, behind_m)
                first = last


def _is_straight(points: Floats) -> bool:
    """Whether all points (N, 3) lie near the line from the first to the last; two always do."""
    along = points[-1] - points[0]
    along = along / np.linalg.norm(along)
    return bool(np.linalg.norm(np.cross(points - points[0], along), axis=1).max() < STRAIGHT_M)


def _piece(road: RoadRecord, span_m: tuple[float, float]) -> Iterator[Placed]:
    """Two walls, and the ceiling with the hill on it."""
    right_m, left_m = _walls_m(road, sum(span_m) / 2)
    ends = np.array(span_m)
    for kind, t_m, wide_m in (
        ("tunnel_wall", left_m + WALL_M / 2, WALL_M),
        ("tunnel_wall", right_m - WALL_M / 2, WALL_M),
        ("tunnel_roof", (left_m + right_m) / 2, left_m - right_m),
    ):
        a, b = road.points(ends, t_m)
        along, middle = b - a, (a + b) / 2
        x, y, _ = middle.tolist()
        size = float(np.hypot(along[0], along[1])), wide_m, CLEAR_M
        yield Placed(kind, (x, y, float(min(a[2], b[2]))), float(np.arctan2(along[1], along[0])), size)


def _walls_m(road: RoadRecord, s_m: float) -> tuple[float, float]:
    """Lateral offsets of the faces of the right and the left wall."""
    section = next(part for part in reversed(road.sections) if s_m >= part.start_m - 1e-6)
    at = np.array([s_m])
    right_m, left_m = (float(road.paving_edge(section, sign, at)[0]) for sign in (-1, 1))
    return right_m - BEYOND_PAVING_M, left_m + BEYOND_PAVING_M


def wall(variant: int, size_m: Size) -> Mesh:
    """A stretch of wall with a light lining."""
    del variant
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    half_m = (top + BELOW_M) / 2
    return MeshBuilder().box((0, 0, half_m - BELOW_M), (x, y, half_m), LINING_RGB, Material.CONCRETE).build()


def ceiling(variant: int, size_m: Size) -> Mesh:
    """The slab and two rows of lamps."""
    del variant
    made = MeshBuilder()
    x, y, clear = size_m[0] / 2, size_m[1] / 2 + WALL_M, size_m[2]
    made.box((0, 0, clear + SLAB_M / 2), (x, y, SLAB_M / 2), CONCRETE_RGB, Material.CONCRETE)
    for along in np.arange(-x + LAMP_STEP_M / 2, x, LAMP_STEP_M):
        for aside in (-LAMP_ASIDE_M, LAMP_ASIDE_M):
            made.box((along, aside, clear - 0.06), (0.6, 0.12, 0.06), LAMP_RGB, Material.STREET_LAMP)
    return made.build()


def hill(variant: int, size_m: Size) -> Mesh:
    """Grass over the slab and down both sides."""
    del variant
    x = size_m[0] / 2
    across, up = _outline(size_m)
    points = np.stack([np.stack([np.full(4, at), across, up], axis=1) for at in (-x, x)])
    return MeshBuilder().grid(points, GRASS_RGB, Material.GRASS, crease_deg=1.0).build()


def portal(variant: int, size_m: Size) -> Mesh:
    """A wall that holds the hill back, with the tunnel's mouth in it; it looks along +x."""
    del variant
    made = MeshBuilder()
    half_m, clear, thick = size_m[1] / 2, size_m[2], size_m[0]
    across, up = _outline(size_m)
    foot_m, edge_m, top = across[3], across[2], up[2] + 0.4
    middle_z = (clear + top) / 2
    made.box((-thick / 2 + 0.1, 0, middle_z), (thick / 2, edge_m, top - middle_z), CONCRETE_RGB, Material.CONCRETE)
    for side in (-1.0, 1.0):
        inner, outer = (
            [(half_m, -BELOW_M), (half_m, clear)],
            [(edge_m, clear), (edge_m, top), (foot_m, 0.4), (foot_m, -BELOW_M)],
        )
        ring = [(side * y, z) for y, z in [*inner, *outer]]
        ring = ring if side < 0 else ring[::-1]
        _add_prism(made, ring, (0.1, 0.1 - thick))
    return made.build()


def _outline(size_m: Size) -> tuple[Floats, Floats]:
    """(4,) offsets across and (4,) heights of the hill, from the right foot over the top to the left one."""
    edge_m, top = size_m[1] / 2 + WALL_M, size_m[2] + SLAB_M + COVER_M
    foot_m = edge_m + BANK_RUN * top
    return np.array([-foot_m, -edge_m, edge_m, foot_m]), np.array([-BELOW_M, top, top, -BELOW_M])


def _add_prism(made: MeshBuilder, ring: list[tuple[float, float]], ends_x: tuple[float, float]) -> None:
    """A polygon (across, up), star-shaped about its first corner and counter-clockwise as seen from +x."""
    front = [[ends_x[0], y, z] for y, z in ring]
    back = [[ends_x[1], y, z] for y, z in ring]
    sides = [[[front[k], back[k], back[k - 1]], [front[k], back[k - 1], front[k - 1]]] for k in range(len(ring))]
    faces = [[front[0], front[k], front[k + 1]] for k in range(1, len(ring) - 1)]
    faces += [[back[0], back[k + 1], back[k]] for k in range(1, len(ring) - 1)]
    made.triangles([*faces, *(face for pair in sides for face in pair)], CONCRETE_RGB, Material.CONCRETE)
