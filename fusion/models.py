"""How things move: constant velocity with turn rate, and how much of it each class may change.

State columns are those of `TrackIdx`: x, y, yaw, vx, vy, yaw_rate, in the world frame. Velocity and heading are
separate states, coupled by the turn rate alone: a towed pickup that faces backwards keeps the velocity it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.objects import N_CLASSES, ObjectClass, TrackIdx

_X, _Y, _YAW, _VX, _VY, _RATE = (int(i) for i in TrackIdx)


@dataclass(frozen=True, slots=True)
class ClassMotion:
    """What one class of thing can do.

    Args:
        accel_mps2: standard deviation of its acceleration.
        yaw_accel_radps2: standard deviation of its yaw acceleration.
        speed_mps: standard deviation of its velocity before anything is known.
        size_lwh_m: usual size.
        height_spread: relative standard deviation of its height.
    """

    accel_mps2: float
    yaw_accel_radps2: float
    speed_mps: float
    size_lwh_m: tuple[float, float, float]
    height_spread: float


CLASS_MOTION: dict[ObjectClass, ClassMotion] = {
    # accelerations: a person reaches walking speed in about 1 s; cars brake and pull away with 2 to 4 m/s2 in town
    ObjectClass.UNKNOWN: ClassMotion(1.5, 0.6, 4.0, (1.0, 1.0, 1.2), 0.5),
    ObjectClass.PERSON: ClassMotion(1.0, 1.0, 1.5, (0.5, 0.5, 1.7), 0.1),
    ObjectClass.BICYCLE: ClassMotion(1.5, 0.6, 5.0, (1.8, 0.6, 1.6), 0.15),
    ObjectClass.CAR: ClassMotion(2.5, 0.5, 8.0, (4.5, 1.8, 1.5), 0.12),
    ObjectClass.MOTORCYCLE: ClassMotion(2.5, 0.6, 8.0, (2.1, 0.8, 1.5), 0.15),
    ObjectClass.BUS: ClassMotion(1.5, 0.3, 7.0, (11.5, 2.55, 3.1), 0.1),
    ObjectClass.TRUCK: ClassMotion(1.5, 0.3, 7.0, (8.0, 2.5, 3.2), 0.25),
}
"""Sizes as in Euro NCAP's targets and usual vehicles."""

_NAMELESS_ODDS, _ECHO_ODDS, _FENCE_ODDS = 0.25, 0.5, 0.05

_RATE_MEMORY_S = 2.0  # a turn lasts a few seconds: without this decay an unseen turn rate would drift without bound


def _column(field: str) -> FloatArray:
    return np.array([getattr(CLASS_MOTION[ObjectClass(c)], field) for c in range(N_CLASSES)], dtype=np.float64)


_ACCEL_VAR = _column("accel_mps2") ** 2
_YAW_ACCEL_VAR = _column("yaw_accel_radps2") ** 2
_SPEED_VAR = _column("speed_mps") ** 2
CLASS_SIZE_M = np.array([CLASS_MOTION[ObjectClass(c)].size_lwh_m for c in range(N_CLASSES)])
CLASS_HEIGHT_SPREAD = _column("height_spread")


def speed_variance_m2ps2(class_prob: FloatArray) -> FloatArray:
    """(M,) prior variance of each velocity component under the class belief (M, C)."""
    return np.asarray(class_prob @ _SPEED_VAR)


def predict(mean: FloatArray, cov: FloatArray, class_prob: FloatArray, dt_s: float) -> tuple[FloatArray, FloatArray]:
    """States (M, 6) and covariances (M, 6, 6) `dt_s` later; modifies nothing.

    The class belief only blends the process noise: a change of class never touches the state.
    """
    turned, half = mean[:, _RATE] * dt_s, mean[:, _RATE] * dt_s / 2.0
    cos, sin, cos_half, sin_half = np.cos(turned), np.sin(turned), np.cos(half), np.sin(half)
    vx, vy = mean[:, _VX], mean[:, _VY]
    decay = np.exp(-dt_s / _RATE_MEMORY_S)
    out = mean.copy()
    out[:, _X] += dt_s * (vx * cos_half - vy * sin_half)
    out[:, _Y] += dt_s * (vx * sin_half + vy * cos_half)
    out[:, _YAW] = (mean[:, _YAW] + turned + np.pi) % (2.0 * np.pi) - np.pi
    out[:, _VX], out[:, _VY] = vx * cos - vy * sin, vx * sin + vy * cos
    out[:, _RATE] = mean[:, _RATE] * decay

    F = np.tile(np.eye(6), (len(mean), 1, 1))
    F[:, _X, _VX], F[:, _X, _VY] = dt_s * cos_half, -dt_s * sin_half
    F[:, _Y, _VX], F[:, _Y, _VY] = dt_s * sin_half, dt_s * cos_half
    F[:, _X, _RATE] = -(dt_s**2) / 2.0 * (vx * sin_half + vy * cos_half)
    F[:, _Y, _RATE] = dt_s**2 / 2.0 * (vx * cos_half - vy * sin_half)
    F[:, _YAW, _RATE] = dt_s
    F[:, _VX, _VX], F[:, _VX, _VY], F[:, _VX, _RATE] = cos, -sin, -dt_s * (vx * sin + vy * cos)
    F[:, _VY, _VX], F[:, _VY, _VY], F[:, _VY, _RATE] = sin, cos, dt_s * (vx * cos - vy * sin)
    F[:, _RATE, _RATE] = decay
    new_cov = F @ cov @ F.transpose(0, 2, 1) + process_noise(class_prob, dt_s)
    return out, 0.5 * (new_cov + new_cov.transpose(0, 2, 1))


def process_noise(class_prob: FloatArray, dt_s: float) -> FloatArray:
    """(M, 6, 6) covariance that white acceleration and yaw acceleration add within `dt_s`."""
    accel, yaw_accel = class_prob @ _ACCEL_VAR, class_prob @ _YAW_ACCEL_VAR
    Q = np.zeros((len(class_prob), 6, 6))
    for place, rate, var in ((_X, _VX, accel), (_Y, _VY, accel), (_YAW, _RATE, yaw_accel)):
        Q[:, place, place] = var * dt_s**4 / 4.0
        Q[:, place, rate] = Q[:, rate, place] = var * dt_s**3 / 2.0
        Q[:, rate, rate] = var * dt_s**2
    return Q


def moving_belief(
    velocity_mps: FloatArray, cov_velocity: FloatArray, class_prob: FloatArray, prior: FloatArray
) -> FloatArray:
    """(M,) belief that a track moves at all, from its velocity (M, 2), covariance (M, 2, 2), class belief and `prior`.

    The Savage-Dickey ratio of the model "stands" inside the model "moves with N(0, prior variance)": the posterior
    density at velocity 0 over the prior's. Keeps noise from becoming motion without delaying true motion.
    """
    a, b, c = cov_velocity[:, 0, 0], cov_velocity[:, 0, 1], cov_velocity[:, 1, 1]
    det = a * c - b * b
    x, y = velocity_mps[:, 0], velocity_mps[:, 1]
    chi2 = (c * x * x - 2.0 * b * x * y + a * y * y) / det
    log_ratio = np.log(speed_variance_m2ps2(class_prob)) - 0.5 * np.log(det) - 0.5 * chi2
    log_ratio += np.log((1.0 - prior) / prior)
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(log_ratio, -50.0, 50.0))))


def moving_prior(class_prob: FloatArray, size_lwh_m: FloatArray, is_measured: NDArray[np.bool_]) -> FloatArray:
    """(M,) belief that a track moves before its velocity is looked at.

    Road users do as often as not. Of what has no name most is furniture; echoes of one wall come from ever other
    places; and no road user is long and thin, though the side of one may look so. `is_measured` tells whose body a
    LiDAR has measured.
    """
    named = 1.0 - class_prob[:, ObjectClass.UNKNOWN]
    odds = named + (1.0 - named) * _NAMELESS_ODDS
    odds = odds * np.where(is_measured, 1.0, named + (1.0 - named) * _ECHO_ODDS)
    is_fence = (size_lwh_m[:, :2].max(axis=1) > 3.0) & (size_lwh_m[:, :2].min(axis=1) < 0.7)
    odds = odds * np.where(is_fence, _FENCE_ODDS, 1.0)
    return np.asarray(odds / (1.0 + odds))
