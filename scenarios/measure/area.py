"""Recall over all severities as one number, for what never crosses one half."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from moosetest.arrays import require


def recall_area(severity: ArrayLike, recall: ArrayLike) -> float:
    """Area under recall (L,) from severity 0 to 1 by trapezoids; beyond the first and last level recall stays as it is.

    Raises:
        ContractError: no level, shapes differ, or severities that do not rise in [0, 1].
    """
    s, r = np.asarray(severity, dtype=np.float64), np.asarray(recall, dtype=np.float64)
    require(s.ndim == 1 and len(s) > 0 and s.shape == r.shape, f"recall_area: shapes {s.shape} and {r.shape}")
    require(bool((np.diff(s) > 0).all() and s[0] >= 0 and s[-1] <= 1), "recall_area: want severities rising in [0, 1]")
    return float(np.trapezoid(np.concatenate([r[:1], r, r[-1:]]), np.concatenate([[0.0], s, [1.0]])))


def retained_area(severity: ArrayLike, recall: ArrayLike) -> float:
    """Area under recall as a share of what the recall at the least severity would hold; 0 if that is 0.

    It is the relative performance under corruption, rPC, of Michaelis et al. (2019), over a continuous severity: two
    detectors of different skill on clean scenes compare by it.
    """
    base = float(np.asarray(recall, dtype=np.float64)[0])
    return recall_area(severity, recall) / base if base > 0 else 0.0
