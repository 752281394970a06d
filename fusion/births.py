"""New tracks from what belongs to no track yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fusion.boxes import View, WorldBoxes
from fusion.classes import ClassConfig, add_labels, class_belief, new_evidence
from fusion.models import speed_variance_m2ps2
from fusion.table import TrackTable
from moosetest.arrays import FloatArray
from moosetest.objects import TrackStatus

_YAW_VAR = 0.5**2  # a new box's heading, before it has moved
_UNSEEN_YAW_VAR = 1.5**2
_RATE_VAR = 0.2**2  # most things go straight when they are first seen


def tracks_of_boxes(
    boxes: WorldBoxes, view: View, log_odds: FloatArray, class_weight: float, config: ClassConfig
) -> TrackTable:
    """One TENTATIVE track a box, ids still to be given; velocity is what was measured of it."""
    evidence = add_labels(new_evidence(len(boxes), config), boxes.class_id, boxes.score, class_weight, config)
    prior = speed_variance_m2ps2(class_belief(evidence)) if len(boxes) else np.zeros(0)
    velocity, cov_velocity = _first_velocity(boxes, view, prior)
    mean, cov = _states(boxes.xy_m, boxes.cov_m2, boxes.yaw_rad, velocity, cov_velocity)
    cov[:, 2, 2] = _UNSEEN_YAW_VAR if view.is_radar else _YAW_VAR
    has_extent = np.full(len(boxes), not view.is_radar)
    born = _table(mean, cov, boxes.z_m, boxes.size_lwh_m, has_extent, log_odds, evidence, boxes.class_id)
    return replace(born, has_speed=boxes.has_speed)


def tracks_of_places(
    xy_m: FloatArray,
    cov_m2: FloatArray,
    yaw_rad: float,
    size_lwh_m: FloatArray,
    log_odds: FloatArray,
    evidence: FloatArray,
    class_id: NDArray[np.int16],
) -> TrackTable:
    """One TENTATIVE track a place that only a camera knows; they are taken to point where the car does."""
    n = len(xy_m)
    prior = speed_variance_m2ps2(class_belief(evidence)) if n else np.zeros(0)
    cov_velocity = prior[:, None, None] * np.eye(2)
    mean, cov = _states(xy_m, cov_m2, np.full(n, yaw_rad), np.zeros((n, 2)), cov_velocity)
    cov[:, 2, 2] = _UNSEEN_YAW_VAR
    z = size_lwh_m[:, 2] / 2.0
    return _table(mean, cov, z, size_lwh_m, np.zeros(n, dtype=np.bool_), log_odds, evidence, class_id)


def _first_velocity(boxes: WorldBoxes, view: View, prior_var: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Velocities (N, 2) and covariances: the whole velocity if measured, else the part along the line of sight."""
    sight = boxes.xy_m - view.radar_xy_m
    sight = sight / np.maximum(np.linalg.norm(sight, axis=1, keepdims=True), 1e-6)
    velocity = np.where(boxes.has_radial[:, None], boxes.radial_mps[:, None] * sight, 0.0)
    along = sight[:, :, None] * sight[:, None, :]
    cov = prior_var[:, None, None] * np.eye(2)
    cov = np.where(boxes.has_radial[:, None, None], cov - (prior_var[:, None, None] - 0.25) * along, cov)
    velocity = np.where(boxes.has_velocity[:, None], boxes.velocity_mps, velocity)
    return velocity, np.where(boxes.has_velocity[:, None, None], 1.5 * np.eye(2), cov)


def _states(
    xy_m: FloatArray, cov_m2: FloatArray, yaw_rad: FloatArray, velocity: FloatArray, cov_velocity: FloatArray
) -> tuple[FloatArray, FloatArray]:
    n = len(xy_m)
    wrapped = (yaw_rad + np.pi) % (2.0 * np.pi) - np.pi
    mean = np.column_stack([xy_m, wrapped, velocity, np.zeros(n)])
    cov = np.zeros((n, 6, 6))
    cov[:, :2, :2] = cov_m2
    cov[:, 3:5, 3:5] = cov_velocity
    cov[:, 5, 5] = _RATE_VAR
    return mean, cov


def _table(
    mean: FloatArray,
    cov: FloatArray,
    z_m: FloatArray,
    size_lwh_m: FloatArray,
    has_extent: NDArray[np.bool_],
    log_odds: FloatArray,
    evidence: FloatArray,
    class_id: NDArray[np.int16],
) -> TrackTable:
    n = len(mean)
    zeros = np.zeros(n, dtype=np.int64)
    return TrackTable(
        track_id=zeros - 1,
        mean=mean,
        cov=cov,
        z_m=z_m,
        size_lwh_m=size_lwh_m,
        has_extent=has_extent,
        has_speed=np.zeros(n, dtype=np.bool_),
        log_odds=log_odds,
        evidence=evidence,
        label=class_id.astype(np.int64),
        status=np.full(n, int(TrackStatus.TENTATIVE), dtype=np.int8),
        hits=zeros,
        solid_hits=zeros,
        last_update_ns=zeros,
        seen_by=np.zeros(n, dtype=np.uint8),
    )
