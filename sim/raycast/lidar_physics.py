"""A LiDAR as a physical instrument: what of its pulses comes back, and what its receiver makes of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.raycast.brightness import brightness
from sim.raycast.echoes import Echoes, Luck, Returns, heard, in_order, melted, told
from sim.raycast.hits import Hits
from sim.raycast.receiver import Receiver
from sim.world.scene import Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarPhysics:
    """What a data sheet says of a LiDAR beyond its pattern.

    Args:
        receiver: how weak an echo it finds, and how well it times it.
        returns: which echoes of a pulse it tells.
    """

    receiver: Receiver = field(default_factory=Receiver)
    returns: Returns = Returns.STRONGEST


class Measured(NamedTuple):
    """Returns (N,) sorted by place in the grid: distance, intensity in [0, 1], row of the surface among the hits."""

    place: NDArray[np.intp]
    range_m: NDArray[np.float32]
    intensity: NDArray[np.float32]
    row: NDArray[np.intp]


def measure(physics: LidarPhysics, hits: Hits, place: NDArray[np.intp], weather: Weather, luck: Luck) -> Measured:
    """What the sensor tells of what its rays met.

    Args:
        physics: of the sensor.
        hits: of the rays that were cast.
        place: (N,) of those rays in the sensor's grid, ascending.
        weather: of the scene.
        luck: of the grid.
    """
    receiver = physics.receiver
    echoes = melted(in_order([_from_surfaces(receiver, hits, place, weather)]), receiver.pulse_m)
    found = told(heard(echoes, receiver, luck), physics.returns)
    return Measured(found.place, found.range_m, receiver.intensity(found.signal, found.range_m), found.row)


def _from_surfaces(receiver: Receiver, hits: Hits, place: NDArray[np.intp], weather: Weather) -> Echoes:
    met = np.flatnonzero(hits.source >= 0)
    range_m = hits.range_m.take(met)
    signal = receiver.signal(brightness(hits, weather).take(met), range_m, 0.0)
    return Echoes(place.take(met), range_m, signal, met)
