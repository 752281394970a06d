"""CARLA's Ackermann controller: a PID loop on the speed asks for an acceleration, a second one turns it into pedals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sim.server.layouts import AckermannControl, AckermannSettings, VehicleControl

# The limits of CARLA's own controller.
MAX_ACCEL_MPS2: Final = 3.0
MAX_DECEL_MPS2: Final = 8.0
STANDING_MPS: Final = 0.1
_NO_LIMIT_MPS2: Final = 1e-4
_NO_STEER_SPEED_RADPS: Final = 1e-3
_OLD_ACCEL_SHARE: Final = 0.8
"""Of the acceleration before, in the running mean of the measured one."""


@dataclass(slots=True)
class _Loop:
    """One PID loop: output and integral stay within -1 and 1, the derivative is of the measured value."""

    integral: float = 0.0
    last: float = 0.0

    def run(self, wanted: float, measured: float, dt_s: float, gains: tuple[float, float, float]) -> float:
        kp, ki, kd = gains
        self.integral = _clamp(self.integral + ki * (wanted - measured) * dt_s, 1.0)
        slope = (measured - self.last) / dt_s
        self.last = measured
        return _clamp(kp * (wanted - measured) + self.integral - kd * slope, 1.0)


@dataclass(slots=True)
class AckermannController:
    """The state of one vehicle's controller; a new one begins from rest."""

    speed_loop: _Loop = field(default_factory=_Loop)
    accel_loop: _Loop = field(default_factory=_Loop)
    speed_mps: float = 0.0
    accel_mps2: float = 0.0
    wanted_accel_mps2: float = 0.0
    pedal: float = 0.0
    reverse: bool = False

    def run(
        self,
        wanted: AckermannControl,
        settings: AckermannSettings,
        present: VehicleControl,
        speed_mps: float,
        max_steer_rad: float,
        dt_s: float,
    ) -> VehicleControl:
        """Pedals and steering for the next step.

        Args:
            wanted: angles right +; a negative speed drives backwards.
            settings: the gains.
            present: the control in force, from whose steering the next one starts.
            speed_mps: along the vehicle's axis, forward +.
            max_steer_rad: of the front wheels.
            dt_s: since the last call.
        """
        accel_mps2 = (speed_mps - self.speed_mps) / dt_s
        self.speed_mps = speed_mps
        self.accel_mps2 = _OLD_ACCEL_SHARE * self.accel_mps2 + (1.0 - _OLD_ACCEL_SHARE) * accel_mps2
        steer = _steer_rad(wanted, present.steer * max_steer_rad, max_steer_rad, dt_s) / max_steer_rad
        if abs(speed_mps) < STANDING_MPS and abs(wanted.speed_mps) < STANDING_MPS:
            return VehicleControl(0.0, steer, 1.0, reverse=self.reverse)
        self._ask_for_pedal(wanted, settings, dt_s)
        push, hold = max(self.pedal, 0.0), max(-self.pedal, 0.0)
        if self.reverse:
            push, hold = hold, push
        return VehicleControl(push, steer, hold, reverse=self.reverse)

    def _ask_for_pedal(self, wanted: AckermannControl, settings: AckermannSettings, dt_s: float) -> None:
        """Move the wished acceleration, and by it the pedal: negative brakes, or drives backwards in reverse."""
        target_mps = wanted.speed_mps
        if abs(self.speed_mps) < STANDING_MPS:
            self.reverse = target_mps < 0
        elif self.speed_mps * target_mps < 0:
            target_mps = 0.0  # come to rest before the change of direction
        gains = settings.speed_kp, settings.speed_ki, settings.speed_kd
        self.wanted_accel_mps2 += self.speed_loop.run(target_mps, self.speed_mps, dt_s, gains)
        limit = abs(wanted.acceleration_mps2)
        low, high = (-limit, limit) if limit >= _NO_LIMIT_MPS2 else (-MAX_DECEL_MPS2, MAX_ACCEL_MPS2)
        self.wanted_accel_mps2 = min(max(self.wanted_accel_mps2, low), high)
        gains = settings.accel_kp, settings.accel_ki, settings.accel_kd
        change = self.accel_loop.run(self.wanted_accel_mps2, self.accel_mps2, dt_s, gains)
        self.pedal = _clamp(self.pedal + change, 1.0)


def _steer_rad(wanted: AckermannControl, present_rad: float, max_steer_rad: float, dt_s: float) -> float:
    """The wheels' next angle: at once, or at the speed that was asked for."""
    target = _clamp(wanted.steer_rad, max_steer_rad)
    speed = abs(wanted.steer_speed_radps)
    if speed < _NO_STEER_SPEED_RADPS:
        return target
    return min(max(target, present_rad - speed * dt_s), present_rad + speed * dt_s)


def _clamp(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
