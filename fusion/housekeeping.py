"""What time does to tracks: misses, occlusion, memory of what got lost near the car, doubles and the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fusion.association import inside_boxes
from fusion.instant import Instant
from fusion.lifecycle import LifecycleConfig, existence, hidden_share, in_view, next_status
from fusion.models import speed_variance_m2ps2
from fusion.sensors import CAMERA, LIDAR, RADAR
from fusion.table import TrackTable
from moosetest.arrays import FloatArray
from moosetest.objects import ObjectClass, TrackIdx, TrackStatus
from moosetest.timing import ns_from_s

_STANDING_MPS = 0.5
_DAMP_PER_TICK = 0.7  # a person lost at the bumper is taken to stay there, not to walk on under the car
_DOUBLE_MPS = 2.5


def count_misses(instant: Instant, looked: frozenset[int], config: LifecycleConfig) -> None:
    """Lower the belief in what should have been seen by the kinds that looked, and slowly in what is out of view.

    Nothing is concluded from misses of what may hide below the sensors' view at the car itself.
    """
    table = instant.table
    if not len(table):
        return
    xy = instant.xy_ego_m
    clear = 1.0 - hidden_share(xy, table.size_lwh_m[:, :2].min(axis=1) / 2.0, ~table.is_tentative)
    # a detector of known classes cannot be blamed for not naming what has no name
    nameable = 1.0 - table.class_prob[:, ObjectClass.UNKNOWN]
    view = np.zeros((len(table), 3))
    view[:, LIDAR] = in_view(xy, config.lidar) * clear
    view[:, RADAR] = in_view(xy, config.radar) * clear
    view[:, CAMERA] = instant.camera_view * clear * nameable
    change = np.zeros(len(table))
    for kind, belief in ((LIDAR, config.lidar), (RADAR, config.radar), (CAMERA, config.camera)):
        if kind in looked:
            # who was just measured by a LiDAR is there, whatever radars and cameras overlook
            missed = ~instant.seen[:, kind] & ~instant.seen[:, LIDAR]
            change += np.where(missed, belief.miss(view[:, kind]), 0.0)
    out_of_view = ~instant.seen_now & (change > -0.1)
    change -= np.where(out_of_view, 0.1 * config.fade_log_odds_per_s, 0.0)
    remembered = lost_nearby(instant, xy, config)
    change = np.where(remembered, 0.0, change)
    limit = config.max_log_odds
    log_odds = np.clip(table.log_odds + change, -limit - 2.0, limit)
    slow = remembered & (table.speed_mps < 3.0)
    mean = table.mean.copy()
    mean[slow, 3:6] *= _DAMP_PER_TICK
    instant.table = replace(table, log_odds=log_odds, mean=mean)


def lost_nearby(instant: Instant, xy_ego_m: FloatArray, config: LifecycleConfig) -> NDArray[np.bool_]:
    """(M,) believed tracks, not seen now, so near that they may hide; none whose place is taken by one that is seen."""
    table = instant.table
    near = np.linalg.norm(xy_ego_m, axis=1) < config.blind_radius_m
    fresh = instant.t_ns - table.last_update_ns < ns_from_s(config.remember_s)
    lost = ~table.is_tentative & ~instant.seen_now & near & fresh
    if lost.any() and instant.seen_now.any():
        seen = table.select(instant.seen_now)
        gap = inside_boxes(table.xy_m, seen.xy_m, seen.mean[:, TrackIdx.YAW], seen.size_lwh_m[:, :2] / 2.0)
        lost &= gap.min(axis=1) > 0.0
    return np.asarray(lost)


def aged(instant: Instant, config: LifecycleConfig) -> TrackTable:
    """The table after this instant: statuses renewed, and those given up left out."""
    table = instant.counted()
    if not len(table):
        return table
    xy = instant.xy_ego_m
    remembered = lost_nearby(instant, xy, config)
    status = next_status(table.status, table.log_odds, table.hits, table.solid_hits, instant.seen_now, config)
    unseen_ns = instant.t_ns - table.last_update_ns
    patience_s = np.where(table.speed_mps < _STANDING_MPS, config.keep_standing_s, config.coast_s)
    patience_s = np.where(status == TrackStatus.TENTATIVE, config.tentative_s, patience_s)
    patience_s = np.where(remembered, config.remember_s, patience_s)
    spread = np.sqrt(np.maximum(table.cov[:, 0, 0], table.cov[:, 1, 1]))
    vague = (spread > config.max_position_sd_m) & table.has_extent & ~remembered
    gone = (unseen_ns > patience_s * 1e9) | vague | (existence(table.log_odds) < config.delete_existence)
    return replace(table, status=status).select(~gone)


def without_doubles(table: TrackTable) -> TrackTable:
    """Of two tracks of one body only the older stays: centres in each other's boxes, of like size and motion."""
    m = len(table)
    if m < 2:
        return table
    half = table.size_lwh_m[:, :2] / 2.0
    within = inside_boxes(table.xy_m, table.xy_m, table.mean[:, TrackIdx.YAW], half) <= 0.0
    area = table.size_lwh_m[:, 0] * table.size_lwh_m[:, 1]
    ratio = area[:, None] / area[None]
    like = (ratio > 0.4) & (ratio < 2.5)
    # what was not measured has no size of its own: any track there is it
    vague = ~table.has_extent[:, None] & table.has_extent[None]
    slower = np.linalg.norm(table.velocity_mps[:, None] - table.velocity_mps[None], axis=2) < _DOUBLE_MPS
    doubles = slower & ((within & within.T & like) | (within & vague))
    older = np.arange(m)[:, None] > np.arange(m)[None]
    measured_first = vague | (older & (table.has_extent[:, None] == table.has_extent[None]))
    return table.select(~(doubles & measured_first).any(axis=1))


def forget_history(table: TrackTable, row: NDArray[np.intp], next_id: int) -> TrackTable:
    """Tracks at `row` begin anew, standing, under new ids: what the Tempe car did at each change of label."""
    mean, cov = table.mean.copy(), table.cov.copy()
    mean[row, 3:6] = 0.0
    cov[row, 3:6, :] = 0.0
    cov[row, :, 3:6] = 0.0
    prior = speed_variance_m2ps2(table.class_prob)[row]
    cov[row, 3, 3] = cov[row, 4, 4] = prior
    cov[row, 5, 5] = 0.2**2
    track_id = table.track_id.copy()
    track_id[row] = next_id + np.arange(len(row))
    return replace(table, mean=mean, cov=cov, track_id=track_id)
