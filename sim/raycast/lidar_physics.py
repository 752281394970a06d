"""A LiDAR as a physical instrument: what of its pulses comes back, and what its receiver makes of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.air_clutter import Air, AirClutter, air_clutter, air_of
from sim.raycast.beams import Grid
from sim.raycast.blooming import bloomed
from sim.raycast.brightness import brightness
from sim.raycast.echoes import NO_SURFACE, Echoes, Luck, Returns, heard, in_order, melted, told
from sim.raycast.layers import Layer
from sim.raycast.puff_echoes import crossings, puff_echoes
from sim.raycast.receiver import THRESHOLD, Receiver
from sim.world.scene import Puffs, Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarPhysics:
    """What a data sheet says of a LiDAR beyond its pattern.

    Args:
        receiver: how weak an echo it finds, and how well it times it.
        returns: which echoes of a pulse it tells.
        crosstalk_rate: share of rays that hear a pulse of another sensor, at any time.
        divergence_rad: of the beam, full angle; 3 mrad is the data sheet's figure of a Velodyne VLP-16.
    """

    receiver: Receiver = field(default_factory=Receiver)
    returns: Returns = Returns.STRONGEST
    divergence_rad: float = 3e-3
    crosstalk_rate: float = 0.0


class Measured(NamedTuple):
    """Returns (N,) sorted by place in the grid: distance, intensity in [0, 1], row of the surface among the hits.

    The row is `NO_SURFACE` for what came from none.
    """

    place: NDArray[np.intp]
    range_m: NDArray[np.float32]
    intensity: NDArray[np.float32]
    row: NDArray[np.intp]


_WAIT_LUCK, _KIND_LUCK, _EXCESS_LUCK = 100, 101, 102
_FOREIGN_LUCK, _FOREIGN_WAIT_LUCK, _FOREIGN_STRENGTH_LUCK = 103, 104, 105
"""Kinds of `Luck` for echoes of no surface; those of surfaces count from 0."""
FOREIGN_SIGNAL = 20.0
"""Mean of a foreign pulse above the threshold: of a sensor that shines straight or by one reflection into ours."""


class View(NamedTuple):
    """What one sweep looked at: the layers of what its rays met, through which air, as far as `range_m`."""

    grid: Grid
    T_world_sensor: FloatArray
    layers: tuple[Layer, ...]
    weather: Weather
    puffs: Puffs
    range_m: float

    @property
    def reach_m(self) -> NDArray[np.float32]:
        """By place of the grid: how far the ray sees; negative where none was cast."""
        reach_m = np.full(self.grid.rays, -1.0, np.float32)
        reach_m[self.layers[0].place] = np.minimum(self.layers[0].hits.range_m, np.float32(self.range_m))
        return reach_m


def measure(physics: LidarPhysics, view: View, luck: Luck) -> Measured:
    """What the sensor tells; rows of `Measured` count through the hits of all layers."""
    receiver, air = physics.receiver, air_of(view.weather, float(view.T_world_sensor[2, 3]))
    sent_back = in_order(_sent_back(receiver, view, air))
    halo = bloomed(sent_back, view.grid, view.layers[0].place)
    surfaces = heard(melted(in_order([sent_back, halo]), receiver.pulse_m), receiver, luck)
    clutter = air_clutter(receiver, air, physics.divergence_rad, view.range_m)
    others = [_from_air(clutter, view, luck), *_from_other_sensors(physics.crosstalk_rate, view, luck)]
    said = told(in_order([surfaces, *others]), physics.returns)
    return Measured(said.place, said.range_m, receiver.intensity(said.signal, said.range_m), said.row)


def _sent_back(receiver: Receiver, view: View, air: Air) -> list[Echoes]:
    """Echoes of surfaces and of the puffs before them."""
    puff_depth = None
    echoes = []
    if len(view.puffs.radius_m):
        reach_m = view.reach_m
        crossed = crossings(view.puffs, view.grid, np.linalg.inv(view.T_world_sensor).astype(np.float64))
        puff_depth = crossed.depth_by_place(reach_m)
        echoes.append(puff_echoes(crossed, receiver, reach_m, air.extinction_per_m))
    first_row = 0
    for layer in view.layers:
        depth = np.float32(air.extinction_per_m) * layer.hits.range_m
        if puff_depth is not None:
            depth += puff_depth.take(layer.place)
        echoes.append(_from_surfaces(receiver, layer, depth, first_row, view.weather))
        first_row += len(layer.place)
    return echoes


def _from_surfaces(
    receiver: Receiver, layer: Layer, depth: NDArray[np.float32], first_row: int, weather: Weather
) -> Echoes:
    met = np.flatnonzero(layer.hits.source >= 0)
    range_m = layer.hits.range_m.take(met)
    bright = brightness(layer.hits, weather).take(met) * layer.passed.take(met)
    return Echoes(layer.place.take(met), range_m, receiver.signal(bright, range_m, depth.take(met)), met + first_row)


def _from_air(clutter: AirClutter, view: View, luck: Luck) -> Echoes:
    """Of each ray the first echo that comes from no surface, if it is nearer than the surface."""
    first = view.layers[0]
    range_m = clutter.first_range_m(luck.exponential(_WAIT_LUCK, first.place))
    before = np.flatnonzero(range_m < np.minimum(first.hits.range_m, np.float32(view.range_m)))
    place, range_m = first.place.take(before), range_m.take(before)
    if not len(before):
        return Echoes(place, range_m, range_m, before)
    signal = clutter.signal(range_m, luck.uniform(_KIND_LUCK, place), luck.exponential(_EXCESS_LUCK, place))
    return Echoes(place, range_m, signal, np.full(len(before), NO_SURFACE, np.intp))


def _from_other_sensors(rate: float, view: View, luck: Luck) -> list[Echoes]:
    """Foreign pulses: they come at any time, and are taken for echoes of ours."""
    if rate <= 0.0:
        return []
    place = view.layers[0].place
    place = place.compress(luck.uniform(_FOREIGN_LUCK, place) < rate)
    range_m = np.float32(view.range_m) * luck.uniform(_FOREIGN_WAIT_LUCK, place)
    signal = np.float32(THRESHOLD) + np.float32(FOREIGN_SIGNAL) * luck.exponential(_FOREIGN_STRENGTH_LUCK, place)
    return [Echoes(place, range_m, signal, np.full(len(place), NO_SURFACE, np.intp))]
