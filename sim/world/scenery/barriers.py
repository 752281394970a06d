"""Guard rails and concrete barriers, from OpenDRIVE's barrier objects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.world.maps.network import Network, RoadObject, RoadRecord
from sim.world.scenery.chunks import GUARD_RAIL, Chunks, quads
from sim.world.scenery.objects import Objects
from sim.world.scenery.roadside import Placed

STEEL_RGB = (0.42, 0.43, 0.44)
CONCRETE_RGB = (0.40, 0.39, 0.37)
POST_STEP_M = 4.0  # RPS: rails with posts every 2 to 4 m
PIECE_M = 20.0
SAG_STEP_M = 2.5
# a W-shaped beam: (towards the road, up) as shares of its depth and of the rail's height, once round
RAIL_PROFILE = ((0.2, 1.0), (0.5, 0.93), (0.5, 0.87), (0.25, 0.80), (0.5, 0.73), (0.5, 0.66), (0.2, 0.59), (0.1, 0.80))
# a wall that is wide below and narrow above
WALL_PROFILE = (
    (-0.5, -0.2),
    (0.5, -0.2),
    (0.5, 0.09),
    (0.25, 0.36),
    (0.17, 1.0),
    (-0.17, 1.0),
    (-0.25, 0.36),
    (-0.5, 0.09),
)

Floats = NDArray[np.float64]


def barriers(network: Network) -> Iterator[tuple[RoadRecord, RoadObject, tuple[float, float]]]:
    """Every barrier with its road and the stretch of road it runs along."""
    for road in network.roads:
        for thing in road.objects:
            if thing.kind in ("barrier", "railing", "soundBarrier"):
                for repeat in thing.repeats:
                    start_m = repeat.get("s", thing.s_m)
                    yield road, thing, (start_m, min(start_m + repeat.get("length", 0.0), road.length_m))


def add_barriers(chunks: Chunks, network: Network, objects: Objects, first_solid: int) -> None:
    """All barriers of a map, piece by piece in the order of `barrier_solids`: each piece is an object."""
    pieces = ((road, thing, span_m) for road, thing, whole_m in barriers(network) for span_m in _pieces(whole_m))
    for number, (road, thing, span_m) in enumerate(pieces):
        is_wall = thing.size_m[1] > 0.4
        profile = np.array(WALL_PROFILE if is_wall else RAIL_PROFILE[::-1])
        color, material = (CONCRETE_RGB, Material.CONCRETE) if is_wall else (STEEL_RGB, Material.METAL)
        # towards the road: rails right of the reference line look left
        facing = 1.0 if thing.t_m <= 0.0 else -1.0
        made = MeshBuilder().triangles(_extruded(road, thing, span_m, profile, facing), color, material)
        if not is_wall:
            _add_posts(made, road, thing, span_m)
        middle = road.points(sum(span_m) / 2, thing.t_m)[0]
        heading = float(road.headings(sum(span_m) / 2)[0])
        cos, sin = np.cos(heading), np.sin(heading)
        turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
        mesh = MeshBuilder().add(made.build(), turn, -turn @ middle).build()
        place = (float(middle[0]), float(middle[1]), float(middle[2]))
        (owner,) = objects.add("barrier", [(GUARD_RAIL.tag, mesh)], place, heading, first_solid + number)
        chunks.mesh(GUARD_RAIL, mesh, middle, heading, owner)


def _pieces(span_m: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Stretches of at most `PIECE_M` that make up a barrier."""
    ends = np.linspace(*span_m, int(np.ceil((span_m[1] - span_m[0]) / PIECE_M)) + 1)
    return pairwise(float(end) for end in ends)


def _extruded(
    road: RoadRecord, thing: RoadObject, span_m: tuple[float, float], profile: Floats, facing: float
) -> Floats:
    """Triangles of a closed profile (towards the road, up) drawn along the road, with its ends closed."""
    bends = len(road.samples(*span_m)) > len(road.course.bends) + 1 + (span_m[1] - span_m[0]) / PIECE_M
    count = int(np.ceil((span_m[1] - span_m[0]) / (SAG_STEP_M if bends else PIECE_M))) + 1
    s_m = np.linspace(*span_m, max(2, count))
    _, width_m, height_m = thing.size_m
    lines = [road.points(s_m, thing.t_m + facing * a * width_m, thing.z_m + b * height_m) for a, b in profile]
    ring = np.stack(lines)  # (P, K, 3)
    if facing > 0.0:
        ring = ring[::-1]
    after = np.roll(ring, -1, axis=0)
    sheet = np.stack([ring[:, :-1], ring[:, 1:], after[:, 1:], after[:, :-1]], axis=2).reshape(-1, 4, 3)
    fan = [[ring[0, k], ring[i, k], ring[i + 1, k]] for k in (0,) for i in range(1, len(ring) - 1)]
    far = [[ring[0, -1], ring[i + 1, -1], ring[i, -1]] for i in range(1, len(ring) - 1)]
    return np.concatenate([quads(sheet), np.array(fan + far)])


def _add_posts(made: MeshBuilder, road: RoadRecord, thing: RoadObject, span_m: tuple[float, float]) -> None:
    for s_m in np.arange(span_m[0] + POST_STEP_M / 2, span_m[1], POST_STEP_M):
        at = road.points(s_m, thing.t_m)[0]
        half = (0.05, 0.06, 0.475 * thing.size_m[2] + 0.2)
        middle = at + np.array([0.0, 0.0, thing.z_m + 0.475 * thing.size_m[2] - 0.2])
        heading = float(road.headings(s_m)[0])
        cos, sin = np.cos(heading), np.sin(heading)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        made.box(middle, half, STEEL_RGB, Material.METAL, turn)


def barrier_solids(network: Network) -> Iterator[Placed]:
    """Boxes for physics: pieces that are at most `PIECE_M` long, shorter in bends."""
    for road, thing, span_m in barriers(network):
        for piece_m in _pieces(span_m):
            a, b = road.points(np.array(piece_m), thing.t_m, thing.z_m)
            middle, along = (a + b) / 2, b - a
            size = float(np.hypot(*along[:2])), thing.size_m[1], thing.size_m[2]
            yaw = float(np.arctan2(along[1], along[0]))
            yield Placed("barrier", (float(middle[0]), float(middle[1]), float(middle[2])), yaw, size)
