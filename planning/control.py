"""Follows a plan: acceleration and steering within limits, and the pedals that give them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import wrap_rad
from moosetest.motion import ControlCommand, Plan, PlanStatus, VehicleControl
from moosetest.timing import ns_from_s, s_from_ns
from moosetest.world import EgoState
from planning.vehicle import VehicleModel


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """Gains and limits.

    Args:
        speed_gain_per_s, speed_integral_per_s2: PI on the speed error; the plan's acceleration is fed forward.
        integral_limit_mps2: what the integrator may add.
        return_time_s, min_return_length_m: the lateral error dies out over this time's travel, at least this length.
        damping: of the lateral error over arc length; 1 is critical.
        delay_s: a command acts this much later (one tick of latency).
        max_accel_mps2, max_brake_mps2: acceleration limits; 0.85 g is R157's AEB level.
        jerk_mps3: comfort; nuPlan's bound is 4.13.
        emergency_jerk_mps3: full braking within a quarter of a second, a hydraulic unit's build-up.
        max_lateral_mps2: steering may ask no more of the tyres; nuPlan's comfort bound 4.89.
        steer_rate_radps: of the road wheel; a steering motor's 400 deg/s at the rim over a ratio of 14.
        max_steer_rad: of the road wheel; what a passenger car reaches, less than the actuator's full lock.
        valid_s: a command not renewed within this time lapses.
        stale_plan_s: a plan older than this is not followed but braked out of.
    """

    vehicle: VehicleModel = field(default_factory=VehicleModel)
    speed_gain_per_s: float = 0.8
    speed_integral_per_s2: float = 0.1
    integral_limit_mps2: float = 0.5
    return_time_s: float = 0.7
    min_return_length_m: float = 4.0
    damping: float = 1.0
    delay_s: float = 0.1
    max_accel_mps2: float = 2.5
    max_brake_mps2: float = 8.34
    jerk_mps3: float = 4.0
    emergency_jerk_mps3: float = 35.0
    max_lateral_mps2: float = 4.89
    steer_rate_radps: float = 0.5
    max_steer_rad: float = 0.70
    valid_s: float = 0.3
    stale_plan_s: float = 0.5


class PathController:
    """PI with feed-forward along the path, curvature feedback across it."""

    def __init__(self, config: ControlConfig | None = None) -> None:
        self._config = config or ControlConfig()
        self.reset()

    def reset(self) -> None:
        """Forget the integrator and the last command."""
        self._integral_mps2 = 0.0
        self._last: ControlCommand | None = None

    def command(self, plan: Plan, ego: EgoState) -> ControlCommand:
        """Follow `plan` from `ego`; modifies neither."""
        limited: set[str] = set()
        accel = self._limit_accel(self._accel(plan, ego), plan, ego, limited)
        steer = self._limit_steer(self._steer(plan, ego), ego, limited)
        command = ControlCommand(
            t_ns=ego.t_ns,
            accel_mps2=accel,
            steer_rad=steer,
            valid_until_ns=ego.t_ns + ns_from_s(self._config.valid_s),
            limited=frozenset(limited),
        )
        self._last = command
        return command

    def actuate(self, command: ControlCommand, ego: EgoState) -> VehicleControl:
        """Pedals and steering for `command`, by the vehicle model's forces."""
        vehicle = self._config.vehicle
        speed = ego.speed_mps
        steer = float(np.clip(command.steer_rad / vehicle.max_steer_rad, -1.0, 1.0))
        force_n = vehicle.mass_kg * command.accel_mps2 + vehicle.drag_force_n(speed)
        if abs(speed) < 0.3 and command.accel_mps2 <= 0.0:
            hold = max(0.3, -command.accel_mps2 / vehicle.full_brake_mps2)
            return VehicleControl(throttle=0.0, brake=min(1.0, hold), steer=steer)
        throttle = float(np.clip(force_n / vehicle.drive_force_n(speed), 0.0, 1.0))
        brake = float(np.clip(-force_n / (vehicle.mass_kg * vehicle.full_brake_mps2), 0.0, 1.0))
        return VehicleControl(throttle=throttle, brake=brake, steer=steer)

    def _accel(self, plan: Plan, ego: EgoState) -> float:
        """Fed-forward acceleration of the plan plus PI on its speed; braking out of a plan that is too old."""
        config = self._config
        age_s = s_from_ns(ego.t_ns - plan.t_ns)
        if age_s > config.stale_plan_s:
            self._integral_mps2 = 0.0
            return -config.max_brake_mps2 / 2.0
        time_s = np.arange(len(plan.speed_mps)) * s_from_ns(plan.dt_ns)
        forward = float(np.interp(age_s, time_s, plan.accel_mps2))
        error = float(np.interp(age_s, time_s, plan.speed_mps)) - ego.speed_mps
        if plan.status is PlanStatus.EMERGENCY or plan.speed_mps.max() < 0.1:
            self._integral_mps2 = 0.0
            return forward + min(0.0, config.speed_gain_per_s * error)
        step = config.speed_integral_per_s2 * error * s_from_ns(plan.dt_ns)
        limit = config.integral_limit_mps2
        self._integral_mps2 = float(np.clip(self._integral_mps2 + step, -limit, limit))
        return forward + config.speed_gain_per_s * error + self._integral_mps2

    def _limit_accel(self, wanted: float, plan: Plan, ego: EgoState, limited: set[str]) -> float:
        config = self._config
        accel = _clip(wanted, -config.max_brake_mps2, config.max_accel_mps2, "accel", limited)
        if self._last is None:
            return accel
        step_s = min(max(s_from_ns(ego.t_ns - self._last.t_ns), 0.0), 1.0)
        urgent = plan.status is PlanStatus.EMERGENCY
        jerk = config.emergency_jerk_mps3 if urgent else config.jerk_mps3
        # letting go of an emergency braking is not held back: the brakes open at once
        up = config.emergency_jerk_mps3 if self._last.accel_mps2 < -4.0 else jerk
        low, high = self._last.accel_mps2 - jerk * step_s, self._last.accel_mps2 + up * step_s
        return _clip(accel, low, high, "jerk", limited)

    def _steer(self, plan: Plan, ego: EgoState) -> float:
        """Curvature of the path plus feedback that lets the lateral error die out over arc length.

        With error d and heading error e, kappa = kappa_path - 2 z e / l - d / l^2 gives d'' + 2 z d' / l + d / l^2 = 0.
        """
        config = self._config
        speed = max(ego.speed_mps, 0.0)
        x, y, yaw = _advanced(ego, config.delay_s)
        path = plan.pose_world
        index = int(np.argmin((path[:, 0] - x) ** 2 + (path[:, 1] - y) ** 2))
        path_yaw = float(path[index, 2])
        dx, dy = x - path[index, 0], y - path[index, 1]
        left = float(np.cos(path_yaw) * dy - np.sin(path_yaw) * dx)
        along = float(np.cos(path_yaw) * dx + np.sin(path_yaw) * dy)
        path_yaw += along * float(plan.curvature_per_m[index])
        turn = wrap_rad(yaw - path_yaw)
        length = max(config.min_return_length_m, config.return_time_s * speed)
        kappa = float(plan.curvature_per_m[index]) - 2.0 * config.damping * np.sin(turn) / length - left / length**2
        return float(np.arctan(config.vehicle.wheelbase_m * kappa))

    def _limit_steer(self, wanted: float, ego: EgoState, limited: set[str]) -> float:
        config = self._config
        vehicle = config.vehicle
        grip = np.arctan(vehicle.wheelbase_m * config.max_lateral_mps2 / max(ego.speed_mps, 1.0) ** 2)
        steer = _clip(wanted, -float(grip), float(grip), "lateral_accel", limited)
        steer = _clip(steer, -config.max_steer_rad, config.max_steer_rad, "steer", limited)
        if self._last is None:
            return steer
        step = config.steer_rate_radps * min(max(s_from_ns(ego.t_ns - self._last.t_ns), 0.0), 1.0)
        return _clip(steer, self._last.steer_rad - step, self._last.steer_rad + step, "steer_rate", limited)


def _advanced(ego: EgoState, delay_s: float) -> FloatArray:
    """x_m, y_m, yaw_rad of the car `delay_s` from now, turning as it does."""
    x, y = ego.T_world_ego.translation_m[:2]
    yaw = ego.T_world_ego.yaw_rad
    middle = yaw + 0.5 * ego.yaw_rate_radps * delay_s
    travel = ego.speed_mps * delay_s
    return np.array([x + travel * np.cos(middle), y + travel * np.sin(middle), yaw + ego.yaw_rate_radps * delay_s])


def _clip(value: float, low: float, high: float, name: str, limited: set[str]) -> float:
    if value < low or value > high:
        limited.add(name)
    return min(max(value, low), high)
