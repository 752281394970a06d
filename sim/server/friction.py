"""Boxes of other friction on the ground: the actors `static.trigger.friction`."""

from __future__ import annotations

import numpy as np

from sim.server import poses
from sim.server.actors import Actor, ActorTable
from sim.server.bodies import Bodies
from sim.server.physics_control import DRY_FRICTION
from sim.world.collisions import OrientedBoxes, overlapping

BLUEPRINT = "static.trigger.friction"
_M_PER_CM = 0.01


class FrictionTriggers:
    """Gives the tyres of vehicles inside a trigger its friction in place of their own; the youngest trigger wins."""

    def __init__(self, table: ActorTable, bodies: Bodies) -> None:
        self._table = table
        self._bodies = bodies
        self._version = -1
        self._triggers: list[Actor] = []
        self._changed: set[int] = set()

    def apply(self) -> None:
        """Look who is inside now."""
        if self._version != self._table.version:
            self._triggers = [a for a in self._table.actors.values() if a.blueprint_id == BLUEPRINT]
            self._version = self._table.version
        if not self._triggers and not self._changed:
            return
        vehicles = [actor for actor in self._table.actors.values() if actor.vehicle is not None]
        friction = np.full(len(vehicles), np.nan)
        boxes = self._boxes(vehicles, [tuple(actor.half_m) for actor in vehicles])
        for trigger in self._triggers:
            half_cm = tuple(_number(trigger, f"extent_{axis}", 1.0) for axis in "xyz")
            box = self._boxes([trigger], [tuple(_M_PER_CM * abs(cm) for cm in half_cm)])
            friction[overlapping(box, boxes)] = max(_number(trigger, "friction", DRY_FRICTION), 0.0)
        for actor, value in zip(vehicles, friction.tolist(), strict=True):
            if not np.isnan(value):
                own = (self._bodies.spec(actor).grip_front + self._bodies.spec(actor).grip_rear) / 2 * DRY_FRICTION
                self._bodies.set_surface_grip(actor, value / own if own > 0 else 1.0)
            elif actor.id in self._changed:
                self._bodies.set_surface_grip(actor, 1.0)
        self._changed = {actor.id for actor, value in zip(vehicles, friction, strict=True) if not np.isnan(value)}

    def _boxes(self, actors: list[Actor], half_m: list[tuple[float, ...]]) -> OrientedBoxes:
        rows = self._table.rows([actor.id for actor in actors])
        rotation = poses.rotations(self._table.rpy_rad[rows])
        center = np.array([actor.box_center_body_m for actor in actors]).reshape(-1, 3)
        place = self._table.position_world_m[rows] + np.einsum("nij,nj->ni", rotation, center)
        half = np.array(half_m).reshape(-1, 3)
        return OrientedBoxes(np.array([actor.id for actor in actors], dtype=np.int64), place, half, rotation)


def _number(trigger: Actor, name: str, otherwise: float) -> float:
    """An attribute as a number; what is none counts as not given."""
    try:
        value = float(trigger.attribute(name))
    except ValueError:
        return otherwise
    return value if np.isfinite(value) else otherwise
