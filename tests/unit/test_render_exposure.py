import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.render.exposure import CLEAR_DAY_EXPOSURE, STOPS_PER_BRIGHT, Adaptation, Metering, bright_left
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


TUNNEL = NOON * 2.0**6
"""The exposure six stops from noon: less than 1.5 units of brightness, of which each is 6.6 stops."""


@pytest.mark.parametrize(("first", "then", "speed"), [(TUNNEL, NOON, 3.0), (NOON, TUNNEL, 1.0)])
def test_an_eye_adapts_up_and_down_by_the_exponential_law(first: float, then: float, speed: float) -> None:
    """After t seconds exp(-speed t / 1.5) of the stops is left: six stops down need 1.5 ln 6 s to one stop."""
    for t_s in (0.05, 0.5, 1.5):
        eye = Adaptation(Metering(), 3.0, 1.0)
        eye.see(first)
        eye.adapt(0.1)
        eye.see(then)
        left_ev = np.log2(eye.adapt(t_s).exposure(then) / then)
        assert left_ev == pytest.approx(np.log2(first / then) * np.exp(-speed * t_s / 1.5))
    assert eye.adapt(1e3).exposure(then) == then


def test_far_from_its_aim_an_eye_adapts_evenly() -> None:
    """Two units of brightness down at one a second: after 0.25 s 1.75, after 0.5 s 1.5, after 2 s 1.5 / e."""
    assert pytest.approx(np.log2(0.22 / 2.35e-5) / 2.0) == STOPS_PER_BRIGHT
    for t_s, left in ((0.25, 1.75), (0.5, 1.5), (2.0, 1.5 / np.e)):
        assert bright_left(2.0, 1.0, t_s) == pytest.approx(left)


@given(st.floats(0.0, 4.0), st.floats(0.0, 10.0), st.lists(st.floats(0.0, 0.5), min_size=1, max_size=20))
def test_time_in_steps_adapts_as_in_one(difference: float, speed: float, steps_s: list[float]) -> None:
    left = difference
    for step_s in steps_s:
        left = bright_left(left, speed, step_s)
    assert left == pytest.approx(bright_left(difference, speed, sum(steps_s)), abs=1e-9)
    assert 0.0 <= left <= difference


def test_an_eye_without_speed_stays_as_it_is() -> None:
    eye = Adaptation(Metering(), 0.0, 0.0)
    eye.see(NOON)
    eye.adapt(0.1)
    eye.see(NIGHT)
    assert eye.adapt(100.0).exposure(NIGHT) == pytest.approx(NOON)


def test_an_eye_with_a_fixed_exposure_does_not_adapt() -> None:
    eye = Adaptation(Metering(manual_ev=1.0), 3.0, 1.0)
    eye.see(NIGHT)
    assert eye.adapt(1.0) == Metering(manual_ev=1.0)
