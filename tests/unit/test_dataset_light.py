"""In the dark lamps burn; who drives in rain or fog has headlamps on."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.dataset.light import DRIVING_LIGHTS, Light, draw_light
from sim.assets.mesh import MeshKey
from sim.world.scene import Instance, Scene, StaticScene, StreetLamp, Weather

CAR = Instance(1, 14, MeshKey("vehicle.audi.tt", ""), np.eye(4), lights=8)
PERSON = Instance(2, 12, MeshKey("walker.moosetest.adult", "stand"), np.eye(4))
STREET = StaticScene(key="street", parts=(), lamps=(StreetLamp((0.0, 0.0, 6.0)),))
SCENE = Scene(STREET, (CAR, PERSON), Weather(), time_s=0.0)
DAY, NIGHT = Weather(sun_elevation_rad=0.8), Weather(sun_elevation_rad=-0.25)


def lit(weather, street_lamps=True):
    return Light("", weather, street_lamps).shed_on(SCENE)


def test_by_day_no_lamp_burns_and_vehicles_keep_their_lights():
    shown = lit(DAY)
    assert shown.lamps == ()
    assert shown.instances == SCENE.instances
    assert shown.weather is DAY


@pytest.mark.parametrize("weather", [NIGHT, replace(DAY, precipitation=0.2), replace(DAY, fog_density=0.2)])
def test_whoever_has_an_engine_drives_with_dipped_beam_in_the_dark_in_rain_and_in_fog(weather):
    car, person = lit(weather).instances
    assert car.lights == DRIVING_LIGHTS
    assert person is PERSON


def test_street_lamps_burn_at_night_unless_the_street_is_unlit():
    assert lit(NIGHT).lamps == STREET.lamps
    assert lit(NIGHT, street_lamps=False).lamps == ()


def test_conditions_name_the_hour_and_the_weather():
    assert Light("mist", DAY, True).conditions == {"light": "day", "weather": "mist"}
    assert Light("sunset", replace(DAY, sun_elevation_rad=0.05), True).conditions["light"] == "dusk"
    assert Light("evening", NIGHT, True).conditions["light"] == "night, street lamps"
    assert Light("evening", NIGHT, False).conditions["light"] == "night, headlamps only"


def test_some_nights_are_lit_and_some_are_not():
    nights = [light for light in (draw_light("train", np.random.default_rng(s)) for s in range(300)) if light.is_dark]
    lamps = [light.street_lamps for light in nights]
    # 300 draws, a quarter of them dark, six tenths of those lit: four standard deviations are 0.23
    assert np.mean(lamps) == pytest.approx(0.6, abs=0.23)
