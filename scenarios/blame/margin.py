"""How much of what a failed run lacked another run of it has: one number, whatever the criterion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.measure.criteria import allowed_impact_mps
from scenarios.staging import Staging

FULL_BRAKE_MPS2 = 8.34
"""0.85 g, R157's AEB level: turns the speed of an impact into the way that was missing to standstill."""
LEAST_LACK = 0.5
"""A failure by less than this, in metres or m/s², counts as one by this much, for shares."""


def margins(verdict: Mapping[str, Any], staging: Staging) -> dict[str, float]:
    """The margin of each criterion of a run, >= 0 where it held.

    That of PC-A is in metres for gaps and impacts alike, so that a softer impact is told from a harder one: the gap
    that was left, or the way that full braking would still have needed, less what the careful driver would need.
    """
    return {finding["code"]: _margin(finding, verdict, staging) for finding in verdict["findings"]}


def restored(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """The share of what a failed run lacked: 0 as before, 1 just enough, more with room to spare, < 0 worse.

    Of several criteria that failed before, the one that is helped least.
    """
    failed = {code: margin for code, margin in before.items() if margin < 0.0}
    return min((after[code] - margin) / max(-margin, LEAST_LACK) for code, margin in failed.items())


def _margin(finding: Mapping[str, Any], verdict: Mapping[str, Any], staging: Staging) -> float:
    margin = finding["margin"] if finding["margin"] is not None else 0.0
    if finding["code"] == "PC-A":
        spare_m = _stopping_m(allowed_impact_mps(staging))
        impact_mps = verdict["impact_speed_mps"]
        margin = margin + spare_m if impact_mps is None else spare_m - _stopping_m(impact_mps)
    # What a criterion asks besides its margin can break it, too.
    return max(margin, 0.0) if finding["passed"] else min(margin, -1e-3)


def _stopping_m(speed_mps: float) -> float:
    return speed_mps**2 / (2.0 * FULL_BRAKE_MPS2)
