"""The physical LiDAR in fog, rain, snow and dust: losses by published extinction, clutter by its own integral."""

from __future__ import annotations

from dataclasses import replace
from math import erf, exp, log, pi, radians, sqrt

import numpy as np
import pytest
from scipy.special import ndtr

from sim.assets.mesh import Material
from sim.raycast.air_clutter import AirClutter, air_of
from sim.raycast.echoes import Returns
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.receiver import DATUM_SIGNAL, THRESHOLD, TURNED_DOWN_M, Receiver
from sim.world.scene import StaticPart, Weather
from tests.toy_rays import at, caster, scene, wall

PULSES = 20_000
LAST = LidarPhysics(returns=Returns.LAST)
BEAM = LidarParams(
    channels=1, range_m=150.0, points_per_second=200_000, upper_fov_rad=0.0, lower_fov_rad=0.0,
    horizontal_fov_rad=radians(1e-4), dropoff_general_rate=0.0, physics=LAST,
)  # fmt: skip
CLEAR = Weather(mie=-1.0)
"""Air without haze: what is left is the weather under test."""
PULSE_M = 299_792_458.0 * 3e-9 / 2.0


def swept(weather: Weather, *parts: StaticPart, physics: LidarPhysics = LAST) -> LidarSweep:
    world = replace(scene(parts=parts), weather=weather)
    return Lidar(replace(BEAM, physics=physics), seed=3).sweep(caster(world), at(0.0), 0, 0.1)


def white_signal(range_m: float, per_m: float) -> float:
    return DATUM_SIGNAL * 10.0 * (90.0 / max(range_m, TURNED_DOWN_M)) ** 2 * exp(-2.0 * per_m * range_m)


def fog(visual_range_m: float) -> Weather:
    """Fog of that visual range: 30 m / density ** 2 on our server."""
    return replace(CLEAR, fog_density=sqrt(30.0 / visual_range_m))


PUBLISHED = {
    "fog of 200 m: ln(20) / range": (fog(200.0), log(20.0) / 200.0),
    "fog of 50 m": (fog(50.0), log(20.0) / 50.0),
    "rain of 25 mm/h: 1.076 R**0.67 = 9.30 dB/km": (replace(CLEAR, precipitation=0.5), 9.30e-3 * log(10.0) / 10.0),
    "dry snow of 2 mm/h: 5.545 S**1.38 = 14.43 dB/km": (replace(CLEAR, snowfall_mm_per_h=2.0), 14.43e-3 * log(10) / 10),
    "dust of 100 m": (replace(CLEAR, dust_storm=1.0), log(20.0) / 100.0),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_air_takes_its_published_share_of_the_way_there_and_back(name: str) -> None:
    weather, per_m = PUBLISHED[name]
    assert air_of(weather, 0.0).extinction_per_m == pytest.approx(per_m, rel=1e-3)


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("range_m", [20.0, 40.0, 80.0, 110.0])
def test_walls_are_lost_by_the_range_equation(name: str, range_m: float) -> None:
    weather, per_m = PUBLISHED[name]
    sweep = swept(weather, wall(range_m, material=Material.CONCRETE))
    share = 0.5 * (1.0 + erf((0.40 * white_signal(range_m, per_m) - THRESHOLD) / sqrt(2.0)))
    found = np.count_nonzero(sweep.tag == 3)
    assert abs(found - PULSES * share) <= 5.0 * sqrt(PULSES * share * (1.0 - share)) + 40.0  # 1e-3 of published figures


@pytest.mark.parametrize("visual_range_m", [10.0, 20.0, 30.0, 50.0])
def test_clutter_of_fog_is_the_integral_of_its_rate(visual_range_m: float) -> None:
    weather, per_m = fog(visual_range_m), log(20.0) / visual_range_m
    r_m = np.linspace(1.0, 150.0, 200_001)
    mean = pi * per_m / 18.8 * PULSE_M * DATUM_SIGNAL * 10.0 * (90.0 / np.maximum(r_m, 25.0)) ** 2
    rate_per_m = (1.0 - ndtr(THRESHOLD - mean * np.exp(-2.0 * per_m * r_m))) / PULSE_M
    expected = PULSES * (1.0 - exp(-float(rate_per_m.sum()) * (r_m[1] - r_m[0])))
    sweep = swept(weather)  # nothing but air
    assert set(sweep.actor_id) <= {0}
    assert set(sweep.tag) <= {0}
    assert abs(len(sweep.intensity) - expected) <= 5.0 * sqrt(PULSES / 4) + 0.03 * expected  # the overlap, 0.9 to 1 m
    assert expected > PULSES * 0.03


def test_clutter_ends_within_some_10_m_in_fog_of_50_m() -> None:
    range_m = swept(fog(50.0)).points_sensor_m[:, 0]
    assert np.quantile(range_m, 0.95) < 12.0
    assert range_m.min() > 0.9


@pytest.mark.parametrize("weather", [Weather(), replace(CLEAR, precipitation=0.02), fog(400.0)])
def test_air_that_one_sees_through_is_quiet(weather: Weather) -> None:
    assert len(swept(weather).intensity) <= 10  # noise alone makes 2


def test_noise_alone_makes_one_false_point_in_ten_thousand_rays() -> None:
    expected = AirClutter(Receiver(), air_of(CLEAR, 0.0), 3e-3, 150.0).expected_echoes(150.0)
    # (150 m - 0.9 m) / 0.45 m cells, of which one in 3.5 million is above 5 standard deviations
    assert expected == pytest.approx(149.1 / PULSE_M * 2.8665e-7, rel=1e-3)


def test_drops_that_are_heard_are_those_big_enough_in_the_beam() -> None:
    # 25 mm/h: 8000 exp(-4.1 x 25**-0.21 D) drops a cubic metre and mm, scaled to 9.30 dB/km.
    slope, per_m = 4.1 * 25.0**-0.21, 9.30e-3 * log(10.0) / 10.0
    scale = per_m / (pi * 8000.0 / slope**3 * 1e-6)
    r_m = np.linspace(1.0, 150.0, 300_001)
    white = DATUM_SIGNAL * 10.0 * (90.0 / np.maximum(r_m, 25.0)) ** 2 * np.exp(-2.0 * per_m * r_m)
    area_m2 = pi / 4.0 * (0.01 + 3e-3 * r_m) ** 2
    least_mm = 1e3 * np.sqrt(THRESHOLD / white * area_m2 * 18.8 / (pi * scale * pi / 2.0))
    drops = float((area_m2 * 8000.0 / slope * np.exp(-slope * least_mm)).sum()) * (r_m[1] - r_m[0])
    clutter = AirClutter(Receiver(), air_of(replace(CLEAR, precipitation=0.5), 0.0), 3e-3, 150.0)
    assert clutter.expected_echoes(150.0) == pytest.approx(drops + 1e-4, rel=0.04)  # and drops at 0.9 to 1 m
    assert 0.001 < drops < 0.1


def test_snow_flurries_are_seen_and_drizzle_is_not() -> None:
    snow, rain = (replace(CLEAR, snowfall_mm_per_h=3.0), replace(CLEAR, precipitation=0.02))
    assert len(swept(snow).intensity) > 0.002 * PULSES
    assert len(swept(rain).intensity) <= 10


def test_clutter_hides_a_wall_from_the_first_return_but_not_from_the_last() -> None:
    weather, wall_at = fog(50.0), wall(15.0, material=Material.CONCRETE)
    seen = {kind: swept(weather, wall_at, physics=LidarPhysics(returns=kind)) for kind in Returns}
    on_wall = {kind: np.count_nonzero(sweep.tag == 3) for kind, sweep in seen.items()}
    assert on_wall[Returns.LAST] == PULSES == on_wall[Returns.DUAL]
    assert on_wall[Returns.FIRST] < on_wall[Returns.STRONGEST] <= PULSES
    clutter = len(seen[Returns.DUAL].tag) - PULSES
    assert on_wall[Returns.FIRST] == PULSES - clutter > 0


def test_dual_returns_of_a_ray_are_neighbours_nearest_first() -> None:
    sweep = swept(fog(50.0), wall(15.0, material=Material.CONCRETE), physics=LidarPhysics(returns=Returns.DUAL))
    air = np.flatnonzero(sweep.tag == 0)
    assert len(air) > 100
    assert np.all(sweep.tag[air + 1] == 3)
    assert list(sweep.points_per_channel) == [len(sweep.tag)]


def test_nothing_comes_from_behind_what_the_ray_met() -> None:
    sweep = swept(fog(30.0), wall(4.0), physics=LidarPhysics(returns=Returns.FIRST))
    assert sweep.points_sensor_m[:, 0].max() < 4.05
    assert np.count_nonzero(sweep.tag == 0) > 100


def test_fog_that_lies_on_the_ground_is_left_above_it() -> None:
    low = replace(fog(50.0), fog_falloff=1.0)  # halves every 10 m
    assert air_of(low, 10.0).extinction_per_m == pytest.approx(air_of(low, 0.0).extinction_per_m / 2.0, rel=1e-6)


def test_mean_number_of_echoes_grows_along_the_ray() -> None:
    clutter = AirClutter(Receiver(), air_of(fog(50.0), 0.0), 3e-3, 150.0)
    count = [clutter.expected_echoes(range_m) for range_m in np.linspace(0.0, 150.0, 500)]
    assert count[0] == 0.0
    assert np.all(np.diff(count) >= 0.0)
