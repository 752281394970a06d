"""Engine, gear box and final drive of one vehicle: the force on its wheels in each gear.

A blueprint's vehicle pulls with `min(max_drive_force, peak_power / speed)`, which is what `stock_drivetrain` gives in
the best gear at every speed. Only vehicles whose engine or box a client changed, or who shift by hand, go through
`Gearbox`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.world.vehicle_spec import Drivetrain, VehicleSpec

RPM_PER_RADPS: Final = 60.0 / (2.0 * math.pi)
IDLE_RPM: Final = 800.0  # petrol and diesel engines idle at 600 to 900
MAX_RPM: Final = 5800.0  # usual for a petrol engine of the class
GEAR_STEP: Final = 1.35  # between neighbouring gears; automatics have 1.2 to 1.8
GEARS: Final = 6
# Full torque up to here, then full power: one gear step, so that the next gear begins where full power begins.
FULL_POWER_FROM: Final = 1.0 / GEAR_STEP
UP_RATIO: Final = 0.96  # shift up at this share of the highest engine speed: the next gear is then near full power
DOWN_RATIO: Final = 0.65  # and down below this one, which leaves a margin against hunting
LAZY_SHARE: Final = 0.2  # a gentle driver's box shifts up as long as the engine keeps this share (1,160 rpm)
_CURVE_POINTS: Final = 9  # of the constant-power part: chords err by less than 0.1 %


def stock_drivetrain(spec: VehicleSpec) -> Drivetrain:
    """The engine and the gears that make a blueprint's drive force."""
    base_mps = spec.peak_power_w / spec.max_drive_force_n  # force limits below, power above
    base_rpm = FULL_POWER_FROM * MAX_RPM
    top_nm = spec.peak_power_w / (base_rpm / RPM_PER_RADPS)
    powered = np.linspace(base_rpm, MAX_RPM, _CURVE_POINTS)
    curve = ((0.0, top_nm), *((float(rpm), top_nm * base_rpm / float(rpm)) for rpm in powered))
    ratios = tuple(GEAR_STEP ** (GEARS - 1 - i) for i in range(GEARS))
    return Drivetrain(
        torque_curve_rpm_nm=curve,
        max_rpm=MAX_RPM,
        final_ratio=base_rpm / RPM_PER_RADPS * spec.wheel_radius_m / (base_mps * ratios[0]),
        gears=tuple((ratio, DOWN_RATIO, UP_RATIO) for ratio in ratios),
        wheel_radius_m=spec.wheel_radius_m,
    )


def engine_rpm(drivetrain: Drivetrain, gear: int, speed_mps: float) -> float:
    """Engine speed at a road speed, at least idling; -1 is the reverse gear, 0 neutral."""
    rolling = abs(speed_mps) / drivetrain.wheel_radius_m * _overall(drivetrain, gear) * RPM_PER_RADPS
    return min(max(rolling, IDLE_RPM), drivetrain.max_rpm)


def shown_gears(
    base_mps: NDArray[np.float64], speed_mps: NDArray[np.float64], drive: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Gears of stock vehicles (N,): the highest where the engine is not lazy and can give what the pedal asks for.

    Args:
        base_mps: (N,) peak power over greatest drive force.
        speed_mps: (N,), >= 0.
        drive: (N,) share of the strongest gear's force asked for.
    """
    step = _STEPS[:, None]
    top_mps = base_mps / FULL_POWER_FROM * step  # where each gear reaches the highest engine speed
    best = np.minimum(1.0, base_mps / np.maximum(speed_mps, 1e-3))  # force over greatest force, best gear
    has = np.minimum(1.0 / step, best)
    fits = (speed_mps >= LAZY_SHARE * top_mps) & (speed_mps <= top_mps) & (has >= np.abs(drive) * best)
    return np.where(fits, _NUMBERS[:, None], 1).max(axis=0)


_NUMBERS: Final = np.arange(1, GEARS + 1)
_STEPS: Final = GEAR_STEP ** (_NUMBERS - 1.0)


@dataclass(slots=True)
class Gearbox:
    """The gear that one vehicle is in: shifted by hand, or at engine speeds as its drivetrain says."""

    drivetrain: Drivetrain
    gear: int = 1
    shifting_s: float = field(default=0.0)  # left of the present shift, in which nothing drives

    def select(self, gear: int) -> None:
        """Shift by hand, at once: -1 reverse, 0 neutral, no higher than there are gears."""
        self.gear = min(max(gear, -1), len(self.drivetrain.gears))
        self.shifting_s = 0.0

    def drive_n(self, speed_mps: float, throttle: float, mass_kg: float, dt_s: float) -> float:
        """Force on the wheels along x in this step, engine drag included.

        Args:
            speed_mps: along x.
            throttle: in [0, 1].
            mass_kg: of the vehicle, which shares the force with an engine that has become heavier.
            dt_s: of this step, for the time that a shift takes.
        """
        if self.shifting_s > 0.0:
            self.shifting_s = max(0.0, self.shifting_s - dt_s)
            return 0.0
        train, gear = self.drivetrain, self.gear
        if gear == 0:
            return 0.0
        lever_per_m = _overall(train, gear) / train.wheel_radius_m
        turn_radps = abs(speed_mps) * lever_per_m
        forward = math.copysign(1.0, gear)
        force_n = forward * throttle * _torque_nm(train, turn_radps) * lever_per_m
        damping = train.damping_closed + throttle * (train.damping_open - train.damping_closed)
        force_n -= math.copysign(damping * turn_radps * lever_per_m, speed_mps)
        to_limit_n = mass_kg * (train.max_rpm / RPM_PER_RADPS / lever_per_m - forward * speed_mps) / dt_s
        force_n = forward * min(forward * force_n, max(to_limit_n, 0.0))  # the limiter cuts in within a step too
        return force_n * mass_kg / (mass_kg + train.extra_inertia_kgm2 * lever_per_m**2)

    def shift(self, speed_mps: float) -> None:
        """Let an automatic change up or down by one gear, as the engine speed asks for."""
        train = self.drivetrain
        if not train.automatic or self.gear < 1 or self.shifting_s > 0.0:
            return
        share = abs(speed_mps) / train.wheel_radius_m * _overall(train, self.gear) * RPM_PER_RADPS / train.max_rpm
        _, down, up = train.gears[self.gear - 1]
        step = int(share > up and self.gear < len(train.gears)) - int(share < down and self.gear > 1)
        if step:
            self.gear += step
            self.shifting_s = train.switch_time_s


def _overall(drivetrain: Drivetrain, gear: int) -> float:
    """Engine turns per wheel turn; the reverse gear is as low as the first."""
    return drivetrain.gears[max(gear, 1) - 1][0] * drivetrain.final_ratio if gear else 0.0


def _torque_nm(drivetrain: Drivetrain, turn_radps: float) -> float:
    """Full-throttle torque; none beyond the highest engine speed."""
    rpm = turn_radps * RPM_PER_RADPS
    if rpm > drivetrain.max_rpm:
        return 0.0
    rpms, torques = zip(*drivetrain.torque_curve_rpm_nm, strict=True)
    return float(np.interp(rpm, rpms, torques))
