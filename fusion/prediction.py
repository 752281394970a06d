"""Where each track will be: it keeps going as it does, or it does the other likely thing.

The other thing: a vehicle follows its lane; a person near the car's way walks into it, or, crossing it, stops there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from fusion.lane_index import LaneIndex, lane_index
from moosetest.arrays import FloatArray
from moosetest.objects import ObjectClass, TrackIdx, Tracks
from moosetest.timing import ns_from_s
from moosetest.world import EgoState, LaneMap

KEEP_GOING, OTHERWISE = 0, 1
"""Hypotheses: columns of `pred_world` and `pred_prob`."""


@dataclass(frozen=True, slots=True)
class PredictionConfig:
    """What is predicted.

    Args:
        step_s: time between predicted poses.
        horizon_s: how far; a car at 20 m/s stops within it.
        turn_s: a turn is kept up for so long, then the track goes straight on: nobody circles.
        max_yaw_rate_radps: nuPlan's comfort bound for vehicles.
        near_way_m: a person this near to the middle of the car's way may walk into it: a lane and a pavement.
        in_way_m: a person this near to the middle is in the way: a car's half width and a step.
        walk_mps: how fast, the 5 km/h of Euro NCAP's adult.
        step_in_prob: belief that a person who stands or walks along the road steps into it.
        heads_for_prob: the same for one who moves towards it, yet would not reach it by keeping on.
        stop_prob: belief that a person who crosses the way stops in it (RW-06, RW-19).
        lane_reach_m: a vehicle this near to a lane's centre, and its own uncertainty, may follow it; half a lane.
        lane_turn_rad: moving along it within this angle, 25 degrees.
        follow_prob: belief that it does, unless it moves out of the lane for certain.
        leave_sigma: that is, with a speed across it this many deviations above a driver's usual weaving.
        weave_mps: usual weaving.
        leave_m: or, moving outwards, with this offset from the centre within a second.
    """

    step_s: float = 0.2
    horizon_s: float = 4.0
    turn_s: float = 1.5
    max_yaw_rate_radps: float = 0.95
    near_way_m: float = 6.0
    in_way_m: float = 1.5
    walk_mps: float = 1.39
    step_in_prob: float = 0.1
    heads_for_prob: float = 0.3
    stop_prob: float = 0.2
    lane_reach_m: float = 1.8
    lane_turn_rad: float = 0.44
    follow_prob: float = 0.8
    leave_sigma: float = 2.0
    weave_mps: float = 0.2
    leave_m: float = 0.9

    @property
    def time_s(self) -> FloatArray:
        """(T,) times of the predicted poses, from now on."""
        return self.step_s * np.arange(round(self.horizon_s / self.step_s) + 1, dtype=np.float64)


def predict(
    tracks: Tracks, ego: EgoState, lanes: LaneMap, config: PredictionConfig
) -> tuple[FloatArray, FloatArray, int]:
    """Poses (M, 2, T, 3), their probabilities (M, 2), and the time step in ns; see `WorldModel`."""
    poses = np.repeat(keep_going(tracks, config)[:, None], 2, axis=1)
    prob = np.tile([1.0, 0.0], (len(tracks), 1))
    index = lane_index(lanes)
    others = np.delete(tracks.class_prob, [ObjectClass.UNKNOWN, ObjectClass.PERSON], axis=1).max(axis=1)
    belief = tracks.class_prob[:, ObjectClass.PERSON]
    person = (belief >= others) & (belief > 0.2)
    if index is not None:
        _follow_lanes(tracks, ~person, index, poses, prob, config)
    if person.any():
        way = _way_ahead(ego, index)
        distance_m, nearest = way.query(tracks.center_world_m[:, :2])
        for i in np.flatnonzero(person & (distance_m <= config.near_way_m)).tolist():
            _change_mind(i, tracks, way, way.data[int(nearest[i])], poses, prob, config)
    return poses, prob, ns_from_s(config.step_s)


def keep_going(tracks: Tracks, config: PredictionConfig) -> FloatArray:
    """(M, T, 3) poses at constant speed; a sure turn is kept up for `turn_s`, velocity and heading turn alike."""
    time_s = config.time_s
    rate = np.clip(tracks.yaw_rate_radps, -config.max_yaw_rate_radps, config.max_yaw_rate_radps)
    sd = np.sqrt(tracks.cov_state[:, TrackIdx.YAW_RATE, TrackIdx.YAW_RATE])
    speed = np.linalg.norm(tracks.velocity_world_mps, axis=1)
    # a standing thing does not go round in circles, and a turn within its own deviation is noise
    turned = np.where((speed > 0.5) & (np.abs(rate) > 2.0 * sd), rate, 0.0)[:, None]
    turned = turned * np.minimum(time_s, config.turn_s)
    course = np.arctan2(tracks.velocity_world_mps[:, 1], tracks.velocity_world_mps[:, 0])[:, None] + turned
    length = np.diff(time_s) * speed[:, None]
    middle = 0.5 * (course[:, 1:] + course[:, :-1])
    start = tracks.center_world_m[:, None, :2]
    step = np.stack([length * np.cos(middle), length * np.sin(middle)], axis=-1)
    xy = np.concatenate([start, start + np.cumsum(step, axis=1)], axis=1)
    yaw = (tracks.yaw_world_rad[:, None] + turned + np.pi) % (2 * np.pi) - np.pi
    return np.concatenate([xy, yaw[..., None]], axis=-1)


def _follow_lanes(
    tracks: Tracks,
    is_candidate: np.ndarray,
    index: LaneIndex,
    poses: FloatArray,
    prob: FloatArray,
    config: PredictionConfig,
) -> None:
    """Second hypothesis of vehicles that move along a lane: they follow it, at their offset and speed."""
    speed = np.linalg.norm(tracks.velocity_world_mps, axis=1)
    rows = np.flatnonzero(is_candidate & (speed > 1.0))
    if not len(rows):
        return
    heading = tracks.velocity_world_mps[rows] / speed[rows, None]
    doubt_m = np.sqrt(np.maximum(tracks.cov_state[rows, TrackIdx.X, TrackIdx.X], tracks.cov_state[rows, 1, 1]))
    reach_m = config.lane_reach_m + np.minimum(doubt_m, config.lane_reach_m)
    lane = index.lane_at(tracks.center_world_m[rows, :2], heading, reach_m, config.lane_turn_rad)
    for i, lane_of_i in zip(rows.tolist(), lane.tolist(), strict=True):
        if lane_of_i >= 0:
            line = index.onward(lane_of_i)
            leaves = _follow_line(i, tracks, line, float(speed[i]), poses, config)
            follow = 1.0 - config.follow_prob if leaves else config.follow_prob
            prob[i] = 1.0 - follow, follow


def _follow_line(
    i: int, tracks: Tracks, line_m: FloatArray, speed_mps: float, poses: FloatArray, config: PredictionConfig
) -> bool:
    """Write the poses of track `i` along a lane's centre line; true if it moves out of the lane."""
    position, velocity = tracks.center_world_m[i, :2], tracks.velocity_world_mps[i]
    step = np.diff(line_m, axis=0)
    length = np.maximum(np.linalg.norm(step, axis=1), 1e-9)
    s = np.r_[0.0, np.cumsum(length)]
    yaw = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    first = min(int(np.argmin(np.sum((line_m - position) ** 2, axis=1))), len(step) - 1)
    along = step[first] / length[first]
    normal = np.array([-along[1], along[0]])
    offset_m = float((position - line_m[first]) @ normal)
    at = s[first] + float((position - line_m[first]) @ along) + speed_mps * config.time_s
    course = np.interp(at, 0.5 * (s[1:] + s[:-1]), yaw)
    beyond = np.maximum(at - s[-1], 0.0)
    x = np.interp(at, s, line_m[:, 0]) + beyond * np.cos(yaw[-1]) - offset_m * np.sin(course)
    y = np.interp(at, s, line_m[:, 1]) + beyond * np.sin(yaw[-1]) + offset_m * np.cos(course)
    poses[i, OTHERWISE] = np.column_stack([x, y, tracks.yaw_world_rad[i] + course - course[0]])
    normal = np.array([-np.sin(course[0]), np.cos(course[0])])
    outward = float(velocity @ normal)
    cov = tracks.cov_state[i, TrackIdx.VX : TrackIdx.VY + 1, TrackIdx.VX : TrackIdx.VY + 1]
    sure = max(abs(outward) - config.weave_mps, 0.0) / max(float(np.sqrt(normal @ cov @ normal)), 1e-3)
    is_leaving = sure > 1.0 and outward * offset_m > 0 and abs(offset_m + outward) > config.leave_m
    return is_leaving or sure > config.leave_sigma


def _way_ahead(ego: EgoState, index: LaneIndex | None) -> cKDTree:
    """Places on the lanes that the car is on and comes to; straight ahead where there is no map."""
    origin = ego.T_world_ego.translation_m[:2]
    heading = np.array([np.cos(ego.T_world_ego.yaw_rad), np.sin(ego.T_world_ego.yaw_rad)])
    lane = -1 if index is None else int(index.lane_at(origin[None], heading[None], np.array([3.5]), 1.0)[0])
    straight = origin + np.linspace(0.0, 80.0, 41)[:, None] * heading
    way = straight if index is None or lane < 0 else index.way(lane)
    ahead = (way - origin) @ heading
    near = way[(ahead > -5.0) & (ahead < 120.0)]
    return cKDTree(near if len(near) else straight)


def _change_mind(
    i: int,
    tracks: Tracks,
    way: cKDTree,
    middle_m: FloatArray,
    poses: FloatArray,
    prob: FloatArray,
    config: PredictionConfig,
) -> None:
    """Second hypothesis of person `i`: who crosses may stop in the way, who does not may walk to its `middle_m`."""
    if (way.query(poses[i, KEEP_GOING, :, :2])[0] < config.in_way_m).any():
        poses[i, OTHERWISE] = poses[i, OTHERWISE, 0]
        prob[i] = 1.0 - config.stop_prob, config.stop_prob
        return
    position, velocity = tracks.center_world_m[i, :2], tracks.velocity_world_mps[i]
    towards = (middle_m - position) / max(float(np.linalg.norm(middle_m - position)), 1e-6)
    speed_mps = max(config.walk_mps, float(np.linalg.norm(velocity)))
    poses[i, OTHERWISE, :, :2] = position + config.time_s[:, None] * speed_mps * towards
    poses[i, OTHERWISE, 1:, 2] = np.arctan2(towards[1], towards[0])
    share = config.heads_for_prob if velocity @ towards > 0.3 else config.step_in_prob
    prob[i] = 1.0 - share, share
