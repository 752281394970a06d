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

_SOLID_MARGIN_M = 10.0
"""Solids of the map within this distance are kept in mind until a body has moved half of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """Two actors that touched; ids below 0 are solids of the map. The impulse is what `id_a` felt."""

    id_a: int
    id_b: int
    impulse_on_a_world_ns: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Shapes:
    """The boxes of some actors in their own frames, and their rows in the table."""

    actor_id: NDArray[np.int64]
    rows: NDArray[np.intp]
    center_body_m: NDArray[np.float64]
    half_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    movable: NDArray[np.bool_]


class Contacts:
    """Finds and resolves the contacts of an episode's bodies."""

    def __init__(self, table: ActorTable, bodies: Bodies, world_map: WorldMap) -> None:
        self._table = table
        self._bodies = bodies
        self._solids = _solid_boxes(world_map)
        self._solid_radius_m = np.linalg.norm(self._solids.half_m, axis=1)
        self._near_solids = np.zeros(0, np.intp)
        self._sought_at_m = np.zeros((0, 3))
        self._shapes: _Shapes | None = None
        self._known: object = None

    def is_taken(self, actor: Actor, T_world_self: NDArray[np.float64]) -> bool:
        """Whether a new body at a place would overlap a vehicle or walker."""
        kinds = (ActorKind.VEHICLE, ActorKind.WALKER)
        others = [a for a in self._table.actors.values() if a.kind in kinds and a.collides]
        box = OrientedBoxes(
            np.array([0]),
            (T_world_self[:3, :3] @ actor.box_center_body_m + T_world_self[:3, 3])[None],
            actor.half_m[None],
            T_world_self[None, :3, :3],
        )
        return bool(others) and overlaps_any(box, self._boxes(_shapes_of(self._table, others)))

    def resolve(self) -> list[Touch]:
        """Find all contacts, and let the bodies push each other."""
        shapes = self._present_shapes()
        if not shapes.movable.any():
            return []
        boxes = self._candidates(shapes)
        contacts = find_contacts(boxes) if boxes is not None else []
        if not contacts:
            return []
        impulses = self._bodies.collide(contacts)
        return [Touch(i.id_a, i.id_b, -i.impulse_world_ns) for i in impulses]

    def _present_shapes(self) -> _Shapes:
        known = (self._table.version, self._table.collision_version)
        if self._shapes is None or self._known != known:
            kinds = (ActorKind.VEHICLE, ActorKind.WALKER, ActorKind.PROP)
            actors = [a for a in self._table.actors.values() if a.kind in kinds and a.collides]
            self._shapes, self._known = _shapes_of(self._table, actors), known
        return self._shapes

    def _candidates(self, shapes: _Shapes) -> OrientedBoxes | None:
        """The boxes whose surrounding spheres meet another's, None for none: most ticks need no more."""
        center = self._table.position_world_m[shapes.rows]
        offset = center[:, None, :] - center[None, :, :]
        reach = shapes.radius_m[:, None] + shapes.radius_m[None, :]
        near = np.einsum("ijk,ijk->ij", offset, offset) < reach * reach
        np.fill_diagonal(near, False)
        near &= shapes.movable[:, None] | shapes.movable[None, :]
        touching = near.any(axis=1)
        solids = self._solids_near(center, shapes)
        if len(solids):
            touching |= shapes.movable
        if not touching.any():
            return None
        bodies = self._boxes(shapes, touching)
        return OrientedBoxes(
            np.concatenate([bodies.actor_id, self._solids.actor_id[solids]]),
            np.concatenate([bodies.center_world_m, self._solids.center_world_m[solids]]),
            np.concatenate([bodies.half_m, self._solids.half_m[solids]]),
            np.concatenate([bodies.rotation, self._solids.rotation[solids]]),
            np.concatenate([shapes.movable[touching], np.zeros(len(solids), np.bool_)]),
        )

    def _solids_near(self, center: NDArray[np.float64], shapes: _Shapes) -> NDArray[np.intp]:
        """Solids of the map whose spheres meet that of a body that can move."""
        if not len(self._solids):
            return np.zeros(0, np.intp)
        moved_m = np.inf
        if len(center) == len(self._sought_at_m):
            moved_m = float(np.abs(center - self._sought_at_m).max(initial=0.0))
        if moved_m > _SOLID_MARGIN_M / 2:
            near = self._meets_solids(center, shapes, np.arange(len(self._solids)), _SOLID_MARGIN_M)
            self._near_solids, self._sought_at_m = near, center
        return self._meets_solids(center, shapes, self._near_solids, 0.0)

    def _meets_solids(
        self, center: NDArray[np.float64], shapes: _Shapes, solids: NDArray[np.intp], margin_m: float
    ) -> NDArray[np.intp]:
        if not len(solids):
            return solids
        body, radius = center[shapes.movable], shapes.radius_m[shapes.movable]
        offset = body[:, None, :] - self._solids.center_world_m[solids][None]
        reach = radius[:, None] + self._solid_radius_m[solids] + margin_m
        return solids[(np.einsum("ijk,ijk->ij", offset, offset) < reach * reach).any(axis=0)]

    def _boxes(self, shapes: _Shapes, which: NDArray[np.bool_] | slice = slice(None)) -> OrientedBoxes:
        rows = shapes.rows[which]
        rotation = poses.rotations(self._table.rpy_rad[rows])
        offset = np.einsum("nij,nj->ni", rotation, shapes.center_body_m[which])
        center = self._table.position_world_m[rows] + offset
        return OrientedBoxes(shapes.actor_id[which], center, shapes.half_m[which], rotation)


def joined(touches: list[Touch]) -> list[Touch]:
    """One touch a pair of actors, with the sum of its impulses, in order of first contact."""
    pairs: dict[tuple[int, int], NDArray[np.float64]] = {}
    for touch in touches:
        pair = (touch.id_a, touch.id_b)
        pairs[pair] = pairs.get(pair, np.zeros(3)) + touch.impulse_on_a_world_ns
    return [Touch(a, b, impulse) for (a, b), impulse in pairs.items()]


def _shapes_of(table: ActorTable, actors: list[Actor]) -> _Shapes:
    center = np.array([a.box_center_body_m for a in actors]).reshape(-1, 3)
    half = np.array([a.half_m for a in actors]).reshape(-1, 3)
    return _Shapes(
        actor_id=np.array([a.id for a in actors], dtype=np.int64),
        rows=table.rows([a.id for a in actors]),
        center_body_m=center,
        half_m=half,
        radius_m=np.linalg.norm(center, axis=1) + np.linalg.norm(half, axis=1),
        movable=np.array([a.kind is not ActorKind.PROP for a in actors], dtype=np.bool_),
    )


def _solid_boxes(world_map: WorldMap) -> OrientedBoxes:
    solids = world_map.data.solids()
    rpy = np.zeros((len(solids), 3))
    rpy[:, 2] = solids.yaw_rad
    ids = -1 - np.arange(len(solids), dtype=np.int64)
    return OrientedBoxes(ids, solids.center_world_m, solids.half_m, poses.rotations(rpy))
