"""Integer-nanosecond time: counted in ticks, never added up as floats."""

from __future__ import annotations

NS_PER_S = 1_000_000_000
TICK_NS = 100_000_000
"""One tick of the closed loop: every sensor of the rig gives one frame (10 Hz)."""


def ns_from_s(seconds: float) -> int:
    """Nearest integer nanosecond."""
    return round(seconds * NS_PER_S)


def s_from_ns(nanoseconds: int) -> float:
    """Seconds, for formulas and plots; never for counting."""
    return nanoseconds / NS_PER_S
