"""What the road tells each vehicle: speed limit, traffic light and right of way, kept in the vehicles' records."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.server import poses
from sim.server.actors import ActorTable
from sim.server.blueprints import ActorKind
from sim.server.road_signs import RoadSigns
from sim.server.sign_areas import SignAreas
from sim.server.signals import GREEN, RED, Signals
from sim.server.world_map import WorldMap
from sim.world.maps.data import OrientedBoxArrays

_ASK_AGAIN_M = 4.0
"""A vehicle's speed limit is looked up again after so much way: less than any sign's distance to the next."""


class TrafficRules:
    """Writes speed limits, lights and right of way into the records of an actor table.

    A vehicle's light is the one whose box it overlaps, as CARLA has it; at a stop or yield sign it sees red, without
    a light, while it must wait. Its speed limit is its lane's, and from a sign on the sign's until the lane's changes.
    """

    def __init__(self, table: ActorTable, world_map: WorldMap, signals: Signals, signs: RoadSigns) -> None:
        self._table = table
        self._map = world_map
        self._lights = list(signals.lights.values())
        self._light_ids = np.array([light.actor_id for light in self._lights] + [0])
        self._light_areas = SignAreas([light.head.sign.areas for light in self._lights])
        self._signs = signs
        self._version = -1
        self._vehicle_ids: list[int] = []
        self._rows = np.zeros(0, np.intp)
        self._light_rows = np.zeros(0, np.intp)
        self._half_m = np.zeros((0, 3))
        self._center_body_m = np.zeros((0, 3))
        self._asked = np.zeros((0, 3))
        self._road_kmph = np.zeros(0)

    def write(self, now_s: float) -> None:
        """Bring the records up to date with the episode's time `now_s`."""
        if self._version != self._table.version:
            self._take_stock()
        if self._vehicle_ids:
            self._write_road_limits()
        if self._vehicle_ids and (self._lights or self._signs.actors):
            bodies = self._bodies()
            self._write_signed_limits(bodies)
            self._write_rights_of_way(bodies, now_s)
        if self._lights:
            self._write_lights()

    def _take_stock(self) -> None:
        table = self._table
        known = {identity: place for place, identity in enumerate(self._vehicle_ids)}
        vehicles = [a for a in table.actors.values() if a.kind is ActorKind.VEHICLE]
        self._vehicle_ids = [a.id for a in vehicles]
        self._rows = table.rows(self._vehicle_ids)
        self._half_m = np.array([a.half_m for a in vehicles]).reshape(-1, 3)
        self._center_body_m = np.array([a.box_center_body_m for a in vehicles]).reshape(-1, 3)
        before = np.array([known.get(identity, len(known)) for identity in self._vehicle_ids], dtype=np.intp)
        self._asked = np.concatenate([self._asked, np.full((1, 3), np.inf)])[before]
        self._road_kmph = np.concatenate([self._road_kmph, [np.nan]])[before]
        table.records["light_state"][self._rows] = GREEN
        self._light_rows = table.rows([light.actor_id for light in self._lights])
        for identity, number in self._opendrive_ids().items():
            table.records["signal_id"][table.row(identity)] = number.encode()[:32]
        self._version = table.version

    def _opendrive_ids(self) -> dict[int, str]:
        lights = {light.actor_id: light.head.opendrive_signal_id for light in self._lights}
        return lights | {identity: actor.sign.opendrive_id for identity, actor in self._signs.actors.items()}

    def _bodies(self) -> OrientedBoxArrays:
        """The boxes of all vehicles, upright."""
        turn = poses.rotations(self._table.rpy_rad[self._rows])
        center = self._table.position_world_m[self._rows] + np.einsum("nij,nj->ni", turn, self._center_body_m)
        return OrientedBoxArrays(center, self._half_m, np.arctan2(turn[:, 1, 0], turn[:, 0, 0]))

    def _write_road_limits(self) -> None:
        position = self._table.position_world_m[self._rows]
        shown_kmph = self._table.records["speed_limit_kmph"]
        moved = np.abs(position - self._asked).max(axis=1) > _ASK_AGAIN_M
        for place in np.flatnonzero(moved):
            limit_kmph = self._map.speed_limit_kmph(position[place])
            if limit_kmph != self._road_kmph[place]:
                shown_kmph[self._rows[place]] = self._road_kmph[place] = limit_kmph
            self._asked[place] = position[place]

    def _write_signed_limits(self, bodies: OrientedBoxArrays) -> None:
        passing, signed_kmph = self._signs.limits_passed(bodies)
        self._table.records["speed_limit_kmph"][self._rows[passing]] = signed_kmph

    def _write_rights_of_way(self, bodies: OrientedBoxArrays, now_s: float) -> None:
        records, rows = self._table.records, self._rows
        index = self._light_areas.nearest_owner(bodies)
        color = np.array([light.color for light in self._lights] + [GREEN])
        records["has_light"][rows] = index >= 0
        records["light_id"][rows] = self._light_ids[index]
        wait = self._signs.give_way.waiting(bodies, self._vehicle_ids, now_s) & (index < 0)
        records["light_state"][rows] = np.where(wait, RED, color[index])

    def _write_lights(self) -> None:
        columns: NDArray[np.float64] = np.array(
            [
                (c.green_s, c.yellow_s, c.red_s, c.elapsed_s, light.pole_index, light.frozen, light.color)
                for light in self._lights
                for c in (light.controller,)
            ]
        )
        names = ("green_s", "yellow_s", "red_s", "elapsed_s", "pole_index", "frozen", "color")
        for name, column in zip(names, columns.T, strict=True):
            self._table.records[name][self._light_rows] = column
