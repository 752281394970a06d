"""What hangs in the air and dims what is seen through it: extinction of haze, fog, rain, snow and dust, per metre.

Over a way of d metres a share exp(-extinction * d) of the light arrives (Koschmieder 1924). One law serves every eye:
cameras see the way to a thing, a LiDAR's pulse goes it twice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.world.scene import Weather

VISIBLE_NM = 550.0
"""Wavelength for which a visual range is told."""
VISUAL_RANGE_DEPTHS = -math.log(0.05)
"""Optical depth over which 5 % of the contrast is left (meteorological optical range, WMO No. 8): close to 3."""
DENSEST_FOG_M = 30.0
"""Visual range at fog density 1: dense fog by any scale (WMO: below 50 m)."""
HALVINGS_PER_M = 0.1
"""Of the fog's density at a falloff of 1 (Unreal: 2 ** (-falloff / 1000 per cm))."""
CLEAR_M = 25_000.0
"""Visual range on a usual clear day."""
DENSEST_DUST_M = 100.0
"""Visual range at a dust storm of 1 (a severe one: below 200 m, WMO)."""
HEAVIEST_RAIN_MM_PER_H = 50.0
"""Rain rate at a precipitation of 1: the Met Office calls showers above it violent."""
NEPERS_PER_DECIBEL = math.log(10.0) / 10.0


def extinction_per_m(weather: Weather, z_m: float | None = None, wavelength_nm: float = VISIBLE_NM) -> float:
    """Extinction of all that hangs in the air together.

    Args:
        weather: of the scene.
        z_m: height in the world; None is the height of the road, where fog is densest.
        wavelength_nm: of the light, 400 to 1600.
    """
    height_m = weather.fog_base_z_m if z_m is None else z_m
    return even_extinction_per_m(weather, wavelength_nm) + float(fog_per_m(weather, np.float64(height_m)))


def even_extinction_per_m(weather: Weather, wavelength_nm: float = VISIBLE_NM) -> float:
    """Extinction of all that is alike at every height over a street: haze, rain, snow, dust."""
    haze, dust = haze_per_m(weather, wavelength_nm), dust_per_m(weather)
    return haze + dust + rain_per_m(rain_mm_per_h(weather)) + snow_per_m(weather.snowfall_mm_per_h, wavelength_nm)


def fog_per_m(weather: Weather, z_m: NDArray[np.float64] | np.float64) -> NDArray[np.float64] | np.float64:
    """Extinction of the fog at some heights in the world; droplets dim light of 0.4 to 1.6 um alike (Kim et al. 2001).

    The square of the density makes low densities haze and high ones fog: the visual range is 30 m / density ** 2.
    """
    halvings = HALVINGS_PER_M * weather.fog_falloff * (z_m - weather.fog_base_z_m)
    return densest_fog_per_m(weather) * np.exp2(-np.clip(halvings, -4.0, 60.0))


def densest_fog_per_m(weather: Weather) -> float:
    """Extinction of the fog at the height of the road."""
    return VISUAL_RANGE_DEPTHS / DENSEST_FOG_M * weather.fog_density**2


def haze_per_m(weather: Weather, wavelength_nm: float = VISIBLE_NM) -> float:
    """Extinction of clear air; long waves see farther (Kruse 1962: exponent 1.3 from 6 to 50 km of visual range)."""
    particles = 0.5 + 0.5 * weather.mie
    return VISUAL_RANGE_DEPTHS / CLEAR_M * particles * (VISIBLE_NM / wavelength_nm) ** 1.3


def dust_per_m(weather: Weather) -> float:
    """Extinction of dust: grains are larger than the waves, whose length does not matter."""
    return VISUAL_RANGE_DEPTHS / DENSEST_DUST_M * weather.dust_storm


def rain_mm_per_h(weather: Weather) -> float:
    """Rain rate that a precipitation means."""
    return HEAVIEST_RAIN_MM_PER_H * weather.precipitation


def rain_per_m(rate_mm_per_h: float) -> float:
    """Extinction of rain: 1.076 R ** 0.67 dB/km (Carbonneau and Wisely 1998; ITU-R P.1814), for any of our waves."""
    return 1e-3 * NEPERS_PER_DECIBEL * 1.076 * rate_mm_per_h**0.67


def snow_per_m(rate_mm_per_h: float, wavelength_nm: float = VISIBLE_NM) -> float:
    """Extinction of dry snow, by its rate in millimetres of water an hour (ITU-R P.1814)."""
    return 1e-3 * NEPERS_PER_DECIBEL * (5.42e-5 * wavelength_nm + 5.4958776) * rate_mm_per_h**1.38


def visual_range_m(per_m: float) -> float:
    """How far a dark thing is seen before the horizon, with 5 % of its contrast."""
    return VISUAL_RANGE_DEPTHS / per_m
