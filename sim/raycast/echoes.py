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
    def is_first(self) -> NDArray[np.bool_]:
        """(E,) whether an echo is the first of its ray; they must be sorted by place."""
        first = np.ones(len(self.place), np.bool_)
        np.not_equal(self.place[1:], self.place[:-1], out=first[1:])
        return first

    @property
    def of_shared_ray(self) -> NDArray[np.intp]:
        """Indices of the echoes whose ray has several: few, so that what concerns them alone costs little."""
        again = ~self.is_first
        again[:-1] |= again[1:]
        return np.flatnonzero(again)


def in_order(kinds: Sequence[Echoes]) -> Echoes:
    """All echoes, sorted by place and range; each kind must be sorted by place."""
    if len(kinds) == 1:
        return kinds[0]
    place, range_m, signal, row = (np.concatenate(columns) for columns in zip(*kinds, strict=True))
    together = Echoes(place, range_m, signal, row)
    together = together.at(np.argsort(place, kind="stable"))
    shared = together.of_shared_ray
    order = np.arange(len(place))
    order[shared] = shared.take(np.lexsort((together.range_m.take(shared), together.place.take(shared))))
    return together.at(order) if len(shared) else together


def melted(echoes: Echoes, pulse_m: float) -> Echoes:
    """Echoes nearer to the one before, of the same ray, than a pulse is long are one: all power, at the mean range."""
    shared = echoes.of_shared_ray
    place, range_m, signal, row = echoes.at(shared)
    joins = np.zeros(len(shared), np.bool_)
    joins[1:] = (place[1:] == place[:-1]) & (range_m[1:] - range_m[:-1] < pulse_m)
    if not joins.any():
        return echoes
    first = np.flatnonzero(~joins)
    group = np.cumsum(~joins) - 1
    power = np.add.reduceat(signal, first)
    moment_m = np.add.reduceat(signal * (range_m - range_m.take(first).take(group)), first)
    nearest_m = range_m.take(first)
    mean_m = nearest_m + np.where(power > 0.0, moment_m / np.maximum(power, np.finfo(np.float32).tiny), 0.0)
    strongest = np.lexsort((-signal, group)).take(first)
    whole = Echoes(echoes.place, echoes.range_m.copy(), echoes.signal.copy(), echoes.row.copy())
    at = shared.take(first)
    whole.range_m[at], whole.signal[at], whole.row[at] = mean_m, power, row.take(strongest)
    keep = np.ones(len(echoes.place), np.bool_)
    keep[shared.compress(joins)] = False
    return whole.at(np.flatnonzero(keep))


_TURN_STRIDE = 7919
"""Between rays that share noise, one for its second echo, one for its third: a prime, so they are no neighbours."""


class Luck:
    """Noise of every ray of a grid: what one ray meets never changes that of another.

    Args:
        seeds: the same give the same noise.
        rays: of the grid.
    """

    def __init__(self, seeds: tuple[int, ...], rays: int) -> None:
        self._seeds = seeds
        self._rays = rays
        self._normal: dict[int, NDArray[np.float32]] = {}

    def normal(self, kind: int, place: NDArray[np.intp], turn: int = 0) -> NDArray[np.float32]:
        """Standard normal numbers of some rays; each kind has its own, a later turn those of another ray."""
        if kind not in self._normal:
            self._normal[kind] = self._generator(kind).standard_normal(self._rays, dtype=np.float32)
        return self._normal[kind].take(place + turn * _TURN_STRIDE, mode="wrap")

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
    signal, range_m = echoes.signal.copy(), echoes.range_m.copy()
    now, turn = np.flatnonzero(echoes.is_first), 0
    while len(now):
        place = echoes.place.take(now)
        again = 2 * min(turn, 1)
        range_m[now] += receiver.range_sigma_m(signal.take(now)) * luck.normal(again, place, turn)
        signal[now] += luck.normal(again + 1, place, turn)
        following = np.minimum(now + 1, len(echoes.place) - 1)
        now = following.compress((following > now) & (echoes.place.take(following) == place))
        turn += 1
    return echoes._replace(signal=signal, range_m=range_m).at(np.flatnonzero(signal >= THRESHOLD))


def told(echoes: Echoes, returns: Returns) -> Echoes:
    """The echoes that the sensor tells, in the same order: they must be sorted by place and range."""
    shared = echoes.of_shared_ray
    if not len(shared):
        return echoes
    keep = np.ones(len(echoes.place), np.bool_)
    keep[shared] = False
    keep[shared.take(_chosen(echoes.at(shared), returns))] = True
    return echoes.at(np.flatnonzero(keep))


def _chosen(echoes: Echoes, returns: Returns) -> NDArray[np.intp]:
    is_first = echoes.is_first
    first, last = np.flatnonzero(is_first), np.flatnonzero(np.append(is_first[1:], True))
    if returns is Returns.FIRST:
        return first
    if returns is Returns.LAST:
        return last
    by_strength = np.lexsort((-echoes.signal, echoes.place))
    strongest = by_strength.take(first)
    if returns is Returns.STRONGEST:
        return strongest
    second = by_strength.take(np.minimum(first + 1, last))
    return np.concatenate([strongest, np.where(strongest == last, second, last)])
