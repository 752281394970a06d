"""Boxes in space against tracks: same frame, same time, same orientation, same visible face."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fusion.association import Assignment, assign, mahalanobis
from fusion.filters import (
    ABSENT_VAR,
    Measurement,
    position_measurement,
    radial_measurement,
    stacked,
    velocity_measurement,
    yaw_measurement,
)
from fusion.sensors import RADAR, kind_of
from fusion.table import TrackTable
from moosetest.arrays import FloatArray
from moosetest.objects import Detections, ObjectClass
from moosetest.timing import s_from_ns
from moosetest.world import EgoState


@dataclass(frozen=True, slots=True)
class BoxConfig:
    """How boxes are matched and measured.

    Args:
        gate_chi2: squared Mahalanobis distance within which a box may be a track's: 99.9 % of 2 dimensions.
        radial_gate_chi2: and of the radial speed, 1 dimension.
        gate_slack_m: added to the gate's deviation: bodies change their shape, and no covariance says how.
        max_leap_m: from one tick to the next, of nameless new things; 25 m/s.
        max_size_ratio: a box's longest side against the track's: a person is no truck, half a truck still is one.
        position_floor_m: no detector places a box better than this over time.
        noise_share: share of a box's stated deviation that is new each time: most of it is the hidden far side, which
            stays hidden, while the near faces are seen to a few centimetres.
        yaw_sd_rad: of boxes clearly longer than wide; others tell no heading.
        velocity_sd_mps, radial_sd_mps: of measured speeds; radars give 0.1 m/s, a moving body's parts differ by more.
        grow, shrink: share of a size difference taken over from one box: what was seen once does not shrink by
            being half hidden.
        radar_spread: a radar may see any part of a body: standard deviation as a share of its longest side.
        picture_bias: lasting relative error of a range by picture; people's heights spread by a tenth, slopes add.
        radar_origin_ego_m: where radial speeds are measured from.
    """

    gate_chi2: float = 13.8
    radial_gate_chi2: float = 10.8
    gate_slack_m: float = 0.15
    max_leap_m: float = 2.5
    max_size_ratio: float = 6.0
    position_floor_m: float = 0.06
    noise_share: float = 0.5
    yaw_sd_rad: float = 0.15
    velocity_sd_mps: float = 1.0
    radial_sd_mps: float = 0.3
    grow: float = 0.4
    shrink: float = 0.05
    radar_spread: float = 0.2
    picture_bias: float = 0.12
    radar_origin_ego_m: tuple[float, float] = (3.8, 0.0)


MOVING_MPS = 0.5  # radars tell radial speeds to some 0.15 m/s, three deviations


@dataclass(frozen=True, slots=True, eq=False)
class WorldBoxes:
    """One sensor's boxes in the world frame, in an order of their own, however they came."""

    xy_m: FloatArray
    cov_m2: FloatArray
    z_m: FloatArray
    size_lwh_m: FloatArray
    yaw_rad: FloatArray
    velocity_mps: FloatArray
    has_velocity: NDArray[np.bool_]
    radial_mps: FloatArray
    has_radial: NDArray[np.bool_]
    class_id: NDArray[np.int16]
    score: FloatArray

    def __len__(self) -> int:
        return len(self.score)

    @property
    def has_speed(self) -> NDArray[np.bool_]:
        """(N,) a speed was measured: all of it, or one along the line of sight.

        None along the line of sight is no speed: it says nothing of the speed across.
        """
        return self.has_velocity | (self.has_radial & (np.abs(self.radial_mps) > MOVING_MPS))

    def select(self, mask: NDArray[np.bool_]) -> WorldBoxes:
        """The boxes where `mask` (N,) is true."""
        return WorldBoxes(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Where the boxes were seen from: the car then, `age_s` before now, and the sensor's kind."""

    ego_xy_m: FloatArray
    radar_xy_m: FloatArray
    age_s: float
    is_radar: bool


@dataclass(frozen=True, slots=True, eq=False)
class AlignedBoxes:
    """Boxes in the orientation of their tracks, completed to the tracks' sizes away from the sensor.

    `size_lw_m` (N, 2) is as seen; `axes` (N, 2, 2) are the tracks' length and width directions, `away` (N, 2) in
    [-1, 1] tells towards which of their ends the sensor looks.
    """

    xy_m: FloatArray
    cov_m2: FloatArray
    yaw_rad: FloatArray
    size_lw_m: FloatArray
    away: FloatArray
    axes: FloatArray


def boxes_in_world(found: Detections, ego: EgoState, config: BoxConfig) -> WorldBoxes:
    """The boxes in the world frame, sorted by place, so that their order of arrival does not matter."""
    order = np.lexsort((found.score, *found.size_lwh_m.T, *found.center_ego_m.T))
    R = ego.T_world_ego.matrix[:3, :3]
    center = ego.T_world_ego.points(found.center_ego_m[order])
    is_radar = kind_of(found.sensor_id) == RADAR
    share = 1.0 if is_radar else config.noise_share
    cov = share**2 * found.cov_center_m2 + _aperture(found, is_radar)
    cov = (R @ cov[order] @ R.T)[:, :2, :2]
    velocity = np.column_stack([found.velocity_ego_mps[order], np.zeros(len(found))])
    return WorldBoxes(
        xy_m=center[:, :2],
        cov_m2=0.5 * (cov + cov.transpose(0, 2, 1)) + config.position_floor_m**2 * np.eye(2),
        z_m=center[:, 2],
        size_lwh_m=found.size_lwh_m[order],
        yaw_rad=found.yaw_ego_rad[order] + ego.T_world_ego.yaw_rad,
        velocity_mps=ego.T_world_ego.vectors(velocity)[:, :2],
        has_velocity=found.has_velocity[order],
        radial_mps=found.radial_speed_mps[order],
        has_radial=found.has_radial_speed[order],
        class_id=found.class_id[order],
        score=found.score[order],
    )


def view_of(found: Detections, then: EgoState, now: EgoState, is_radar: bool, config: BoxConfig) -> View:
    """The view of `found`, taken when the car was at `then`."""
    radar = then.T_world_ego.points(np.array([*config.radar_origin_ego_m, 0.0]))[:2]
    age_s = s_from_ns(now.t_ns - found.t_ns)
    return View(then.T_world_ego.translation_m[:2], radar, age_s, is_radar)


def match_boxes(boxes: WorldBoxes, table: TrackTable, view: View, config: BoxConfig) -> Assignment:
    """Which box belongs to which track, by place, size and radial speed."""
    n, m = len(boxes), len(table)
    box, track = _near_pairs(boxes, table, config)
    seen = _align(boxes, table, box, track, view)
    P = table.cov[track]
    z = position_measurement(table.mean[track], seen.xy_m, seen.cov_m2, view.age_s)
    slack = config.gate_slack_m**2 * np.eye(2)
    S = z.H @ P @ z.H.transpose(0, 2, 1) + z.R + _spread(table, track, view, config) + slack
    d2, log_det = mahalanobis(z.innovation, S)
    longest = np.maximum(table.size_lwh_m[track, :2].max(axis=1, initial=0.3), 0.3)
    size_gap = np.abs(np.log(np.maximum(boxes.size_lwh_m[box, :2].max(axis=1, initial=0.3), 0.3) / longest))
    known = table.has_extent[track] & (not view.is_radar)
    # what has no name, no speed and no history yet is not followed over a leap: that is another piece of the hedge
    leap = np.linalg.norm(z.innovation, axis=1) > config.max_leap_m
    is_vague = (table.hits[track] < 3) & ~table.has_speed[track] & (table.class_prob[track, ObjectClass.UNKNOWN] > 0.5)
    fits = (d2 < config.gate_chi2) & ~(leap & is_vague) & ~(known & (size_gap > np.log(config.max_size_ratio)))
    worth = d2 + log_det + np.where(known, size_gap**2, 0.0)
    if boxes.has_radial.any():
        radial2 = _radial_distance2(boxes, table, box, track, view, config)
        fits &= radial2 < config.radial_gate_chi2
        worth = worth + radial2
    cost, allowed = np.zeros((n, m)), np.zeros((n, m), dtype=np.bool_)
    cost[box, track], allowed[box, track] = worth, fits
    return assign(cost, allowed)


def _near_pairs(boxes: WorldBoxes, table: TrackTable, config: BoxConfig) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs that could pass the gate at all: by the larger deviations and the longest sides."""
    apart = boxes.xy_m[:, None] - table.xy_m[None]
    var = np.einsum("nii->n", boxes.cov_m2)[:, None] + np.einsum("mii->m", table.cov[:, :2, :2])[None]
    sides = boxes.size_lwh_m[:, :2].max(axis=1, initial=0.0)[:, None]
    sides = np.maximum(sides, table.size_lwh_m[:, :2].max(axis=1, initial=0.0)[None])
    reach = np.sqrt(config.gate_chi2 * var) + 1.5 * sides
    box, track = np.nonzero(np.einsum("nmi,nmi->nm", apart, apart) < reach**2)
    return box, track


def align_pairs(boxes: WorldBoxes, table: TrackTable, pairs: Assignment, view: View) -> AlignedBoxes:
    """The matched boxes in the orientation and, away from the sensor, the size of their tracks."""
    return _align(boxes, table, pairs.detection, pairs.track, view)


def measure(
    boxes: WorldBoxes, seen: AlignedBoxes, table: TrackTable, pairs: Assignment, view: View, config: BoxConfig
) -> Measurement:
    """Place, heading, velocity and radial speed of the matched tracks; what was not measured has no weight."""
    mean = table.mean[pairs.track]
    spread = _spread(table, pairs.track, view, config)
    long_enough = seen.size_lw_m[:, 0] > 1.5 * seen.size_lw_m[:, 1]
    tells_yaw = long_enough & (boxes.class_id[pairs.detection] != ObjectClass.PERSON) & (not view.is_radar)
    has_velocity, has_radial = boxes.has_velocity[pairs.detection], boxes.has_radial[pairs.detection]
    velocity_var = np.where(has_velocity, config.velocity_sd_mps**2, ABSENT_VAR)[:, None, None] * np.eye(2)
    velocity = np.where(has_velocity[:, None], boxes.velocity_mps[pairs.detection], mean[:, 3:5])
    radial_var = np.where(has_radial, config.radial_sd_mps**2, ABSENT_VAR)
    return stacked(
        position_measurement(mean, seen.xy_m, seen.cov_m2 + spread, view.age_s),
        yaw_measurement(mean, seen.yaw_rad, np.where(tells_yaw, config.yaw_sd_rad**2, ABSENT_VAR)),
        velocity_measurement(mean, velocity, velocity_var),
        radial_measurement(mean, view.radar_xy_m, boxes.radial_mps[pairs.detection], radial_var),
    )


def grown(
    boxes: WorldBoxes, seen: AlignedBoxes, table: TrackTable, pairs: Assignment, config: BoxConfig
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """New sizes (N, 3), and shifts (N, 2) and heights (N,) of the centres that keep the near faces where they are."""
    box_size = np.column_stack([seen.size_lw_m, boxes.size_lwh_m[pairs.detection, 2]])
    old = table.size_lwh_m[pairs.track]
    known = table.has_extent[pairs.track][:, None]
    rate = np.where(box_size > old, config.grow, config.shrink)
    new = np.where(known, old + rate * (box_size - old), box_size)
    change = np.where(known, new - old, 0.0)[:, :2]
    shift = np.einsum("nk,nki->ni", 0.5 * change * seen.away, seen.axes)
    z = table.z_m[pairs.track]
    return (
        new,
        shift,
        np.where(known[:, 0], z + config.grow * (boxes.z_m[pairs.detection] - z), boxes.z_m[pairs.detection]),
    )


def loosened(table: TrackTable, view: View, config: BoxConfig) -> TrackTable:
    """Tracks that only pictures have placed may be wrong in range by a share that no number of pictures told."""
    row = np.flatnonzero(~table.has_extent & (table.solid_hits == 0))
    if not len(row):
        return table
    away = table.xy_m[row] - view.ego_xy_m
    cov = table.cov[row]
    cov[:, :2, :2] += config.picture_bias**2 * away[:, :, None] * away[:, None, :]
    return table.with_rows(row, cov=cov)


def _align(
    boxes: WorldBoxes, table: TrackTable, box: NDArray[np.intp], track: NDArray[np.intp], view: View
) -> AlignedBoxes:
    """A box shows the near faces; where it is shorter than the track, the rest is hidden behind them."""
    yaw_track, yaw = table.mean[track, 2], boxes.yaw_rad[box]
    quarter = np.round((yaw_track - yaw) / (np.pi / 2.0))
    size = boxes.size_lwh_m[box, :2]
    size = np.where((quarter % 2 == 1)[:, None], size[:, ::-1], size)
    cos, sin = np.cos(yaw_track), np.sin(yaw_track)
    axes = np.stack([np.stack([cos, sin], axis=-1), np.stack([-sin, cos], axis=-1)], axis=1)
    known = table.has_extent[track] & (not view.is_radar)
    own = np.where(known[:, None], table.size_lwh_m[track, :2], size)
    sight = boxes.xy_m[box] - view.ego_xy_m
    along = np.einsum("nki,ni->nk", axes, sight)
    # abreast of a long side both of its ends show: nothing is hidden, nothing is shifted
    away = np.clip(along / np.maximum(np.maximum(own, size) / 2.0, 0.1), -1.0, 1.0)
    hidden = own - size
    shift = np.einsum("nk,nki->ni", 0.5 * away * hidden, axes)
    # abreast it is not known at which end the rest is; ahead, the nearness of faces is a good guess
    doubt = np.einsum("nk,nki,nkj->nij", ((0.5 - 0.35 * np.abs(away)) * hidden) ** 2, axes, axes)
    return AlignedBoxes(
        boxes.xy_m[box] + shift, boxes.cov_m2[box] + doubt, yaw + quarter * np.pi / 2.0, size, away, axes
    )


def _aperture(found: Detections, is_radar: bool) -> FloatArray:
    """Added covariance (N, 3, 3) along nameless long things that run away from the car: rails, walls, hedges.

    What is seen of them goes along with the car, as if they did.
    """
    size = found.size_lwh_m[:, :2]
    turn = np.where(size[:, 0] >= size[:, 1], found.yaw_ego_rad, found.yaw_ego_rad + np.pi / 2.0)
    axis = np.stack([np.cos(turn), np.sin(turn), np.zeros(len(found))], axis=-1)
    sight = found.center_ego_m * [1.0, 1.0, 0.0]
    aligned = np.abs(np.einsum("ni,ni->n", axis, sight)) > 0.6 * np.linalg.norm(sight, axis=1)
    longest = size.max(axis=1, initial=0.0)
    is_long = longest > 6.0 if is_radar else (longest > 4.0) & (size.min(axis=1, initial=9.0) < 0.7)
    is_rail = aligned & is_long & (found.class_id == ObjectClass.UNKNOWN)
    var = np.where(is_rail, (0.3 * longest) ** 2, 0.0)
    return var[:, None, None] * axis[:, :, None] * axis[:, None, :]


def _spread(table: TrackTable, track: NDArray[np.intp], view: View, config: BoxConfig) -> FloatArray:
    """Added position covariance (N, 2, 2) of radar echoes off a large body."""
    longest = table.size_lwh_m[track, :2].max(axis=1, initial=0.0)
    var = (config.radar_spread * longest) ** 2 if view.is_radar else np.zeros(len(track))
    return var[:, None, None] * np.eye(2)


def _radial_distance2(
    boxes: WorldBoxes,
    table: TrackTable,
    box: NDArray[np.intp],
    track: NDArray[np.intp],
    view: View,
    config: BoxConfig,
) -> FloatArray:
    """Squared normalised difference of radial speed of each pair; 0 where none was measured."""
    var = np.full(len(box), config.radial_sd_mps**2)
    z = radial_measurement(table.mean[track], view.radar_xy_m, boxes.radial_mps[box], var)
    S = (z.H @ table.cov[track] @ z.H.transpose(0, 2, 1))[:, 0, 0] + z.R[:, 0, 0]
    return np.where(boxes.has_radial[box], z.innovation[:, 0] ** 2 / S, 0.0)
