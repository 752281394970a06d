"""Plans and builds the scenery of one map."""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.world.maps.data import OrientedBoxArrays
from sim.world.maps.network import Network
from sim.world.scene import StaticScene
from sim.world.scenery.chunks import Chunks
from sim.world.scenery.ground import Ground, make_ground
from sim.world.scenery.markings import add_markings
from sim.world.scenery.strips import Strip, lane_strips
from sim.world.scenery.surface import add_surfaces
from sim.world.scenery.terrain import Terrain, add_terrain, make_terrain


class Scenery:
    """The scenery of one map, made piece by piece when first asked for."""

    def __init__(self, name: str, network: Network, xodr: str) -> None:
        self._name = name
        self._network = network
        self._digest = hashlib.sha256(xodr.encode()).hexdigest()[:16]
        self._seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")

    @cached_property
    def strips(self) -> list[Strip]:
        """Surfaces of all lanes."""
        return lane_strips(self._network)

    @cached_property
    def terrain(self) -> Terrain:
        """The ground."""
        return make_terrain(self.strips, np.random.default_rng([self._seed, 1]))

    @cached_property
    def ground(self) -> Ground:
        """Heights."""
        return make_ground(self.strips, self.terrain)

    @cached_property
    def scene(self) -> StaticScene:
        """All that stands still."""
        chunks = Chunks()
        add_surfaces(chunks, self.strips)
        add_markings(chunks, self._network)
        add_terrain(chunks, self.terrain)
        return StaticScene(f"{self._name}-{self._digest}", chunks.parts(), ())

    @cached_property
    def solids(self) -> OrientedBoxArrays:
        """What bodies collide with."""
        return OrientedBoxArrays(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))

    def ground_z_m(self, xy_world_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the ground under points (N, 2)."""
        return self.ground.z_m(xy_world_m)


def make_scenery(name: str, network: Network, xodr: str) -> Scenery:
    """The scenery of a map; nothing is built before it is asked for."""
    return Scenery(name, network, xodr)
