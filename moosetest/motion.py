"""What the planner wants and what control asks of the car."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require, set_arrays


class PlanStatus(Enum):
    """OK: as wished. DEGRADED: slowed by caution or a fault. EMERGENCY: the safety layer took over."""

    OK = "ok"
    DEGRADED = "degraded"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanEnvelope:
    """What a planner watched over when it made a plan.

    `path_world` (P, 3) = x_m, y_m, yaw_rad of the lane path from the car's origin on, at equal steps. Within
    `half_width_m` of it nothing solid may be, within `vru_half_width_m` no person. Distances count along the path from
    the front bumper, which is `front_m` ahead of the car's origin: braking now, the car stands after `comfort_stop_m`
    or `full_stop_m`. Each row (R,) is one prediction of a track that comes into the path: with `probability` it takes
    the stretch from `near_m` to `far_m`, first `enters_s` from now.
    """

    path_world: NDArray[np.float64]
    half_width_m: float
    vru_half_width_m: float
    front_m: float
    comfort_stop_m: float
    full_stop_m: float
    track_id: NDArray[np.int64]
    probability: NDArray[np.float64]
    near_m: NDArray[np.float64]
    far_m: NDArray[np.float64]
    enters_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        r = ("R",)
        numbers = dict.fromkeys(("probability", "near_m", "far_m", "enters_s"), (r, np.float64))
        set_arrays(self, {"path_world": (("P", 3), np.float64), "track_id": (r, np.int64), **numbers})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """A timed trajectory in the world frame, point 0 at `t_ns`, steps of `dt_ns`; `pose_world` = x_m, y_m, yaw_rad.

    `reason` says in one line why the car does this; `blocking_track_id` names the track that made it slow, or -1;
    `envelope` is what the planner watched over, of one that tells.
    """

    t_ns: int
    based_on_ns: int
    dt_ns: int
    pose_world: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    accel_mps2: NDArray[np.float64]
    curvature_per_m: NDArray[np.float64]
    status: PlanStatus
    reason: str
    blocking_track_id: int = -1
    envelope: PlanEnvelope | None = None

    def __post_init__(self) -> None:
        t = ("T",)
        fields = {"pose_world": (("T", 3), np.float64), "speed_mps": (t, np.float64)}
        set_arrays(self, {**fields, "accel_mps2": (t, np.float64), "curvature_per_m": (t, np.float64)})
        require(len(self.speed_mps) >= 2, "Plan: a trajectory needs 2 points")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCommand:
    """Acceleration and road-wheel angle (left +) to hold until `valid_until_ns`; then the car brakes by itself.

    `limited` names the limits that acted.
    """

    t_ns: int
    accel_mps2: float
    steer_rad: float
    valid_until_ns: int
    limited: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        finite = np.isfinite(self.accel_mps2) and np.isfinite(self.steer_rad)
        require(bool(finite), "ControlCommand: want finite accel_mps2 and steer_rad")


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleControl:
    """What the actuators take: throttle and brake in [0, 1], steer in [-1, 1] of full lock, left +."""

    throttle: float
    brake: float
    steer: float

    def __post_init__(self) -> None:
        require(0 <= self.throttle <= 1 and 0 <= self.brake <= 1, "VehicleControl: throttle and brake in [0, 1]")
        require(-1 <= self.steer <= 1, "VehicleControl: steer in [-1, 1]")
