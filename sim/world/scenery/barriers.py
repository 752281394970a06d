"""Guard rails and concrete barriers, from OpenDRIVE's barrier objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, eq=False)
class Rail:
    """A barrier along a stretch of road; its lateral offset grows evenly from one end to the other.

    Args:
        road: along which it runs.
        thing: what the file says of it.
        span_m: (2,) where it begins and ends along the road.
        offset_m: (2,) lateral offsets there.
    """

    road: RoadRecord
    thing: RoadObject
    span_m: tuple[float, float]
    offset_m: tuple[float, float]

    def points(self, s_m: Floats, aside_m: float = 0.0, up_m: float = 0.0) -> Floats:
        """(N, 3) world points `aside_m` to its left, over its foot."""
        t_m = np.interp(s_m, self.span_m, self.offset_m)
        return self.road.points(s_m, t_m + aside_m, self.thing.z_m + up_m)

    def pieces(self) -> Iterator[Rail]:
        """Stretches of at most `PIECE_M` that make it up."""
        ends = np.linspace(*self.span_m, int(np.ceil((self.span_m[1] - self.span_m[0]) / PIECE_M)) + 1)
        offsets = np.interp(ends, self.span_m, self.offset_m)
        for span_m, offset_m in zip(pairwise(ends.tolist()), pairwise(offsets.tolist()), strict=True):
            yield Rail(self.road, self.thing, span_m, offset_m)


def barriers(network: Network) -> Iterator[Rail]:
    """Every barrier of a map."""
    for road in network.roads:
        for thing in road.objects:
            if thing.kind in ("barrier", "railing", "soundBarrier"):
                for repeat in thing.repeats:
                    start_m = repeat.get("s", thing.s_m)
                    span_m = start_m, min(start_m + repeat.get("length", 0.0), road.length_m)
                    yield Rail(road, thing, span_m, (repeat.get("tStart", thing.t_m), repeat.get("tEnd", thing.t_m)))


def add_barriers(chunks: Chunks, network: Network, objects: Objects, first_solid: int) -> None:
    """All barriers of a map, piece by piece in the order of `barrier_solids`: each piece is an object."""
    pieces = (piece for rail in barriers(network) for piece in rail.pieces())
    for number, piece in enumerate(pieces):
        is_wall = piece.thing.size_m[1] > 0.4
        profile = np.array(WALL_PROFILE if is_wall else RAIL_PROFILE[::-1])
        color, material = (CONCRETE_RGB, Material.CONCRETE) if is_wall else (STEEL_RGB, Material.METAL)
        # towards the road: rails right of the reference line look left
        facing = 1.0 if piece.thing.t_m <= 0.0 else -1.0
        made = MeshBuilder().triangles(_extruded(piece, profile, facing), color, material)
        if not is_wall:
            _add_posts(made, piece)
        middle_s_m = np.array([sum(piece.span_m) / 2])
        middle = piece.points(middle_s_m)[0] - (0.0, 0.0, piece.thing.z_m)
        heading = float(piece.road.headings(middle_s_m)[0])
        cos, sin = np.cos(heading), np.sin(heading)
        turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
        mesh = MeshBuilder().add(made.build(), turn, -turn @ middle).build()
        place = (float(middle[0]), float(middle[1]), float(middle[2]))
        (owner,) = objects.add("barrier", [(GUARD_RAIL.tag, mesh)], place, heading, first_solid + number)
        chunks.mesh(GUARD_RAIL, mesh, middle, heading, owner)


def _extruded(rail: Rail, profile: Floats, facing: float) -> Floats:
    """Triangles of a closed profile (towards the road, up) drawn along the road, with its ends closed."""
    road, span_m = rail.road, rail.span_m
    bends = len(road.samples(*span_m)) > len(road.course.bends) + 1 + (span_m[1] - span_m[0]) / PIECE_M
    count = int(np.ceil((span_m[1] - span_m[0]) / (SAG_STEP_M if bends else PIECE_M))) + 1
    s_m = np.linspace(*span_m, max(2, count))
    _, width_m, height_m = rail.thing.size_m
    ring = np.stack([rail.points(s_m, facing * a * width_m, b * height_m) for a, b in profile])  # (P, K, 3)
    if facing > 0.0:
        ring = ring[::-1]
    after = np.roll(ring, -1, axis=0)
    sheet = np.stack([ring[:, :-1], ring[:, 1:], after[:, 1:], after[:, :-1]], axis=2).reshape(-1, 4, 3)
    fan = [[ring[0, k], ring[i, k], ring[i + 1, k]] for k in (0,) for i in range(1, len(ring) - 1)]
    far = [[ring[0, -1], ring[i + 1, -1], ring[i, -1]] for i in range(1, len(ring) - 1)]
    return np.concatenate([quads(sheet), np.array(fan + far)])


def _add_posts(made: MeshBuilder, rail: Rail) -> None:
    posts_m = np.arange(rail.span_m[0] + POST_STEP_M / 2, rail.span_m[1], POST_STEP_M)
    height_m = 0.475 * rail.thing.size_m[2]
    for foot, heading in zip(rail.points(posts_m), rail.road.headings(posts_m), strict=True):
        middle = foot + np.array([0.0, 0.0, height_m - 0.2])
        cos, sin = np.cos(heading), np.sin(heading)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        made.box(middle, (0.05, 0.06, height_m + 0.2), STEEL_RGB, Material.METAL, turn)


def barrier_solids(network: Network) -> Iterator[Placed]:
    """Boxes for physics: pieces that are at most `PIECE_M` long, shorter in bends."""
    for rail in barriers(network):
        for piece in rail.pieces():
            a, b = piece.points(np.array(piece.span_m))
            middle, along = (a + b) / 2, b - a
            size = float(np.hypot(*along[:2])), rail.thing.size_m[1], rail.thing.size_m[2]
            yaw = float(np.arctan2(along[1], along[0]))
            yield Placed("barrier", (float(middle[0]), float(middle[1]), float(middle[2])), yaw, size)
