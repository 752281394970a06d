"""A picture of a user's that an actor's board shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Poster:
    """One picture.

    Args:
        key: names it: equal pictures have equal keys.
        rgb: (H, W, 3) uint8, display values with an exponent of 2.2, the first row at the top.
        alpha: (H, W) uint8, how much of what is behind each texel hides; None hides all.
    """

    key: str
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
