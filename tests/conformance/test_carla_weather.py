"""Every parameter of the weather does to pictures what CARLA's documentation says of it, from the next frame on."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import of_frame, rgb

PARAMETERS = [
    "cloudiness",
    "precipitation",
    "precipitation_deposits",
    "wind_intensity",
    "sun_azimuth_angle",
    "sun_altitude_angle",
    "fog_density",
    "fog_distance",
    "fog_falloff",
    "wetness",
    "scattering_intensity",
    "mie_scattering_scale",
    "rayleigh_scattering_scale",
    "dust_storm",
]
SIDE_PX = 64
TOWER_M = 60.0
DOWN, LEVEL, UP = -90.0, 0.0, 50.0


@pytest.fixture
def sky(day: ToyClient) -> Iterator[Sky]:
    before = day.world.get_weather()
    yield Sky(day)
    day.world.set_weather(before)


class Sky:
    """Looks from 60 m over the first spawn point, at a weather that is CARLA's default but for what is said."""

    def __init__(self, day: ToyClient) -> None:
        self.day = day
        self._frames: dict[tuple[float, float, float], queue.Queue[Any]] = {}

    def look(self, pitch: float, yaw: float = 0.0, height_m: float = TOWER_M, **weather: float) -> np.ndarray:
        """(H, W, 3) R, G, B of the next frame after the weather changed."""
        pose = (pitch, yaw, height_m)
        for_this = self._frames.get(pose)
        if for_this is None:
            ground = self.day.world.get_map().get_spawn_points()[0].location
            place = carla.Transform(ground + carla.Location(z=height_m), carla.Rotation(pitch=pitch, yaw=yaw))
            for_this = self.day.listen("sensor.camera.rgb", None, place, image_size_x=SIDE_PX, image_size_y=SIDE_PX)
            self._frames[pose] = for_this
        self.change(**weather)
        frame = self.day.world.tick()
        return rgb(of_frame(for_this, frame)).astype(float)

    def change(self, **weather: float) -> None:
        usual = carla.WeatherParameters(
            wind_intensity=10.0,
            sun_azimuth_angle=0.0,
            sun_altitude_angle=45.0,
            fog_density=2.0,
            fog_distance=0.75,
            fog_falloff=0.1,
            scattering_intensity=1.0,
            mie_scattering_scale=0.03,
            rayleigh_scattering_scale=0.0331,
        )
        for name, value in weather.items():
            setattr(usual, name, value)
        self.day.world.set_weather(usual)


def contrast(picture: np.ndarray) -> float:
    return float(picture.mean(axis=2).std())


def blueness(picture: np.ndarray) -> float:
    r, _, b = picture.mean(axis=(0, 1))
    return float(b / r)


def test_all_parameters_come_back_as_they_were_sent(sky: Sky) -> None:
    weather = carla.WeatherParameters()
    for number, name in enumerate(PARAMETERS):
        setattr(weather, name, 1.5 + number)
    sky.day.world.set_weather(weather)
    sky.day.world.tick()
    assert [getattr(sky.day.world.get_weather(), name) for name in PARAMETERS] == [1.5 + k for k in range(14)]


def test_night_is_darker_than_day(sky: Sky) -> None:
    noon, night = sky.look(UP, sun_altitude_angle=80.0), sky.look(UP, sun_altitude_angle=-80.0)
    assert night.mean() < 0.25 * noon.mean()


def test_the_sun_stands_at_its_azimuth(sky: Sky) -> None:
    """CARLA's azimuth and yaw turn the same way, so a camera of the same yaw looks towards the sun."""
    towards, away = (sky.look(20.0, yaw, sun_azimuth_angle=90.0, sun_altitude_angle=20.0) for yaw in (90.0, -90.0))
    assert towards.mean() > away.mean() + 10.0


def test_clouds_take_the_blue_of_the_sky(sky: Sky) -> None:
    clear, some, all_ = (blueness(sky.look(UP, 180.0, cloudiness=c)) for c in (0.0, 50.0, 100.0))
    assert clear > some > all_
    assert all_ < 1.2


def test_wind_drives_the_clouds(sky: Sky) -> None:
    def moved(wind: float) -> float:
        before = sky.look(UP, 180.0, cloudiness=50.0, wind_intensity=wind)
        sky.day.ticks(200)
        return float(np.abs(sky.look(UP, 180.0, cloudiness=50.0, wind_intensity=wind) - before).mean())

    calm, storm = moved(0.0), moved(100.0)
    assert storm > 2.0 * calm  # what is left of a calm is the noise of the sensor


@pytest.mark.parametrize(("name", "values"), [("fog_density", (0.0, 30.0, 100.0)), ("dust_storm", (0.0, 30.0, 100.0))])
def test_what_hangs_in_the_air_hides_the_ground(sky: Sky, name: str, values: tuple[float, ...]) -> None:
    seen = [contrast(sky.look(DOWN, **{name: value})) for value in values]
    assert seen[0] > seen[1] > seen[2]
    assert seen[2] < 0.5 * seen[0]


def test_fog_begins_at_its_distance(sky: Sky) -> None:
    """The farthest ground in the picture is 60 m * sqrt(3) = 104 m away, in its corners."""
    at_once, behind, far_behind = (
        contrast(sky.look(DOWN, fog_density=60.0, fog_distance=d)) for d in (0.0, 105.0, 1000.0)
    )
    assert at_once < 0.5 * behind
    assert behind == pytest.approx(far_behind, rel=0.02)


def test_heavy_fog_lies_on_the_ground(sky: Sky) -> None:
    """At a falloff of 5 the fog halves every 2 m: from 60 m, 3 m of fog are between eye and ground instead of 60."""
    light, heavy = (contrast(sky.look(DOWN, fog_density=50.0, fog_falloff=f)) for f in (0.0, 5.0))
    assert heavy > light + 0.3 * (contrast(sky.look(DOWN, fog_density=0.0)) - light)


def test_scattering_brightens_fog(sky: Sky) -> None:
    dim, usual, bright = (
        sky.look(LEVEL, 90.0, fog_density=100.0, fog_falloff=0.0, scattering_intensity=s).mean()
        for s in (0.0, 1.0, 2.0)
    )
    assert dim < usual < bright


def test_particles_put_a_halo_around_the_sun(sky: Sky) -> None:
    clean, usual, dirty = (
        sky.look(45.0, 0.0, sun_altitude_angle=40.0, mie_scattering_scale=0.03 * m).mean() for m in (0.0, 1.0, 4.0)
    )
    assert clean < usual < dirty


def test_molecules_make_the_sky_blue(sky: Sky) -> None:
    none, usual, many = (blueness(sky.look(UP, 180.0, rayleigh_scattering_scale=0.0331 * m)) for m in (0.0, 1.0, 2.0))
    assert none == pytest.approx(1.0, abs=0.15)
    assert none < usual < many


def on_the_road(sky: Sky, **weather: float) -> np.ndarray:
    """The road from 3 m over it."""
    return sky.look(DOWN, height_m=3.0, **weather)


def test_a_wet_road_is_darker(sky: Sky) -> None:
    dry, damp, wet = (on_the_road(sky, wetness=w).mean() for w in (0.0, 50.0, 100.0))
    assert dry > damp > wet


def test_deposits_are_water_that_mirrors_the_sky(sky: Sky) -> None:
    """Under the same film of wetness, water shines: on the road 2 to 5 m ahead, seen 20 to 30 degrees from flat."""
    along = sky.day.world.get_map().get_spawn_points()[0].rotation.yaw  # houses are mirrored across it and at its sides
    wet, flooded = (
        sky.look(LEVEL, along, height_m=1.5, wetness=100.0, precipitation_deposits=d)[44:52, 24:40]
        for d in (0.0, 100.0)
    )
    assert flooded.mean() > wet.mean() + 5.0


def test_rain_falls_in_new_streaks_every_frame(sky: Sky) -> None:
    def streaks(rain: float) -> float:
        """Share of the pixels that change from frame to frame by more than noise does."""
        first, second = (on_the_road(sky, cloudiness=100.0, precipitation=rain) for _ in range(2))
        return float((np.abs(first - second).mean(axis=2) > 20.0).mean())

    dry, drizzle, storm = (streaks(rain) for rain in (0.0, 30.0, 100.0))
    assert dry == 0.0
    assert 0.0 < drizzle < storm


def test_presets_can_all_be_set_and_look_different(sky: Sky) -> None:
    presets = [name for name in dir(carla.WeatherParameters) if name[0].isupper()]
    seen = {}
    for name in presets:
        sky.day.world.set_weather(getattr(carla.WeatherParameters, name))
        sky.day.world.tick()
        wanted, got = getattr(carla.WeatherParameters, name), sky.day.world.get_weather()
        seen[name] = tuple(getattr(got, parameter) for parameter in PARAMETERS)
        assert seen[name] == tuple(getattr(wanted, parameter) for parameter in PARAMETERS)
    assert len(set(seen.values())) == len(presets)
