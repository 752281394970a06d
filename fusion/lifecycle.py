"""Whether something is there: belief in existence, and a track's way from TENTATIVE to gone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.objects import TrackStatus


@dataclass(frozen=True, slots=True)
class SensorBelief:
    """What a hit and a miss of one kind of sensor are worth.

    Args:
        hit_log_odds: log of detection over clutter rate, at score 0.5.
        score_gain: per log-odds unit of the score (scores of networks are over-confident: well below 1).
        detection_prob: of a thing in full view and near.
        full_range_m, max_range_m: detection probability is full to the first and 0 from the second on.
        fov_rad: full horizontal field of view.
    """

    hit_log_odds: float
    score_gain: float
    detection_prob: float
    full_range_m: float
    max_range_m: float
    fov_rad: float

    def hit(self, score: FloatArray) -> FloatArray:
        """(N,) log odds that hits with `score` add; never less than a little: a hit is a hit."""
        p = np.clip(score, 0.02, 0.98)
        logit = np.clip(np.log(p / (1.0 - p)), -2.5, 2.5)
        return np.maximum(self.hit_log_odds + self.score_gain * logit, 0.2)

    def miss(self, visibility: FloatArray) -> FloatArray:
        """(M,) log odds that a miss takes, where the thing is visible to the share `visibility`."""
        return np.log1p(-self.detection_prob * visibility)


def _lidar() -> SensorBelief:
    return SensorBelief(1.6, 0.5, 0.75, 45.0, 120.0, np.deg2rad(120.0))


def _radar() -> SensorBelief:
    return SensorBelief(1.0, 0.3, 0.35, 60.0, 150.0, np.deg2rad(60.0))


def _camera() -> SensorBelief:
    return SensorBelief(1.2, 0.5, 0.6, 60.0, 150.0, np.pi)


@dataclass(frozen=True, slots=True)
class LifecycleConfig:
    """When a track is believed, and when it is given up.

    Fields of view and ranges are the default rig's. Detection probabilities are meant to be lower than measured ones:
    misses of neighbouring frames are not independent.

    Args:
        birth_log_odds: before the first hit; clutter is more frequent than new things.
        confirm_existence, confirm_hits: to be CONFIRMED; two hits a tick apart.
        camera_confirm_hits: the same for what only cameras have seen: 0.5 s outlasts a projected flash (DP-8).
        delete_existence: below it a track is gone.
        max_log_odds: belief is capped here, so that a thing that went away is given up in half a second.
        coast_s: unseen and out of view for this long, a track is gone; standing things are kept `keep_standing_s`.
        fade_log_odds_per_s: belief that time takes of what is out of view.
        tentative_s: an unconfirmed track unseen this long is gone.
        blind_radius_m: nearer to the car's origin a thing may hide below all sensors: the lowest beam of the default
            rig, 13 degrees down from 1.7 m, meets the ground 7.4 m away.
        remember_s: a believed thing lost there is remembered for so long (RW-07: at least 5 s).
        max_position_sd_m: a track less certain than a lane is wide says nothing.
    """

    lidar: SensorBelief = field(default_factory=_lidar)
    radar: SensorBelief = field(default_factory=_radar)
    camera: SensorBelief = field(default_factory=_camera)
    birth_log_odds: float = -1.0
    confirm_existence: float = 0.85
    confirm_hits: int = 2
    camera_confirm_hits: int = 5
    delete_existence: float = 0.1
    max_log_odds: float = 4.0
    coast_s: float = 2.0
    keep_standing_s: float = 4.0
    fade_log_odds_per_s: float = 0.5
    tentative_s: float = 0.35
    blind_radius_m: float = 7.5
    remember_s: float = 6.0
    max_position_sd_m: float = 3.5


def existence(log_odds: FloatArray) -> FloatArray:
    """Probability of log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def in_view(xy_ego_m: FloatArray, belief: SensorBelief) -> FloatArray:
    """(M,) share of the full detection probability at places (M, 2) in the ego frame; 0 out of view."""
    range_m = np.linalg.norm(xy_ego_m, axis=1)
    bearing = np.abs(np.arctan2(xy_ego_m[:, 1], xy_ego_m[:, 0]))
    fall = (belief.max_range_m - range_m) / (belief.max_range_m - belief.full_range_m)
    return np.where(bearing <= belief.fov_rad / 2.0, np.clip(fall, 0.0, 1.0), 0.0)


def hidden_share(xy_ego_m: FloatArray, half_width_m: FloatArray, solid: NDArray[np.bool_]) -> FloatArray:
    """(M,) share of each track's angular width behind a nearer `solid` one."""
    m = len(xy_ego_m)
    if m < 2:
        return np.zeros(m)
    range_m = np.maximum(np.linalg.norm(xy_ego_m, axis=1), 1.0)
    middle = np.arctan2(xy_ego_m[:, 1], xy_ego_m[:, 0])
    half = np.arctan2(half_width_m, range_m)
    apart = np.abs((middle[:, None] - middle[None, :] + np.pi) % (2.0 * np.pi) - np.pi)
    common = np.clip(half[:, None] + half[None, :] - apart, 0.0, 2.0 * np.minimum(half[:, None], half[None, :]))
    nearer = solid[None, :] & (range_m[None, :] + half_width_m[None, :] < range_m[:, None] - 0.3)
    return np.asarray(np.where(nearer, common / (2.0 * half[:, None]), 0.0).max(axis=1))


def next_status(
    status: NDArray[np.int8],
    log_odds: FloatArray,
    hits: NDArray[np.int64],
    solid_hits: NDArray[np.int64],
    seen_now: NDArray[np.bool_],
    config: LifecycleConfig,
) -> NDArray[np.int8]:
    """Status (M,) from belief and hits; once believed, a track is CONFIRMED when seen now, else COASTED."""
    enough = (solid_hits >= config.confirm_hits) | (hits >= config.camera_confirm_hits)
    believed = (status != TrackStatus.TENTATIVE) | ((existence(log_odds) >= config.confirm_existence) & enough)
    known = np.where(seen_now, int(TrackStatus.CONFIRMED), int(TrackStatus.COASTED))
    return np.where(believed, known, int(TrackStatus.TENTATIVE)).astype(np.int8)
