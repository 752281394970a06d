"""What passing means: the catalogue's criteria as named functions, each with its margin."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planning.reference import CAREFUL_DRIVER, avoids, impact_speed_mps
from scenarios.drive.record import Record
from scenarios.staging import Staging

STANDARD_GRAVITY_MPS2 = 9.80665
FALSE_REACTION_MPS2 = 0.25 * STANDARD_GRAVITY_MPS2
"""Extra deceleration that counts as a false reaction: FMVSS 127's false-activation figure."""
FALSE_SPEED_LOSS = 0.10
"""Share of the speed that a false reaction may cost: this project's choice."""
PREDICTION_ERROR_M = 1.0
"""Largest distance between track and truth while the object is tracked (PC-T)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion's outcome: `margin` > 0 means it held with that much to spare, in `unit`."""

    code: str
    passed: bool
    margin: float
    unit: str
    text: str


Criterion = Callable[[Record, Staging], Finding]


def careful_driver_avoids(staging: Staging) -> bool:
    """Whether the competent and careful driver of UN R157 stops before the conflict."""
    return bool(avoids(CAREFUL_DRIVER, staging.speed_mps, _reveal_distance_m(staging)))


def no_contact(record: Record, staging: Staging) -> Finding:
    """PC-A: no contact wherever the careful driver avoids one, else no harder than he hits."""
    allowed_mps = 0.0
    if not careful_driver_avoids(staging):
        allowed_mps = float(impact_speed_mps(CAREFUL_DRIVER, staging.speed_mps, _reveal_distance_m(staging)))
    impact = record.impact
    if impact is None:
        gap_m = float(np.min(record.column("gap_m"), initial=math.inf))
        return Finding("PC-A", True, gap_m, "m", f"no contact, nearest {gap_m:.1f} m")
    margin_mps = allowed_mps - impact.speed_mps
    text = f"hit {impact.role} at {impact.speed_mps * 3.6:.0f} km/h"
    if allowed_mps > 0:
        text += f" (careful driver: {allowed_mps * 3.6:.0f} km/h)"
    return Finding("PC-A", allowed_mps > 0 and margin_mps >= 0, margin_mps, "m/s", text)


def no_false_reaction(record: Record, staging: Staging) -> Finding:
    """PC-B: nothing happens: no hard braking, little speed lost, no stop, no contact."""
    braking_mps2 = record.max_braking_mps2
    lost = 1.0 - float(record.column("speed_mps").min()) / staging.speed_mps
    passed = braking_mps2 <= FALSE_REACTION_MPS2 and lost <= FALSE_SPEED_LOSS and record.impact is None
    text = f"braked at most {braking_mps2:.1f} m/s², lost {lost * 100:.0f} % of its speed"
    return Finding("PC-B", passed, FALSE_REACTION_MPS2 - braking_mps2, "m/s²", text)


def one_track(record: Record, staging: Staging) -> Finding:
    """PC-T: once tracked, the object keeps one track id, and the track stays within 1 m of it."""
    del staging
    ids = record.column("track_id")
    tracked = ids >= 0
    distinct = len(np.unique(ids[tracked]))
    errors_m = record.column("track_error_m")[tracked]
    worst_m = float(np.percentile(errors_m, 95)) if len(errors_m) else math.inf
    passed = distinct == 1 and worst_m <= PREDICTION_ERROR_M
    margin_m = PREDICTION_ERROR_M - worst_m if math.isfinite(worst_m) else -PREDICTION_ERROR_M
    return Finding("PC-T", passed, margin_m, "m", f"{distinct} track ids, 95 % within {worst_m:.2f} m")


CRITERIA: dict[str, Criterion] = {"PC-A": no_contact, "PC-B": no_false_reaction, "PC-T": one_track}


def _reveal_distance_m(staging: Staging) -> float:
    return min(staging.conflict_m, staging.reveal_s * staging.speed_mps)
