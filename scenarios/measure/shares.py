"""Shares of counts with Wilson's interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moosetest.arrays import FloatArray, require

Z_95 = 1.96
"""Half width of an interval of 95 % in standard deviations."""


def wilson_interval(found: ArrayLike, of: ArrayLike, z: float = Z_95) -> tuple[FloatArray, FloatArray]:
    """Wilson's interval (1927) of each share; z = 1.96 for 95 %. (0, 1) where there was nothing to find."""
    count = np.maximum(np.asarray(of, dtype=np.float64), 0.0)
    n = np.maximum(count, 1.0)
    share = np.asarray(found, dtype=np.float64) / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    nothing = count == 0
    low = np.where(nothing, 0.0, np.maximum(0.0, middle - half))
    return low, np.where(nothing, 1.0, np.minimum(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Share:
    """`found` of `of`, with Wilson's interval of 95 % from `low` to `high`, which takes the counted for independent."""

    found: int
    of: int

    def __post_init__(self) -> None:
        require(0 <= self.found <= self.of, f"Share: {self.found} of {self.of}, want 0 <= found <= of")

    @classmethod
    def where(cls, right: ArrayLike, among: ArrayLike) -> Share:
        """The share of `right` (N,) where `among` (N,) holds."""
        counted: NDArray[np.bool_] = np.asarray(among, dtype=np.bool_)
        return cls(int((np.asarray(right, dtype=np.bool_) & counted).sum()), int(counted.sum()))

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.found / self.of if self.of else None

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return float(wilson_interval(self.found, self.of)[0])

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return float(wilson_interval(self.found, self.of)[1])
