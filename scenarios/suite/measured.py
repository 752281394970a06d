"""The numbers of a run that a change of the stack can make worse, each with what counts as a change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.case import Polarity

TOLERANCE = {"m": 2.0, "s": 1.0, "m/s": 1.0, "m/s²": 0.4}
"""What a number may differ by, in its unit, and be the same.

Measured on fused drives of six cases at severity 0, all sensors' calibrations turned by a millionth of a radian, so
that every point and echo moves by rounding. Five moved by 0.02 m and 0.02 s at most; `williston` stopped 1.7 m later
with 1.0 s less to the collision, for rounding decides now and then which echo a track takes. No car braked harder.
That of m/s is this project's choice.
"""
EVENT_TOLERANCE_S = 0.25
"""The same, of when the car first did something. The turn above moved no first track and no first braking by a tick;
brakes 0.5 s late moved it by 0.5 s."""
TRACK_TOLERANCE_M = 1.0
"""The same, of distances between the target and its track: the turn above moved the median by up to 0.4 m, PC-T's
margin by 0.5 m."""
MARGIN_TOLERANCE = {"PC-K": 0.1, "PC-L": 0.3, "PC-P": 5.0, "PC-T": TRACK_TOLERANCE_M}
"""The same, of the margins of criteria whose metres are of their own kind: a lane is kept and somebody passed to
decimetres, and 5 m of sight are the tolerance of events at 70 km/h."""
CONFLICT_TTC_S = 4.0
"""A longer time to collision is no conflict, however long (van der Horst and Hogema, 1993)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of a run.

    `value` and `tolerance` are in `unit`, the value infinite where there was nothing to measure; `rises` says whether a
    higher one is better.
    """

    name: str
    value: float
    unit: str
    tolerance: float
    rises: bool = True

    def worse_by(self, before: Measured) -> float:
        """How much worse than `before`, in tolerances; 0 or less where it is not."""
        if before.value == self.value or before.unit != self.unit:
            return 0.0
        fall = before.value - self.value if self.rises else self.value - before.value
        return fall / self.tolerance

    def change_text(self, before: Measured) -> str:
        """Both values, for people."""
        return f"{self.name} {_said(before.value)} → {_said(self.value)} {self.unit}"


def measured(run: Mapping[str, Any]) -> Iterator[Measured]:
    """The numbers of a row of the results: the criteria's margins, the nearest gap, and what led to it."""
    findings = run["findings"] or ()
    for finding in findings:
        tolerance = MARGIN_TOLERANCE.get(finding["code"], TOLERANCE[finding["unit"]])
        yield Measured(f"{finding['code']} margin", _or_infinite(finding["margin"]), finding["unit"], tolerance)
    if run["min_gap_m"] not in [finding["margin"] for finding in findings]:  # without a contact it is PC-A's margin
        yield Measured("nearest gap", _or_infinite(run["min_gap_m"]), "m", TOLERANCE["m"])
    yield Measured(
        "shortest time to collision", min(CONFLICT_TTC_S, _or_infinite(run["min_ttc_s"])), "s", TOLERANCE["s"]
    )
    yield Measured("impact", run["impact_speed_mps"] or 0.0, "m/s", TOLERANCE["m/s"], rises=False)
    if Polarity(run["polarity"]).must_react:
        for name, key in (("first tracked", "first_tracked_s"), ("first braking", "first_braking_s")):
            yield Measured(name, _or_infinite(run[key]), "s", EVENT_TOLERANCE_S, rises=False)
        yield Measured("track off by", _or_infinite(run["track_error_m"]), "m", TRACK_TOLERANCE_M, rises=False)


def _or_infinite(value: float | None) -> float:
    return math.inf if value is None else value


def _said(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "none"
