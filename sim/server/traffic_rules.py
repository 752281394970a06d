"""What the road tells each vehicle: speed limit and traffic light, kept in the vehicles' records."""

from __future__ import annotations

import numpy as np

from sim.server import poses
from sim.server.actors import ActorTable
from sim.server.blueprints import ActorKind
from sim.server.signals import GREEN, Signals
from sim.server.world_map import WorldMap

_ASK_AGAIN_M = 2.0
"""A vehicle's speed limit is looked up again after so much way: less than any sign's distance to the next."""


class TrafficRules:
    """Writes speed limits and lights into the records of an actor table."""

    def __init__(self, table: ActorTable, world_map: WorldMap, signals: Signals) -> None:
        self._table = table
        self._map = world_map
        self._signals = signals
        self._version = -1
        self._vehicle_ids: list[int] = []
        self._rows = np.zeros(0, np.intp)
        self._half_length_m = np.zeros(0)
        self._asked_at_m: dict[int, np.ndarray] = {}

    def write(self) -> None:
        """Bring the records up to date."""
        if self._version != self._table.version:
            self._take_stock()
        if self._vehicle_ids:
            self._write_speed_limits()
            self._write_lights_of_vehicles()
        self._write_light_actors()

    def _take_stock(self) -> None:
        vehicles = [a for a in self._table.actors.values() if a.kind is ActorKind.VEHICLE]
        self._vehicle_ids = [a.id for a in vehicles]
        self._rows = self._table.rows(self._vehicle_ids)
        self._half_length_m = np.array([a.size_lwh_m[0] / 2 for a in vehicles])
        self._asked_at_m = {i: self._asked_at_m.get(i, np.full(3, np.inf)) for i in self._vehicle_ids}
        self._asked = np.array([self._asked_at_m[i] for i in self._vehicle_ids]).reshape(-1, 3)
        self._version = self._table.version

    def _write_speed_limits(self) -> None:
        position = self._table.position_world_m[self._rows]
        moved = np.abs(position - self._asked).max(axis=1) > _ASK_AGAIN_M
        for index in np.flatnonzero(moved):
            limit = self._map.speed_limit_kmph(position[index])
            self._table.records["speed_limit_kmph"][self._rows[index]] = limit
            self._asked[index] = position[index]
            self._asked_at_m[self._vehicle_ids[index]] = position[index]

    def _write_lights_of_vehicles(self) -> None:
        records, rows = self._table.records, self._rows
        if not self._signals.lights:
            records["light_state"][rows] = GREEN
            return
        heading = poses.rotations(self._table.rpy_rad[rows])[:, :, 0]
        front = self._table.position_world_m[rows] + heading * self._half_length_m[:, None]
        index = self._signals.before(front, heading)
        lights = list(self._signals.lights.values())
        color = np.array([light.color for light in lights] + [GREEN])
        identity = np.array([light.actor_id for light in lights] + [0])
        records["has_light"][rows] = index >= 0
        records["light_state"][rows] = color[index]
        records["light_id"][rows] = identity[index]

    def _write_light_actors(self) -> None:
        records = self._table.records
        for light in self._signals.lights.values():
            record = records[self._table.row(light.actor_id)]
            record["signal_id"] = light.head.opendrive_signal_id.encode()[:32]
            record["green_s"], record["yellow_s"], record["red_s"] = light.green_s, light.yellow_s, light.red_s
            record["elapsed_s"], record["pole_index"] = light.elapsed_s, light.pole_index
            record["frozen"], record["color"] = light.frozen, light.color
