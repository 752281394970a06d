"""Faults of when frames come: lost, frozen, late, at odd times, by a clock that drifts, or never again."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from moosetest.sensing import SensorFrame
from moosetest.timing import NS_PER_S, TICK_NS, ns_from_s, s_from_ns
from sim.faults.registry import FAULTS, FaultConfig
from sim.rig import Mount

ANY_FRAME = (SensorFrame,)

FREEZE_S = 10.0
"""Longest freeze: longer than a case needs from first sight to the conflict."""
FREEZE_START_S = (0.5, 2.0)
"""A freeze begins at a drawn time between these."""
DELAY_S = 0.5
"""Longest delay: five frames. Cameras with compression and a network bridge come to 0.1 to 0.3 s."""
JITTER_S = 0.3
"""Longest extra time that a single frame may take on the way."""
DRIFT_S_PER_S = 0.1
"""Fastest drift of an undisciplined clock: hopelessly bad, so that a case of 10 s shows what drifting does."""
LONGEST_DRIFT_S = 1.0
HALF_DEATH_S = 4.0
"""A sensor of severity 0.5 dies at this time."""


@FAULTS.register("drop", FaultConfig)
class Drop:
    """Each frame is lost with a probability equal to the severity."""

    suits = ANY_FRAME

    def __init__(self, config: FaultConfig) -> None:
        self._share = config.severity
        self.effect = f"{self._share:.0%} of frames lost"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws anew."""
        self._rng = rng

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame, or nothing."""
        return None if self._rng.random() < self._share else frame


@FAULTS.register("death", FaultConfig)
class Death:
    """The sensor says nothing from a time on: 4 s (1 - severity) / severity."""

    suits = ANY_FRAME

    def __init__(self, config: FaultConfig) -> None:
        severity = config.severity
        self._at_s = HALF_DEATH_S * (1.0 - severity) / severity if severity else math.inf
        self.effect = f"dead from {self._at_s:.3g} s on" if severity else "never dead"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame while the sensor lives."""
        return frame if s_from_ns(t_ns) < self._at_s else None


@FAULTS.register("freeze", FaultConfig)
class Freeze:
    """One frame comes again and again, for 10 s x severity."""

    suits = ANY_FRAME

    def __init__(self, config: FaultConfig) -> None:
        self._length_s = FREEZE_S * config.severity
        self.effect = f"frozen for {self._length_s:.3g} s"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws when it begins."""
        self._start_ns = ns_from_s(rng.uniform(*FREEZE_START_S))
        self._end_ns = self._start_ns + ns_from_s(self._length_s)
        self._held: SensorFrame | None = None

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The last frame of before the freeze, while it lasts."""
        if not self._start_ns <= t_ns < self._end_ns:
            self._held = frame if frame is not None else self._held
            return frame
        return stamped(self._held, t_ns)


@FAULTS.register("delay", FaultConfig)
class Delay:
    """Every frame comes 0.5 s x severity late, to the nearest tick."""

    suits = ANY_FRAME

    def __init__(self, config: FaultConfig) -> None:
        self._late_s = DELAY_S * config.severity
        self.effect = f"{self._late_s:.3g} s late"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Nothing is on the way."""
        self._past = _Past()

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame of that long ago."""
        return self._past.take(frame, t_ns, self._late_s)


@FAULTS.register("desync", FaultConfig)
class Desync:
    """The sensor's clock runs slow, by 0.1 s a second x severity: its frames are older and older, up to 1 s."""

    suits = ANY_FRAME

    def __init__(self, config: FaultConfig) -> None:
        self._rate = DRIFT_S_PER_S * config.severity
        self.effect = f"its clock drifts by {self._rate:.3g} s each second"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """The clock is right again."""
        self._past = _Past()

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame that the slow clock takes for today's."""
        return self._past.take(frame, t_ns, min(self._rate * s_from_ns(t_ns), LONGEST_DRIFT_S))


@FAULTS.register("jitter", FaultConfig)
class Jitter:
    """Each frame takes its own time on the way, up to 0.3 s x severity; one overtaken by a newer one never comes."""

    suits = ANY_FRAME

    def __init__(self, config: FaultConfig) -> None:
        self._most_s = JITTER_S * config.severity
        self.effect = f"0 to {self._most_s:.3g} s late"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Nothing is on the way."""
        self._rng = rng
        self._on_the_way: list[tuple[int, SensorFrame]] = []

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The newest of those that arrive now, if any."""
        late_ns = _whole_ticks_ns(self._rng.uniform(0.0, self._most_s))
        if frame is not None:
            self._on_the_way.append((t_ns + late_ns, frame))
        come = [number for number, (arrives_ns, _) in enumerate(self._on_the_way) if arrives_ns <= t_ns]
        if not come:
            return None
        newest = self._on_the_way[come[-1]][1]
        del self._on_the_way[: come[-1] + 1]
        return stamped(newest, t_ns)


class _Past:
    """The last frames of a sensor."""

    def __init__(self) -> None:
        self._frames: dict[int, SensorFrame] = {}

    def take(self, frame: SensorFrame | None, t_ns: int, age_s: float) -> SensorFrame | None:
        """Remember `frame`; give the one of `age_s` ago, to the nearest tick."""
        oldest_ns = t_ns - ns_from_s(max(DELAY_S, LONGEST_DRIFT_S))
        self._frames = {taken_ns: old for taken_ns, old in self._frames.items() if taken_ns >= oldest_ns}
        if frame is not None:
            self._frames[t_ns] = frame
        return stamped(self._frames.get(t_ns - _whole_ticks_ns(age_s)), t_ns)


def stamped(frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
    """The same content under another time of arrival."""
    if frame is None or frame.t_ns == t_ns:
        return frame
    return replace(frame, t_ns=t_ns)


def _whole_ticks_ns(time_s: float) -> int:
    return round(time_s * NS_PER_S / TICK_NS) * TICK_NS
