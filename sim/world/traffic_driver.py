"""Drives background traffic: keeps its distance, follows a lane, turns wishes into pedals. Plain arrays, no server."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.world.vehicle_spec import AIR_DENSITY_KGPM3, GRAVITY_MPS2, VehicleSpec

FloatArray = NDArray[np.float64]

HOLD_BRAKE: Final = 0.3  # keeps a stopped car where it is on any road slope (up to about 15 %)
STANDSTILL_MPS: Final = 0.2


@dataclass(frozen=True, slots=True)
class IdmParams:
    """Intelligent driver model; defaults after Treiber, Hennecke and Helbing (2000), city traffic."""

    desired_speed_mps: float = 13.9
    time_gap_s: float = 1.5
    min_gap_m: float = 2.0
    max_accel_mps2: float = 1.4
    comfort_decel_mps2: float = 2.0
    max_decel_mps2: float = 8.0
    exponent: float = 4.0


def idm_accel_mps2(speed_mps: float, gap_m: float, closing_speed_mps: float, params: IdmParams) -> float:
    """Acceleration behind a leader `gap_m` ahead bumper to bumper (inf for none), approached at `closing_speed_mps`."""
    free = 1.0 - (max(speed_mps, 0.0) / max(params.desired_speed_mps, 1e-3)) ** params.exponent
    if math.isinf(gap_m):
        return max(params.max_accel_mps2 * free, -params.comfort_decel_mps2)
    braking = 2.0 * math.sqrt(params.max_accel_mps2 * params.comfort_decel_mps2)
    wanted_m = params.min_gap_m + max(0.0, speed_mps * (params.time_gap_s + closing_speed_mps / braking))
    accel = params.max_accel_mps2 * (free - (wanted_m / max(gap_m, 0.01)) ** 2)
    return max(accel, -params.max_decel_mps2)


def pedals_for_accel(accel_mps2: float, speed_mps: float, spec: VehicleSpec) -> tuple[float, float]:
    """Throttle and brake that give `accel_mps2` on a level road: the inverse of the vehicle model, in closed form.

    Forward gear. With v the speed, m the mass: resistance r = (rho/2 drag_area v |v|) / m + rolling_resistance g for
    v > 0; engine F(v) = min(max_drive_force, peak_power / max(v, 1 m/s)). Wanted force f = m (a + r):
    throttle = f / F(v) if f > 0, else brake = -f / max_brake_force; both clipped to [0, 1].
    """
    if accel_mps2 <= 0.0 and abs(speed_mps) < STANDSTILL_MPS:
        return 0.0, max(HOLD_BRAKE, min(1.0, -accel_mps2 * spec.mass_kg / spec.max_brake_force_n))
    drag_n = 0.5 * AIR_DENSITY_KGPM3 * spec.drag_area_m2 * speed_mps * abs(speed_mps)
    rolling_n = spec.rolling_resistance * spec.mass_kg * GRAVITY_MPS2
    force_n = spec.mass_kg * accel_mps2 + drag_n + rolling_n
    if force_n > 0.0:
        return min(1.0, force_n / min(spec.max_drive_force_n, spec.peak_power_w / max(abs(speed_mps), 1.0))), 0.0
    return 0.0, min(1.0, -force_n / spec.max_brake_force_n)


class LaneFollower:
    """Pure pursuit along a polyline, for the reference point at the rear axle."""

    def __init__(self, path_world_m: ArrayLike, lookahead_s: float = 0.8, min_lookahead_m: float = 4.0) -> None:
        path = np.asarray(path_world_m, dtype=np.float64)
        if path.ndim != 2 or len(path) < 2:
            raise ValueError(f"path_world_m: shape {path.shape}, want (K, 2) or (K, 3) with K >= 2")
        self._path = path[:, :2]
        self._arc_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self._path, axis=0).T))])
        self._lookahead_s = lookahead_s
        self._min_lookahead_m = min_lookahead_m

    @property
    def length_m(self) -> float:
        """Arc length of the path."""
        return float(self._arc_m[-1])

    def arc_m(self, position_world_m: ArrayLike) -> float:
        """Arc length of the point of the path nearest to a place."""
        place = np.asarray(position_world_m, dtype=np.float64)[:2]
        start, step = self._path[:-1], np.diff(self._path, axis=0)
        squared = np.maximum((step**2).sum(axis=1), 1e-12)
        share = np.clip(((place - start) * step).sum(axis=1) / squared, 0.0, 1.0)
        nearest = int(np.argmin(((start + share[:, None] * step - place) ** 2).sum(axis=1)))
        return float(self._arc_m[nearest] + share[nearest] * np.sqrt(squared[nearest]))

    def point_world_m(self, arc_m: float) -> FloatArray:
        """(2,) point of the path at an arc length, clipped to its ends."""
        return np.array([np.interp(arc_m, self._arc_m, self._path[:, i]) for i in range(2)])

    def steer_rad(self, rear_axle_world_m: ArrayLike, yaw_rad: float, speed_mps: float, wheelbase_m: float) -> float:
        """Road-wheel angle, left +, that brings the rear axle on the path one look-ahead on."""
        place = np.asarray(rear_axle_world_m, dtype=np.float64)[:2]
        lookahead_m = max(self._min_lookahead_m, self._lookahead_s * abs(speed_mps))
        target = self.point_world_m(self.arc_m(place) + lookahead_m) - place
        left_m = -math.sin(yaw_rad) * target[0] + math.cos(yaw_rad) * target[1]
        return math.atan2(2.0 * wheelbase_m * left_m, max(float(target @ target), 1e-6))


def carla_steer(steer_rad: float, spec: VehicleSpec) -> float:
    """CARLA's steering value in [-1, 1], right +, for a road-wheel angle that is left +."""
    return min(1.0, max(-1.0, -steer_rad / spec.max_steer_rad))
