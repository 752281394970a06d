"""Whether confidence is earned: the error of calibration, and how it grows as a cue breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moosetest.arrays import FloatArray, require

BINS = 10
"""Equal bins of confidence: the number that netcal takes by default (Küppers et al. 2020)."""


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Answers by confidence in B equal bins of [0, 1]: how many, how many right, and the sum of their confidences."""

    count: NDArray[np.int64]
    right: NDArray[np.int64]
    confidence_sum: FloatArray

    @property
    def error(self) -> float:
        """Expected calibration error (Naeini et al. 2015): mean over answers of their bin's |share right - confidence|.

        Few answers make it too large: a bin of n misses by about sqrt(p (1 - p) / n) by chance alone. 0 of no answer.
        """
        return float(np.abs(self.right - self.confidence_sum).sum() / max(int(self.count.sum()), 1))


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> Reliability:
    """Sort N answers into bins; an edge belongs to the bin below it.

    With detections, their scores, and whether each is a true positive (of whatever match rule; name it beside the
    number), `error` is D-ECE in its form over the score alone (Küppers et al. 2020): a bin's share right is precision.

    Args:
        confidence: (N,) in [0, 1].
        right: (N,) bool.
        bins: how many.

    Raises:
        ContractError: shapes differ, or a confidence is outside [0, 1].
    """
    sure, hit = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    require(sure.ndim == 1 and sure.shape == hit.shape, f"reliability: shapes {sure.shape} and {hit.shape} differ")
    require(bool(((sure >= 0.0) & (sure <= 1.0)).all()), "reliability: confidence outside [0, 1]")
    edges = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    index = np.searchsorted(edges, sure, side="left")
    return Reliability(
        count=np.bincount(index, minlength=bins).astype(np.int64),
        right=np.bincount(index[hit], minlength=bins).astype(np.int64),
        confidence_sum=np.bincount(index, weights=sure, minlength=bins).astype(np.float64),
    )


def growth(control: Reliability, case: Reliability) -> float:
    """Calibration error at a severity less that at 0: it grows where confidence stays while the answers go wrong."""
    return case.error - control.error
