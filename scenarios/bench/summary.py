"""From the runs of a case to one row a module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.bench.log import Line, RunLog
from scenarios.bench.modules import Module
from scenarios.case import Arm, Case
from scenarios.measure.calibration import growth, reliability
from scenarios.measure.paired import Flips, flips
from scenarios.measure.psychometric import Counts
from scenarios.measure.shares import Share
from scenarios.measure.summary import Outcome, outcome


@dataclass(frozen=True, slots=True)
class Broken:
    """The least severity at which a module failed a whole run, with the run's first wrong frame."""

    severity: float
    seed: int
    frame: int
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One module in one case: the numbers, where it first broke, and what fusion did, summed over its drives."""

    case: Case
    module: Module
    outcome: Outcome
    broken: Broken | None
    counts: dict[str, int]

    def to_row(self) -> dict[str, Any]:
        """Plain values by column."""
        factor, s50 = self.case.factor, self.outcome.breakdown.s50
        broken = self.broken
        return self.outcome.to_row() | {
            "family": self.case.family,
            "polarity": self.case.polarity.value,
            "sensors": self.module.sensors,
            "rescue_sensors": list(self.case.rescue),
            "factor": factor.name,
            "unit": factor.unit,
            "factor_at_s50": None if s50 is None else factor.value(s50),
            "first_broken": None if broken is None else broken.severity,
            "first_broken_seed": None if broken is None else broken.seed,
            "why": "" if broken is None else broken.why,
            **{name: self.counts.get(name) for name in COUNTS},
        }


COUNTS = (
    "ticks",
    "seen",
    "harmed",
    *(f"{kind}_{what}" for kind in ("cam", "lidar", "radar") for what in ("missed", "rescued")),
)


def row(case: Case, module: Module, log: RunLog) -> Row | None:
    """The row of a module; None where it could not be asked."""
    lines = [line for line in log.of(module.name) if line.trials]
    if not lines:
        return None
    counts = Counts.of_runs((line.seed, line.severity, line.hits, line.trials) for line in lines)
    with_cue = _with_cue(case, module, log)
    hard = {line.seed: line for line in lines if line.severity == 1.0}
    summed = outcome(
        case.case_id,
        module.name,
        counts,
        _flips(with_cue, hard),
        Share(sum(line.sure for line in lines), sum(line.trials for line in lines)),
        None if module.is_stack else _growth(list(with_cue.values()), list(hard.values())),
    )
    totals = {name: sum(line.counts[name] for line in lines) for name in lines[0].counts}
    return Row(case, module, summed, _broken(lines), totals)


def _with_cue(case: Case, module: Module, log: RunLog) -> dict[int, Line]:
    """By seed, the run in which nothing is broken: the control arm where the case has its own, else severity 0."""
    arm = Arm.CONTROL if case.own_control else Arm.CASE
    return {line.seed: line for line in log.of(module.name, arm) if line.severity == 0.0 and line.trials}


def _flips(with_cue: dict[int, Line], without: dict[int, Line]) -> Flips:
    seeds = sorted(with_cue.keys() & without.keys())
    return flips([with_cue[seed].is_right for seed in seeds], [without[seed].is_right for seed in seeds])


def _growth(with_cue: Sequence[Line], without: Sequence[Line]) -> float | None:
    kept = [
        [(s, t) for line in lines for s, t in zip(line.score, line.is_true, strict=True)]
        for lines in (with_cue, without)
    ]
    if not all(kept):
        return None
    control, broken = (reliability([s for s, _ in boxes], [t for _, t in boxes]) for boxes in kept)
    return growth(control, broken)


def _broken(lines: Sequence[Line]) -> Broken | None:
    failed = [line for line in lines if not line.is_right]
    if not failed:
        return None
    first = min(failed, key=lambda line: (line.severity, line.seed))
    return Broken(first.severity, first.seed, max(first.first_wrong, 0), first.why)
