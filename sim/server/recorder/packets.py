"""The packets of a recording: CARLA's own, and those of this server that a stock CARLA server skips.

A recording is a header and packets: one byte of kind, four of length, the payload. Lengths are centimetres and angles
degrees, left-handed, as Unreal counts; rotations are roll, pitch, yaw; velocities are metres a second. Little endian,
no padding.
"""

from __future__ import annotations

import struct
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.server.messages import ACTOR_RECORD

MAGIC = "CARLA_RECORDER"
BONES = 66
"""Of a walker."""
VERSION = 1
"""Of CARLA 0.9.16 and before; files of version 2 number their last kinds of packets otherwise."""
CM_PER_M = 100.0
NO_ACTOR = 0xFFFFFFFF
"""CARLA's id of what is no actor: the other side of a collision with a house."""
UNKNOWN_SOLID = -(1 << 31)
"""Stands for it in this server: a solid that no map has."""
MAX_ROWS = 0xFFFF
MAX_TEXT_BYTES = 0xFFFF

PACKET = struct.Struct("<BI")
FRAME = struct.Struct("<Qdd")
"""Number from 1, duration and seconds since the first frame."""
DURATION_OFFSET = PACKET.size + 8
U16 = struct.Struct("<H")
U32 = struct.Struct("<I")
U64 = struct.Struct("<Q")
F64 = struct.Struct("<d")


class Kind(IntEnum):
    """What a packet holds. Above 100: this server's own."""

    FRAME_START = 0
    FRAME_END = 1
    BIRTHS = 2
    DEATHS = 3
    PARENTS = 4
    COLLISIONS = 5
    POSITIONS = 6
    TRAFFIC_LIGHTS = 7
    VEHICLES = 8
    WALKERS = 9
    VEHICLE_LIGHTS = 10
    SCENE_LIGHTS = 11
    KINEMATICS = 12
    BOUNDING_BOXES = 13
    PLATFORM_TIME = 14
    PHYSICS = 15
    TRAFFIC_LIGHT_TIMES = 16
    TRIGGER_VOLUMES = 17
    FRAME_COUNTER = 18
    BONES = 19
    VISUAL_TIME = 20
    DOORS = 21
    WHEELS = 22
    BIKERS = 23
    SESSION = 101  # JSON: settings, seed, digest of the map
    WORLD_STATE = 102  # the records of all that moves, as the clients got them
    IMPULSES = 103  # what each touch gave
    GAITS = 104  # phase of each walker's step
    WEATHER = 105
    POSES = 106  # bones that a client has put
    ARMS = 107  # who hangs on a spring arm


KIND_IN_VERSION_2 = {21: Kind.WHEELS, 22: Kind.BIKERS, 23: Kind.DOORS, 24: Kind.WEATHER}
"""Versions after 0.9.16 number these otherwise."""


def _row_type(*fields: tuple[object, ...]) -> np.dtype[np.void]:
    return np.dtype(list(fields))


_ID = ("id", "<u4")
ROWS: dict[Kind, np.dtype[np.void]] = {
    Kind.DEATHS: _row_type(_ID),
    Kind.PARENTS: _row_type(_ID, ("parent_id", "<u4")),
    Kind.COLLISIONS: _row_type(
        ("number", "<u4"), ("id_a", "<u4"), ("id_b", "<u4"), ("a_is_hero", "u1"), ("b_is_hero", "u1")
    ),
    Kind.POSITIONS: _row_type(_ID, ("location_cm", "<f4", 3), ("roll_pitch_yaw_deg", "<f4", 3)),
    Kind.TRAFFIC_LIGHTS: _row_type(_ID, ("frozen", "u1"), ("elapsed_s", "<f4"), ("color", "u1")),
    Kind.VEHICLES: _row_type(
        _ID, ("steer", "<f4"), ("throttle", "<f4"), ("brake", "<f4"), ("hand_brake", "u1"), ("gear", "<i4")
    ),
    Kind.WALKERS: _row_type(_ID, ("speed_cmps", "<f4")),
    Kind.VEHICLE_LIGHTS: _row_type(_ID, ("flags", "<u4")),
    Kind.SCENE_LIGHTS: _row_type(
        ("id", "<i4"), ("intensity", "<f4"), ("rgba", "<f4", 4), ("is_on", "u1"), ("group", "u1")
    ),
    Kind.KINEMATICS: _row_type(_ID, ("velocity_mps", "<f4", 3), ("angular_velocity_degps", "<f4", 3)),
    Kind.BOUNDING_BOXES: _row_type(_ID, ("center_cm", "<f4", 3), ("half_cm", "<f4", 3)),
    Kind.TRIGGER_VOLUMES: _row_type(_ID, ("center_cm", "<f4", 3), ("half_cm", "<f4", 3)),
    Kind.TRAFFIC_LIGHT_TIMES: _row_type(_ID, ("green_s", "<f4"), ("yellow_s", "<f4"), ("red_s", "<f4")),
    Kind.DOORS: _row_type(_ID, ("door", "u1"), ("is_open", "u1")),
    Kind.BIKERS: _row_type(_ID, ("speed", "<f4"), ("engine", "<f4")),
    Kind.WORLD_STATE: ACTOR_RECORD,
    Kind.IMPULSES: _row_type(("id_a", "<i8"), ("id_b", "<i8"), ("impulse_on_a_ns", "<f8", 3)),
    Kind.GAITS: _row_type(_ID, ("walked_m", "<f8"), ("is_down", "u1")),
    Kind.WEATHER: _row_type(("values", "<f4", 14)),
    Kind.ARMS: _row_type(_ID, ("attachment", "u1")),
    Kind.POSES: _row_type(_ID, ("share", "<f8"), ("bones", "<f8", (BONES, 4, 4))),
}
"""Packets that are a count and so many rows of one type."""

WHEEL = _row_type(("location", "u1"), ("steer_deg", "<f4"), ("turned_deg", "<f4"))


def packet(kind: Kind, payload: bytes = b"") -> bytes:
    """One packet."""
    return PACKET.pack(kind, len(payload)) + payload


def rows(kind: Kind, table: NDArray[np.void]) -> bytes:
    """A packet of rows; nothing at all for none."""
    return packet(kind, U16.pack(len(table)) + table.tobytes()) if len(table) else b""


def text(value: str) -> bytes:
    """A string: its length in bytes, then UTF-8."""
    encoded = value.encode("utf-8", "surrogateescape")[:MAX_TEXT_BYTES]
    return U16.pack(len(encoded)) + encoded
