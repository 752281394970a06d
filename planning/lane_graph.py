"""Which lanes lead from the car to its goal: a shortest-path search over successors and neighbours."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import wrap_rad
from moosetest.world import Lane, LaneMap

_CHANGE_COST_M = 40.0  # a lane change is worth a detour of this length: fewer changes, calmer drive
_YAW_COST_M_PER_RAD = 4.0  # a lane 1 rad off the car's heading is as unlikely as one 4 m away (a lane's width)
_MISMATCH_COST = 20.0  # starting in the wrong lane costs more than any short cut
_BEHIND_START_M = 10.0  # the reference line begins behind the car, so that its pose projects onto it
_PAST_GOAL_M = 40.0  # obstacles just behind the goal still matter
_SAME_PLACE_M = 0.7  # lanes that overlap in a junction lie closer than this; neighbours do not


@dataclass(frozen=True, slots=True)
class LaneStep:
    """One stretch of one lane, ending in a change to a neighbour where `change_to` names one."""

    lane_id: str
    from_s_m: float
    to_s_m: float
    change_to: str | None = None


@dataclass(frozen=True, slots=True)
class _Foot:
    """Nearest place on a lane."""

    lane_id: str
    s_m: float
    cost_m: float


def find_lane_steps(
    lanes: LaneMap, start_xy_m: FloatArray, start_yaw_rad: float, goal_xy_m: FloatArray
) -> tuple[list[LaneStep], bool]:
    """Stretches of lanes from start to goal, and whether the goal is reached.

    Without a way the route goes straight on as far as the lanes do. An empty map gives no steps.
    """
    starts = _feet(lanes, start_xy_m, start_yaw_rad)
    if not starts:
        return [], False
    goals = {foot.lane_id: foot.s_m for foot in _feet(lanes, goal_xy_m, None)}
    path = _search(lanes, starts, goals)
    if path is None:
        return _steps(lanes, _straight_on(lanes, starts[0].lane_id), starts[0].s_m, None), False
    start_s_m = next(foot.s_m for foot in starts if foot.lane_id == path[0])
    return _steps(lanes, path, start_s_m, goals[path[-1]]), True


def project_onto(line_xy_m: FloatArray, point_xy_m: FloatArray) -> tuple[float, float, FloatArray]:
    """Arc length, distance and foot point of the place on a polyline (K, 2) nearest to a point (2,)."""
    start, delta = line_xy_m[:-1], np.diff(line_xy_m, axis=0)
    length = np.linalg.norm(delta, axis=1)
    share = np.clip(np.sum((point_xy_m - start) * delta, axis=1) / np.maximum(length**2, 1e-12), 0.0, 1.0)
    foot = start + share[:, None] * delta
    distance = np.linalg.norm(point_xy_m - foot, axis=1)
    best = int(np.argmin(distance))
    return float(length[:best].sum() + share[best] * length[best]), float(distance[best]), foot[best]


def _feet(lanes: LaneMap, xy_m: FloatArray, yaw_rad: float | None) -> list[_Foot]:
    """The best lane at a place and those that lie on top of it, best first."""
    feet = []
    for lane_id, lane in sorted(lanes.lanes.items()):
        line = lane.center_world_m[:, :2]
        s_m, distance_m, _ = project_onto(line, xy_m)
        cost_m = distance_m
        if yaw_rad is not None:
            cost_m += _YAW_COST_M_PER_RAD * abs(wrap_rad(_yaw_at(line, s_m) - yaw_rad))
        feet.append(_Foot(lane_id, s_m, cost_m))
    feet.sort(key=lambda foot: (foot.cost_m, foot.lane_id))
    return [foot for foot in feet if foot.cost_m < feet[0].cost_m + _SAME_PLACE_M]


def _search(lanes: LaneMap, starts: list[_Foot], goals: dict[str, float]) -> list[str] | None:
    """Dijkstra from several start lanes; a goal that lies behind in the start lane itself needs a loop."""
    queue: list[tuple[float, tuple[str, ...]]] = []
    for foot in starts:
        heapq.heappush(queue, (_MISMATCH_COST * (foot.cost_m - starts[0].cost_m) - foot.s_m, (foot.lane_id,)))
    start_s_m = {foot.lane_id: foot.s_m for foot in starts}
    done: set[tuple[str, bool]] = set()
    while queue:
        cost, path = heapq.heappop(queue)
        lane_id, is_start = path[-1], len(path) == 1
        if lane_id in goals and not (is_start and goals[lane_id] < start_s_m[lane_id]):
            return list(path)
        if (lane_id, is_start) in done:
            continue
        done.add((lane_id, is_start))
        for next_id, step_cost in _neighbours(lanes.lanes[lane_id]):
            if next_id in lanes.lanes:
                heapq.heappush(queue, (cost + step_cost, (*path, next_id)))
    return None


def _neighbours(lane: Lane) -> list[tuple[str, float]]:
    onward = [(next_id, _length_m(lane)) for next_id in lane.successors]
    return onward + [(side, _CHANGE_COST_M) for side in (lane.left, lane.right) if side is not None]


def _straight_on(lanes: LaneMap, lane_id: str) -> list[str]:
    """Follow the successor that turns least, until the lanes end or repeat."""
    path = [lane_id]
    while True:
        lane = lanes.lanes[path[-1]]
        onward = [n for n in lane.successors if n in lanes.lanes and n not in path]
        if not onward:
            return path
        end_yaw = _end_yaw(lane)
        path.append(min(onward, key=lambda n: (abs(wrap_rad(_end_yaw(lanes.lanes[n]) - end_yaw)), n)))


def _steps(lanes: LaneMap, path: list[str], start_s_m: float, goal_s_m: float | None) -> list[LaneStep]:
    """Arc-length stretches of the lanes of a path; in a lane change the rest of the lane is the room for it."""
    steps: list[LaneStep] = []
    s_m = max(0.0, start_s_m - _BEHIND_START_M)
    place = start_s_m
    for lane_id, next_id in zip(path, [*path[1:], None], strict=True):
        lane = lanes.lanes[lane_id]
        length_m = _length_m(lane)
        if next_id is not None and next_id in (lane.left, lane.right) and next_id not in lane.successors:
            change_at = min(max(place, s_m), max(length_m - 10.0, 0.0))
            change_end = min(change_at + 30.0, length_m)
            steps.append(LaneStep(lane_id, s_m, change_at))
            steps.append(LaneStep(lane_id, change_at, change_end, change_to=next_id))
            end_xy = _point_at(lane.center_world_m[:, :2], change_end)
            s_m = place = project_onto(lanes.lanes[next_id].center_world_m[:, :2], end_xy)[0]
            continue
        end_m = length_m if next_id is not None or goal_s_m is None else min(goal_s_m + _PAST_GOAL_M, length_m)
        steps.append(LaneStep(lane_id, s_m, end_m))
        s_m = place = 0.0
    return [step for step in steps if step.to_s_m > step.from_s_m]


def _length_m(lane: Lane) -> float:
    return float(np.linalg.norm(np.diff(lane.center_world_m[:, :2], axis=0), axis=1).sum())


def _yaw_at(line_xy_m: FloatArray, s_m: float) -> float:
    s = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line_xy_m, axis=0), axis=1))]
    i = int(np.clip(np.searchsorted(s, s_m, side="right") - 1, 0, len(line_xy_m) - 2))
    delta = line_xy_m[i + 1] - line_xy_m[i]
    return float(np.arctan2(delta[1], delta[0]))


def _end_yaw(lane: Lane) -> float:
    return _yaw_at(lane.center_world_m[:, :2], _length_m(lane))


def _point_at(line_xy_m: FloatArray, s_m: float) -> FloatArray:
    s = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line_xy_m, axis=0), axis=1))]
    return np.array([np.interp(s_m, s, line_xy_m[:, i]) for i in (0, 1)])
