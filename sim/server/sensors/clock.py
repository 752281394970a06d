"""When a sensor is due."""

from __future__ import annotations

EARLY_NS = 10_000
"""A tick so little before its time is in time: a third of 0.1 s is no whole number of nanoseconds."""


class SensorClock:
    """Counts a sensor's periods from its first tick on, whether anyone listens or not, as CARLA's `sensor_tick` does.

    A period that is no multiple of the tick keeps its mean: what one measurement comes late, the next comes early.

    Args:
        period_ns: between two measurements; 0 is every tick.
        first_ns: the first tick of the sensor's life.
    """

    def __init__(self, period_ns: int, first_ns: int) -> None:
        self._period_ns = max(period_ns, 0)
        self._next_ns = first_ns
        self._last_ns: int | None = None

    def is_due(self, now_ns: int) -> bool:
        """Whether the sensor measures at this tick."""
        return now_ns + EARLY_NS >= self._next_ns

    def measure(self, now_ns: int, tick_ns: int) -> int:
        """Take note of a measurement; returns the time it covers: since the last, or one tick after a pause."""
        covered_ns = tick_ns if self._last_ns is None else now_ns - self._last_ns
        self._last_ns = now_ns
        self._pass(now_ns)
        return covered_ns

    def pause(self, now_ns: int) -> None:
        """Nobody listens: the periods go on, but what passes belongs to no measurement."""
        self._last_ns = None
        if self.is_due(now_ns):
            self._pass(now_ns)

    def _pass(self, now_ns: int) -> None:
        if self._period_ns:
            self._next_ns += ((now_ns + EARLY_NS - self._next_ns) // self._period_ns + 1) * self._period_ns
