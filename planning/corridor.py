"""The swept path of the car along its route: which tracks take it, where and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from moosetest.arrays import FloatArray
from moosetest.objects import ObjectClass, Tracks
from moosetest.timing import s_from_ns
from moosetest.world import WorldModel
from planning.route import Route
from planning.vehicle import EgoShape


@dataclass(frozen=True, slots=True)
class CorridorConfig:
    """How wide and how far the swept path is looked at.

    Args:
        margin_m: room kept beside the car for anything; 0.3 m is RSS's lateral fluctuation mu.
        vru_margin_m: the same for people and two-wheelers, who sway and step.
        lookahead_m: length of route looked at; more than the 282 m that a careful driver needs at 200 km/h.
        horizon_s: predictions are extended at their last speed to this time, in which a car at 33 m/s stops at 4 m/s2.
        return_length_m: arc length over which the car's lateral offset from the route dies out (control's own scale).
    """

    margin_m: float = 0.3
    vru_margin_m: float = 0.5
    lookahead_m: float = 280.0
    horizon_s: float = 8.0
    return_length_m: float = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Occupancy:
    """Stretches of the route that tracks take, seen from the front bumper.

    One row for each (track, hypothesis) that ever comes into the swept path. `near_m` and `far_m` (R, T) are the ends
    of the stretch ahead of the front bumper's present place (near is +inf and far -inf while the path is free);
    `speed_mps` (R,) is the track's present speed along the route, `cross_mps` (R,) its speed across it, left +.
    """

    row: NDArray[np.intp]
    probability: FloatArray
    near_m: FloatArray
    far_m: FloatArray
    time_s: FloatArray
    speed_mps: FloatArray
    cross_mps: FloatArray
    is_vru: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.row)

    def select(self, mask: NDArray[np.bool_]) -> Occupancy:
        """The rows where `mask` (R,) is true."""
        return Occupancy(
            self.row[mask],
            self.probability[mask],
            self.near_m[mask],
            self.far_m[mask],
            self.time_s,
            self.speed_mps[mask],
            self.cross_mps[mask],
            self.is_vru[mask],
        )


_SMALLEST_CAR_M = 2.4  # a two-seater is 2.5 m long, a bicycle 1.8 m

VRU_CLASSES = (ObjectClass.PERSON, ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE)


def occupancy(world: WorldModel, route: Route, ego_s_m: float, shape: EgoShape, config: CorridorConfig) -> Occupancy:
    """Which tracks and predictions take the swept path from `ego_s_m` on; labels only widen the margin for people."""
    m, k, t, _ = world.pred_world.shape
    time_s = s_from_ns(world.pred_dt_ns) * np.arange(t, dtype=np.float64)
    first = max(0, int(np.searchsorted(route.s_m, ego_s_m - 15.0)))
    last = int(np.searchsorted(route.s_m, ego_s_m + shape.front_m + config.lookahead_m))
    is_vru = is_vulnerable(world.tracks)
    half = world.tracks.size_lwh_m[:, :2] / 2.0
    poses = world.pred_world.reshape(-1, 3)
    row = np.repeat(np.arange(m), k * t)
    tree = cKDTree(route.xy_world_m[first:last])
    reach_m = float(np.hypot(half[:, 0], half[:, 1]).max(initial=0.0)) + 4.0
    distance, foot = tree.query(poses[:, :2], distance_upper_bound=reach_m)
    close = np.flatnonzero(distance <= np.hypot(half[row, 0], half[row, 1]) + 4.0)
    ego_left_m = route.project(world.ego.T_world_ego.translation_m[:2], ego_s_m)[1]
    path = _SweptPath(route, ego_s_m, ego_left_m, shape, config)
    near, far = np.full(m * k * t, np.inf), np.full(m * k * t, -np.inf)
    margin = np.where(is_vru, config.vru_margin_m, config.margin_m)[row[close]]
    near[close], far[close] = path.overlap(poses[close], half[row[close]], foot[close] + first, margin)
    near, far = near.reshape(m * k, t), far.reshape(m * k, t)
    place, speed, cross = _motion_along(world, route, tree, first)
    ever = np.isfinite(near)
    taken = ever.any(axis=1)
    # who is behind the rear axle, or comes at the car's flank, must look out himself: braking would not help
    first_far = far[np.arange(len(far)), np.argmax(ever, axis=1)]
    taken &= np.repeat(place > ego_s_m, k) & ((first_far > 0.0) | np.repeat(is_vru, k))
    table = Occupancy(
        np.repeat(np.arange(m), k)[taken],
        world.pred_prob.reshape(-1)[taken],
        near[taken],
        far[taken],
        time_s,
        np.repeat(speed, k)[taken],
        np.repeat(cross, k)[taken],
        np.repeat(is_vru, k)[taken],
    )
    return _extended(table, config.horizon_s)


def is_vulnerable(tracks: Tracks) -> NDArray[np.bool_]:
    """(M,) whether a track is likely a person or two-wheeler, or small and moving: no car is, whatever it is called."""
    vru = tracks.class_prob[:, [int(c) for c in VRU_CLASSES]].sum(axis=1)
    motor = tracks.class_prob[:, [int(c) for c in (ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK)]].sum(axis=1)
    is_small = tracks.size_lwh_m[:, :2].max(axis=1, initial=0.0) < _SMALLEST_CAR_M
    moves = np.linalg.norm(tracks.velocity_world_mps, axis=1) > 0.3
    return np.asarray((vru > motor) | (is_small & moves))


@dataclass(frozen=True, slots=True, eq=False)
class _SweptPath:
    """The area between the outermost traces of the car's outline."""

    route: Route
    ego_s_m: float
    ego_left_m: float
    shape: EgoShape
    config: CorridorConfig

    def overlap(
        self, pose_world: FloatArray, half_m: FloatArray, foot: NDArray[np.intp], margin_m: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Near and far end (N,) of boxes within the path, ahead of the front bumper; +-inf where outside."""
        route = self.route
        along, left = route.local(pose_world[:, :2], foot)
        turn = pose_world[:, 2] - route.yaw_world_rad[foot]
        spots = _outline(float(2.0 * half_m.max(initial=0.0)))
        dx, dy = spots[:, 0] * half_m[:, :1], spots[:, 1] * half_m[:, 1:]
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        a = along[:, None] + dx * cos - dy * sin
        kappa = np.where(np.abs(along) < 1.0, route.curvature_per_m[foot], 0.0)[:, None]
        # second order: a point `a` ahead on the tangent lies kappa a^2 / 2 outside of the bend
        d = left[:, None] + dx * sin + dy * cos - kappa * a**2 / 2.0
        s = route.s_m[foot][:, None] + a
        inside = self._inside(s, d, kappa, margin_m[:, None])
        ahead = s - self.ego_s_m - self.shape.front_m
        return np.where(inside, ahead, np.inf).min(axis=1), np.where(inside, ahead, -np.inf).max(axis=1)

    def _inside(self, s: FloatArray, d: FloatArray, kappa: FloatArray, margin: FloatArray) -> NDArray[np.bool_]:
        """The rear axle follows the line; the front overhang swings outside of a bend by kappa front^2 / 2."""
        swing = np.abs(kappa) * self.shape.front_m**2 / 2.0
        fade = np.exp(-np.maximum(s - self.ego_s_m, 0.0) / self.config.return_length_m)
        offset = d - self.ego_left_m * fade
        half = self.shape.half_width_m + margin
        outside_left, outside_right = np.where(kappa < 0, swing, 0.0), np.where(kappa > 0, swing, 0.0)
        return np.asarray((offset <= half + outside_left) & (offset >= -half - outside_right))


def _outline(longest_m: float) -> FloatArray:
    """Points around a box of half sizes 1, dense enough (1.5 m, less than the path is wide) to cross no path unseen."""
    n = int(np.clip(np.ceil(longest_m / 1.5), 2, 40)) + 1
    edge = np.linspace(-1.0, 1.0, n)
    one = np.ones(n)
    return np.concatenate([np.stack(p, axis=1) for p in ((edge, one), (edge, -one), (one, edge), (-one, edge))])


def _motion_along(
    world: WorldModel, route: Route, tree: cKDTree, first: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Arc length of each track's nearest point on the route, and its speed along and across the route there."""
    _, nearest = tree.query(world.tracks.center_world_m[:, :2])
    foot = np.asarray(nearest, dtype=np.intp) + first
    along, _ = route.local(world.tracks.center_world_m[:, :2], foot)
    yaw = route.yaw_world_rad[foot]
    v = world.tracks.velocity_world_mps
    cos, sin = np.cos(yaw), np.sin(yaw)
    return route.s_m[foot] + along, v[:, 0] * cos + v[:, 1] * sin, v[:, 1] * cos - v[:, 0] * sin


def _extended(table: Occupancy, horizon_s: float) -> Occupancy:
    """Beyond the predictions, who is in the path stays in it and keeps its speed along it."""
    if len(table.time_s) < 2 or table.time_s[-1] >= horizon_s:
        return table
    step_s = float(table.time_s[1])
    extra = np.arange(1, round((horizon_s - table.time_s[-1]) / step_s) + 1) * step_s
    moved = table.speed_mps[:, None] * extra
    return Occupancy(
        table.row,
        table.probability,
        np.concatenate([table.near_m, table.near_m[:, -1:] + moved], axis=1),
        np.concatenate([table.far_m, table.far_m[:, -1:] + moved], axis=1),
        np.r_[table.time_s, table.time_s[-1] + extra],
        table.speed_mps,
        table.cross_mps,
        table.is_vru,
    )
