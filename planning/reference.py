"""Two drivers to measure against, in closed form: the careful human of UN R157, and a machine.

Both perceive for a while at constant speed, then let go of the pedal, then brake with constant jerk up to a constant
deceleration. Times count from the instant at which the danger can be perceived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray

GRAVITY_MPS2 = 9.81


@dataclass(frozen=True, slots=True)
class ReferenceDriver:
    """How a driver reacts.

    Args:
        perception_s: driving on as before.
        delay_s: until the brakes begin, with `release_mps2` of the released pedal.
        release_mps2: deceleration without gas.
        jerk_mps3: with which braking grows.
        brake_mps2: the most, on a road that gives it.
    """

    perception_s: float
    delay_s: float
    release_mps2: float
    jerk_mps3: float
    brake_mps2: float


CAREFUL_DRIVER = ReferenceDriver(0.4, 0.75, 0.4, 12.65, 0.774 * GRAVITY_MPS2)
"""UN R157's competent and careful driver: 0.4 s + 0.75 s, then 12.65 m/s3 to 0.774 g."""

MACHINE_DRIVER = ReferenceDriver(0.2, 0.1, 0.4, 12.65, 0.85 * GRAVITY_MPS2)
"""What a machine could do: 0.2 s + 0.1 s, then 12.65 m/s3 to 0.85 g, R157's AEB level."""


@dataclass(frozen=True, slots=True)
class _Phase:
    """A stretch of constant jerk: start time, place, speed and acceleration."""

    t_s: float
    s_m: float
    v_mps: float
    a_mps2: float
    jerk_mps3: float

    def after(self, dt_s: float, a_mps2: float, jerk_mps3: float) -> _Phase:
        """The next phase, which begins `dt_s` later with its own acceleration and jerk."""
        s = self.s_m + self.v_mps * dt_s + self.a_mps2 * dt_s**2 / 2.0 + self.jerk_mps3 * dt_s**3 / 6.0
        v = self.v_mps + self.a_mps2 * dt_s + self.jerk_mps3 * dt_s**2 / 2.0
        return _Phase(self.t_s + dt_s, s, v, a_mps2, jerk_mps3)

    def stop_after_s(self) -> float:
        """Time from the phase's start to standstill; inf if it has none."""
        if self.jerk_mps3 == 0.0:
            return self.v_mps / -self.a_mps2 if self.a_mps2 < 0 else (0.0 if self.v_mps <= 0 else np.inf)
        # jerk < 0: the positive root of v + a t + j t^2 / 2
        root = np.sqrt(self.a_mps2**2 - 2.0 * self.jerk_mps3 * self.v_mps)
        return float((-self.a_mps2 - root) / self.jerk_mps3)


def stopping_distance_m(driver: ReferenceDriver, speed_mps: float, friction: float = 1.0) -> float:
    """Distance from where the danger can be perceived to standstill; `friction` times g limits the braking."""
    return _phases(driver, speed_mps, friction)[-1].s_m


def stopping_time_s(driver: ReferenceDriver, speed_mps: float, friction: float = 1.0) -> float:
    """Time from when the danger can be perceived to standstill."""
    return _phases(driver, speed_mps, friction)[-1].t_s


def position_m(driver: ReferenceDriver, speed_mps: float, time_s: FloatArray, friction: float = 1.0) -> FloatArray:
    """(T,) distance covered at times `time_s` >= 0 since the danger can be perceived."""
    phases = _phases(driver, speed_mps, friction)
    start = np.array([phase.t_s for phase in phases])
    index = np.clip(np.searchsorted(start, time_s, side="right") - 1, 0, len(phases) - 1)
    table = np.array([[p.s_m, p.v_mps, p.a_mps2, p.jerk_mps3] for p in phases])[index]
    dt = np.asarray(time_s) - start[index]
    return np.asarray(table[:, 0] + table[:, 1] * dt + table[:, 2] * dt**2 / 2.0 + table[:, 3] * dt**3 / 6.0)


def avoids(driver: ReferenceDriver, speed_mps: float, distance_m: float, friction: float = 1.0) -> bool:
    """Whether the driver stops before a standing thing that can be perceived `distance_m` ahead."""
    return stopping_distance_m(driver, speed_mps, friction) <= distance_m


def impact_speed_mps(driver: ReferenceDriver, speed_mps: float, distance_m: float, friction: float = 1.0) -> float:
    """Speed at which the driver hits a standing thing `distance_m` ahead; 0 if he does not."""
    phases = _phases(driver, speed_mps, friction)
    if phases[-1].s_m <= distance_m:
        return 0.0
    at = max(i for i, phase in enumerate(phases) if phase.s_m <= max(distance_m, 0.0))
    phase, length_s = phases[at], phases[at + 1].t_s - phases[at].t_s
    low_s, high_s = 0.0, length_s
    for _ in range(60):  # the distance grows with time: halving 60 times is exact to the last bit
        middle_s = (low_s + high_s) / 2.0
        low_s, high_s = (middle_s, high_s) if phase.after(middle_s, 0, 0).s_m < distance_m else (low_s, middle_s)
    return phase.after(low_s, 0.0, 0.0).v_mps


def highest_stopping_speed_mps(driver: ReferenceDriver, reveal_s: float, friction: float = 1.0) -> float:
    """The highest speed from which a thing revealed `reveal_s` ahead at that speed is still stopped for."""
    low, high = 0.0, 120.0
    for _ in range(60):
        middle = (low + high) / 2.0
        stops = avoids(driver, middle, middle * reveal_s, friction)
        low, high = (middle, high) if stops else (low, middle)
    return low


def careful_driver_avoids(
    speed_mps: float,
    distance_m: float,
    enters_s: float,
    leaves_s: float,
    friction: float = 1.0,
    length_m: float = 4.9,
    driver: ReferenceDriver = CAREFUL_DRIVER,
) -> bool:
    """Whether the driver gets by without contact where something crosses his path.

    Args:
        speed_mps: at the instant the danger can be perceived.
        distance_m: then from his front bumper to the near edge of the stretch that is crossed.
        enters_s: when it comes into his path; 0 if it is there already.
        leaves_s: when it has left it; inf for something that stays.
        friction: limits the braking, times g.
        length_m: of his car; past `distance_m` plus this he has passed before it.
        driver: who drives.
    """
    phases = _phases(driver, speed_mps, friction)
    if phases[-1].s_m <= distance_m:
        return True
    arrives_s = _time_at(phases, distance_m)
    has_passed_s = _time_at(phases, distance_m + length_m)
    return arrives_s >= leaves_s or has_passed_s <= enters_s


def _phases(driver: ReferenceDriver, speed_mps: float, friction: float) -> list[_Phase]:
    """Perceive, release, build up, brake, stand: cut short where the car stands earlier."""
    brake = min(driver.brake_mps2, friction * GRAVITY_MPS2)
    release = min(driver.release_mps2, brake)
    plan = [
        (driver.perception_s, 0.0, 0.0),
        (driver.delay_s, -release, 0.0),
        ((brake - release) / driver.jerk_mps3, -release, -driver.jerk_mps3),
        (np.inf, -brake, 0.0),
    ]
    phases = [_Phase(0.0, 0.0, speed_mps, plan[0][1], plan[0][2])]
    for (length_s, _, _), (_, a, j) in zip(plan, [*plan[1:], (0.0, 0.0, 0.0)], strict=True):
        stop_s = phases[-1].stop_after_s()
        if stop_s <= length_s:
            last = phases[-1].after(stop_s, 0.0, 0.0)
            return [*phases, _Phase(last.t_s, last.s_m, 0.0, 0.0, 0.0)]
        phases.append(phases[-1].after(length_s, a, j))
    return phases


def _time_at(phases: list[_Phase], distance_m: float) -> float:
    """When the front reaches `distance_m`; inf if it stands before."""
    if distance_m > phases[-1].s_m:
        return np.inf
    at = max((i for i, phase in enumerate(phases) if phase.s_m <= max(distance_m, 0.0)), default=0)
    if at == len(phases) - 1:
        return phases[-1].t_s
    low_s, high_s = 0.0, phases[at + 1].t_s - phases[at].t_s
    for _ in range(60):
        middle_s = (low_s + high_s) / 2.0
        low_s, high_s = (middle_s, high_s) if phases[at].after(middle_s, 0, 0).s_m < distance_m else (low_s, middle_s)
    return phases[at].t_s + low_s
