import numpy as np
import pytest

from sim.render.exposure import CLEAR_DAY_EXPOSURE, STOPS_PER_BRIGHT, Adaptation, Metering
from sim.render.lighting import light_of
from sim.world.scene import Weather
from tests.render_scenes import scene


def metered(elevation_rad: float, cloudiness: float = 0.0, fog_density: float = 0.0) -> float:
    weather = Weather(sun_elevation_rad=elevation_rad, cloudiness=cloudiness, fog_density=fog_density)
    return light_of(scene(weather=weather), Metering(), False, 0.0).metered


NOON, NIGHT = metered(0.8), metered(-0.6)


def test_default_limits_bind_in_no_weather() -> None:
    for elevation_rad in np.linspace(-1.57, 1.57, 40):
        for cloudiness, fog_density in ((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)):
            value = metered(float(elevation_rad), cloudiness, fog_density)
            assert Metering().exposure(value) == value


def test_manual_exposure_is_right_for_a_clear_day_and_the_same_at_night() -> None:
    manual = Metering(manual_ev=0.0)
    assert manual.exposure(metered(np.pi / 4)) == pytest.approx(metered(np.pi / 4), rel=0.01)  # the constant's digits
    assert manual.exposure(NIGHT) == manual.exposure(NOON) == CLEAR_DAY_EXPOSURE


def test_a_stop_is_a_factor_of_two() -> None:
    assert Metering(manual_ev=3.0, compensation_ev=-1.0).exposure(NOON) == 4.0 * CLEAR_DAY_EXPOSURE
    assert Metering(compensation_ev=-2.0).exposure(NIGHT) == NIGHT / 4.0


def test_the_same_least_and_greatest_brightness_leave_the_scenes_their_differences() -> None:
    """Noon is brighter than 11, night darker: noon is exposed too much, night too little, by less than a stop each."""
    fixed = Metering(min_bright=11.0, max_bright=11.0)
    assert 1.0 < fixed.exposure(NOON) / NOON < 2.0
    assert 0.5 < fixed.exposure(NIGHT) / NIGHT < 1.0


def test_a_unit_of_brightness_is_a_stop() -> None:
    high, higher = Metering(min_bright=13.0, max_bright=14.0), Metering(min_bright=14.0, max_bright=14.0)
    assert high.exposure(NOON) / higher.exposure(NOON) == pytest.approx(2.0)


def test_an_eye_is_adapted_at_its_first_picture() -> None:
    eye = Adaptation(Metering(), 3.0, 1.0)
    assert eye.adapt(0.05).exposure(NIGHT) == NIGHT
    eye.see(NIGHT)
    assert eye.adapt(0.05).exposure(NIGHT) == NIGHT


@pytest.mark.parametrize(("first", "then", "stops"), [(NIGHT, NOON, -3.0 * 0.1), (NOON, NIGHT, 1.0 * 0.1)])
def test_an_eye_adapts_up_and_down_at_its_speeds(first: float, then: float, stops: float) -> None:
    """Speeds are in units of brightness, of which two are the 13.2 stops from 0.22 to 2.35e-5."""
    assert pytest.approx(np.log2(0.22 / 2.35e-5) / 2.0) == STOPS_PER_BRIGHT
    stops *= STOPS_PER_BRIGHT
    eye = Adaptation(Metering(), 3.0, 1.0)
    eye.see(first)
    eye.adapt(0.1)
    eye.see(then)
    assert np.log2(eye.adapt(0.1).exposure(then) / first) == pytest.approx(stops)
    assert np.log2(eye.adapt(0.2).exposure(then) / first) == pytest.approx(3.0 * stops)
    assert eye.adapt(1e3).exposure(then) == then


def test_an_eye_with_a_fixed_exposure_does_not_adapt() -> None:
    eye = Adaptation(Metering(manual_ev=1.0), 3.0, 1.0)
    eye.see(NIGHT)
    assert eye.adapt(1.0) == Metering(manual_ev=1.0)
