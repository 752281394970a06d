"""How much work goes into a picture."""

from __future__ import annotations

from enum import StrEnum


class Quality(StrEnum):
    """Levels of quality.

    `high` is all that the renderer can do. `low` is for many cameras or a slow machine: no shadows of the sun but the
    soft spots under actors, nothing mirrored, no grain on surfaces, and the next coarser mesh of an actor from half
    the distance on. Ground truth is that of the meshes that are shown.
    """

    LOW = "low"
    HIGH = "high"

    @property
    def is_plain(self) -> bool:
        """Whether surfaces are shaded without shadows, mirrors and grain."""
        return self is Quality.LOW

    @property
    def detail(self) -> float:
        """Factor on an actor's size in the picture when its level of detail is chosen."""
        return 0.5 if self is Quality.LOW else 1.0
