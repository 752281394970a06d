"""The route: one reference line through the lanes from the car to its goal, with its width and speed limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.world import Lane, LaneMap
from planning.lane_graph import LaneStep, find_lane_steps, project_onto

STEP_M = 0.5
"""Spacing of the reference line: a third of the swept path's margin in a bend of 10 m radius."""

_YAW_SMOOTHING_M = 2.0  # lane centre lines are polygons of about 2 m edges: their corners are not bends
_LANE_CHANGE_M = 30.0  # about 3 s at town speed, a usual lane change
_OVERRUN_M = 40.0  # obstacles just behind the goal still matter
_DEFAULT_WIDTH_M = 3.5  # an urban lane, as the maps of the cases have it
_NO_LIMIT_MPS = 130.0 / 3.6  # where no map says otherwise the cruise speed decides


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A reference line at equal steps of arc length from a little behind the start to a little past the goal.

    All arrays are (P,) along the line except `xy_world_m` (P, 2). `lane_start_s_m` maps each lane on the route to the
    route's arc length at that lane's first point (may be negative). `reaches_goal` is false where the map has no way.
    """

    xy_world_m: FloatArray
    s_m: FloatArray
    yaw_world_rad: FloatArray
    curvature_per_m: FloatArray
    width_m: FloatArray
    limit_mps: FloatArray
    lane_start_s_m: dict[str, float]
    goal_s_m: float
    reaches_goal: bool

    def pose_world(self, s_m: FloatArray) -> FloatArray:
        """(N, 3) x_m, y_m, yaw_rad at arc lengths `s_m` (N,)."""
        x = np.interp(s_m, self.s_m, self.xy_world_m[:, 0])
        y = np.interp(s_m, self.s_m, self.xy_world_m[:, 1])
        yaw = np.interp(s_m, self.s_m, self.yaw_world_rad)
        return np.stack([x, y, (yaw + np.pi) % (2 * np.pi) - np.pi], axis=-1)

    def project(self, xy_world_m: FloatArray, near_s_m: float | None = None) -> tuple[float, float]:
        """Arc length and lateral offset (left +) of one point; `near_s_m` keeps to that stretch of the route."""
        window = np.ones(len(self.s_m), dtype=bool)
        if near_s_m is not None:
            window = np.abs(self.s_m - near_s_m) < 25.0
        index = int(np.flatnonzero(window)[np.argmin(np.sum((self.xy_world_m[window] - xy_world_m) ** 2, axis=1))])
        along_m, left_m = self.local(xy_world_m[None], np.array([index]))
        return float(self.s_m[index] + along_m[0]), float(left_m[0])

    def local(self, xy_world_m: FloatArray, index: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Points (N, 2) along and left of the line's tangents at vertices `index` (N,)."""
        delta = xy_world_m - self.xy_world_m[index]
        cos, sin = np.cos(self.yaw_world_rad[index]), np.sin(self.yaw_world_rad[index])
        return delta[:, 0] * cos + delta[:, 1] * sin, delta[:, 1] * cos - delta[:, 0] * sin


def plan_route(lanes: LaneMap, T_world_ego: Transform, goal_world_m: FloatArray) -> Route:
    """The route from the car to `goal_world_m` (3,) along `lanes`; a straight line where the map is empty."""
    start_xy = T_world_ego.translation_m[:2]
    steps, reaches_goal = find_lane_steps(lanes, start_xy, T_world_ego.yaw_rad, np.asarray(goal_world_m)[:2])
    if not steps:
        return _straight_route(start_xy, T_world_ego.yaw_rad, np.asarray(goal_world_m)[:2])
    pieces = _Pieces()
    for step in steps:
        pieces.add(lanes.lanes[step.lane_id], step, lanes.lanes.get(step.change_to or ""))
    return pieces.route(start_xy, np.asarray(goal_world_m)[:2] if reaches_goal else None)


class _Pieces:
    """Collects the corners of the reference line lane by lane."""

    def __init__(self) -> None:
        self._xy: list[FloatArray] = []
        self._width: list[FloatArray] = []
        self._limit: list[FloatArray] = []
        self._first: dict[str, FloatArray] = {}

    def add(self, lane: Lane, step: LaneStep, target: Lane | None) -> None:
        """Take `lane` over the step's stretch, bending over into `target` if it is a lane change."""
        xy, s_m = lane.center_world_m[:, :2], _arc_length(lane.center_world_m[:, :2])
        n = max(2, int(np.ceil((step.to_s_m - step.from_s_m) / 1.0)) + 1)
        at_s = np.linspace(step.from_s_m, step.to_s_m, n)
        line = np.stack([np.interp(at_s, s_m, xy[:, i]) for i in (0, 1)], axis=1)
        width = np.interp(at_s, s_m, lane.width_m)
        self._first.setdefault(lane.lane_id, xy[0])
        if target is not None:
            line = _bend_over(line, target)
            self._first.setdefault(target.lane_id, target.center_world_m[0, :2])
        self._xy.append(line)
        self._width.append(width)
        self._limit.append(np.full(n, lane.speed_limit_mps))

    def route(self, start_xy: FloatArray, goal_xy: FloatArray | None) -> Route:
        """Join, resample and differentiate."""
        xy, width, limit = np.concatenate(self._xy), np.concatenate(self._width), np.concatenate(self._limit)
        fresh = np.r_[True, np.linalg.norm(np.diff(xy, axis=0), axis=1) > 0.05]
        route = _resample(xy[fresh], width[fresh], limit[fresh])
        start_s_m, _ = route.project(start_xy)
        goal_s_m = float(route.s_m[-1]) - _OVERRUN_M if goal_xy is None else route.project(goal_xy)[0]
        if goal_s_m < start_s_m:
            goal_s_m = float(route.s_m[-1]) - _OVERRUN_M
        first = {lane_id: route.project(xy)[0] for lane_id, xy in self._first.items()}
        return _with(route, first, goal_s_m, goal_xy is not None)


def _bend_over(line_xy: FloatArray, target: Lane) -> FloatArray:
    """A line that leaves `line_xy` (N, 2) for the neighbour's centre within the lane-change length."""
    target_xy = target.center_world_m[:, :2]
    beside = np.array([project_onto(target_xy, point)[2] for point in line_xy])
    travelled = _arc_length(line_xy)
    share = np.clip(travelled / max(min(_LANE_CHANGE_M, travelled[-1]), 1e-6), 0.0, 1.0)
    blend = (share**2 * (3.0 - 2.0 * share))[:, None]
    return (1.0 - blend) * line_xy + blend * beside


def _straight_route(start_xy: FloatArray, yaw_rad: float, goal_xy: FloatArray) -> Route:
    """What is left without a map: straight ahead, to the goal if that lies ahead."""
    ahead = np.array([np.cos(yaw_rad), np.sin(yaw_rad)])
    to_goal = goal_xy - start_xy
    distance_m = float(np.linalg.norm(to_goal))
    is_ahead = distance_m > 1.0 and float(to_goal @ ahead) > 0.7 * distance_m  # within 45 degrees
    end_xy = goal_xy if is_ahead else start_xy + 200.0 * ahead
    corners = np.stack([start_xy, end_xy])
    route = _resample(corners, np.full(2, _DEFAULT_WIDTH_M), np.full(2, _NO_LIMIT_MPS))
    return _with(route, {}, route.project(end_xy)[0], is_ahead)


def _resample(xy: FloatArray, width_m: FloatArray, limit_mps: FloatArray) -> Route:
    """Equal steps, overrun at the end, smooth yaw and curvature."""
    tail = xy[-1] - xy[-2]
    xy = np.concatenate([xy, [xy[-1] + tail / np.linalg.norm(tail) * _OVERRUN_M]])
    corner_s = _arc_length(xy)
    s_m = np.arange(0.0, corner_s[-1] + 1e-9, STEP_M)
    line = np.stack([np.interp(s_m, corner_s, xy[:, i]) for i in (0, 1)], axis=1)
    delta = np.gradient(line, axis=0)
    yaw = gaussian_filter1d(np.unwrap(np.arctan2(delta[:, 1], delta[:, 0])), _YAW_SMOOTHING_M / STEP_M, mode="nearest")
    stairs = np.clip(np.searchsorted(corner_s, s_m, side="right") - 1, 0, len(width_m) - 1)
    width = np.interp(s_m, corner_s, np.r_[width_m, width_m[-1]])
    return Route(line, s_m, yaw, np.gradient(yaw, STEP_M), width, limit_mps[stairs], {}, float(s_m[-1]), True)


def _with(route: Route, lane_start_s_m: dict[str, float], goal_s_m: float, reaches_goal: bool) -> Route:
    return Route(
        route.xy_world_m,
        route.s_m,
        route.yaw_world_rad,
        route.curvature_per_m,
        route.width_m,
        route.limit_mps,
        lane_start_s_m,
        goal_s_m,
        reaches_goal,
    )


def _arc_length(xy: FloatArray) -> FloatArray:
    return np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))]
