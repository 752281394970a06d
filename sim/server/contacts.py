"""Who touches whom: the bodies of an episode as boxes, what a collision does to them, who must be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.server import poses
from sim.server.actors import Actor, ActorTable
from sim.server.blueprints import ActorKind
from sim.server.bodies import Bodies
from sim.server.world_map import WorldMap
from sim.world.collisions import OrientedBoxes, find_contacts, overlaps_any

_BODIES = (ActorKind.VEHICLE, ActorKind.WALKER, ActorKind.PROP)


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """Two actors that touched; ids below 0 are solids of the map. The impulse is what `id_a` felt."""

    id_a: int
    id_b: int
    impulse_on_a_world_ns: NDArray[np.float64]
    point_world_m: NDArray[np.float64]


class Contacts:
    """Finds and resolves the contacts of an episode's bodies."""

    def __init__(self, table: ActorTable, bodies: Bodies, world_map: WorldMap) -> None:
        self._table = table
        self._bodies = bodies
        solids = world_map.data.solids()
        self._solid_ids = -1 - np.arange(len(solids))
        self._solid_center_m, self._solid_half_m = solids.center_world_m, solids.half_m
        rpy = np.zeros((len(solids), 3))
        rpy[:, 2] = solids.yaw_rad
        self._solid_rotation = poses.rotations(rpy)

    def is_taken(self, actor: Actor, T_world_self: NDArray[np.float64]) -> bool:
        """Whether a new body at a place would overlap a vehicle or walker."""
        box = OrientedBoxes(
            np.array([0]),
            (T_world_self[:3, :3] @ actor.box_center_body_m + T_world_self[:3, 3])[None],
            actor.half_m[None],
            T_world_self[None, :3, :3],
        )
        return overlaps_any(box, self._boxes((ActorKind.VEHICLE, ActorKind.WALKER)))

    def resolve(self) -> list[Touch]:
        """Find all contacts and push the bodies apart."""
        contacts = find_contacts(self._boxes(_BODIES))
        return [Touch(c.id_a, c.id_b, np.zeros(3), c.point_world_m) for c in contacts]

    def _boxes(self, kinds: tuple[ActorKind, ...]) -> OrientedBoxes:
        actors = [a for a in self._table.actors.values() if a.kind in kinds and a.collides]
        rows = self._table.rows([a.id for a in actors])
        rotation = poses.rotations(self._table.rpy_rad[rows])
        offset = np.array([a.box_center_body_m for a in actors]).reshape(-1, 3)
        center = self._table.position_world_m[rows] + np.einsum("nij,nj->ni", rotation, offset)
        half = np.array([a.half_m for a in actors]).reshape(-1, 3)
        return OrientedBoxes(np.array([a.id for a in actors], dtype=np.int64), center, half, rotation)
