"""From echoes to detections: resolution cells, thermal noise, threshold, and errors that grow as the echo fades."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import radians, sin

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.radar_echoes import Echoes

THRESHOLD_SNR = 10.0**1.3
"""13 dB: nine of ten steady targets found at one false alarm in a million cells (Skolnik, Introduction to Radar)."""
ERROR_SHARE = 0.39
"""Error of a peak's place, in resolutions at a signal-to-noise ratio of 1: the Cramer-Rao bound of a frequency,
sqrt(6) / (2 pi), of Rife and Boorstyn 1974; it falls with the root of the ratio."""
FAINTEST_SNR = 1e-2
"""Echoes weaker than this are left out: a hundred of them together are no louder than the noise."""
MOST_PIECES = 32
CFAR_GUARD, CFAR_REACH, CFAR_RANK = 4, 16, 0.75
"""Cells beside the tested one, in range, that tell how loud its surroundings are, and the rank among them that counts:
ordered-statistic CFAR, with the three quarters that Rohling 1983 recommends. A road's even clutter hides itself so."""
FAINTEST_PEAK = 0.1
"""Of 27 cells none louder than this, against the noise: together 8.7 dB under the threshold at most."""
_BITS = 20
_MIDDLE = 1 << (_BITS - 1)
_NEIGHBOURS = tuple(
    (step[0] << (2 * _BITS)) + (step[1] << _BITS) + step[2] for step in product((-1, 0, 1), repeat=3) if any(step)
)
"""Differences of the keys of cells that touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarReceiver:
    """What a radar tells apart, and how far it hears.

    Args:
        range_1_m2_m: where a steady target of 1 m2 (0 dBsm) is found half of the time; one of 10 m2 is at 1.8 times it.
        range_resolution_m: half the speed of light over the bandwidth.
        azimuth_resolution_rad: of the antenna, straight ahead; it grows to the sides.
        elevation_resolution_rad: likewise; such antennas do not tell apart by height, but measure it.
        velocity_resolution_mps: half the wavelength over the time of a scan.
    """

    range_1_m2_m: float = 140.0
    range_resolution_m: float = 0.4
    azimuth_resolution_rad: float = radians(3.0)
    elevation_resolution_rad: float = radians(10.0)
    velocity_resolution_mps: float = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """What the receiver reports (N,), strongest first."""

    range_m: FloatArray
    azimuth_rad: FloatArray
    elevation_rad: FloatArray
    range_rate_mps: FloatArray
    snr: FloatArray


def detected(echoes: Echoes, receiver: RadarReceiver, rng: np.random.Generator) -> Detections:
    """The peaks over the threshold.

    Cells are half a resolution wide and a peak tops its 26 neighbours: echoes nearer than half a resolution in range,
    azimuth and velocity always merge, those apart by 1.5 in any of them never do. Echoes in one cell add up as waves
    with random phases, so what many of them make together fades and flares from scan to scan.
    """
    echoes, snr = _in_pieces(echoes, receiver, rng)
    wave = np.sqrt(snr) * np.exp(1j * rng.uniform(0.0, 2.0 * np.pi, len(snr)))
    azimuth_sin = np.sin(np.arctan2(echoes.unit_sensor[:, 1], echoes.unit_sensor[:, 0]))
    up_sin = echoes.unit_sensor[:, 2]
    measured = np.column_stack([echoes.range_m, azimuth_sin, up_sin, echoes.range_rate_mps])
    resolution = np.array(
        [
            receiver.range_resolution_m,
            sin(receiver.azimuth_resolution_rad),
            sin(receiver.elevation_resolution_rad),
            receiver.velocity_resolution_mps,
        ]
    )
    keys = _cell_keys(measured[:, [0, 1, 3]], resolution[[0, 1, 3]])
    power, around, mean = _peaks(keys, wave, snr, measured)
    thermal = rng.normal(0.0, np.sqrt(0.5), (len(power), 2))
    heard = np.square(np.sqrt(power) + thermal[:, 0]) + np.square(thermal[:, 1])
    error = rng.normal(size=mean.shape) * ERROR_SHARE * resolution / np.sqrt(np.maximum(heard, 1.0))[:, None]
    found = np.flatnonzero(heard >= THRESHOLD_SNR * (1.0 + around))
    found = found[np.argsort(-heard[found], kind="stable")]
    range_m, azimuth_sin, up_sin, rate_mps = (mean + error)[found].T
    return Detections(
        np.maximum(range_m, 0.0),
        np.arcsin(np.clip(azimuth_sin, -1.0, 1.0)),
        np.arcsin(np.clip(up_sin, -1.0, 1.0)),
        rate_mps,
        heard[found],
    )


def _snr(echoes: Echoes, receiver: RadarReceiver) -> FloatArray:
    """The radar equation: power falls with the fourth power of range."""
    reach = receiver.range_1_m2_m / np.maximum(echoes.range_m, 0.1)
    return np.asarray(THRESHOLD_SNR * echoes.rcs_m2 * reach**4, np.float64)


def _in_pieces(echoes: Echoes, receiver: RadarReceiver, rng: np.random.Generator) -> tuple[Echoes, FloatArray]:
    """Audible echoes and their signal-to-noise ratio; those over several cells of range are cut into one piece a cell.

    A patch is taken as equally loud all over, and to reach no nearer than half its range.
    """
    depth_m = np.minimum(echoes.depth_m, echoes.range_m)
    pieces = np.clip(np.ceil(depth_m / (receiver.range_resolution_m / 2.0)), 1, MOST_PIECES).astype(np.intp)
    snr = _snr(echoes, receiver) / pieces
    audible = np.flatnonzero(snr >= FAINTEST_SNR)
    count = pieces[audible]
    row = np.repeat(audible, count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    place = np.where(pieces[row] > 1, (number + rng.random(len(row))) / pieces[row] - 0.5, 0.0)
    cut = echoes.take(row)
    return replace(cut, range_m=cut.range_m + place * depth_m[row]), snr[row]


def _cell_keys(measured: FloatArray, resolution: FloatArray) -> NDArray[np.int64]:
    cell = np.floor(measured / (resolution / 2.0)).astype(np.int64)
    cell = np.clip(cell + _MIDDLE, 1, 2 * _MIDDLE - 2)
    return np.asarray((cell[:, 0] << (2 * _BITS)) | (cell[:, 1] << _BITS) | cell[:, 2], np.int64)


def _peaks(
    key: NDArray[np.int64], wave: NDArray[np.complex128], snr: FloatArray, measured: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Power (K,) and place (K, 4) of cells that top their neighbours, who count in; how loud it is around them (K,)."""
    cells, index = np.unique(key, return_inverse=True)
    count = len(cells)
    if not count:
        return np.zeros(0), np.zeros(0), np.zeros((0, 4))
    amplitude = np.bincount(index, wave.real, count) + 1j * np.bincount(index, wave.imag, count)
    power = np.square(np.abs(amplitude))
    weight = np.maximum(np.bincount(index, snr, count), 1e-300)
    mean = np.column_stack([np.bincount(index, snr * column, count) / weight for column in measured.T])
    peak = np.flatnonzero(power >= FAINTEST_PEAK)
    for offset in _NEIGHBOURS:
        at, there = _found(cells, cells[peak] + offset)
        beside = np.where(there, power[at], 0.0)
        # Of two equal ones the later in order stays.
        peak = peak[(power[peak] > beside) if offset > 0 else (power[peak] >= beside)]
    total, moment = power[peak], mean[peak] * power[peak, None]
    for offset in _NEIGHBOURS:
        at, there = _found(cells, cells[peak] + offset)
        beside = np.where(there, power[at], 0.0)
        total, moment = total + beside, moment + mean[at] * beside[:, None]
    return total, _surroundings(cells, power, cells[peak]), moment / total[:, None]


def _surroundings(cells: NDArray[np.int64], power: FloatArray, peak: NDArray[np.int64]) -> FloatArray:
    steps = [step for step in range(-CFAR_REACH, CFAR_REACH + 1) if abs(step) > CFAR_GUARD]
    beside = np.zeros((len(steps), len(peak)))
    for row, step in enumerate(steps):
        at, there = _found(cells, peak + (step << (2 * _BITS)))
        beside[row] = np.where(there, power[at], 0.0)
    return np.asarray(np.sort(beside, axis=0)[int(CFAR_RANK * len(steps))], np.float64)


def _found(cells: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where in the sorted `cells` the wanted ones are, and whether they are there at all."""
    at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    return at, cells[at] == wanted
