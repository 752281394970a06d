"""What passing means: the catalogue's criteria as named functions, each with its margin."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planning.reference import (
    CAREFUL_DRIVER,
    MACHINE_DRIVER,
    ReferenceDriver,
    avoids,
    impact_speed_mps,
    stopping_distance_m,
    stopping_time_s,
)
from scenarios.drive.record import OCCUPIED, Record
from scenarios.staging import Staging

STANDARD_GRAVITY_MPS2 = 9.80665
FALSE_REACTION_MPS2 = 0.25 * STANDARD_GRAVITY_MPS2
"""Extra deceleration that counts as a false reaction: FMVSS 127's false-activation figure."""
FALSE_SPEED_LOSS = 0.10
"""Share of the speed that a false reaction may cost: this project's choice."""
PREDICTION_ERROR_M = 1.0
"""Largest distance between track and truth while the object is tracked (PC-T)."""
OCCUPIED_FRAMES = 3
"""So many frames in a row make a sight (PC-P)."""
LATERAL_GAP_M = {"person": 1.5, "thing": 1.0}
"""Least distance at which to pass somebody, and something (PC-L)."""
PASSING_MPS = 1.5
"""Slower than a walk is manoeuvring up to something, not passing it (PC-L)."""
STANDSTILL_MPS = 0.1
LANE_DEPARTURE_M = 0.8
"""From the lane's centre: there the car's side is at the line of a lane of 3.5 m."""
LANE_KEEPING_M = 0.3
"""How far the car may stray from the lane's centre where lanes are what is tested: the catalogue's MS-1."""


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
    return _avoids(CAREFUL_DRIVER, staging)


def somebody_avoids(staging: Staging) -> bool:
    """Whether the careful driver or a machine stops before the conflict: else nothing need be passable."""
    return careful_driver_avoids(staging) or _avoids(MACHINE_DRIVER, staging)


def allowed_impact_mps(staging: Staging) -> float:
    """How hard the careful driver hits: 0 where he avoids the contact."""
    return float(impact_speed_mps(CAREFUL_DRIVER, staging.speed_mps, staging.reveal_distance_m, staging.friction))


def no_contact(record: Record, staging: Staging) -> Finding:
    """PC-A: no contact wherever the careful driver avoids one, else no harder than he hits."""
    allowed_mps = allowed_impact_mps(staging)
    impact = record.impact
    if impact is None:
        gap_m = float(np.min(record.column("gap_m"), initial=math.inf))
        return Finding("PC-A", True, gap_m, "m", f"no contact, nearest {gap_m:.1f} m")
    margin_mps = allowed_mps - impact.speed_mps
    text = f"hit {impact.role} at {impact.speed_mps * 3.6:.0f} km/h"
    if allowed_mps > 0:
        text += f" (careful driver: {allowed_mps * 3.6:.0f} km/h)"
    return Finding("PC-A", allowed_mps > 0 and margin_mps >= 0, margin_mps, "m/s", text)


def occupied_in_time(record: Record, staging: Staging) -> Finding:
    """PC-P: what is there is taken for occupied, as whatever, while the careful driver could still stop for it.

    Where it comes into sight later than that, it has to be so within the careful driver's time of perception.
    """
    needed_m = stopping_distance_m(CAREFUL_DRIVER, staging.speed_mps, staging.friction)
    latest_m = staging.reveal_distance_m - CAREFUL_DRIVER.perception_s * staging.speed_mps
    needed_m = min(needed_m, latest_m)
    occupied = record.column("existence") >= OCCUPIED
    runs = np.convolve(occupied, np.ones(OCCUPIED_FRAMES), mode="valid") >= OCCUPIED_FRAMES
    if not runs.any():
        return Finding("PC-P", False, -needed_m, "m", f"never taken for occupied {OCCUPIED_FRAMES} frames in a row")
    seen_m = float(record.column("gap_m")[int(np.argmax(runs)) + OCCUPIED_FRAMES - 1])
    text = f"taken for occupied {seen_m:.0f} m ahead, needed {needed_m:.0f} m"
    return Finding("PC-P", seen_m >= needed_m, seen_m - needed_m, "m", text)


def no_false_reaction(record: Record, staging: Staging) -> Finding:
    """PC-B: nothing happens: no hard braking, little speed lost, no stop, no contact, no lane left."""
    braking_mps2 = record.max_braking_mps2
    lost = 1.0 - float(record.column("speed_mps").min()) / staging.speed_mps
    strayed_m = float(np.max(np.abs(record.column("lane_offset_m")), initial=0.0))
    passed = (
        braking_mps2 <= FALSE_REACTION_MPS2
        and lost <= FALSE_SPEED_LOSS
        and record.impact is None
        and strayed_m <= LANE_DEPARTURE_M
    )
    text = f"braked at most {braking_mps2:.1f} m/s², lost {lost * 100:.0f} % of its speed"
    if strayed_m > LANE_DEPARTURE_M:
        text += f", strayed {strayed_m:.1f} m from its lane"
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


def lateral_gap(record: Record, staging: Staging) -> Finding:
    """PC-L: passes people at 1.5 m or more and things at 1.0 m or more, or stops."""
    limit_m = LATERAL_GAP_M["person" if _is_person(staging) else "thing"]
    passing = record.column("speed_mps") > PASSING_MPS
    gap_m = float(np.min(record.column("gap_m")[passing], initial=math.inf))
    passed = gap_m >= limit_m and record.impact is None
    return Finding("PC-L", passed, gap_m - limit_m, "m", f"nearest {gap_m:.1f} m while it passed, want {limit_m} m")


def stop_and_hold(record: Record, staging: Staging) -> Finding:
    """PC-H: stops before the conflict, and stands until the end: what would release it has not come."""
    speed_mps, gap_m = record.column("speed_mps"), record.column("gap_m")
    stands = np.abs(speed_mps) < STANDSTILL_MPS
    moved_again = bool(np.any(~stands[int(np.argmax(stands)) :])) if stands.any() else False
    passed = bool(stands.any()) and not moved_again and record.impact is None
    text = "never stopped" if not stands.any() else "drove on again" if moved_again else "stopped and held"
    return Finding(
        "PC-H", passed, float(gap_m[-1]) if passed else -float(speed_mps[-1]), "m" if passed else "m/s", text
    )


def safe_after_contact(record: Record, staging: Staging) -> Finding:
    """PC-S: after a contact it stands within the machine driver's time, and stays."""
    row = record.impact_row
    if row is None:
        return Finding("PC-S", True, math.inf, "s", "no contact")
    allowed_s = stopping_time_s(MACHINE_DRIVER, max(record.samples[max(0, row - 1)].speed_mps, 0.1), staging.friction)
    after = record.samples[row:]
    moving_s = [s.t_s - after[0].t_s for s in after if abs(s.speed_mps) >= STANDSTILL_MPS]
    margin_s = allowed_s - (moving_s[-1] if moving_s else 0.0)
    text = f"moved until {moving_s[-1] if moving_s else 0.0:.1f} s after the contact, allowed {allowed_s:.1f} s"
    return Finding("PC-S", margin_s >= 0, margin_s, "s", text)


def anticipates(record: Record, staging: Staging) -> Finding:
    """PC-N: at the edge of what hides the way it is no faster than the careful driver could stop from within sight."""
    if staging.edge_m is None:
        return Finding("PC-N", True, math.inf, "m/s", "nothing hides the way")
    way_m = np.concatenate([[0.0], np.cumsum(record.column("speed_mps")[1:] * np.diff(record.column("t_s")))])
    at_edge = way_m >= staging.edge_m
    if not at_edge.any():
        return Finding("PC-N", True, math.inf, "m/s", "stopped before the edge")
    speed_mps = float(record.column("speed_mps")[int(np.argmax(at_edge))])
    allowed_mps = _fastest_that_stops_mps(staging.reveal_distance_m, staging.friction)
    text = f"{speed_mps * 3.6:.0f} km/h at the edge, careful {allowed_mps * 3.6:.0f} km/h"
    return Finding("PC-N", speed_mps <= allowed_mps, allowed_mps - speed_mps, "m/s", text)


def keeps_lane(record: Record, staging: Staging) -> Finding:
    """PC-K: stays near the centre of its lane."""
    del staging
    strayed_m = float(np.max(np.abs(record.column("lane_offset_m")), initial=0.0))
    text = f"strayed {strayed_m:.2f} m from the lane's centre, want {LANE_KEEPING_M} m"
    return Finding("PC-K", strayed_m <= LANE_KEEPING_M, LANE_KEEPING_M - strayed_m, "m", text)


CRITERIA: dict[str, Criterion] = {
    "PC-A": no_contact,
    "PC-P": occupied_in_time,
    "PC-B": no_false_reaction,
    "PC-L": lateral_gap,
    "PC-H": stop_and_hold,
    "PC-S": safe_after_contact,
    "PC-N": anticipates,
    "PC-T": one_track,
    "PC-K": keeps_lane,
}


def _avoids(driver: ReferenceDriver, staging: Staging) -> bool:
    return bool(avoids(driver, staging.speed_mps, staging.reveal_distance_m, staging.friction))


def _is_person(staging: Staging) -> bool:
    return any(a.role == staging.target and a.blueprint.startswith("walker.") for a in staging.actors)


def _fastest_that_stops_mps(distance_m: float, friction: float) -> float:
    """The highest speed from which the careful driver stops within `distance_m`."""
    low_mps, high_mps = 0.0, 100.0
    for _ in range(50):  # the distance grows with speed: 50 halvings of 100 m/s are exact to 1e-13 m/s
        middle_mps = (low_mps + high_mps) / 2.0
        stops = avoids(CAREFUL_DRIVER, middle_mps, distance_m, friction)
        low_mps, high_mps = (middle_mps, high_mps) if stops else (low_mps, middle_mps)
    return low_mps
