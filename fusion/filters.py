"""Kalman updates for many tracks at once, in Joseph form: covariances stay symmetric and positive.

P is the state covariance, H the measurement matrix, R the measurement covariance, S that of the innovation, K the gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.objects import TrackIdx

_X, _Y, _YAW, _VX, _VY, _RATE = (int(i) for i in TrackIdx)

ABSENT_VAR = 1e8
"""Variance of a component that was not measured: it then has no weight."""


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """Linearised measurements (N, k) of N tracks: innovation, H and R."""

    innovation: FloatArray
    H: FloatArray
    R: FloatArray


def joseph_update(mean: FloatArray, P: FloatArray, z: Measurement) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Updated states (N, 6) and covariances, and the normalised innovation squared (N,); modifies nothing."""
    H, R = z.H, z.R
    Ht = H.transpose(0, 2, 1)
    S = H @ P @ Ht + R
    K = np.linalg.solve(S, H @ P).transpose(0, 2, 1)
    step = np.einsum("nij,nj->ni", K, z.innovation)
    new_mean = mean + step
    new_mean[:, _YAW] = (new_mean[:, _YAW] + np.pi) % (2.0 * np.pi) - np.pi
    kept = np.eye(P.shape[1]) - K @ H
    new_P = kept @ P @ kept.transpose(0, 2, 1) + K @ R @ K.transpose(0, 2, 1)
    nis = np.einsum("ni,ni->n", z.innovation, np.linalg.solve(S, z.innovation[..., None])[..., 0])
    return new_mean, 0.5 * (new_P + new_P.transpose(0, 2, 1)), nis


def position_measurement(mean: FloatArray, xy_m: FloatArray, cov_xy_m2: FloatArray, age_s: float = 0.0) -> Measurement:
    """Positions (N, 2) measured `age_s` before the states' time."""
    H = np.zeros((len(mean), 2, 6))
    H[:, 0, _X] = H[:, 1, _Y] = 1.0
    H[:, 0, _VX] = H[:, 1, _VY] = -age_s
    then = mean[:, [_X, _Y]] - age_s * mean[:, [_VX, _VY]]
    return Measurement(xy_m - then, H, np.asarray(cov_xy_m2, dtype=np.float64))


def yaw_measurement(mean: FloatArray, yaw_rad: FloatArray, var_rad2: FloatArray) -> Measurement:
    """Headings (N,) of which front and back may be confused: the nearer of the two counts."""
    H = np.zeros((len(mean), 1, 6))
    H[:, 0, _YAW] = 1.0
    innovation = (yaw_rad - mean[:, _YAW] + np.pi / 2.0) % np.pi - np.pi / 2.0
    return Measurement(innovation[:, None], H, np.asarray(var_rad2)[:, None, None])


def velocity_measurement(mean: FloatArray, velocity_mps: FloatArray, cov: FloatArray) -> Measurement:
    """Velocities (N, 2) over ground in the world frame."""
    H = np.zeros((len(mean), 2, 6))
    H[:, 0, _VX] = H[:, 1, _VY] = 1.0
    return Measurement(velocity_mps - mean[:, [_VX, _VY]], H, cov)


def radial_measurement(
    mean: FloatArray, sensor_xy_m: FloatArray, radial_mps: FloatArray, var_m2ps2: FloatArray
) -> Measurement:
    """Speeds over ground (N,) along the line of sight from `sensor_xy_m` (2,), + receding."""
    away = mean[:, [_X, _Y]] - sensor_xy_m
    range_m = np.maximum(np.linalg.norm(away, axis=1), 1.0)
    sight = away / range_m[:, None]
    velocity = mean[:, [_VX, _VY]]
    along = np.sum(velocity * sight, axis=1)
    H = np.zeros((len(mean), 1, 6))
    H[:, 0, [_VX, _VY]] = sight
    # moving the track across the line of sight turns it: d(sight)/d(position) = (1 - sight sight^T) / range
    H[:, 0, [_X, _Y]] = (velocity - along[:, None] * sight) / range_m[:, None]
    return Measurement((radial_mps - along)[:, None], H, np.asarray(var_m2ps2)[:, None, None])


def stacked(*parts: Measurement) -> Measurement:
    """Several independent measurements of the same tracks as one."""
    n, k = len(parts[0].innovation), sum(p.innovation.shape[1] for p in parts)
    R = np.zeros((n, k, k))
    at = 0
    for part in parts:
        size = part.innovation.shape[1]
        R[:, at : at + size, at : at + size] = part.R
        at += size
    innovation = np.concatenate([p.innovation for p in parts], axis=1)
    return Measurement(innovation, np.concatenate([p.H for p in parts], axis=1), R)
