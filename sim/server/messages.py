"""The binary messages of the streams: sensor headers and the world state, one record an actor."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORLD_OBSERVER = 17
SENSOR_INDEX = {
    "sensor.other.collision": 0,
    "sensor.camera.depth": 1,
    "sensor.camera.normals": 2,
    "sensor.camera.dvs": 3,
    "sensor.other.gnss": 4,
    "sensor.other.imu": 5,
    "sensor.other.lane_invasion": 6,
    "sensor.other.obstacle": 7,
    "sensor.camera.optical_flow": 8,
    "sensor.other.radar": 9,
    "sensor.lidar.ray_cast_semantic": 10,
    "sensor.lidar.ray_cast": 11,
    "sensor.camera.rgb": 13,
    "sensor.camera.semantic_segmentation": 14,
    "sensor.camera.instance_segmentation": 15,
    "sensor.camera.cosmos_visualization": 16,
}
"""Which decoder the client uses; an index above 21 crashes it."""

GBUFFER_INDEX = 18
"""Decodes 8-bit g-buffers as images."""
MAP_CHANGED, LIGHTS_CHANGED = 1, 2
"""Flags of the world state: the client asks again for the map, or for its street lamps."""

_SENSOR_HEADER = struct.Struct("<QQd6f")
_WORLD_HEADER = struct.Struct("<Qdf3iI")
_ACTOR_BYTES = 119
_DETAIL = 65  # where the part that depends on the actor's kind begins


def _record_type() -> np.dtype[np.void]:
    """One actor's record; fields after the acceleration overlap, which of them count depends on the actor's kind."""
    common = {
        "actor_id": (0, "<u4"),
        "state": (4, "u1"),
        "location_m": (5, ("<f4", 3)),
        "rotation_deg": (17, ("<f4", 3)),
        "velocity_mps": (29, ("<f4", 3)),
        "angular_velocity_degps": (41, ("<f4", 3)),
        "acceleration_mps2": (53, ("<f4", 3)),
    }
    detail = {
        "throttle": (0, "<f4"),
        "steer": (4, "<f4"),
        "brake": (8, "<f4"),
        "hand_brake": (12, "u1"),
        "reverse": (13, "u1"),
        "manual_gear_shift": (14, "u1"),
        "gear": (15, "<i4"),
        "speed_limit_kmph": (19, "<f4"),
        "light_state": (23, "u1"),
        "has_light": (24, "u1"),
        "light_id": (25, "<u4"),
        "failure_state": (29, "u1"),
        "walk_direction": (0, ("<f4", 3)),
        "walk_speed_mps": (12, "<f4"),
        "walk_jump": (16, "u1"),
        "signal_id": (0, "S32"),
        "green_s": (32, "<f4"),
        "yellow_s": (36, "<f4"),
        "red_s": (40, "<f4"),
        "elapsed_s": (44, "<f4"),
        "pole_index": (48, "<u4"),
        "frozen": (52, "u1"),
        "color": (53, "u1"),
    }
    fields = common | {name: (_DETAIL + offset, kind) for name, (offset, kind) in detail.items()}
    return np.dtype(
        {
            "names": list(fields),
            "offsets": [offset for offset, _ in fields.values()],
            "formats": [kind for _, kind in fields.values()],
            "itemsize": _ACTOR_BYTES,
        }
    )


ACTOR_RECORD = _record_type()
ACTIVE = 1
"""carla.ActorState.Active."""


@dataclass(frozen=True, slots=True)
class Instant:
    """Where a message stands in time: frame, nanoseconds since the episode began, length of this step."""

    frame: int
    elapsed_ns: int
    delta_ns: int

    @property
    def elapsed_s(self) -> float:
        """Seconds since the episode began."""
        return self.elapsed_ns * 1e-9

    @property
    def delta_s(self) -> float:
        """Length of this step in seconds."""
        return self.delta_ns * 1e-9


def sensor_header(index: int, now: Instant, location_m: list[float], rotation_deg: list[float]) -> bytes:
    """The 48 bytes before every payload; the pose is CARLA's, in the world."""
    return _SENSOR_HEADER.pack(index, now.frame, now.elapsed_s, *location_m, *rotation_deg)


def world_state(episode_id: int, now: Instant, flags: int, records: NDArray[np.void]) -> bytes:
    """The message of the world observer; `records` (N,) of `ACTOR_RECORD`.

    The platform time stamp is the simulated time: a wall clock would make equal runs differ.
    """
    head = _SENSOR_HEADER.pack(WORLD_OBSERVER, now.frame, now.elapsed_s, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return head + _WORLD_HEADER.pack(episode_id, now.elapsed_s, now.delta_s, 0, 0, 0, flags) + records.tobytes()
