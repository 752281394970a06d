"""Which detection is which true object, and the precision and recall that follow.

The rules are COCO's: detections choose in the order of their score, each the most similar true object that is left;
objects that do not count (too small, too hidden) excuse the detections on them, any number, and are never missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require

RECALL_STEPS = np.linspace(0.0, 1.0, 101)
"""Recalls at which COCO reads the precision curve."""

FALSE_ALARM, EXCUSED = -1, -2


def match(
    similarity: NDArray[np.float64],
    score: NDArray[np.float64],
    ignored: NDArray[np.bool_],
    least: float,
    excuse: NDArray[np.bool_] | None = None,
) -> NDArray[np.intp]:
    """(N,) index of the true object of each detection, or FALSE_ALARM, or EXCUSED.

    Args:
        similarity: (N, M) of detections to true objects, larger is better.
        score: (N,) of the detections; of equal ones the first chooses first.
        ignored: (M,) which objects do not count.
        least: similarity that a match needs.
        excuse: (N, M) which ignored objects excuse which detections; by default those as similar as a match needs.
    """
    require(similarity.shape == (len(score), len(ignored)), f"match: similarity {similarity.shape}")
    result = np.full(len(score), FALSE_ALARM, dtype=np.intp)
    if not len(ignored):
        return result
    free = ~ignored
    excusing: NDArray[np.bool_] = np.greater_equal(similarity, least) if excuse is None else excuse
    excused: NDArray[np.bool_] = np.any(excusing[:, ignored], axis=1)
    for i in np.argsort(-score, kind="stable"):
        options = np.where(free, similarity[i], -np.inf)
        best = int(options.argmax())
        if options[best] >= least:
            result[i], free[best] = best, False
        elif excused[i]:
            result[i] = EXCUSED
    return result


@dataclass(frozen=True, slots=True, eq=False)
class ScoredHits:
    """All counted detections of one class: `score` (D,), `hit` (D,), and how many objects there were to find."""

    score: NDArray[np.float64]
    hit: NDArray[np.bool_]
    n_truth: int

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Precision and recall (D,) as the least score falls, detection by detection."""
        order = np.argsort(-self.score, kind="stable")
        hits = np.cumsum(self.hit[order])
        return hits / np.arange(1, len(hits) + 1), hits / max(self.n_truth, 1)

    def average_precision(self) -> float:
        """Mean over 101 recalls of the best precision at that recall or more; 0 if there was nothing to find."""
        precision, recall = self.curve()
        if not len(precision) or not self.n_truth:
            return 0.0
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        index = np.searchsorted(recall, RECALL_STEPS, side="left")
        reached = index < len(envelope)
        return float(np.where(reached, envelope[np.minimum(index, len(envelope) - 1)], 0.0).mean())

    def at(self, min_score: float) -> tuple[float, float]:
        """Precision and recall of the detections with at least `min_score`; precision is 1 if there is none."""
        kept = self.score >= min_score
        hits = int(self.hit[kept].sum())
        return (hits / int(kept.sum()) if kept.any() else 1.0), hits / max(self.n_truth, 1)

    def best_min_score(self) -> float:
        """The least score with the largest F1; 0.5 if nothing is ever hit."""
        precision, recall = self.curve()
        if not self.hit.any():
            return 0.5
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        return float(np.sort(self.score)[::-1][int(f1.argmax())])
