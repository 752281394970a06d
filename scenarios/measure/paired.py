"""Runs in pairs: the same seed with the cue broken and restored, or the same run judged by two modules.

Arrays of one call are paired by position, an element each run. The tests and intervals take runs for independent: give
one pair a seed, not one a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from moosetest.arrays import require
from scenarios.measure.shares import Share


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference with its interval of 95 %."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Flips:
    """How pairs come out: right in both, only with the cue (`broken`), only without it (`mended`), in neither."""

    both: int
    broken: int
    mended: int
    neither: int

    def __add__(self, other: Flips) -> Flips:
        return Flips(
            self.both + other.both, self.broken + other.broken, self.mended + other.mended, self.neither + other.neither
        )

    @property
    def pairs(self) -> int:
        """How many there are."""
        return self.both + self.broken + self.mended + self.neither

    @property
    def flip_rate(self) -> Share:
        """Counterfactual flip rate: of the pairs right with the cue, the share wrong without it."""
        return Share(self.broken, self.both + self.broken)

    @property
    def p_value(self) -> float:
        """McNemar's exact test (1947), two-sided: that breaking the cue changes nothing. 1 where no pair differs."""
        differing = self.broken + self.mended
        return float(stats.binomtest(self.broken, differing, 0.5).pvalue) if differing else 1.0

    @property
    def effect(self) -> Difference:
        """Share right without the cue less share right with it; the interval of Agresti and Min (2005).

        Theirs is Wald's after half a pair is added to each of the four outcomes, which keeps its 95 % with few pairs;
        its middle is nearer to zero than `mean`.
        """
        require(self.pairs > 0, "Flips.effect: no pairs")
        n, difference = self.pairs + 2.0, float(self.mended - self.broken)
        error = np.sqrt(self.broken + self.mended + 1.0 - difference**2 / n) / n
        half, middle = float(stats.norm.ppf(0.975) * error), difference / n
        return Difference(difference / self.pairs, max(middle - half, -1.0), min(middle + half, 1.0))


def flips(control_right: ArrayLike, case_right: ArrayLike) -> Flips:
    """Count the outcomes of pairs: (N,) right with the cue, (N,) right without it."""
    control, case = _paired("flips", control_right, case_right)
    return Flips(
        both=int((control & case).sum()),
        broken=int((control & ~case).sum()),
        mended=int((~control & case).sum()),
        neither=int((~control & ~case).sum()),
    )


def mean_difference(control: ArrayLike, case: ArrayLike) -> Difference:
    """Mean of case less control, of any number that a run has: recall, confidence, least gap. (N,) each, 2 or more.

    The interval is Student's for the mean of the pairs' differences. The simulator sets severity, so it is causal.
    """
    delta = np.asarray(case, dtype=np.float64) - np.asarray(control, dtype=np.float64)
    require(delta.ndim == 1 and len(delta) >= 2, f"mean_difference: shape {delta.shape}, want (N,) with N of 2 or more")
    mean = float(delta.mean())
    half = float(stats.t.ppf(0.975, len(delta) - 1) * delta.std(ddof=1) / np.sqrt(len(delta)))
    return Difference(mean, mean - half, mean + half)


def confident_wrong(right: ArrayLike, confidence: ArrayLike, least: float = 0.5) -> Share:
    """Of all N, the share wrong with a confidence of `least` or more.

    Args:
        right: (N,) whether the answer was right.
        confidence: (N,) in [0, 1], of the answer given; for a miss, of free space where the object is.
        least: confidence that a planner acts on.
    """
    sure = np.asarray(confidence, dtype=np.float64) >= least
    answer, sure = _paired("confident_wrong", right, sure)
    return Share(int((~answer & sure).sum()), len(answer))


def rescue_rate(fused_right: ArrayLike, single_right: ArrayLike) -> Share:
    """Of the runs in which one module alone was wrong, the share in which the fusion was right."""
    fused, single = _paired("rescue_rate", fused_right, single_right)
    return Share.where(fused, ~single)


def harm_rate(fused_right: ArrayLike, best_right: ArrayLike) -> Share:
    """Of the runs in which the best single module was right, the share in which the fusion was wrong."""
    fused, best = _paired("harm_rate", fused_right, best_right)
    return Share.where(~fused, best)


def best_single(right: Mapping[str, ArrayLike]) -> str:
    """The module that was right most often, each (N,) over the same runs; of equal ones the first by name."""
    require(bool(right), "best_single: no module")
    return min(right, key=lambda name: (-int(np.asarray(right[name], dtype=np.bool_).sum()), name))


def _paired(name: str, a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    first, second = np.asarray(a, dtype=np.bool_), np.asarray(b, dtype=np.bool_)
    require(first.ndim == 1 and first.shape == second.shape, f"{name}: shapes {first.shape} and {second.shape} differ")
    return first, second
