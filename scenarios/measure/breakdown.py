"""The breakdown point: the severity at which recall over all seeds falls below one half, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray
from scenarios.measure.posterior import Posterior, posterior
from scenarios.measure.psychometric import WIDTH_TIMES_SLOPE, Censoring, Counts

TAILS = (0.025, 0.5, 0.975)
"""Lower end, middle and upper end of an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Where a detector breaks in a case.

    Args:
        s50: the breakdown point, the posterior's median; None when censored: there is no number to average.
        low: lower end of the interval of 95 %; 0 stands for 0 or less.
        high: upper end; 1 stands for 1 or more.
        censoring: LEFT when recall is likelier than not below one half without any severity (a base failure), RIGHT
            when likelier than not it is above one half at severity 1.
        slope: steepness of one seed's curve, per unit of severity (median).
        lapse: share missed however easy it is (median).
        spread: standard deviation of the threshold between seeds, in severity (median).
    """

    s50: float | None
    low: float
    high: float
    censoring: Censoring
    slope: float
    lapse: float
    spread: float

    def text(self) -> str:
        """In words, with the interval."""
        if self.censoring is Censoring.LEFT:
            return f"< 0 (at most {self.high:.2f})"
        if self.s50 is None:
            return f"> 1 (at least {self.low:.2f})"
        return f"{self.s50:.2f} ({self.low:.2f} to {self.high:.2f})"


def breakdown(counts: Counts, guess: float = 0.0) -> Breakdown:
    """The breakdown point given what was counted; `guess` is the share found however hard it is, 0 for detection."""
    return breakdown_of(posterior(counts, guess))


def breakdown_of(found: Posterior) -> Breakdown:
    """The breakdown point that a posterior says."""
    low, middle, high = s50_quantiles(found)
    censoring = Censoring.LEFT if middle < 0.0 else Censoring.RIGHT if middle > 1.0 else Censoring.NONE
    grid = found.grid
    return Breakdown(
        s50=middle if censoring is Censoring.NONE else None,
        low=min(max(low, 0.0), 1.0),
        high=min(max(high, 0.0), 1.0),
        censoring=censoring,
        slope=WIDTH_TIMES_SLOPE / _median(grid.width.value, found.marginal(2)),
        lapse=_median(grid.lapse.value, found.marginal(3)),
        spread=_median(grid.spread.value, found.marginal(0)),
    )


def s50_quantiles(found: Posterior) -> tuple[float, float, float]:
    """Quantiles `TAILS` of the posterior of s50; they may lie outside [0, 1].

    Each node's mass is spread over a cell as wide as one of the threshold.
    """
    s50, step = np.clip(found.s50, -1.0, 2.0).ravel(), found.grid.threshold.step
    least = float(s50.min())
    cells = np.bincount(np.rint((s50 - least) / step).astype(np.intp), weights=found.curve_mass.ravel())
    edges = least + step * (np.arange(len(cells) + 1) - 0.5)
    low, middle, high = np.interp(TAILS, np.concatenate([[0.0], np.cumsum(cells)]), edges)
    return float(low), float(middle), float(high)


def _median(value: FloatArray, mass: FloatArray) -> float:
    return float(np.interp(0.5, np.cumsum(mass) - 0.5 * mass, value))
