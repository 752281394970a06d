"""The safety layer: brakes for anything solid in the path, whatever its label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from planning.corridor import Occupancy
from planning.vehicle import EgoShape

_TRY_STEP_MPS2 = 0.1


@dataclass(frozen=True, slots=True)
class SafetyConfig:
    """When the safety layer acts, and how hard.

    Args:
        full_brake_mps2: 0.85 g, R157's AEB level.
        emergency_mps2: needing more than this is an emergency: beyond comfort, short of ABS.
        emergency_ttc_s: or a collision nearer than this, see `min_ttc_decel_mps2`.
        min_ttc_decel_mps2: a near collision that less braking than this avoids (creeping in a jam) is no emergency.
        release_mps2: an emergency ends when less than this is needed.
        reaction_s: from the sensors' instant to braking: a tick of latency and a tick of brake build-up.
        margin_m: room left ahead of the bumper in an emergency.
        vru_margin_s: people and two-wheelers are given this time before and after their predicted crossing.
        min_probability: less likely predictions are left to caution; the present place always counts.
        entry_horizon_s: who comes into the path later is yielded to, but no emergency: predictions err.
        rss_brake_mps2, rss_lead_brake_mps2, rss_response_s: the RSS envelope, with JRC's and ad-rss-lib's values.
    """

    full_brake_mps2: float = 8.3
    emergency_mps2: float = 3.5
    emergency_ttc_s: float = 1.0
    min_ttc_decel_mps2: float = 1.5
    release_mps2: float = 2.0
    reaction_s: float = 0.2
    margin_m: float = 1.0
    vru_margin_s: float = 0.4
    min_probability: float = 0.35
    entry_horizon_s: float = 2.5
    rss_brake_mps2: float = 6.0
    rss_lead_brake_mps2: float = 8.0
    rss_response_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Threat:
    """What must be braked for: the occupancy row, the deceleration needed (inf: too late), and when it would be hit."""

    row: int
    needed_mps2: float
    ttc_s: float


def travel_m(speed_mps: float, accel_mps2: FloatArray, time_s: FloatArray, reaction_s: float) -> FloatArray:
    """(A, T) distance the car covers: `speed_mps` during the reaction, then each acceleration (A,).

    Braking ends at standstill; speeding up lasts 1 s, the time within which a planner thinks again many times.
    """
    a = accel_mps2[:, None]
    after = np.maximum(time_s - reaction_s, 0.0)
    stop_s = np.where(a < 0, speed_mps / np.maximum(-a, 1e-9), 1.0)
    acting = np.minimum(after, stop_s)
    coasting = np.where(a > 0, np.maximum(after - 1.0, 0.0) * (speed_mps + a), 0.0)
    coasting = np.where(a == 0, np.maximum(after - stop_s, 0.0) * speed_mps, coasting)
    return speed_mps * np.minimum(time_s, reaction_s) + speed_mps * acting + 0.5 * a * acting**2 + coasting


def conflicts(occupied: Occupancy, travelled_m: FloatArray, shape: EgoShape, margin_m: float) -> NDArray[np.bool_]:
    """(A, R, T) whether the car, having covered `travelled_m` (A, T), overlaps each occupied stretch.

    A thing already nearer than the margin keeps half of the gap it has: the car must not approach, but may stand.
    """
    gap_now = occupied.near_m[:, :1]
    margin = np.minimum(margin_m, np.where(np.isfinite(gap_now) & (gap_now > 0), 0.5 * gap_now, margin_m))
    front = travelled_m[:, None, :]
    reached = front > occupied.near_m - margin
    left_behind = front - shape.length_m > occupied.far_m + margin
    return np.asarray(reached & ~left_behind)


def dilated(occupied: Occupancy, margin_s: float) -> Occupancy:
    """The same, taken `margin_s` longer before and after by people and two-wheelers, and one step longer by others."""
    near, far = occupied.near_m.copy(), occupied.far_m.copy()
    most = max(1, round(margin_s / float(occupied.time_s[1] - occupied.time_s[0])))
    for shift in range(1, most + 1):
        rows = occupied.is_vru[:, None] | (shift == 1)
        for to, source in ((slice(shift, None), slice(None, -shift)), (slice(None, -shift), slice(shift, None))):
            free = rows & ~np.isfinite(near[:, to])
            near[:, to] = np.where(free, occupied.near_m[:, source], near[:, to])
            far[:, to] = np.where(free, occupied.far_m[:, source], far[:, to])
    return replace(occupied, near_m=near, far_m=far)


def needed_deceleration(
    occupied: Occupancy, speed_mps: float, shape: EgoShape, margin_m: float, config: SafetyConfig
) -> FloatArray:
    """(R,) the least constant deceleration that keeps clear of each stretch; 0 where none, inf where none suffices."""
    tries = np.arange(0.0, config.full_brake_mps2 + _TRY_STEP_MPS2, _TRY_STEP_MPS2)
    travelled = travel_m(speed_mps, -tries, occupied.time_s, config.reaction_s)
    hit = conflicts(occupied, travelled, shape, margin_m).any(axis=2)
    return np.where(hit.all(axis=0), np.inf, tries[np.argmin(hit, axis=0)])


def time_to_collision_s(occupied: Occupancy, speed_mps: float, shape: EgoShape) -> FloatArray:
    """(R,) when the car, at its present speed, would touch each; inf where never."""
    travelled = travel_m(speed_mps, np.zeros(1), occupied.time_s, 0.0)
    hit = conflicts(occupied, travelled, shape, 0.0)[0]
    return np.where(hit.any(axis=1), occupied.time_s[np.argmax(hit, axis=1)], np.inf)


def rss_gap_m(speed_mps: float, lead_speed_mps: float, config: SafetyConfig) -> float:
    """The gap from which the car can still stop if the one ahead brakes as hard as it can (RSS)."""
    own = speed_mps * config.rss_response_s + speed_mps**2 / (2.0 * config.rss_brake_mps2)
    return max(0.0, own - max(lead_speed_mps, 0.0) ** 2 / (2.0 * config.rss_lead_brake_mps2))


class SafetyLayer:
    """Watches every solid thing and takes over when comfort no longer suffices; lets go only when it is over."""

    def __init__(self, config: SafetyConfig, shape: EgoShape) -> None:
        self._config = config
        self._shape = shape
        self._acting = False

    def reset(self) -> None:
        """Forget that it acts."""
        self._acting = False

    def check(self, occupied: Occupancy, speed_mps: float) -> Threat | None:
        """The threat that must be braked for as an emergency, or None."""
        config = self._config
        soon = np.isfinite(occupied.near_m[:, occupied.time_s <= config.entry_horizon_s]).any(axis=1)
        believed = (soon & (occupied.probability >= config.min_probability)) | np.isfinite(occupied.near_m[:, 0])
        index = np.flatnonzero(believed)
        if not len(index):
            self._acting = False
            return None
        table = dilated(occupied.select(believed), config.vru_margin_s)
        needed = needed_deceleration(table, speed_mps, self._shape, config.margin_m, config)
        worst = int(np.argmax(needed))
        ttc_s = float(time_to_collision_s(table, speed_mps, self._shape)[worst])
        need = float(needed[worst])
        near = ttc_s < config.emergency_ttc_s and need > config.min_ttc_decel_mps2
        limit = config.release_mps2 if self._acting else config.emergency_mps2
        self._acting = need > limit or near
        return Threat(int(index[worst]), need, ttc_s) if self._acting else None

    def braking_mps2(self, threat: Threat) -> float:
        """How hard to brake for it: a third more than the estimate of the need, and all there is if that is much."""
        full = self._config.full_brake_mps2
        return full if threat.needed_mps2 > 0.6 * full else min(full, 1.33 * threat.needed_mps2 + 0.5)
