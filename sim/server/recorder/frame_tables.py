"""What one frame says of the actors that are there, as rows of CARLA's packets."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import ActorTable
from sim.server.recorder import births
from sim.server.recorder.packets import CM_PER_M, ROWS, U16, U32, WHEEL, Kind, packet, rows, text

Records = NDArray[np.void]
_WHEELS = 4
_POSE = struct.Struct("<6f")


_WHEELS_OF_VEHICLE = np.dtype([("id", "<u4"), ("count", "<u4"), ("wheels", WHEEL, _WHEELS)])


class Cast:
    """Who is on the stage, by CARLA's types; the same until someone comes or goes.

    Its tables have their ids already: each frame fills in the rest.

    Args:
        actors: the actor table.
    """

    def __init__(self, actors: ActorTable) -> None:
        everyone = list(actors.actors.values())
        types = np.array([births.actor_type(actor.blueprint_id) for actor in everyone], dtype=np.intp)
        self.vehicles = [a for a, kind in zip(everyone, types, strict=True) if kind == births.VEHICLE]
        self.walkers = [a for a, kind in zip(everyone, types, strict=True) if kind == births.WALKER]
        self._moving_rows = np.flatnonzero(np.isin(types, (births.OTHER, births.VEHICLE, births.WALKER)))
        self._vehicle_rows = np.flatnonzero(types == births.VEHICLE)
        self._walker_rows = np.flatnonzero(types == births.WALKER)
        self._light_rows = np.flatnonzero(types == births.TRAFFIC_LIGHT)
        identity = np.array([actor.id for actor in everyone], dtype="<u4")
        self._positions = _table(Kind.POSITIONS, identity[self._moving_rows])
        self._pedals = _table(Kind.VEHICLES, identity[self._vehicle_rows])
        self._lamps = _table(Kind.VEHICLE_LIGHTS, identity[self._vehicle_rows])
        self._speeds = _table(Kind.WALKERS, identity[self._walker_rows])
        self._gaits = _table(Kind.GAITS, identity[self._walker_rows])
        self._colors = _table(Kind.TRAFFIC_LIGHTS, identity[self._light_rows])
        self._wheels = np.zeros(len(self.vehicles), _WHEELS_OF_VEHICLE)
        self._wheels["id"], self._wheels["count"] = identity[self._vehicle_rows], _WHEELS
        self._wheels["wheels"]["location"] = np.arange(_WHEELS)
        self._front_deg = self._wheels["wheels"]["steer_deg"][:, :2]

    def places(self, records: Records) -> bytes:
        """Places of all that moves, as stock CARLA has them and as the clients have everything."""
        moving = records[self._moving_rows]
        np.multiply(moving["location_m"], np.float32(CM_PER_M), out=self._positions["location_cm"])
        np.take(moving["rotation_deg"], (2, 0, 1), axis=1, out=self._positions["roll_pitch_yaw_deg"], mode="clip")
        return rows(Kind.POSITIONS, self._positions) + rows(Kind.WORLD_STATE, moving)

    def driving(self, records: Records, steer_rad: NDArray[np.float64]) -> bytes:
        """Pedals, gear, lamps and wheels of vehicles; the front wheels point by `steer_rad` (N,), left +."""
        if not self.vehicles:
            return b""
        driven, pedals = records[self._vehicle_rows], self._pedals
        for name in ("steer", "throttle", "brake", "hand_brake"):
            pedals[name] = driven[name]
        pedals["gear"] = np.where(driven["reverse"], -1, np.maximum(driven["gear"], 1))
        self._lamps["flags"] = [actor.vehicle.lights for actor in self.vehicles if actor.vehicle is not None]
        self._front_deg[:] = 0.0 - np.degrees(steer_rad)[:, None]
        wheels = packet(Kind.WHEELS, U16.pack(len(self._wheels)) + self._wheels.tobytes())
        return rows(Kind.VEHICLES, pedals) + rows(Kind.VEHICLE_LIGHTS, self._lamps) + wheels

    def walking(self, records: Records, gaits: list[tuple[bool, float]]) -> bytes:
        """Speeds that walkers were told, how far they have walked on foot, and who lies."""
        if not self.walkers:
            return b""
        self._speeds["speed_cmps"] = records["walk_speed_mps"][self._walker_rows] * np.float32(CM_PER_M)
        self._gaits["walked_m"] = [walked_m for _, walked_m in gaits]
        self._gaits["is_down"] = [down for down, _ in gaits]
        return rows(Kind.WALKERS, self._speeds) + rows(Kind.GAITS, self._gaits)

    def shining(self, records: Records) -> bytes:
        """Colours of traffic lights, and since when."""
        if not len(self._light_rows):
            return b""
        lights = records[self._light_rows]
        for name in ("frozen", "elapsed_s", "color"):
            self._colors[name] = lights[name]
        return rows(Kind.TRAFFIC_LIGHTS, self._colors)

    def velocities(self, records: Records) -> bytes:
        """Velocities of vehicles and walkers."""
        moving = records[np.concatenate([self._vehicle_rows, self._walker_rows])]
        table = _table(Kind.KINEMATICS, moving["actor_id"])
        table["velocity_mps"] = moving["velocity_mps"]
        table["angular_velocity_degps"] = moving["angular_velocity_degps"]
        return rows(Kind.KINEMATICS, table)

    def light_times(self, records: Records) -> bytes:
        """How long traffic lights show each colour."""
        lights = records[self._light_rows]
        table = _table(Kind.TRAFFIC_LIGHT_TIMES, lights["actor_id"])
        for name in ("green_s", "yellow_s", "red_s"):
            table[name] = lights[name]
        return rows(Kind.TRAFFIC_LIGHT_TIMES, table)


def boxes(kind: Kind, found: list[tuple[int, tuple[float, float, float], tuple[float, float, float]]]) -> bytes:
    """Boxes (actor id, centre and half sizes in metres, CARLA's frame)."""
    table = np.zeros(len(found), ROWS[kind])
    for row, (actor_id, center_m, half_m) in zip(table, found, strict=True):
        row["id"], row["center_cm"], row["half_cm"] = actor_id, np.multiply(center_m, 100), np.multiply(half_m, 100)
    return rows(kind, table)


def bones(walkers: list[tuple[int, list[Any]]]) -> bytes:
    """Bones of walkers by id, each a name and transforms of which the last is relative to its parent bone."""
    if not walkers:
        return b""
    parts = [U16.pack(len(walkers))]
    for actor_id, found in walkers:
        parts.append(U32.pack(actor_id) + U16.pack(len(found)))
        for name, _, _, ((x, y, z), (pitch, yaw, roll)) in found:
            parts.append(text(name) + _POSE.pack(x * CM_PER_M, y * CM_PER_M, z * CM_PER_M, roll, pitch, yaw))
    return packet(Kind.BONES, b"".join(parts))


def tuples(kind: Kind, found: Sequence[tuple[object, ...]]) -> bytes:
    """Rows given as tuples."""
    return rows(kind, np.array(list(found), dtype=ROWS[kind]))


def _table(kind: Kind, identity: NDArray[np.uint32]) -> Records:
    table = np.zeros(len(identity), ROWS[kind])
    table["id"] = identity
    return table
