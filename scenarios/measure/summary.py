"""What one module did in one case, in numbers: a row of a table of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.measure.area import recall_area, retained_area
from scenarios.measure.breakdown import Breakdown, breakdown
from scenarios.measure.paired import Flips
from scenarios.measure.psychometric import Censoring, Counts
from scenarios.measure.shares import Share

SCHEMA = 1
"""Of the row; a reader refuses others."""


@dataclass(frozen=True, slots=True)
class Level:
    """One severity: of all seeds' trials the share right."""

    severity: float
    right: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One module in one case.

    Args:
        case_id: the case.
        module: what was measured: a detector, the fusion, a stack.
        runs: how many drives of a seed at a severity it rests on.
        breakdown: where it breaks.
        levels: recall by severity, rising.
        flips: pairs of a seed with the cue and without it.
        confident_wrong: of all answers those wrong and sure.
        calibration_growth: error of calibration without the cue less that with it; None where nothing has a confidence.
    """

    case_id: str
    module: str
    runs: int
    breakdown: Breakdown
    levels: tuple[Level, ...]
    flips: Flips
    confident_wrong: Share
    calibration_growth: float | None = None

    @property
    def base(self) -> Share:
        """Share right at severity 0; of nothing if that was not run."""
        first = self.levels[0]
        return first.right if first.severity == 0.0 else Share(0, 0)

    @property
    def area(self) -> float:
        """Area under recall from severity 0 to 1."""
        return recall_area(*self._curve)

    @property
    def retained(self) -> float:
        """Area under recall as a share of what the recall at the least severity would hold."""
        return retained_area(*self._curve)

    @property
    def _curve(self) -> tuple[list[float], list[float]]:
        return [level.severity for level in self.levels], [level.right.value or 0.0 for level in self.levels]

    def to_row(self) -> dict[str, Any]:
        """Plain values by column, for Parquet or JSON: numbers, strings, lists of numbers, None for what is not."""
        found, cue, wrong = self.breakdown, self.flips, self.confident_wrong
        return {
            "schema": SCHEMA,
            "case_id": self.case_id,
            "module": self.module,
            "runs": self.runs,
            "s50": found.s50,
            "s50_low": found.low,
            "s50_high": found.high,
            "censoring": found.censoring.value,
            "slope": found.slope,
            "lapse": found.lapse,
            "spread": found.spread,
            "level_severity": [level.severity for level in self.levels],
            "level_hits": [level.right.found for level in self.levels],
            "level_trials": [level.right.of for level in self.levels],
            "base_rate": self.base.value,
            "area": self.area,
            "retained": self.retained,
            "pairs_both": cue.both,
            "pairs_broken": cue.broken,
            "pairs_mended": cue.mended,
            "pairs_neither": cue.neither,
            "flip_rate": cue.flip_rate.value,
            "mcnemar_p": cue.p_value,
            "confident_wrong": wrong.found,
            "confident_wrong_of": wrong.of,
            "confident_wrong_rate": wrong.value,
            "calibration_growth": self.calibration_growth,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Outcome:
        """The outcome whose `to_row` this is; columns that follow from others are not read.

        Raises:
            ValueError: a row of another schema.
        """
        if row["schema"] != SCHEMA:
            raise ValueError(f"outcome: schema {row['schema']}, want {SCHEMA}: measure again with this version")
        return cls(
            case_id=row["case_id"],
            module=row["module"],
            runs=row["runs"],
            breakdown=Breakdown(
                s50=row["s50"],
                low=row["s50_low"],
                high=row["s50_high"],
                censoring=Censoring(row["censoring"]),
                slope=row["slope"],
                lapse=row["lapse"],
                spread=row["spread"],
            ),
            levels=tuple(
                Level(severity, Share(hits, trials))
                for severity, hits, trials in zip(
                    row["level_severity"], row["level_hits"], row["level_trials"], strict=True
                )
            ),
            flips=Flips(row["pairs_both"], row["pairs_broken"], row["pairs_mended"], row["pairs_neither"]),
            confident_wrong=Share(row["confident_wrong"], row["confident_wrong_of"]),
            calibration_growth=row["calibration_growth"],
        )


def levels_of(counts: Counts) -> tuple[Level, ...]:
    """Recall by severity over all seeds, where anything was run."""
    totals = zip(counts.severity, counts.hits.sum(axis=0), counts.trials.sum(axis=0), strict=True)
    return tuple(Level(float(s), Share(int(hits), int(trials))) for s, hits, trials in totals if trials)


def outcome(
    case_id: str,
    module: str,
    counts: Counts,
    flips: Flips,
    confident_wrong: Share,
    calibration_growth: float | None = None,
) -> Outcome:
    """Sum up what was counted of one module in one case; see `Outcome` for the rest."""
    return Outcome(
        case_id=case_id,
        module=module,
        runs=int((counts.trials > 0).sum()),
        breakdown=breakdown(counts),
        levels=levels_of(counts),
        flips=flips,
        confident_wrong=confident_wrong,
        calibration_growth=calibration_growth,
    )
