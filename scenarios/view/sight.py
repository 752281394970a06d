"""Whether the target could be seen at all: some of its box in a camera's picture, with nobody else's before it."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from moosetest.arrays import FloatArray
from scenarios.view.drive_log import Camera, DriveLog, State, T_world_ego_of

SMALLEST_PX = 2.0
"""Least width and height of what is in sight: one cycle of a pattern detects (Johnson 1958)."""


def first_visible(log: DriveLog) -> tuple[float, str] | None:
    """When, and in which camera, the target first could be seen; None when never or without cameras.

    Light and weather do not count, nor does what is no actor: walls and trees hide nothing here.
    """
    for state in log.states:
        for camera in log.cameras.values():
            if is_in_sight(state, log.target, camera):
                return float(state["sample"]["t_s"]), camera.sensor_id
    return None


def is_in_sight(state: State, target: str, camera: Camera) -> bool:
    """Whether any of the target's box is in `camera`'s picture at that tick, and any of it free of other actors."""
    truth = state["truth"]
    if target not in truth["role"] or state["sample"]["visible_share"] == 0.0:
        return False
    index = truth["role"].index(target)
    spots_m = _spots(truth["center_world_m"][index], truth["size_lwh_m"][index], truth["rotation_wxyz"][index])
    spots_camera_m = (T_world_ego_of(state) @ camera.T_ego_camera).inverse().points(spots_m)
    ahead_m = spots_camera_m[spots_camera_m[:, 2] > 0.1]
    if not len(ahead_m):
        return False
    uv_px = ahead_m[:, :2] / ahead_m[:, 2:] * np.diag(camera.K_px)[:2] + camera.K_px[:2, 2]
    inside = np.all((uv_px >= -0.5) & (uv_px <= np.array(camera.image_size_px) - 0.5), axis=1)
    return bool(inside.any() and np.all(np.ptp(uv_px, axis=0) >= SMALLEST_PX))


def _spots(center_m: list[float], size_m: list[float], wxyz: list[float]) -> FloatArray:
    """(64, 3) points all over a box, its corners among them, in the world."""
    steps = np.linspace(-0.5, 0.5, 4)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    rotation = Rotation.from_quat(wxyz, scalar_first=True).as_matrix()
    return np.asarray((grid * np.asarray(size_m)) @ rotation.T + np.asarray(center_m))
