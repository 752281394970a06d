"""Who touches whom: the bodies of an episode as boxes, what a collision does to them, who must be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.server import poses
from sim.server.actors import Actor, ActorTable
from sim.server.blueprints import ActorKind
from sim.server.bodies import Bodies
from sim.server.level import Level
from sim.server.world_map import WorldMap
from sim.world.collisions import OrientedBoxes, find_contacts, overlaps_any

_CLEARANCE_M = 3.0
"""Gaps are measured up to this."""
_SOLID_MARGIN_M = 10.0
"""Solids of the map are looked for this far ahead, and again when a body has moved as far."""
_FEW = 40
"""So many bodies are compared all with all: that is quicker than to sort them."""
_MOST_PIECES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """Two actors that touched; ids below 0 are solids of the map. The impulse is what `id_a` felt."""

    id_a: int
    id_b: int
    impulse_on_a_world_ns: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Shapes:
    """The boxes of some actors in their own frames, and their rows in the table.

    `carrier_id` is who carries each in the end, itself if nobody does: what rides together does not collide.
    """

    actor_id: NDArray[np.int64]
    carrier_id: NDArray[np.int64]
    rows: NDArray[np.intp]
    center_body_m: NDArray[np.float64]
    half_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    thin_m: NDArray[np.float64]  # the smallest half size
    movable: NDArray[np.bool_]


class Contacts:
    """Finds and resolves the contacts of an episode's bodies."""

    def __init__(self, table: ActorTable, bodies: Bodies, world_map: WorldMap, level: Level) -> None:
        self._table = table
        self._bodies = bodies
        self._level = level
        self._solids = _solid_boxes(world_map)
        self._solid_radius_m = np.linalg.norm(self._solids.half_m, axis=1)
        self._near_solids = np.zeros(0, np.intp)
        self._sought_at_m = np.zeros((0, 3))
        self._shapes: _Shapes | None = None
        self._known: object = None
        self._clear_m = self._clear_of_fast_m = 0.0
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

    def pieces(self, step_s: float) -> int:
        """Into how many pieces a step must be cut lest two bodies pass through each other in it; mostly 1."""
        shapes = self._present_shapes()
        velocity = self._table.velocity_world_mps[shapes.rows]
        # Who moves by less than its own thickness passes through nothing, even if the other does the same towards it.
        fast = _length(velocity) * step_s > 2.0 * shapes.thin_m
        if not fast.any():
            return 1
        center = self._table.position_world_m[shapes.rows]
        solids = self._solids_near(shapes, center)
        others = np.concatenate([center, self._solids.center_world_m[solids]])
        thin_m = np.concatenate([shapes.thin_m, self._solids.half_m[solids].min(axis=1)])
        radius_m = np.concatenate([shapes.radius_m, self._solid_radius_m[solids]])
        moves = np.concatenate([velocity, np.zeros((len(solids), 3))]) * step_s
        one, other = _neighbours(others[:, 0], radius_m + _length(moves))
        counts = np.append(fast, np.zeros(len(solids), np.bool_))
        one, other = (side[counts[one] | counts[other]] for side in (one, other))
        way_m = _length(moves[one] - moves[other])
        near = _length(others[one] - others[other]) < way_m + radius_m[one] + radius_m[other]
        thick_m = 2 * (thin_m[one] + thin_m[other])
        needed = (way_m / np.maximum(thick_m, 0.1))[near].max(initial=0.0)
        return max(1, min(int(np.ceil(needed)), _MOST_PIECES))

    def resolve(self, step_s: float = 0.0) -> list[Touch]:
        """Find all contacts after a step, and let the bodies push each other."""
        shapes = self._present_shapes()
        center = self._table.position_world_m[shapes.rows]
        if not len(center) or self._still_apart(shapes, center):
            return []
        boxes = self._candidates(shapes, center)
        found = find_contacts(boxes, step_s) if boxes is not None else []
        carrier = dict(zip(shapes.actor_id.tolist(), shapes.carrier_id.tolist(), strict=True))
        contacts = [c for c in found if carrier.get(c.id_a, c.id_a) != carrier.get(c.id_b, c.id_b)]
        if not contacts:
            return []
        impulses = self._bodies.collide(contacts)
        return [Touch(i.id_a, i.id_b, -i.impulse_world_ns) for i in impulses]

    def blocked_share(
        self, start_world_m: NDArray[np.float64], end_world_m: NDArray[np.float64], radius_m: float, not_id: int
    ) -> float:
        """How much of the way from start to end a ball gets before it meets a body or solid, 0 to 1; 1 if it does not.

        Boxes are widened by the radius, which is a little too much at their edges. The actor `not_id` does not count.
        """
        shapes = self._present_shapes()
        every = _stacked(self._boxes(shapes), self._solids, np.arange(len(self._solids)), shapes.movable)
        boxes = _some(every, every.actor_id != not_id)
        start = np.einsum("nji,nj->ni", boxes.rotation, start_world_m - boxes.center_world_m)
        way = np.einsum("nji,j->ni", boxes.rotation, end_world_m - start_world_m)
        way = np.where(np.abs(way) < 1e-9, 1e-9, way)
        reach = boxes.half_m + radius_m
        entry, leave = (-np.sign(way) * reach - start) / way, (np.sign(way) * reach - start) / way
        first, last = entry.max(axis=1, initial=-np.inf), leave.min(axis=1, initial=np.inf)
        met = first[(first <= last) & (last > 0.0) & (first < 1.0)]
        return float(np.clip(met.min(initial=1.0), 0.0, 1.0))

    def _present_shapes(self) -> _Shapes:
        known = (self._table.version, self._table.collision_version, self._level.version)
        if self._shapes is None or self._known != known:
            kinds = (ActorKind.VEHICLE, ActorKind.WALKER, ActorKind.PROP)
            actors = [a for a in self._table.actors.values() if a.kind in kinds and a.collides]
            self._shapes, self._known = _shapes_of(self._table, actors), known
            self._clear_m = self._clear_of_fast_m = 0.0
            self._sought_at_m = np.zeros((0, 3))
        return self._shapes

    def _still_apart(self, shapes: _Shapes, center: NDArray[np.float64]) -> bool:
        """Whether no body has moved so far that a gap measured before could have closed.

        What stands fast is only come near by what moves. Of two that move, each may have come half the gap towards the
        other; what all of them have moved together, as traffic does, brings none nearer.
        """
        if min(self._clear_m, self._clear_of_fast_m) <= 0.0:
            return False
        way = center - self._measured_at_m
        turned = np.abs(np.sin((self._table.rpy_rad[shapes.rows] - self._measured_rpy_rad) / 2)).sum(axis=1) * 2
        turned_m = turned * shapes.radius_m
        moved_m = _length(way) + turned_m
        fast = ~shapes.movable
        if moved_m.max() + moved_m.max(where=fast, initial=0.0) >= self._clear_of_fast_m:
            return False
        apart_m = (_length(way - way[shapes.movable].mean(axis=0)) + turned_m) if shapes.movable.any() else moved_m
        return bool(apart_m.max(where=shapes.movable, initial=0.0) < self._clear_m / 2)

    def _candidates(self, shapes: _Shapes, center: NDArray[np.float64]) -> OrientedBoxes | None:
        """The boxes that no face of another's keeps apart, None for none: most ticks need no more."""
        boxes = _stacked(self._boxes(shapes), self._solids, self._solids_near(shapes, center), shapes.movable)
        first, second, gap_m = _gaps(boxes, shapes.carrier_id)
        assert boxes.movable is not None
        both_move = boxes.movable[first] & boxes.movable[second]
        self._clear_m = float(gap_m.min(where=both_move, initial=_CLEARANCE_M))
        self._clear_of_fast_m = float(gap_m.min(where=~both_move, initial=_CLEARANCE_M))
        self._measured_at_m, self._measured_rpy_rad = center, self._table.rpy_rad[shapes.rows]
        if min(self._clear_m, self._clear_of_fast_m) > 0.0:
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
            near[:, self._level.absent_solids] = False
            self._near_solids, self._sought_at_m = np.flatnonzero(near.any(axis=0)), center
        return self._near_solids

    def _boxes(self, shapes: _Shapes, which: NDArray[np.bool_] | slice = slice(None)) -> OrientedBoxes:
        rows = shapes.rows[which]
        rotation = poses.rotations(self._table.rpy_rad[rows])
        offset = np.einsum("nij,nj->ni", rotation, shapes.center_body_m[which])
        center = self._table.position_world_m[rows] + offset
        velocity = self._table.velocity_world_mps[rows]
        return OrientedBoxes(shapes.actor_id[which], center, shapes.half_m[which], rotation, None, velocity)


def _stacked(
    bodies: OrientedBoxes, solids: OrientedBoxes, which: NDArray[np.intp], movable: NDArray[np.bool_]
) -> OrientedBoxes:
    """Bodies, then some solids."""
    still = np.zeros((len(which), 3))
    velocity = np.zeros_like(bodies.center_world_m) if bodies.velocity_world_mps is None else bodies.velocity_world_mps
    return OrientedBoxes(
        np.concatenate([bodies.actor_id, solids.actor_id[which]]),
        np.concatenate([bodies.center_world_m, solids.center_world_m[which]]),
        np.concatenate([bodies.half_m, solids.half_m[which]]),
        np.concatenate([bodies.rotation, solids.rotation[which]]),
        np.concatenate([movable, np.zeros(len(which), np.bool_)]),
        np.concatenate([velocity, still]),
    )


def _some(boxes: OrientedBoxes, which: NDArray[np.bool_]) -> OrientedBoxes:
    movable = None if boxes.movable is None else boxes.movable[which]
    velocity = None if boxes.velocity_world_mps is None else boxes.velocity_world_mps[which]
    place = boxes.center_world_m[which], boxes.half_m[which], boxes.rotation[which]
    return OrientedBoxes(boxes.actor_id[which], *place, movable, velocity)


def _gaps(
    boxes: OrientedBoxes, carrier_id: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Pairs whose surrounding spheres come within the clearance, and the widest gap between their faces, < 0 for none.

    Args:
        boxes: the bodies first.
        carrier_id: of the bodies: two solids are no pair, nor are two that ride together.
    """
    radius_m = _length(boxes.half_m)
    first, second = _neighbours(boxes.center_world_m[:, 0], radius_m + _CLEARANCE_M / 2)
    carrier = np.concatenate([carrier_id, boxes.actor_id[len(carrier_id) :]])
    use = (first < len(carrier_id)) & (carrier[first] != carrier[second])
    if boxes.movable is not None:
        use &= boxes.movable[first] | boxes.movable[second]
    first, second = first[use], second[use]
    between = boxes.center_world_m[second] - boxes.center_world_m[first]
    reach_m = radius_m[first] + radius_m[second] + _CLEARANCE_M
    near = np.einsum("pk,pk->p", between, between) < reach_m * reach_m
    first, second, between = first[near], second[near], between[near]
    axes_a, axes_b = boxes.rotation[first], boxes.rotation[second]
    half_a, half_b = boxes.half_m[first], boxes.half_m[second]
    cosine = np.abs(np.einsum("pki,pkj->pij", axes_a, axes_b))
    along_a = np.abs(np.einsum("pk,pki->pi", between, axes_a)) - half_a - np.einsum("pij,pj->pi", cosine, half_b)
    along_b = np.abs(np.einsum("pk,pki->pi", between, axes_b)) - half_b - np.einsum("pij,pi->pj", cosine, half_a)
    return first, second, np.maximum(along_a.max(axis=1, initial=-np.inf), along_b.max(axis=1, initial=-np.inf))


def _neighbours(x_m: NDArray[np.float64], reach_m: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of indices, the lower first, whose reaches along one axis overlap: a sweep along it."""
    low_m, high_m = x_m - reach_m, x_m + reach_m
    if len(x_m) <= _FEW:
        overlap = (low_m < high_m[:, None]) & (low_m[:, None] < high_m)
        one, other = np.nonzero(np.triu(overlap, 1))
        return one, other
    order = np.argsort(low_m, kind="stable")
    after = np.arange(1, len(x_m) + 1)
    count = np.maximum(np.searchsorted(low_m[order], high_m[order], side="left") - after, 0)
    first = np.repeat(after - 1, count)
    second = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count) + first + 1
    one, other = order[first], order[second]
    return np.minimum(one, other), np.maximum(one, other)


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
        carrier_id=np.array([_carrier_id(table, a) for a in actors], dtype=np.int64),
        rows=table.rows([a.id for a in actors]),
        center_body_m=center,
        half_m=half,
        radius_m=np.linalg.norm(center, axis=1) + np.linalg.norm(half, axis=1),
        thin_m=half.min(axis=1, initial=np.inf),
        movable=np.array([a.kind is not ActorKind.PROP or a.simulated for a in actors], dtype=np.bool_),
    )


def _carrier_id(table: ActorTable, actor: Actor) -> int:
    while actor.parent_id:
        actor = table.actors[actor.parent_id]
    return actor.id


def _solid_boxes(world_map: WorldMap) -> OrientedBoxes:
    solids = world_map.data.solids()
    rpy = np.zeros((len(solids), 3))
    rpy[:, 2] = solids.yaw_rad
    ids = -1 - np.arange(len(solids), dtype=np.int64)
    return OrientedBoxes(ids, solids.center_world_m, solids.half_m, poses.rotations(rpy))
