"""The scene in 3-D, in the world frame: ego, truth, tracks, lanes, and what the planner wants and guards."""

from __future__ import annotations

from typing import Any

import numpy as np
import rerun as rr

from moosetest.arrays import FloatArray
from moosetest.objects import TrackStatus
from scenarios.drive.record import EGO_LENGTH_M, EGO_WIDTH_M
from scenarios.report.paint import CLASS_COLORS, CLASS_NAMES
from scenarios.view.drive_log import DriveLog, State, T_world_ego_of, t_ns_of
from scenarios.view.timing import at

EGO_HEIGHT_M = 1.49
"""Of vehicle.lincoln.mkz_2020, as its length and width."""
EGO_CENTER_X_M = 1.43
"""Of the box, from the rear axle: half the wheelbase of the car under test."""
EGO, PLAN, LANE = (235, 238, 242), (90, 160, 255), (95, 103, 115)
TARGET, OTHERS = (90, 255, 130), (70, 135, 85)
CORRIDOR, COMFORT, FULL, TAKEN = (70, 96, 140), (255, 190, 70), (255, 80, 80), (255, 80, 80)
THIN, THICK = rr.Radius.ui_points(0.8), rr.Radius.ui_points(2.0)
NAME_ABOVE_M = 3.0
"""Over a target's middle: its track's name is at the middle."""
LIFT_M = 0.05
"""Lines on the road are drawn this high, so that the road's own returns do not cover them."""


def log_scene(rec: rr.RecordingStream, root: str, log: DriveLog) -> None:
    """Everything of one run below `root`/world."""
    world = f"{root}/world"
    rec.log(world, rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    rec.log(f"{world}/lanes", rr.LineStrips3D(log.lane_borders_m, colors=LANE, radii=THIN), static=True)
    body = ([EGO_CENTER_X_M, 0.0, EGO_HEIGHT_M / 2.0], [EGO_LENGTH_M, EGO_WIDTH_M, EGO_HEIGHT_M])
    rec.log(f"{world}/ego/body", rr.Boxes3D(centers=[body[0]], sizes=[body[1]], colors=EGO, radii=THIN), static=True)
    for state in log.states:
        at(rec, t_ns_of(state))
        T_world_ego = T_world_ego_of(state)
        rec.log(
            f"{world}/ego", rr.Transform3D(translation=T_world_ego.translation_m, mat3x3=T_world_ego.matrix[:3, :3])
        )
        rec.log(f"{world}/truth", _truth(state["truth"], log.target))
        rec.log(f"{world}/truth/name", _name(state["truth"], log.target))
        for part, boxes in _tracks(state).items():
            rec.log(f"{world}/tracks/{part}", boxes)
        for part, shape in _plan(state["plan"], float(T_world_ego.translation_m[2])).items():
            rec.log(f"{world}/planner/{part}", shape)


def _truth(truth: dict[str, Any], target: str) -> rr.Boxes3D:
    xyzw = np.roll(np.reshape(truth["rotation_wxyz"], (-1, 4)), -1, axis=1)
    colors = [TARGET if role == target else OTHERS for role in truth["role"]]
    return _boxes(truth["center_world_m"], truth["size_lwh_m"], xyzw, None, colors, THIN)


def _name(truth: dict[str, Any], target: str) -> rr.Points3D:
    """What the target truly is, over it: a box's own label would hide what stands in a picture."""
    rows = [i for i, role in enumerate(truth["role"]) if role == target]
    center_m = np.reshape(truth["center_world_m"], (-1, 3))[rows]
    above_m = center_m + np.array([0.0, 0.0, NAME_ABOVE_M])
    return rr.Points3D(above_m, labels=[f"truth: {target}"] * len(rows), colors=TARGET, radii=THIN)


def _tracks(state: State) -> dict[str, rr.Boxes3D]:
    """The target's track and the one that is braked for by name; those of a known class, the others, the doubtful."""
    tracks = state["tracks"]
    best = np.argmax(np.reshape(tracks["class_prob"], (-1, len(CLASS_NAMES))), axis=1)
    ids, status = np.array(tracks["track_id"]), np.array(tracks["status"])
    blocking = ids == state["plan"]["blocking_track_id"]
    tentative = status == TrackStatus.TENTATIVE
    named = blocking | (ids == state["sample"]["track_id"])
    known = ~tentative & ~named & (best > 0)
    labels = [
        f"#{track_id} {CLASS_NAMES[k]} {probability[k]:.2f}"
        for track_id, k, probability in zip(ids, best, tracks["class_prob"], strict=True)
    ]
    colors = np.where(blocking[:, None], np.array(TAKEN), np.array(CLASS_COLORS)[best]).reshape(-1, 3)
    xyzw = _upright(np.asarray(tracks["yaw_world_rad"]))
    center_m, size_m = np.reshape(tracks["center_world_m"], (-1, 3)), np.reshape(tracks["size_lwh_m"], (-1, 3))
    unknown, tentative = ~tentative & ~named & ~known, tentative & ~named
    parts = {"named": named, "known": known, "unknown": unknown, "tentative": tentative}
    return {
        part: _boxes(
            center_m[rows],
            size_m[rows],
            xyzw[rows],
            [labels[i] for i in np.flatnonzero(rows)] if part == "named" else None,
            colors[rows] if part != "tentative" else (90, 90, 90),
            THICK if part == "named" else THIN,
        )
        for part, rows in parts.items()
    }


def _boxes(center_m: Any, size_m: Any, xyzw: FloatArray, labels: list[str] | None, color: Any, radius: Any) -> Any:
    return rr.Boxes3D(
        centers=np.reshape(center_m, (-1, 3)),
        sizes=np.reshape(size_m, (-1, 3)),
        quaternions=xyzw,
        labels=labels,
        colors=color,
        radii=radius,
        fill_mode="MajorWireframe",
    )


def _upright(yaw_rad: FloatArray) -> FloatArray:
    """(N, 4) quaternions x, y, z, w."""
    none = np.zeros_like(yaw_rad)
    return np.column_stack([none, none, np.sin(yaw_rad / 2.0), np.cos(yaw_rad / 2.0)])


def _plan(plan: dict[str, Any], ground_m: float) -> dict[str, rr.LineStrips3D]:
    """The planned way; of the envelope the lane path, its borders, where the car could stand, and what takes it."""
    z_m = ground_m + LIFT_M
    parts = {"plan": rr.LineStrips3D([_lifted(np.array(plan["pose_world"])[:, :2], z_m)], colors=PLAN, radii=THICK)}
    if "envelope" not in plan:
        return parts
    ruler = PathRuler(plan["envelope"])
    half_m = plan["envelope"]["half_width_m"]
    edges = [_lifted(ruler.beside(ruler.s_m, left_m), z_m) for left_m in (half_m, -half_m)]
    parts["lane_path"] = rr.LineStrips3D([_lifted(ruler.beside(ruler.s_m, 0.0), z_m)], colors=CORRIDOR, radii=THIN)
    parts["corridor"] = rr.LineStrips3D(edges, colors=CORRIDOR, radii=THICK)
    stops = ((COMFORT, "comfort_stop_m", "comfortable stop"), (FULL, "full_stop_m", "hardest stop"))
    parts["stops"] = rr.LineStrips3D(
        [_lifted(ruler.across(plan["envelope"][key], half_m), z_m) for _, key, _ in stops],
        colors=[color for color, _, _ in stops],
        labels=[label for _, _, label in stops],
        radii=THICK,
    )
    taken = [_lifted(outline, z_m) for outline in ruler.taken(half_m)]
    parts["taken"] = rr.LineStrips3D(taken, colors=TAKEN, radii=THICK)
    return parts


class PathRuler:
    """The lane path of an envelope as a ruler: arc lengths from the car's origin become points in the world."""

    def __init__(self, envelope: dict[str, Any]) -> None:
        self._envelope = envelope
        self._xy_m = np.array(envelope["path_world"])[:, :2]
        self._yaw_rad = np.unwrap(np.array(envelope["path_world"])[:, 2])
        self.s_m: FloatArray = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(self._xy_m, axis=0), axis=1))]

    def beside(self, s_m: FloatArray, left_m: float) -> FloatArray:
        """(N, 2) points `left_m` beside the path; what lies past its end is at its end."""
        xy = np.column_stack([np.interp(s_m, self.s_m, self._xy_m[:, i]) for i in (0, 1)])
        yaw = np.interp(s_m, self.s_m, self._yaw_rad)
        return xy + left_m * np.column_stack([-np.sin(yaw), np.cos(yaw)])

    def across(self, ahead_m: float, half_m: float) -> FloatArray:
        """(2, 2) a bar over the corridor, `ahead_m` before the front bumper."""
        s_m = np.array([ahead_m + self._envelope["front_m"]])
        return np.concatenate([self.beside(s_m, half_m), self.beside(s_m, -half_m)])

    def taken(self, half_m: float) -> list[FloatArray]:
        """Outlines of the stretches that likely predictions take, as far as the path is told."""
        envelope, outlines = self._envelope, []
        for probability, near_m, far_m in zip(
            envelope["probability"], envelope["near_m"], envelope["far_m"], strict=True
        ):
            s_m = np.clip(np.linspace(near_m, far_m, 8) + envelope["front_m"], 0.0, self.s_m[-1])
            if probability >= LIKELY and s_m[-1] > s_m[0]:
                left, right = self.beside(s_m, half_m), self.beside(s_m, -half_m)
                outlines.append(np.concatenate([left, right[::-1], left[:1]]))
        return outlines


LIKELY = 0.35
"""Less likely predictions are left to the planner's caution (its `min_probability`): they would fill the view."""


def _lifted(xy_m: FloatArray, z_m: float) -> FloatArray:
    return np.column_stack([xy_m, np.full(len(xy_m), z_m)])
