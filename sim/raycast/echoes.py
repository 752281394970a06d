"""Echoes of a LiDAR's pulses: which of them melt together, which are heard over the noise, which are told."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.raycast.receiver import THRESHOLD, Receiver

NO_SURFACE = -1
"""`Echoes.row` of what came from no surface."""


class Returns(Enum):
    """Which echoes of a pulse are told; `DUAL` tells the strongest and the last, or the two strongest if it is that."""

    STRONGEST = "strongest"
    FIRST = "first"
    LAST = "last"
    DUAL = "dual"


class Echoes(NamedTuple):
    """Echoes (E,): place of their ray in the grid, range, peak over noise, row of their surface among the hits."""

    place: NDArray[np.intp]
    range_m: NDArray[np.float32]
    signal: NDArray[np.float32]
    row: NDArray[np.intp]

    def at(self, index: NDArray[np.intp]) -> Echoes:
        """Some of them."""
        place, range_m, signal, row = self
        return Echoes(place.take(index), range_m.take(index), signal.take(index), row.take(index))

    @property
    def order_in_ray(self) -> NDArray[np.intp]:
        """(E,) 0 for the first echo of a ray, 1 for the next; they must be sorted by place."""
        first = np.flatnonzero(np.r_[True, self.place[1:] != self.place[:-1]])
        return np.arange(len(self.place)) - np.repeat(first, np.diff(np.r_[first, len(self.place)]))


def in_order(kinds: Sequence[Echoes]) -> Echoes:
    """All echoes, sorted by place and range; each kind must be sorted by place, and have one echo a ray at most."""
    if len(kinds) == 1:
        return kinds[0]
    together = Echoes(*(np.concatenate(columns) for columns in zip(*kinds, strict=True)))
    return together.at(np.lexsort((together.range_m, together.place)))


def melted(echoes: Echoes, pulse_m: float) -> Echoes:
    """Echoes nearer to the one before, of the same ray, than a pulse is long are one: all power, at the mean range."""
    place, range_m, signal, row = echoes
    apart = (place[1:] != place[:-1]) | (range_m[1:] - range_m[:-1] >= pulse_m)
    if apart.all():
        return echoes
    first = np.flatnonzero(np.r_[True, apart])
    group = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(place)]))
    power = np.add.reduceat(signal, first)
    share = signal / np.maximum(power, np.finfo(np.float32).tiny).take(group)
    mean_m = np.where(power > 0.0, np.add.reduceat(range_m * share, first), range_m.take(first))
    strongest = np.lexsort((-signal, group)).take(first)
    return Echoes(place.take(first), mean_m.astype(np.float32), power, row.take(strongest))


class Luck:
    """Noise of every ray of a grid: what one ray meets never changes that of another.

    Args:
        seeds: the same give the same noise.
        rays: of the grid.
    """

    def __init__(self, seeds: tuple[int, ...], rays: int) -> None:
        self._seeds = seeds
        self._rays = rays

    def normal(self, kind: int, place: NDArray[np.intp]) -> NDArray[np.float32]:
        """Standard normal numbers of some rays; each kind has its own."""
        return self._generator(kind).standard_normal(self._rays, dtype=np.float32).take(place)

    def exponential(self, kind: int, place: NDArray[np.intp]) -> NDArray[np.float32]:
        """Exponential numbers of mean 1 of some rays."""
        return self._generator(kind).standard_exponential(self._rays, dtype=np.float32).take(place)

    def uniform(self, kind: int, place: NDArray[np.intp]) -> NDArray[np.float32]:
        """Numbers in [0, 1) of some rays."""
        return self._generator(kind).random(self._rays, dtype=np.float32).take(place)

    def _generator(self, kind: int) -> np.random.Generator:
        return np.random.default_rng((*self._seeds, kind))


def heard(echoes: Echoes, receiver: Receiver, luck: Luck) -> Echoes:
    """Echoes whose peak, with noise, reaches the threshold; their range has its error, too."""
    order = echoes.order_in_ray
    signal, range_m = echoes.signal.copy(), echoes.range_m.copy()
    for turn in range(int(order.max(initial=-1)) + 1):
        now = np.flatnonzero(order == turn)
        place = echoes.place.take(now)
        range_m[now] += receiver.range_sigma_m(signal.take(now)) * luck.normal(2 * turn, place)
        signal[now] += luck.normal(2 * turn + 1, place)
    return echoes._replace(signal=signal, range_m=range_m).at(np.flatnonzero(signal >= THRESHOLD))


def told(echoes: Echoes, returns: Returns) -> Echoes:
    """The echoes that the sensor tells, in the same order: they must be sorted by place and range."""
    place = echoes.place
    starts = np.r_[True, place[1:] != place[:-1]][: len(place)]
    if starts.all():
        return echoes
    if returns is Returns.FIRST:
        return echoes.at(np.flatnonzero(starts))
    ends = np.flatnonzero(np.r_[starts[1:], True])
    if returns is Returns.LAST:
        return echoes.at(ends)
    by_strength = np.lexsort((-echoes.signal, place))
    first = np.flatnonzero(starts)
    strongest = by_strength.take(first)
    if returns is Returns.STRONGEST:
        return echoes.at(strongest)
    second = by_strength.take(np.minimum(first + 1, ends))
    return echoes.at(np.unique(np.r_[strongest, np.where(strongest == ends, second, ends)]))
