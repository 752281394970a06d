"""What a LiDAR hears that is no thing: fog near the sensor, single drops and flakes, and its own noise.

Along a ray such echoes come as a Poisson process, whose rate per metre is the sum of

- cells of one pulse length in which noise lifts the haze and the fog above the threshold. The air in a cell is like a
  surface of brightness pi * backscatter * pulse length. In clear air noise is alone: 3e-7 a cell, 1e-4 a ray (data
  sheets, as that of Ouster's OS1, say one false point in 10,000);
- drops and flakes in the beam that are big enough to be heard alone. Numbers by size are exponential, of rain by
  Marshall and Palmer (1948), of snow by Gunn and Marshall (1958); their cross-section is scaled so that all together
  have the extinction that `sim/world/air.py` publishes.

The first echo of such a process can be drawn at once.
"""

from __future__ import annotations

from functools import lru_cache
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.raycast.receiver import BLIND_M, THRESHOLD, Receiver
from sim.world.air import dust_per_m, fog_per_m, haze_per_m, rain_mm_per_h, rain_per_m, snow_per_m
from sim.world.scene import Weather

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

WAVELENGTH_NM = 905.0
WATER_SR = 18.8
"""Extinction over backscatter of water drops at 905 nm (O'Connor, Illingworth and Hogan 2004)."""
ICE_SR = 33.0
"""Of ice crystals (Josset et al. 2012)."""
DUST_SR = 55.0
"""Of mineral dust (Müller et al. 2007)."""
HAZE_SR = 50.0
"""Of continental haze (Müller et al. 2007: 45 to 55)."""
APERTURE_M = 0.01
"""Width of the beam as it leaves the sensor."""
STEPS_A_PULSE = 4
"""Of the table that echoes are drawn from."""


class Particles(NamedTuple):
    """Drops or flakes: `per_m3_mm` exp(-`slope_per_mm` * diameter) of them a cubic metre and millimetre of diameter."""

    extinction_per_m: float
    ratio_sr: float
    per_m3_mm: float
    slope_per_mm: float


class Air(NamedTuple):
    """How air dims a pulse, each way; what its fog, haze and dust send back, per steradian; what else flies in it."""

    extinction_per_m: float
    backscatter_per_m_sr: float
    particles: tuple[Particles, ...]


def air_of(weather: Weather, z_world_m: float) -> Air:
    """Air at the sensor's height: taken for that of its whole view, which is nearly level."""
    fog, haze = float(fog_per_m(weather, np.float64(z_world_m))), haze_per_m(weather, WAVELENGTH_NM)
    dust = dust_per_m(weather)
    back = fog / WATER_SR + haze / HAZE_SR + dust / DUST_SR
    particles = tuple(kind for kind in (_rain(weather), _snow(weather)) if kind.extinction_per_m > 0.0)
    return Air(fog + haze + dust + sum(kind.extinction_per_m for kind in particles), back, particles)


def _rain(weather: Weather) -> Particles:
    rate = rain_mm_per_h(weather)
    return Particles(rain_per_m(rate), WATER_SR, 8000.0, 4.1 * max(rate, 1e-3) ** -0.21)


def _snow(weather: Weather) -> Particles:
    rate = max(weather.snowfall_mm_per_h, 1e-3)
    per_m = snow_per_m(weather.snowfall_mm_per_h, WAVELENGTH_NM)
    return Particles(per_m, ICE_SR, 3800.0 * rate**-0.87, 2.55 * rate**-0.48)


class AirClutter:
    """Draws the first echo along a ray that comes from no surface.

    Args:
        receiver: of the sensor.
        air: the same along all rays.
        divergence_rad: of the beam, full angle.
        range_m: of the sensor.
    """

    def __init__(self, receiver: Receiver, air: Air, divergence_rad: float, range_m: float) -> None:
        steps = max(2, int(np.ceil(max(range_m - BLIND_M, 0.0) / receiver.pulse_m * STEPS_A_PULSE)) + 1)
        self._range_m = np.linspace(BLIND_M, max(range_m, BLIND_M), steps)
        white = receiver.signal_of_white(self._range_m.astype(np.float32)).astype(np.float64)
        white = np.maximum(white * np.exp(-2.0 * air.extinction_per_m * self._range_m), 1e-9)
        self._mean = pi * air.backscatter_per_m_sr * receiver.pulse_m * white
        self._noise_per_m = ndtr(self._mean - THRESHOLD) / receiver.pulse_m
        area_m2 = pi / 4.0 * (APERTURE_M + divergence_rad * self._range_m) ** 2
        self._least_slope = np.ones(steps)
        per_m = self._noise_per_m.copy()
        for kind in air.particles:
            least_slopes = kind.slope_per_mm * _least_heard_mm(kind, area_m2 / white)
            per_m += area_m2 * kind.per_m3_mm / kind.slope_per_mm * np.exp(-least_slopes)
            self._least_slope = np.maximum(self._least_slope, least_slopes)
        self._per_m = per_m
        self._expected = np.r_[0.0, np.cumsum((per_m[1:] + per_m[:-1]) / 2.0 * np.diff(self._range_m))]

    def expected_echoes(self, range_m: float) -> float:
        """Mean number of echoes nearer than that along a ray."""
        return float(np.interp(range_m, self._range_m, self._expected))

    def first_range_m(self, wait: Floats) -> Floats:
        """Range (N,) of the first echo from exponential numbers of mean 1; inf is none."""
        range_m = np.full(len(wait), np.inf, np.float32)
        some = np.flatnonzero(wait < self._expected[-1])
        range_m[some] = np.interp(wait.take(some), self._expected, self._range_m)
        return range_m

    def signal(self, range_m: Floats, is_particle: Floats, excess: Floats) -> Floats:
        """Of echoes at (N,).

        Args:
            range_m: (N,).
            is_particle: (N,) uniform in [0, 1): decides between a particle and the rest.
            excess: (N,) exponential of mean 1: how far above what is just heard.
        """
        mean, noise_per_m, per_m, least_slope = (
            np.interp(range_m, self._range_m, column)
            for column in (self._mean, self._noise_per_m, self._per_m, self._least_slope)
        )
        lifted = np.maximum(mean, THRESHOLD) + excess / np.maximum(THRESHOLD - mean, 1.0)
        alone = THRESHOLD * (1.0 + excess / least_slope) ** 2
        return np.where(is_particle * per_m < noise_per_m, lifted, alone).astype(np.float32)


@lru_cache(64)
def air_clutter(receiver: Receiver, air: Air, divergence_rad: float, range_m: float) -> AirClutter:
    """An `AirClutter`, kept while weather and sensor stay the same."""
    return AirClutter(receiver, air, divergence_rad, range_m)


def _least_heard_mm(kind: Particles, area_by_white_m2: Doubles) -> Doubles:
    """Diameter of a particle that is just heard, where the beam has an area and white a signal.

    A particle's brightness is pi * its extinction / ratio / area, its extinction pi / 2 * diameter**2 (twice its
    face, as for all that is much larger than the wave) times what makes the sum over all the published one.
    """
    sum_m2_per_m3 = pi * kind.per_m3_mm / kind.slope_per_mm**3 * 1e-6
    scale = kind.extinction_per_m / sum_m2_per_m3
    least_m2 = THRESHOLD * area_by_white_m2 * kind.ratio_sr / (pi * scale * pi / 2.0)
    return np.sqrt(least_m2) * 1e3
