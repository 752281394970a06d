"""Plans and builds the scenery of one map."""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.world.maps.data import SignalHead, Solids
from sim.world.maps.network import Network
from sim.world.scene import StaticPart, StaticScene
from sim.world.scenery.barriers import add_barriers, barrier_solids
from sim.world.scenery.buildings import building
from sim.world.scenery.chunks import BUILDING, Chunks
from sim.world.scenery.ground import Ground
from sim.world.scenery.kinds import NOT_SOLID, SOLID_RADIUS_M, add_thing, lamps_of, solid_tag
from sim.world.scenery.markings import add_markings
from sim.world.scenery.plan import plan_scenery
from sim.world.scenery.roadside import FreeGround, Placed, without_islands
from sim.world.scenery.signs import road_signs
from sim.world.scenery.strips import Strip, lane_strips
from sim.world.scenery.surface import Plate, add_surfaces, junction_plates
from sim.world.scenery.terrain import Terrain, add_terrain, make_terrain

SIGNAL_POST_ROOM_M = 3.0
"""Nothing else stands this near to a traffic light, so that drivers see it."""


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
        posts = [_signal_post(head) for head in self._heads] + road_signs(self._network, self.terrain.height_m)
        for post in posts:
            free.reserve(post, SIGNAL_POST_ROOM_M)
        return posts + plan_scenery(self._network, self.strips, free, self.terrain.height_m, self._seed)

    @cached_property
    def scene(self) -> StaticScene:
        """All that stands still."""
        chunks = Chunks()
        add_surfaces(chunks, self.strips, self.plates)
        add_markings(chunks, self._network)
        add_terrain(chunks, self.terrain)
        add_barriers(chunks, self._network)
        houses = [thing for thing in self.placed if thing.kind == "building"]
        others = [thing for thing in self.placed if thing.kind != "building"]
        for thing in others:
            add_thing(chunks, thing)
        parts = chunks.parts() + tuple(_house(number, thing) for number, thing in enumerate(houses))
        return StaticScene(f"{self._name}-{self._digest}", parts, lamps_of(others))

    @cached_property
    def solids(self) -> Solids:
        """What bodies collide with: houses, posts, trunks, furniture, barriers."""
        things = [thing for thing in self.placed if thing.kind not in NOT_SOLID]
        things += barrier_solids(self._network)
        rows = np.array([_solid(thing) for thing in things]).reshape(-1, 7)
        tag = np.array([solid_tag(thing.kind) for thing in things], np.uint8)
        return Solids(rows[:, :3], rows[:, 3:6], rows[:, 6], tag)

    def ground_z_m(self, xy_world_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the ground under points (N, 2)."""
        return self.ground.z_m(xy_world_m)


def make_scenery(name: str, network: Network, xodr: str, heads: tuple[SignalHead, ...]) -> Scenery:
    """The scenery of a map with posts for its traffic lights; nothing is built before it is asked for."""
    return Scenery(name, network, xodr, heads)


def _signal_post(head: SignalHead) -> Placed:
    pose = head.T_world_head
    yaw = float(np.arctan2(pose[1, 0], pose[0, 0]))
    x, y, z = (float(v) for v in pose[:3, 3])
    return Placed("signal_post", (x, y, 0.0), yaw, (0.3, 0.3, z))


def _house(number: int, thing: Placed) -> StaticPart:
    """Each house is a part of its own: its seed decides its windows."""
    alone = Chunks()
    alone.mesh(BUILDING, building(thing.variant, thing.size_m), thing.position_world_m, thing.yaw_rad)
    return StaticPart(f"building_{number}", BUILDING.tag, alone.parts()[0].mesh, seed=float(thing.variant % 997))


def _solid(thing: Placed) -> list[float]:
    """Centre, half extents and yaw of a thing's box."""
    half = np.array(thing.size_m) / 2
    radius_m = SOLID_RADIUS_M.get(thing.kind)
    if radius_m is not None:
        half[:2] = radius_m
    x, y, z = thing.position_world_m
    return [x, y, z + half[2], *half, thing.yaw_rad]
