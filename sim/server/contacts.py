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

_CLEARANCE_M = 3.0
"""Gaps are measured up to this."""
_SOLID_MARGIN_M = 10.0
"""Solids of the map are looked for this far ahead, and again when a body has moved as far."""


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
        self._clear_m = 0.0
        self._measured_at_m = self._measured_rpy_rad = np.zeros((0, 3))

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
        center = self._table.position_world_m[shapes.rows]
        if not len(center) or self._still_apart(shapes, center):
            return []
        boxes = self._candidates(shapes, center)
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
            self._clear_m = 0.0
            self._sought_at_m = np.zeros((0, 3))
        return self._shapes

    def _still_apart(self, shapes: _Shapes, center: NDArray[np.float64]) -> bool:
        """Whether no body has moved so far that a gap measured before could have closed: two may move towards it."""
        if self._clear_m <= 0.0:
            return False
        turned = np.abs(np.sin((self._table.rpy_rad[shapes.rows] - self._measured_rpy_rad) / 2)).sum(axis=1) * 2
        moved = _length(center - self._measured_at_m) + turned * shapes.radius_m
        return float(moved.max()) < self._clear_m / 2

    def _candidates(self, shapes: _Shapes, center: NDArray[np.float64]) -> OrientedBoxes | None:
        """The boxes that no face of another's keeps apart, None for none: most ticks need no more."""
        boxes = _stacked(self._boxes(shapes), self._solids, self._solids_near(shapes, center), shapes.movable)
        first, second, gap_m = _gaps(boxes, len(center))
        self._clear_m = float(min(gap_m.min(initial=np.inf), _CLEARANCE_M))
        self._measured_at_m, self._measured_rpy_rad = center, self._table.rpy_rad[shapes.rows]
        if self._clear_m > 0.0:
            return None
        touching = np.zeros(len(boxes), np.bool_)
        touching[first[gap_m <= 0]] = touching[second[gap_m <= 0]] = True
        return _some(boxes, touching)

    def _solids_near(self, shapes: _Shapes, center: NDArray[np.float64]) -> NDArray[np.intp]:
        """Solids of the map so near that a body could meet one before it has moved by the margin."""
        if _farthest_m(center, self._sought_at_m) > _SOLID_MARGIN_M:
            reach = shapes.radius_m[shapes.movable].max(initial=0.0) + _SOLID_MARGIN_M + _CLEARANCE_M
            offset = center[shapes.movable][:, None, :2] - self._solids.center_world_m[None, :, :2]
            near = np.einsum("ijk,ijk->ij", offset, offset) < (reach + self._solid_radius_m) ** 2
            self._near_solids, self._sought_at_m = np.flatnonzero(near.any(axis=0)), center
        return self._near_solids

    def _boxes(self, shapes: _Shapes, which: NDArray[np.bool_] | slice = slice(None)) -> OrientedBoxes:
        rows = shapes.rows[which]
        rotation = poses.rotations(self._table.rpy_rad[rows])
        offset = np.einsum("nij,nj->ni", rotation, shapes.center_body_m[which])
        center = self._table.position_world_m[rows] + offset
        return OrientedBoxes(shapes.actor_id[which], center, shapes.half_m[which], rotation)


def _stacked(
    bodies: OrientedBoxes, solids: OrientedBoxes, which: NDArray[np.intp], movable: NDArray[np.bool_]
) -> OrientedBoxes:
    """Bodies, then some solids."""
    return OrientedBoxes(
        np.concatenate([bodies.actor_id, solids.actor_id[which]]),
        np.concatenate([bodies.center_world_m, solids.center_world_m[which]]),
        np.concatenate([bodies.half_m, solids.half_m[which]]),
        np.concatenate([bodies.rotation, solids.rotation[which]]),
        np.concatenate([movable, np.zeros(len(which), np.bool_)]),
    )


def _some(boxes: OrientedBoxes, which: NDArray[np.bool_]) -> OrientedBoxes:
    movable = None if boxes.movable is None else boxes.movable[which]
    return OrientedBoxes(
        boxes.actor_id[which], boxes.center_world_m[which], boxes.half_m[which], boxes.rotation[which], movable
    )


def _gaps(boxes: OrientedBoxes, bodies: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Pairs whose surrounding spheres come within the clearance, and the widest gap between their faces, < 0 for none.

    Args:
        boxes: the bodies first.
        bodies: how many of them are bodies: two solids are no pair.
    """
    radius_m = _length(boxes.half_m)
    offset = boxes.center_world_m[None, :, :] - boxes.center_world_m[:bodies, None, :]
    reach_m = radius_m[:bodies, None] + radius_m + _CLEARANCE_M
    near = np.einsum("ijk,ijk->ij", offset, offset) < reach_m * reach_m
    near &= np.arange(len(boxes)) > np.arange(bodies)[:, None]
    if boxes.movable is not None:
        near &= boxes.movable[:bodies, None] | boxes.movable
    first, second = np.nonzero(near)
    axes_a, axes_b = boxes.rotation[first], boxes.rotation[second]
    half_a, half_b = boxes.half_m[first], boxes.half_m[second]
    between = offset[first, second]
    cosine = np.abs(np.einsum("pki,pkj->pij", axes_a, axes_b))
    along_a = np.abs(np.einsum("pk,pki->pi", between, axes_a)) - half_a - np.einsum("pij,pj->pi", cosine, half_b)
    along_b = np.abs(np.einsum("pk,pki->pi", between, axes_b)) - half_b - np.einsum("pij,pi->pj", cosine, half_a)
    return first, second, np.maximum(along_a.max(axis=1, initial=-np.inf), along_b.max(axis=1, initial=-np.inf))


def _length(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(np.einsum("...k,...k->...", vector, vector))


def _farthest_m(center: NDArray[np.float64], before: NDArray[np.float64]) -> float:
    """How far any body has moved at most, infinite when they are others."""
    if len(center) != len(before):
        return np.inf
    return float(np.sqrt(3.0) * np.abs(center - before).max(initial=0.0))


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
