"""What every sensor adapter gets and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import Actor
from sim.server.messages import Instant
from sim.server.streams import Buffer


@dataclass(frozen=True, slots=True, eq=False)
class SensorState:
    """A sensor's motion at the tick: right-handed, in the world."""

    actor: Actor
    T_world_sensor: NDArray[np.float64]
    velocity_world_mps: NDArray[np.float64]
    angular_velocity_world_radps: NDArray[np.float64]
    acceleration_world_mps2: NDArray[np.float64]


Payload = Sequence[Buffer]
"""One message after its header, in parts."""


class SensorAdapter(Protocol):
    """One sensor: made when the first client listens, asked at each tick that it is due."""

    def measure(self, state: SensorState, now: Instant, noise_frame: int) -> list[Payload]:
        """The messages of this tick; most sensors have one, event sensors none or several.

        Args:
            state: where the sensor is and how it moves.
            now: the tick.
            noise_frame: ticks since the sensor's birth: equal in equal runs, whatever the frame number.
        """
        ...
