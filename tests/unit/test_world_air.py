"""How far one sees: published extinction, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.world.air import (
    even_extinction_per_m,
    extinction_per_m,
    fog_per_m,
    haze_per_m,
    rain_per_m,
    snow_per_m,
    visual_range_m,
)
from sim.world.scene import Weather


@pytest.mark.parametrize(("density", "range_m"), [(1.0, 30.0), (0.5, 120.0), (0.25, 480.0), (0.1, 3000.0)])
def test_visual_range_in_fog_is_thirty_metres_over_the_square_of_its_density(density: float, range_m: float) -> None:
    weather = Weather(fog_density=density)
    fog_alone = float(fog_per_m(weather, np.float64(weather.fog_base_z_m)))
    assert visual_range_m(fog_alone) == pytest.approx(range_m)
    # 5 % of the contrast is left there
    assert math.exp(-fog_alone * range_m) == pytest.approx(0.05)


def test_air_is_clear_for_25_km_and_the_parts_add_up() -> None:
    assert visual_range_m(extinction_per_m(Weather())) == pytest.approx(25_000.0)
    dust, rain = Weather(dust_storm=0.5), Weather(precipitation=0.2)
    both = Weather(dust_storm=0.5, precipitation=0.2)
    clear = extinction_per_m(Weather())
    assert extinction_per_m(both) == pytest.approx(extinction_per_m(dust) + extinction_per_m(rain) - clear)
    # half of the densest dust: 2 * 100 m, less what the haze takes
    assert visual_range_m(extinction_per_m(dust)) == pytest.approx(200.0, rel=0.01)


def test_rain_dims_as_published() -> None:
    # 10 mm/h: 1.076 * 10 ** 0.67 = 5.03 dB/km: after a kilometre 31.4 % of the light is left
    assert math.exp(-1000.0 * rain_per_m(10.0)) == pytest.approx(0.314, abs=0.001)
    assert rain_per_m(0.0) == 0.0
    # a precipitation of 0.2 is 10 mm/h
    assert even_extinction_per_m(Weather(precipitation=0.2)) - haze_per_m(Weather()) == pytest.approx(rain_per_m(10.0))


def test_snow_dims_far_more_than_as_much_rain() -> None:
    # 2 mm/h at 550 nm: (0.0298 + 5.4959) * 2 ** 1.38 = 14.38 dB/km: after 200 m 10 ** -0.2876 is left
    assert math.exp(-200.0 * snow_per_m(2.0)) == pytest.approx(10.0**-0.2876, abs=0.0005)
    assert snow_per_m(2.0) > 6.0 * rain_per_m(2.0)
    assert even_extinction_per_m(Weather(snowfall_mm_per_h=2.0)) > snow_per_m(2.0)


def test_fog_thins_out_with_height_and_haze_with_the_length_of_the_wave() -> None:
    weather = Weather(fog_density=0.6, fog_falloff=0.5, fog_base_z_m=12.0)
    low, high = extinction_per_m(weather, 12.0), extinction_per_m(weather, 32.0)
    even = even_extinction_per_m(weather)
    # half every 10 m at a falloff of 1, so every 20 m here
    assert high - even == pytest.approx(0.5 * (low - even))
    assert low == extinction_per_m(weather)
    # (550 / 1550) ** 1.3
    assert haze_per_m(weather, 1550.0) / haze_per_m(weather) == pytest.approx(0.260, abs=0.001)
