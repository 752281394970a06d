"""The packet of vehicles' physics: CARLA's physics control without its gear switch time and its sweep flag."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from sim.server.recorder.log_reader import Fields
from sim.server.recorder.packets import U16, U32, Kind, packet

_ENGINE = struct.Struct("<5fB4f3f")
_PAIR = struct.Struct("<2f")
_GEAR = struct.Struct("<3f")
_WHEEL = struct.Struct("<12f")
_LEAST_BYTES = 4 + _ENGINE.size + 4 * 4
NAMES = (
    "max_rpm",
    "moi",
    "damping_rate_full_throttle",
    "damping_rate_zero_throttle_clutch_engaged",
    "damping_rate_zero_throttle_clutch_disengaged",
    "use_gear_autobox",
    "clutch_strength",
    "final_ratio",
    "mass",
    "drag_coefficient",
)
"""The numbers of the packet's first part, in their order; the centre of mass follows."""


@dataclass(frozen=True, slots=True)
class Physics:
    """One vehicle's physics as recorded: `numbers` as `NAMES`, then lists of points, gears and wheels."""

    actor_id: int
    numbers: tuple[float, ...]
    center_of_mass_m: tuple[float, ...]
    torque_curve: list[tuple[float, ...]]
    forward_gears: list[tuple[float, ...]]
    steering_curve: list[tuple[float, ...]]
    wheels: list[tuple[float, ...]]


def write_physics(controls: dict[int, list[Any]]) -> bytes:
    """The packet of physics controls as a client gets them, by actor id; nothing at all for none."""
    if not controls:
        return b""
    return packet(Kind.PHYSICS, U16.pack(len(controls)) + b"".join(_written(i, c) for i, c in controls.items()))


def read_physics(payload: bytes) -> list[Physics]:
    """The vehicles of a packet.

    Raises:
        LogError: it is broken.
    """
    fields = Fields(payload)
    return [_read(fields) for _ in range(fields.count(U16, _LEAST_BYTES))]


def _written(actor_id: int, control: list[Any]) -> bytes:
    torque, rpm, moi, full, engaged, free, autobox, _, clutch, final, gears, mass, drag, center, steering, wheels = (
        control[:16]
    )
    engine = _ENGINE.pack(rpm, moi, full, engaged, free, bool(autobox), clutch, final, mass, drag, *center)
    lists = (
        _list(_PAIR, torque),
        _list(_GEAR, gears),
        _list(_PAIR, steering),
        _list(_WHEEL, [[*wheel[:9], *wheel[9]] for wheel in wheels]),
    )
    return U32.pack(actor_id) + engine + b"".join(lists)


def _list(layout: struct.Struct, items: list[Any]) -> bytes:
    return U32.pack(len(items)) + b"".join(layout.pack(*item) for item in items)


def _read(fields: Fields) -> Physics:
    actor_id, engine = int(fields.take(U32)[0]), fields.take(_ENGINE)
    torque, gears, steering, wheels = (_items(fields, layout) for layout in (_PAIR, _GEAR, _PAIR, _WHEEL))
    return Physics(actor_id, engine[:10], engine[10:], torque, gears, steering, wheels)


def _items(fields: Fields, layout: struct.Struct) -> list[tuple[float, ...]]:
    return [fields.take(layout) for _ in range(fields.count(U32, layout.size))]
