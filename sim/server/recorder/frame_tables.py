"""What one frame says of the actors that are there, as rows of CARLA's packets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import Actor, ActorTable
from sim.server.recorder import births
from sim.server.recorder.packets import CM_PER_M, ROWS, U16, WHEEL, Kind, packet, rows

Records = NDArray[np.void]
_WHEELS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Who is on the stage, by CARLA's types, with their rows in the actor table; the same until someone comes or goes.

    Args:
        moving: vehicles, walkers and others: all that CARLA records a place of.
        vehicles: the actors among them.
        walkers: likewise.
        moving_rows: (M,) in the actor table.
        vehicle_among, walker_among: which of `moving` they are.
        light_rows: (L,) of the traffic lights in the actor table.
    """

    vehicles: list[Actor]
    walkers: list[Actor]
    moving_rows: NDArray[np.intp]
    vehicle_among: NDArray[np.intp]
    walker_among: NDArray[np.intp]
    light_rows: NDArray[np.intp]

    @classmethod
    def of(cls, table: ActorTable) -> Cast:
        """The present cast."""
        types = [births.actor_type(actor.blueprint_id) for actor in table.actors.values()]
        kinds = np.array(types, dtype=np.intp)
        actors = list(table.actors.values())
        moving = np.flatnonzero(np.isin(kinds, (births.OTHER, births.VEHICLE, births.WALKER)))
        return cls(
            vehicles=[a for a, kind in zip(actors, types, strict=True) if kind == births.VEHICLE],
            walkers=[a for a, kind in zip(actors, types, strict=True) if kind == births.WALKER],
            moving_rows=moving,
            vehicle_among=np.flatnonzero(kinds[moving] == births.VEHICLE),
            walker_among=np.flatnonzero(kinds[moving] == births.WALKER),
            light_rows=np.flatnonzero(kinds == births.TRAFFIC_LIGHT),
        )


def positions(moving: Records) -> bytes:
    """Places of all that moves."""
    table = _table(Kind.POSITIONS, moving)
    table["location_cm"] = moving["location_m"] * np.float32(CM_PER_M)
    table["roll_pitch_yaw_deg"] = moving["rotation_deg"][:, [2, 0, 1]]
    return rows(Kind.POSITIONS, table)


def kinematics(moving: Records) -> bytes:
    """Velocities of all that moves."""
    table = _table(Kind.KINEMATICS, moving)
    table["velocity_mps"] = moving["velocity_mps"]
    table["angular_velocity_degps"] = moving["angular_velocity_degps"]
    return rows(Kind.KINEMATICS, table)


def vehicles(records: Records) -> bytes:
    """Pedals, steering and gear."""
    table = _table(Kind.VEHICLES, records)
    for name in ("steer", "throttle", "brake", "hand_brake"):
        table[name] = records[name]
    table["gear"] = np.where(records["reverse"], -1, np.maximum(records["gear"], 1))
    return rows(Kind.VEHICLES, table)


def vehicle_lights(actors: list[Actor]) -> bytes:
    """Lamps that are on."""
    table = np.zeros(len(actors), ROWS[Kind.VEHICLE_LIGHTS])
    table["id"] = [actor.id for actor in actors]
    table["flags"] = [actor.vehicle.lights for actor in actors if actor.vehicle is not None]
    return rows(Kind.VEHICLE_LIGHTS, table)


def wheels(records: Records, steer_rad: NDArray[np.float64]) -> bytes:
    """Where the wheels point: the front ones by `steer_rad` (N,), left +."""
    if not len(records):
        return b""
    layout = np.dtype([("id", "<u4"), ("count", "<u4"), ("wheels", WHEEL, _WHEELS)])
    table = np.zeros(len(records), layout)
    table["id"], table["count"] = records["actor_id"], _WHEELS
    table["wheels"]["location"] = np.arange(_WHEELS)
    table["wheels"]["steer_deg"][:, :2] = -np.degrees(steer_rad)[:, None]
    return packet(Kind.WHEELS, U16.pack(len(table)) + table.tobytes())


def walkers(records: Records) -> bytes:
    """Speeds that walkers were told."""
    table = _table(Kind.WALKERS, records)
    table["speed_cmps"] = records["walk_speed_mps"] * np.float32(CM_PER_M)
    return rows(Kind.WALKERS, table)


def gaits(actors: list[Actor], states: list[tuple[bool, float]]) -> bytes:
    """How far walkers have walked, and who lies."""
    table = np.zeros(len(actors), ROWS[Kind.GAITS])
    table["id"] = [actor.id for actor in actors]
    carried = [actor.walker.carried_m for actor in actors if actor.walker is not None]
    table["walked_m"] = [walked_m + more for (_, walked_m), more in zip(states, carried, strict=True)]
    table["is_down"] = [down for down, _ in states]
    return rows(Kind.GAITS, table)


def traffic_lights(records: Records) -> bytes:
    """Colours of traffic lights, and since when."""
    table = _table(Kind.TRAFFIC_LIGHTS, records)
    for name in ("frozen", "elapsed_s", "color"):
        table[name] = records[name]
    return rows(Kind.TRAFFIC_LIGHTS, table)


def traffic_light_times(records: Records) -> bytes:
    """How long traffic lights show each colour."""
    table = _table(Kind.TRAFFIC_LIGHT_TIMES, records)
    for name in ("green_s", "yellow_s", "red_s"):
        table[name] = records[name]
    return rows(Kind.TRAFFIC_LIGHT_TIMES, table)


def boxes(kind: Kind, found: list[tuple[int, tuple[float, float, float], tuple[float, float, float]]]) -> bytes:
    """Boxes (actor id, centre and half sizes in metres, CARLA's frame)."""
    table = np.zeros(len(found), ROWS[kind])
    for row, (actor_id, center_m, half_m) in zip(table, found, strict=True):
        row["id"], row["center_cm"], row["half_cm"] = actor_id, np.multiply(center_m, 100), np.multiply(half_m, 100)
    return rows(kind, table)


def tuples(kind: Kind, found: Sequence[tuple[object, ...]]) -> bytes:
    """Rows given as tuples."""
    return rows(kind, np.array(list(found), dtype=ROWS[kind]))


def _table(kind: Kind, records: Records) -> Records:
    table = np.empty(len(records), ROWS[kind])
    table["id"] = records["actor_id"]
    return table
