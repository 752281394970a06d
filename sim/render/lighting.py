"""Photometry: weather to the light that falls on the street, in lux, and the exposure a camera would choose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.exposure import Metering
from sim.render.tunnels import Sight, lamps_lx
from sim.world.air import densest_fog_per_m, extinction_per_m
from sim.world.scene import Scene, Weather

SUN_OUTSIDE_AIR_LX = 128_000.0
"""Solar illuminance constant (Darula, Kittler and Gueymard 2005: 133 klx; rounded down for haze)."""
EXTINCTION_RGB = np.array([0.11, 0.16, 0.27])
"""Optical depth of clear air at the zenith for red, green and blue light (Rayleigh and light haze)."""
_SKY_ELEVATION_DEG = np.array([-18.0, -12.0, -6.0, -4.0, 0.0, 5.0, 15.0, 30.0, 60.0, 90.0])
_SKY_LOG10_LX = np.log10(np.array([1e-3, 0.01, 3.0, 25.0, 700.0, 5500.0, 12_000.0, 17_000.0, 22_000.0, 24_000.0]))
"""Illuminance of a clear sky without the sun against the sun's elevation (twilight: Seidelmann 1992)."""
NIGHT_SKY_LX = 0.35
"""Full moon (0.25 lx) and the glow of the town."""
LAMPS_BELOW_RAD = float(np.radians(6.0))
"""Lamps light the street visibly once the sun is lower than this."""
UNSCATTERED = 0.6
"""Share of the fog's brightness that is sunlight scattered in it (weather parameter scattering_intensity)."""
EXPOSURE_FLOOR_LX = 7.0
"""Automatic exposure opens no farther than for this illuminance: night stays dark."""
LAYERS_FROM_DENSITY = 0.05
"""Below, fog is a fifth of the haze at most over any distance on a street: it counts as haze."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Light of one frame; every colour is already multiplied by the exposure.

    Args:
        sun_direction_world: (3,) towards the sun, or the moon at night.
        sun_rgb: radiance of a white surface that faces the sun.
        sky_up_rgb: the same for a surface that faces the sky; sky_down_rgb: that faces the ground.
        zenith_rgb: radiance of the sky overhead; horizon_rgb: at the horizon.
        fog_rgb: radiance of endless fog; fog_per_m: its extinction; fog_start_m: where it begins.
        exposure: display units per cd/m2; metered: what the automatic exposure would be.
        night: 0 by day to 1 in the dark.
        lamps: whether lamps light their surroundings noticeably.
        street_lx: mean illuminance of the ground near the camera by street lamps.
        tunnel_lx: illuminance of the road in tunnels by their lamps: near a mouth, deep inside.
    """

    sun_direction_world: NDArray[np.float64]
    sun_rgb: NDArray[np.float64]
    sky_up_rgb: NDArray[np.float64]
    sky_down_rgb: NDArray[np.float64]
    zenith_rgb: NDArray[np.float64]
    horizon_rgb: NDArray[np.float64]
    fog_rgb: NDArray[np.float64]
    fog_per_m: float
    fog_start_m: float
    exposure: float
    metered: float
    night: float
    lamps: bool
    street_lx: float
    tunnel_lx: tuple[float, float]

    @property
    def has_sun(self) -> bool:
        """Whether direct light is strong enough to draw its shadows."""
        return float(self.sun_rgb.max()) > 0.02


def is_layered(weather: Weather) -> bool:
    """Whether there is fog enough to see that it thins out with height."""
    return weather.fog_density >= LAYERS_FROM_DENSITY


def lamps_matter(weather: Weather) -> bool:
    """Whether it is dark enough for lamps to light their surroundings visibly."""
    return weather.sun_elevation_rad < LAMPS_BELOW_RAD


def light_of(scene: Scene, metering: Metering, beams: bool, street_lx: float, tunnel: Sight | None = None) -> Light:
    """The light of a scene and the exposure for it: a function of the scene and of the metering alone.

    Args:
        scene: its weather and street lamps.
        metering: of the camera.
        beams: whether a vehicle near the camera has its headlamps on.
        street_lx: mean illuminance of the ground near the camera by street lamps that are on.
        tunnel: how much of the picture lies in tunnels; None for none.
    """
    weather = scene.weather
    elevation = weather.sun_elevation_rad
    sun_lx = _sun_lx(elevation, weather.rayleigh)
    overcast = float(np.clip((weather.cloudiness - 0.3) / 0.6, 0.0, 1.0)) ** 0.8
    overcast = max(overcast, min(1.0, 2.0 * weather.fog_density), 0.9 * min(1.0, 2.0 * weather.dust_storm))
    overcast = max(overcast, min(1.0, 2.0 * weather.snowfall_mm_per_h))
    horizontal_lx = float(sun_lx.mean()) * max(float(np.sin(elevation)), 0.0)
    sky_lx = _sky_lx(elevation) * (1.0 - 0.35 * overcast) + 0.16 * overcast * horizontal_lx
    sun_lx = sun_lx * (1.0 - 0.985 * overcast)
    night = float(np.clip((2.4 - np.log10(sky_lx + horizontal_lx + 1e-3)) / 1.6, 0.0, 1.0))

    lamps = lamps_matter(weather) and (scene.has_lit_lamps or beams)
    facing_lx = sky_lx + float(sun_lx.mean()) * (0.45 + 0.55 * max(float(np.sin(elevation)), 0.0))
    lamp_lx = (street_lx + (4.0 if beams else 0.0)) if lamps else 0.0
    # full compensation by day, a stop less in the dark, as cameras leave night dark
    seen_lx = EXPOSURE_FLOOR_LX + facing_lx + lamp_lx
    if tunnel is not None:
        seen_lx = tunnel.metered_lx(seen_lx, lamps_lx(facing_lx, night))
    metered = float((1.0 - 0.5 * night) * np.pi / seen_lx)
    exposure = metering.exposure(metered)
    per_lx = exposure / np.pi

    tint = _sky_tint(elevation, overcast, night)
    up = sky_lx * per_lx * tint * (1.45 - 0.4 * overcast)
    bounce = (sky_lx + 0.6 * horizontal_lx * (1.0 - overcast)) * per_lx
    down = (np.array([1.0, 0.95, 0.88]) * 0.30 * (1.0 - weather.snow_cover) + 0.82 * weather.snow_cover) * bounce
    zenith, horizon = _sky_radiance(elevation, overcast, night, sky_lx * per_lx)
    zenith, horizon = _scattered(zenith, weather), _scattered(horizon, weather)
    dust = min(1.0, 1.5 * weather.dust_storm)
    fog_rgb = horizon * (1.0 - dust) + dust * horizon.mean() * np.array([1.25, 0.98, 0.65])
    fog_rgb *= 1.0 + UNSCATTERED * (min(weather.scattering, 3.0) - 1.0) * _mist_share(weather)
    return Light(
        sun_direction_world=weather.sun_direction_world,
        sun_rgb=sun_lx * per_lx,
        sky_up_rgb=up,
        sky_down_rgb=down,
        zenith_rgb=zenith,
        horizon_rgb=horizon,
        fog_rgb=fog_rgb,
        fog_per_m=extinction_per_m(weather),
        fog_start_m=weather.fog_distance_m,
        exposure=exposure,
        metered=metered,
        night=night,
        lamps=lamps,
        street_lx=street_lx if lamps else 0.0,
        tunnel_lx=lamps_lx(facing_lx, night),
    )


def _mist_share(weather: Weather) -> float:
    """How much of what dims the view is fog."""
    return densest_fog_per_m(weather) / extinction_per_m(weather)


def _sun_lx(elevation_rad: float, rayleigh: float) -> NDArray[np.float64]:
    """(3,) illuminance on a surface that faces the sun (air mass: Kasten and Young 1989), white at 45 degrees."""
    degrees = np.degrees(elevation_rad)
    mass = 1.0 / (max(np.sin(elevation_rad), 0.0) + 0.50572 * max(degrees + 6.07995, 3.0) ** -1.6364)
    white = np.exp(-EXTINCTION_RGB * np.sqrt(2.0))
    risen = np.clip((degrees + 1.0) / 2.0, 0.0, 1.0)
    mass *= 0.35 + 0.65 * min(rayleigh, 4.0)  # molecules do about two thirds of it, particles the rest
    return SUN_OUTSIDE_AIR_LX * risen * np.exp(-EXTINCTION_RGB * mass) * (white.mean() / white)


def _sky_lx(elevation_rad: float) -> float:
    clear = 10.0 ** np.interp(np.degrees(elevation_rad), _SKY_ELEVATION_DEG, _SKY_LOG10_LX)
    return float(clear + NIGHT_SKY_LX)


def _sky_tint(elevation_rad: float, overcast: float, night: float) -> NDArray[np.float64]:
    clear = np.array([0.84, 0.97, 1.19])
    grey = np.array([0.98, 1.0, 1.02])
    moon = np.array([0.62, 0.85, 1.53])
    day = clear * (1.0 - overcast) + grey * overcast
    return day * (1.0 - night) + moon * night


def _sky_radiance(
    elevation_rad: float, overcast: float, night: float, white: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Zenith and horizon radiance; `white` is the radiance of a white surface under this sky."""
    low_sun = float(np.clip(1.0 - np.degrees(elevation_rad) / 12.0, 0.0, 1.0)) * (1.0 - night)
    zenith = np.array([0.42, 1.0, 2.3]) * (1.0 - overcast) + np.array([1.15, 1.2, 1.26]) * overcast
    horizon = np.array([1.95, 2.65, 3.4]) * (1.0 - overcast) + np.array([1.15, 1.18, 1.2]) * overcast
    warm = low_sun * (1.0 - overcast)
    horizon = horizon * (1.0 - warm) + np.array([3.4, 2.3, 1.5]) * warm
    zenith = zenith * (1.0 - night) + np.array([0.5, 0.7, 1.3]) * night
    horizon = horizon * (1.0 - night) + np.array([1.5, 1.3, 1.25]) * night
    return zenith * white, horizon * white


def _scattered(sky_rgb: NDArray[np.float64], weather: Weather) -> NDArray[np.float64]:
    """A colour of the clear sky with other air than usual: molecules make it blue and bright, particles white."""
    rayleigh, grey = min(weather.rayleigh, 3.0), float(sky_rgb.mean())
    blue = grey * (sky_rgb / grey) ** rayleigh * (0.25 + 0.75 * min(rayleigh, 2.0))
    white = float(np.clip(0.12 * (weather.mie - 1.0), 0.0, 0.8))
    return blue * (1.0 - white) + white * grey
