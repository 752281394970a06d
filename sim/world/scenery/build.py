"""Plans and builds the scenery of one map."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.world.maps.data import SignalHead, Solids
from sim.world.maps.network import Network
from sim.world.scene import StaticPart, StaticScene, StreetLamp
from sim.world.scenery.barriers import add_barriers, barrier_solids
from sim.world.scenery.buildings import building
from sim.world.scenery.chunks import BUILDING, Chunks
from sim.world.scenery.cushions import crash_cushions
from sim.world.scenery.ground import Ground, Heights
from sim.world.scenery.kinds import NOT_SOLID, SOLID_RADIUS_M, add_thing, lamps_of, solid_tag
from sim.world.scenery.markings import add_markings
from sim.world.scenery.objects import Objects
from sim.world.scenery.plan import plan_scenery
from sim.world.scenery.roadside import FreeGround, Placed, without_islands
from sim.world.scenery.signs import road_signs
from sim.world.scenery.stops import bus_stops
from sim.world.scenery.strips import Strip, lane_strips
from sim.world.scenery.surface import Plate, add_surfaces, junction_plates
from sim.world.scenery.terrain import Terrain, add_terrain, make_terrain
from sim.world.scenery.tunnels import tunnel_things, tunnel_tubes
from sim.world.scenery.wear import add_wear

SHORTEST_POST_M = 0.5
SIGNAL_POST_ROOM_M = 3.0
"""Nothing else stands this near to a traffic light, so that drivers see it."""

THING_ROOM_M = 0.5
HILL_ROOM_M = 12.0
"""The hill over a tunnel reaches so far beyond its walls."""


class Scenery:
    """The scenery of one map, made piece by piece when first asked for; equal for equal name and OpenDRIVE text."""

    def __init__(self, name: str, network: Network, xodr: str, heads: tuple[SignalHead, ...]) -> None:
        self._name = name
        self._network = network
        self._heads = heads
        self._digest = hashlib.sha256(xodr.encode()).hexdigest()[:16]
        self._seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")

    @cached_property
    def strips(self) -> list[Strip]:
        """Surfaces of all lanes."""
        return lane_strips(self._network)

    @cached_property
    def plates(self) -> dict[int, Plate]:
        """Surfaces of level junctions."""
        return junction_plates(self.strips)

    @cached_property
    def terrain(self) -> Terrain:
        """The ground beside the roads."""
        outlines = [plate.outline for plate in self.plates.values()]
        return make_terrain(self.strips, outlines, np.random.default_rng([self._seed, 1]))

    @cached_property
    def ground(self) -> Ground:
        """Heights everywhere."""
        return Ground(self.strips, lambda xy: self.terrain.height_m(xy))

    @cached_property
    def placed(self) -> list[Placed]:
        """All that stands beside the roads."""
        free = FreeGround(without_islands(self.terrain.paved))
        heights = self.ground.z_m  # posts may stand on side walks and medians
        posts = [_signal_post(head, heights) for head in self._heads] + road_signs(self._network, heights)
        for post in posts:
            free.reserve(post, SIGNAL_POST_ROOM_M)
        things = [*bus_stops(self._network, heights), *crash_cushions(self._network, heights)]
        for thing in things:
            free.reserve(thing, THING_ROOM_M)
        tunnel = list(tunnel_things(self._network))
        for thing in tunnel:
            free.reserve(thing, HILL_ROOM_M)
        return (
            posts + things + tunnel + plan_scenery(self._network, self.strips, free, self.terrain.height_m, self._seed)
        )

    @cached_property
    def scene(self) -> StaticScene:
        """All that stands still."""
        chunks, objects = Chunks(), Objects()
        add_surfaces(chunks, self.strips, self.plates)
        add_wear(chunks, self._network, self._seed)
        add_markings(chunks, self._network)
        add_terrain(chunks, self.terrain)
        solid = {id(thing): row for row, thing in enumerate(self._solid_things)}
        houses = [thing for thing in self.placed if thing.kind == "building"]
        others = [thing for thing in self.placed if thing.kind != "building"]
        for thing in others:
            add_thing(chunks, thing, objects, solid.get(id(thing), -1))
        add_barriers(chunks, self._network, objects, len(self._solid_things) - len(self._barriers))
        house_parts = tuple(_house(thing, objects, solid[id(thing)]) for thing in houses)
        parts = tuple(objects.with_rest(part) for part in chunks.parts()) + house_parts
        tubes = tuple(tunnel_tubes(self._network))
        return StaticScene(f"{self._name}-{self._digest}", parts, self.lamps, objects.all(), tubes)

    @cached_property
    def lamps(self) -> tuple[StreetLamp, ...]:
        """The lights of all street lamps."""
        return lamps_of(self.placed)

    @cached_property
    def _barriers(self) -> list[Placed]:
        return list(barrier_solids(self._network))

    @cached_property
    def _solid_things(self) -> list[Placed]:
        """What bodies collide with, barriers last."""
        return [thing for thing in self.placed if thing.kind not in NOT_SOLID] + self._barriers

    @cached_property
    def solids(self) -> Solids:
        """What bodies collide with: houses, posts, trunks, furniture, barriers."""
        rows = np.array([_solid(thing) for thing in self._solid_things]).reshape(-1, 7)
        tag = np.array([solid_tag(thing.kind) for thing in self._solid_things], np.uint8)
        return Solids(rows[:, :3], rows[:, 3:6], rows[:, 6], tag)

    def ground_z_m(self, xy_world_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the ground under points (N, 2)."""
        return self.ground.z_m(xy_world_m)


def make_scenery(name: str, network: Network, xodr: str, heads: tuple[SignalHead, ...]) -> Scenery:
    """The scenery of a map with posts for its traffic lights; nothing is built before it is asked for."""
    return Scenery(name, network, xodr, heads)


def _signal_post(head: SignalHead, height_m: Heights) -> Placed:
    pose = head.T_world_head
    yaw = float(np.arctan2(pose[1, 0], pose[0, 0]))
    x, y, z = (float(v) for v in pose[:3, 3])
    ground_m = float(height_m(np.array([[x, y]]))[0])
    return Placed("signal_post", (x, y, ground_m), yaw, (0.3, 0.3, max(z - ground_m, SHORTEST_POST_M)))


def _house(thing: Placed, objects: Objects, solid: int) -> StaticPart:
    """Each house is a part of its own: its seed decides its windows."""
    mesh = building(thing.variant, thing.size_m)
    (owner,) = objects.add("building", [(BUILDING.tag, mesh)], thing.position_world_m, thing.yaw_rad, solid)
    alone = Chunks()
    alone.mesh(BUILDING, mesh, thing.position_world_m, thing.yaw_rad, owner)
    (part,) = alone.parts()
    return replace(part, name=objects.name(owner), seed=float(thing.variant % 997))


def _solid(thing: Placed) -> list[float]:
    """Centre, half extents and yaw of a thing's box."""
    half = np.array(thing.size_m) / 2
    radius_m = SOLID_RADIUS_M.get(thing.kind)
    if radius_m is not None:
        half[:2] = radius_m
    x, y, z = thing.position_world_m
    return [x, y, z + half[2], *half, thing.yaw_rad]
