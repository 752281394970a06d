"""A run's detections beside the true objects that they are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import Transform, wrap_rad_array
from moosetest.objects import ObjectClass
from perception.camera.boxes import iou_matrix
from scenarios.drive.record import SEEN_RADIUS_M, project_box_px
from scenarios.measure.geometry import box_corners_3d
from sim.rig import CameraMount, Mount

SEEN_IOU = 0.3
"""As in the run's own account of what a camera sees: a first sight is a loose box."""
TURN_ROOM = 0.1
"""Metres by which a box may be off for each metre of range: a sensor that is turned by 5 degrees is still matched."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """Boxes that a perfect detector reports over a run, and how many of them the real one found."""

    wanted: int
    found: int


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Of each matched box (N,): by how much its centre is turned to the left about the sensor, and too far away."""

    bearing_rad: FloatArray
    range_m: FloatArray


def sightings_of(states: Sequence[Mapping[str, Any]], mount: Mount) -> Sightings:
    """What a sensor found of what it had to; a camera need not find what has no class."""
    wanted = found = 0
    for state in states:
        for row in state["to_be_seen"].get(mount.sensor_id, ()):
            if isinstance(mount, CameraMount) and state["truth"]["class_id"][row] == int(ObjectClass.UNKNOWN):
                continue
            wanted += 1
            found += _is_found(state, row, mount)
    return Sightings(wanted, found)


def residuals_of(states: Sequence[Mapping[str, Any]], mount: Mount) -> Residuals:
    """Residuals of the boxes in space of a sensor, each true object's nearest one a tick."""
    rows = [
        _polar_residual(state, row, mount) for state in states for row in state["to_be_seen"].get(mount.sensor_id, ())
    ]
    table = np.array([row for row in rows if row is not None]).reshape(-1, 2)
    return Residuals(wrap_rad_array(table[:, 0]), table[:, 1])


def _is_found(state: Mapping[str, Any], row: int, mount: Mount) -> bool:
    if not isinstance(mount, CameraMount):
        return _polar_residual(state, row, mount) is not None
    boxes = [d["box_px"] for d in state["image_detections"] if d["sensor_id"] == mount.sensor_id]
    box_px = np.array([box for found in boxes for box in found]).reshape(-1, 4)
    size_px = (mount.width_px, mount.height_px)
    truth_px = project_box_px(mount.K_px, size_px, mount.T_ego_optical, _corners_ego_m(state, row))
    return truth_px is not None and bool((iou_matrix(box_px, truth_px[None]) >= SEEN_IOU).any())


def _polar_residual(state: Mapping[str, Any], row: int, mount: Mount) -> tuple[float, float] | None:
    """Turn and excess range of the nearest box to a true object, about the sensor; None where none is near."""
    found = [d["center_ego_m"] for d in state["detections"] if d["sensor_id"] == mount.sensor_id]
    center_m = np.array([center for centers in found for center in centers]).reshape(-1, 3)[:, :2]
    if not len(center_m):
        return None
    eye_m = mount.T_ego_body.translation_m[:2]
    true_m = _T_ego_world(state).points(state["truth"]["center_world_m"][row])[:2] - eye_m
    off_m = np.linalg.norm(center_m - eye_m - true_m, axis=1)
    nearest = int(np.argmin(off_m))
    range_m = float(np.linalg.norm(true_m))
    reach_m = SEEN_RADIUS_M + float(np.hypot(*state["truth"]["size_lwh_m"][row][:2])) / 2.0 + TURN_ROOM * range_m
    if off_m[nearest] > reach_m:
        return None
    seen_m = center_m[nearest] - eye_m
    turn_rad = np.arctan2(seen_m[1], seen_m[0]) - np.arctan2(true_m[1], true_m[0])
    return float(turn_rad), float(np.linalg.norm(seen_m)) - range_m


def _T_ego_world(state: Mapping[str, Any]) -> Transform:
    ego = state["ego"]
    at, yaw_rad = ego["position_world_m"], ego["yaw_world_rad"]
    return Transform.from_xyz_rpy("world", "ego", (at[0], at[1], at[2]), (0.0, 0.0, yaw_rad)).inverse()


def _corners_ego_m(state: Mapping[str, Any], row: int) -> FloatArray:
    truth = state["truth"]
    yaw_rad = truth["yaw_world_rad"][row]
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    upright = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    corners = box_corners_3d(np.array(truth["center_world_m"][row]), np.array(truth["size_lwh_m"][row]), upright)
    return _T_ego_world(state).points(corners)
