"""Stacks in closed loop: the severity from which on a drive fails, and what fusion made of what its sensors saw."""

from __future__ import annotations

from scenarios.bench.log import Line, RunLog
from scenarios.case import Arm, Case
from scenarios.drive.loop import Driven, DriveRequest, drive_recorded
from scenarios.drive.verdict import Outcome
from scenarios.measure.adaptive import next_by_bisection

BELIEVED = 0.5
"""A track that more likely exists than not is one that the planner heeds."""
REACTED_MPS2 = 1.0
"""Braking of more is a reaction: nobody brakes so to keep a speed."""


def search_breakdown(case: Case, stack: str, seed: int, most: int, log: RunLog) -> None:
    """Drive until the step from passing to failing lies between neighbours of the grid, or `most` drives are made."""
    while True:
        made = {line.severity: line for line in log.of(stack)}
        if len(made) >= most or any(line.trials == 0 for line in made.values()):
            return
        severity = next_by_bisection({s: line.hits == 1 for s, line in made.items()})
        if severity is None:
            return
        log.add(drive_line(case, stack, severity, seed, Arm.CASE))


def drive_line(case: Case, stack: str, severity: float, seed: int, arm: Arm) -> Line:
    """One drive, summed up. A run without a verdict is no trial."""
    driven = drive_recorded(DriveRequest(case=case, severity=severity, seed=seed, stack=stack, arm=arm))
    verdict = driven.verdict
    has_failed = verdict.outcome is Outcome.FAIL
    return Line(
        module=stack,
        severity=severity,
        seed=seed,
        arm=arm.value,
        hits=int(verdict.outcome is Outcome.PASS),
        trials=int(verdict.outcome is not Outcome.INCONCLUSIVE),
        sure=int(has_failed and verdict.max_braking_mps2 < REACTED_MPS2),
        why=verdict.why,
        counts=fusion_counts(driven) if case.polarity.must_react else {},
    )


def fusion_counts(driven: Driven) -> dict[str, int]:
    """Ticks in which the target could be seen, before any contact, by who had it.

    `X_missed` counts those in which sensor kind X did not have it, `X_rescued` those of them in which the fusion did;
    `seen` those in which any sensor had it, `harmed` those of them in which the fusion did not.
    """
    record = driven.record
    asked = [sample for sample in record.samples[: record.impact_row] if sample.visible_share >= 0.5]
    counts = dict.fromkeys(("ticks", "seen", "harmed"), 0)
    for kind in ("cam", "lidar", "radar"):
        missed = [s for s in asked if not any(name.startswith(kind) for name in s.seen_by)]
        counts[f"{kind}_missed"] = len(missed)
        counts[f"{kind}_rescued"] = sum(s.existence >= BELIEVED for s in missed)
    seen = [s for s in asked if s.seen_by]
    return counts | {"ticks": len(asked), "seen": len(seen), "harmed": sum(s.existence < BELIEVED for s in seen)}
