"""All that moves in one tick."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from moosetest.arrays import FloatArray
from sim.raycast.shape import BodyShape
from sim.world.scene import Instance


class Bodies:
    """Shapes at their places.

    Args:
        instances: who they are and where.
        shapes: their meshes, in the same order.
    """

    def __init__(self, instances: tuple[Instance, ...], shapes: list[BodyShape]) -> None:
        self.instances = instances
        self.shapes = shapes

    @cached_property
    def T_world_body(self) -> FloatArray:
        """(M, 4, 4)."""
        return np.array([i.T_world_body for i in self.instances], np.float64).reshape(-1, 4, 4)

    @cached_property
    def velocity_world_mps(self) -> FloatArray:
        """(M, 3)."""
        return np.array([i.velocity_world_mps for i in self.instances], np.float64).reshape(-1, 3)

    def __len__(self) -> int:
        return len(self.instances)
