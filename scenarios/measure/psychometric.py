"""Recall against severity as a curve, where it crosses one half, and the counts that it is fitted to.

The curve is the psychometric function of Wichmann and Hill (2001), falling where theirs rises. Severity has no unit and
lies in [0, 1]; 0 is the control, 1 the hardest that is physically plausible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moosetest.arrays import FloatArray, require, set_arrays

BROKEN_BELOW = 0.5
"""Recall at which a detector counts as broken: the usual threshold of psychophysics, and the catalogue's."""
WIDTH_TIMES_SLOPE = 2.0 * float(np.log(19.0))
"""Severity between 95 % and 5 % of a logistic curve, times its slope: logit(0.95) - logit(0.05)."""


class Censoring(Enum):
    """Where the breakdown point lies if not in [0, 1]: LEFT fails the control already, RIGHT never breaks."""

    NONE = "none"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Curve:
    """R(s) = guess + (1 - guess - lapse) / (1 + exp(slope (s - threshold))).

    Args:
        threshold: severity in the middle of the fall.
        slope: steepness, per unit of severity, > 0.
        lapse: share missed however easy it is.
        guess: share found however hard it is, < 0.5; 0 for detection.
    """

    threshold: float
    slope: float
    lapse: float = 0.0
    guess: float = 0.0

    def recall(self, severity: ArrayLike) -> FloatArray:
        """Recall at each severity, of the same shape."""
        fall = 1.0 / (1.0 + np.exp(self.slope * (np.asarray(severity, dtype=np.float64) - self.threshold)))
        return np.asarray(self.guess + (1.0 - self.guess - self.lapse) * fall)

    @property
    def s50(self) -> float:
        """Severity at which recall is one half; minus infinity if lapses alone keep it below."""
        if self.lapse >= BROKEN_BELOW:
            return -np.inf
        return float(s50_of(self.threshold, self.slope, self.lapse, self.guess))


def s50_of(threshold: ArrayLike, slope: ArrayLike, lapse: ArrayLike, guess: float = 0.0) -> FloatArray:
    """Severity where recall is one half, of curves whose parameters broadcast; lapse and guess below one half."""
    odds = (1.0 - np.asarray(lapse) - BROKEN_BELOW) / (BROKEN_BELOW - guess)
    return np.asarray(np.asarray(threshold) + np.log(odds) / np.asarray(slope))


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What a detector found: of `trials` in each run of a seed at a severity, `hits` were right.

    A trial is a frame in which the object had to be found, or a whole drive that had to pass. Seeds are independent;
    trials of one seed are not.

    Args:
        severity: (L,) rising, in [0, 1].
        hits: (S, L) a row each seed.
        trials: (S, L); 0 where that seed was not run at that severity.

    Raises:
        ContractError: shapes that differ, severities that do not rise in [0, 1], hits beyond trials, or no trial.
    """

    severity: FloatArray
    hits: NDArray[np.int64]
    trials: NDArray[np.int64]

    def __post_init__(self) -> None:
        cells = (("S", "L"), np.int64)
        set_arrays(self, {"severity": (("L",), np.float64), "hits": cells, "trials": cells})
        inside = (self.severity >= 0.0) & (self.severity <= 1.0)
        require(bool(inside.all() and (np.diff(self.severity) > 0).all()), "Counts.severity: want rising, in [0, 1]")
        require(bool(((self.hits >= 0) & (self.hits <= self.trials)).all()), "Counts.hits: want 0 <= hits <= trials")
        require(bool(self.trials.any()), "Counts.trials: want one trial or more")

    @classmethod
    def of_runs(cls, runs: Iterable[tuple[int, float, int, int]]) -> Counts:
        """Collect (seed, severity, hits, trials) of runs in any order; those of one seed and severity add up."""
        rows = sorted(runs)
        seeds, seed_index = np.unique([row[0] for row in rows], return_inverse=True)
        severities, level_index = np.unique([row[1] for row in rows], return_inverse=True)
        hits = np.zeros((len(seeds), len(severities)), dtype=np.int64)
        trials = np.zeros_like(hits)
        np.add.at(hits, (seed_index, level_index), [row[2] for row in rows])
        np.add.at(trials, (seed_index, level_index), [row[3] for row in rows])
        return cls(severities, hits, trials)
