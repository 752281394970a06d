"""Where each track will be: it keeps going as it does, or, a person near the car's way, walks into it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from moosetest.arrays import FloatArray
from moosetest.objects import ObjectClass, Tracks
from moosetest.timing import ns_from_s
from moosetest.world import EgoState, LaneMap


@dataclass(frozen=True, slots=True)
class PredictionConfig:
    """What is predicted.

    Args:
        step_s: time between predicted poses.
        horizon_s: how far; a car at 20 m/s stops within it.
        turn_s: a turn is kept up for so long, then the track goes straight on: nobody circles.
        max_yaw_rate_radps: nuPlan's comfort bound for vehicles (METRICS.md 8.2).
        near_way_m: a person this near to the middle of the car's way may walk into it: a lane and a pavement.
        walk_mps: how fast, the 5 km/h of Euro NCAP's adult (METRICS.md 8.7).
        step_in_prob: belief that a person who stands or walks along the road steps into it.
        stop_prob: belief that a person who crosses the way stops in it (RW-06, RW-19).
        heads_for_prob: the same for one who moves towards it, yet would not reach it by keeping on.
    """

    step_s: float = 0.2
    horizon_s: float = 4.0
    turn_s: float = 1.5
    max_yaw_rate_radps: float = 0.95
    near_way_m: float = 6.0
    walk_mps: float = 1.39
    step_in_prob: float = 0.1
    heads_for_prob: float = 0.3
    stop_prob: float = 0.2

    @property
    def steps(self) -> int:
        """Number of predicted poses, the present one included."""
        return round(self.horizon_s / self.step_s) + 1


KEEP_GOING, OTHERWISE = 0, 1
"""Hypotheses: columns of `pred_world` and `pred_prob`."""

_IN_THE_WAY_M = 1.5  # a car's half width and a step


def predict(
    tracks: Tracks, ego: EgoState, lanes: LaneMap, config: PredictionConfig
) -> tuple[FloatArray, FloatArray, int]:
    """Poses (M, 2, T, 3), their probabilities (M, 2), and the time step in ns; see `WorldModel`."""
    m = len(tracks)
    time_s = config.step_s * np.arange(config.steps, dtype=np.float64)
    poses = np.repeat(keep_going(tracks, time_s, config)[:, None], 2, axis=1)
    prob = np.tile([1.0, 0.0], (m, 1))
    way = _way_ahead(ego, lanes)
    person = tracks.class_prob[:, ObjectClass.PERSON] >= np.delete(tracks.class_prob, [0, 1], axis=1).max(axis=1)
    for i in np.flatnonzero(person & (tracks.class_prob[:, ObjectClass.PERSON] > 0.2)).tolist():
        _add_other_mind(i, tracks, way, poses, prob, config)
    return poses, prob, ns_from_s(config.step_s)


def keep_going(tracks: Tracks, time_s: FloatArray, config: PredictionConfig) -> FloatArray:
    """(M, T, 3) poses at constant speed; the turn rate is kept for `turn_s`, velocity and heading turn alike."""
    rate = np.clip(tracks.yaw_rate_radps, -config.max_yaw_rate_radps, config.max_yaw_rate_radps)[:, None]
    # a standing thing does not go round in circles, and its turn rate is noise
    speed = np.linalg.norm(tracks.velocity_world_mps, axis=1)
    rate = np.where(speed[:, None] > 0.5, rate, 0.0)
    turned = rate * np.minimum(time_s, config.turn_s)
    course = np.arctan2(tracks.velocity_world_mps[:, 1], tracks.velocity_world_mps[:, 0])[:, None] + turned
    half = np.diff(time_s) * speed[:, None]
    middle = 0.5 * (course[:, 1:] + course[:, :-1])
    start = tracks.center_world_m[:, None, :2]
    step = np.stack([half * np.cos(middle), half * np.sin(middle)], axis=-1)
    xy = np.concatenate([start, start + np.cumsum(step, axis=1)], axis=1)
    yaw = (tracks.yaw_world_rad[:, None] + turned + np.pi) % (2 * np.pi) - np.pi
    return np.concatenate([xy, yaw[..., None]], axis=-1)


def _way_ahead(ego: EgoState, lanes: LaneMap) -> FloatArray:
    """(P, 2) points of the lanes that the car is on and comes to; straight ahead where there is no map."""
    origin = ego.T_world_ego.translation_m[:2]
    heading = np.array([np.cos(ego.T_world_ego.yaw_rad), np.sin(ego.T_world_ego.yaw_rad)])
    straight = origin + np.linspace(0.0, 80.0, 41)[:, None] * heading
    own = _lane_at(origin, heading, lanes)
    if own is None:
        return straight
    points: list[FloatArray] = []
    seen: set[str] = set()
    queue = [own]
    while queue and len(seen) < 12:
        lane_id = queue.pop(0)
        if lane_id in seen or lane_id not in lanes.lanes:
            continue
        seen.add(lane_id)
        points.append(lanes.lanes[lane_id].center_world_m[:, :2])
        queue.extend(lanes.lanes[lane_id].successors)
    way = np.concatenate(points)
    ahead = (way - origin) @ heading
    way = way[(ahead > -5.0) & (ahead < 120.0)]
    return way if len(way) else straight


def _lane_at(point_m: FloatArray, heading: FloatArray, lanes: LaneMap) -> str | None:
    """The lane whose centre is nearest and runs the car's way; None farther than a lane's width."""
    best: tuple[float, str] | None = None
    for lane_id, lane in sorted(lanes.lanes.items()):
        center = lane.center_world_m[:, :2]
        nearest = int(np.argmin(np.sum((center - point_m) ** 2, axis=1)))
        a, b = center[max(nearest - 1, 0)], center[min(nearest + 1, len(center) - 1)]
        along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
        across_m = abs(along[0] * (point_m - a)[1] - along[1] * (point_m - a)[0])
        reach_m = float(np.linalg.norm(center[nearest] - point_m))
        if along @ heading > 0.5 and reach_m < 15.0 and (best is None or across_m < best[0]):
            best = (across_m, lane_id)
    return best[1] if best is not None and best[0] < 4.0 else None


def _add_other_mind(
    i: int, tracks: Tracks, way_m: FloatArray, poses: FloatArray, prob: FloatArray, config: PredictionConfig
) -> None:
    """Second hypothesis of person `i`: who crosses may stop in the way, who does not may walk into it."""
    position = tracks.center_world_m[i, :2]
    tree = cKDTree(way_m)
    distance_m, index = tree.query(position)
    if distance_m > config.near_way_m:
        return
    towards = (way_m[int(index)] - position) / max(float(distance_m), 1e-6)
    velocity = tracks.velocity_world_mps[i]
    crosses = bool((tree.query(poses[i, KEEP_GOING, :, :2])[0] < _IN_THE_WAY_M).any())
    if crosses:
        poses[i, OTHERWISE, :, :2] = position
        prob[i] = 1.0 - config.stop_prob, config.stop_prob
        return
    speed_mps = max(config.walk_mps, float(np.linalg.norm(velocity)))
    time_s = config.step_s * np.arange(config.steps, dtype=np.float64)
    poses[i, OTHERWISE, :, :2] = position + time_s[:, None] * speed_mps * towards
    poses[i, OTHERWISE, 1:, 2] = np.arctan2(towards[1], towards[0])
    share = config.heads_for_prob if velocity @ towards > 0.3 else config.step_in_prob
    prob[i] = 1.0 - share, share
