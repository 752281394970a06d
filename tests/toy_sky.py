"""A place above any map, where rays meet only what a test puts there, and a box with flat faces to put there."""

from __future__ import annotations

from typing import Any

import carla
import numpy as np

from tests.toy_client import ToyClient

HEIGHT_M = 400.0
BOX = "static.prop.container"
BOX_HALF_M = np.array([0.966, 0.506, 0.857])
"""Half its length, width and height; its origin is under its middle."""


def sky(day: ToyClient) -> carla.Transform:
    """A pose above the first spawn point, level, looking along the world's x axis."""
    at = day.world.get_map().get_spawn_points()[0].location
    return carla.Transform(carla.Location(at.x, at.y, at.z + HEIGHT_M))


def moved(pose: carla.Transform, x: float, y: float = 0.0, z: float = 0.0, **turn: float) -> carla.Transform:
    """A pose that far ahead, to the right and above."""
    return carla.Transform(pose.transform(carla.Location(x, y, z)), carla.Rotation(**turn) if turn else pose.rotation)


def box_at(day: ToyClient, pose: carla.Transform, x: float, y: float = 0.0, z: float = 0.0, yaw: float = 0.0) -> Any:
    """A box whose middle is that far from a level pose."""
    return day.spawn(BOX, moved(pose, x, y, z - float(BOX_HALF_M[2]), yaw=yaw))
