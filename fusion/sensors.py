"""Kinds of sensors, by the names that rigs give them."""

from __future__ import annotations

LIDAR, RADAR, CAMERA = 0, 1, 2
"""Kinds: LiDAR stands for whatever gives measured boxes in space."""

N_KINDS = 3


def kind_of(sensor_id: str) -> int:
    """The kind of a sensor whose detections are boxes in space: radars are named so, all others measure bodies."""
    return RADAR if "radar" in sensor_id.lower() else LIDAR
