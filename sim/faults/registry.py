"""What a fault is, and the registry of all of them by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from moosetest.config import ConfigError
from moosetest.registry import Registry
from moosetest.sensing import SensorFrame
from sim.rig import Mount


@dataclass(frozen=True, slots=True)
class FaultConfig:
    """`severity` from 0 (no fault: every frame comes through as it is) to 1 (the hardest plausible)."""

    severity: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.severity <= 1.0:
            raise ConfigError(f"fault severity {self.severity:g}: want a number from 0 to 1")


class Fault(Protocol):
    """One fault of one sensor."""

    @property
    def suits(self) -> tuple[type[SensorFrame], ...]:
        """The kinds of frame that it knows how to spoil."""
        ...

    @property
    def effect(self) -> str:
        """Its severity as a physical value, in words."""
        ...

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Forget all state; `mount` is the sensor, `rng` the only randomness until the next reset."""
        ...

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """What arrives at `t_ns` in place of `frame` (None: nothing was sent, or nothing arrives).

        Called once a tick. What arrives is stamped `t_ns`, as by a stack that stamps frames on arrival; `seq` stays
        that of the frame when it was taken, so that a stack can notice an old one.
        """
        ...


FAULTS: Registry[Fault] = Registry("fault", "moosetest.faults")
