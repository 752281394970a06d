"""A place above any map, where rays meet only what a test puts there, and a box with flat faces to put there."""

from __future__ import annotations

import queue
from typing import Any

import carla
import numpy as np

from tests.toy_client import ToyClient

HEIGHT_M = 400.0
BOX = "static.prop.container"
BOX_HALF_M = np.array([0.966, 0.506, 0.857])
"""Half its length, width and height; its origin is under its middle."""
LATE_S = 20.0


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


def of_frame(frames: queue.Queue[Any], frame: int) -> Any:
    """The measurement of that frame."""
    while (data := frames.get(timeout=LATE_S)).frame < frame:
        pass
    assert data.frame == frame
    return data


def cloud(scan: Any) -> np.ndarray:
    """(N, 4) x, y, z, intensity; a copy, because the bytes go with the message."""
    return np.frombuffer(scan.raw_data, "<f4").reshape(-1, 4).copy()


SEMANTIC = np.dtype([("xyz", "<f4", 3), ("cos", "<f4"), ("id", "<u4"), ("tag", "<u4")])


def labelled(scan: Any) -> np.ndarray:
    """(N,) points with the cosine of incidence, actor id and tag."""
    return np.frombuffer(scan.raw_data, SEMANTIC).copy()


def detections(scan: Any) -> np.ndarray:
    """(N, 4) velocity, azimuth, altitude, depth."""
    return np.frombuffer(scan.raw_data, "<f4").reshape(-1, 4).copy()
