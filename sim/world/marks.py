"""What users draw into the world to see it in pictures: strokes and words. Sensors of truth never see them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

STROKE_FLOATS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """Words at a place in the world, over whatever stands before them; `rgb` are display values in [0, 1]."""

    position_world_m: NDArray[np.float64]
    text: str
    rgb: tuple[float, float, float]
    has_shadow: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """All that is drawn at one tick.

    Args:
        strokes: (N, 10) begin and end in the world, width in metres, display colour in [0, 1]; hidden by what stands
            before them. A stroke without length is a square.
        overlay: (M, 10) the same with the width in pixels, over everything.
        labels: words.
    """

    strokes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, STROKE_FLOATS)))
    overlay: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, STROKE_FLOATS)))
    labels: tuple[Label, ...] = ()


NO_MARKS = Marks()
