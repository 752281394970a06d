"""How much of a map of importance lies on the target, on the cue that its case is about, and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require


@dataclass(frozen=True, slots=True)
class Part:
    """A region's share of a map's sum and of the picture's area."""

    share: float
    area: float

    @property
    def enrichment(self) -> float | None:
        """How many times more than its area's worth it holds: 1 where the map does not care; None without area."""
        return self.share / self.area if self.area else None

    def to_json(self) -> dict[str, float | None]:
        """Plain values."""
        enrichment = self.enrichment
        return {
            "share": round(self.share, 4),
            "area": round(self.area, 6),
            "enrichment": None if enrichment is None else round(enrichment, 3),
        }


@dataclass(frozen=True, slots=True)
class Attribution:
    """The three parts of a picture; their shares sum to 1, and so do their areas."""

    target: Part
    cue: Part
    elsewhere: Part

    def to_json(self) -> dict[str, dict[str, float | None]]:
        """Share, area and enrichment by region."""
        parts = {"target": self.target, "cue": self.cue, "elsewhere": self.elsewhere}
        return {name: part.to_json() for name, part in parts.items()}


def attribute(importance: NDArray[np.float32], target: NDArray[np.bool_], cue: NDArray[np.bool_]) -> Attribution | None:
    """The parts of a map (H, W), none of it negative; None of a map of nothing.

    Args:
        importance: the map.
        target: the target's pixels (H, W).
        cue: those of what its case changes beside it; none of them the target's.
    """
    require(importance.shape == target.shape == cue.shape, f"importance {importance.shape}, masks {target.shape}")
    require(bool((importance >= 0.0).all()), "importance: want no negative values")
    require(not bool((target & cue).any()), "target and cue: want no common pixels")
    total = float(importance.sum(dtype=np.float64))
    if total == 0.0:
        return None
    parts = [
        Part(float(importance[pixels].sum(dtype=np.float64)) / total, float(pixels.mean()))
        for pixels in (target, cue, ~(target | cue))
    ]
    return Attribution(*parts)
