"""Lamps of Moosetest's own: vehicles whose lamps and reflectors are dirty, and a traffic light that is a load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import bgra, cloud, of_frame, rgb
from tests.toy_sky import moved, sky

CAMERA = {"image_size_x": 160, "image_size_y": 120, "fov": 40.0}
PLAIN = {"bloom_intensity": 0, "lens_flare_intensity": 0, "exposure_mode": "manual"}
BY_DAY, BY_NIGHT = PLAIN | {"iso": 100}, PLAIN | {"iso": 3200}
LIDAR = {
    "channels": 32,
    "upper_fov": 5.0,
    "lower_fov": -5.0,
    "range": 40.0,
    "rotation_frequency": 20.0,
    "points_per_second": 32 * 20 * 720,
    "horizontal_fov": 20.0,
    "noise_seed": 1,
}
LIT = 90
"""Display value that no unlit lens of a signal head has by day."""
ALL_LIGHTS = carla.VehicleLightState.All


@pytest.fixture
def night(day: ToyClient) -> Iterator[ToyClient]:
    old = day.world.get_weather()
    day.world.set_weather(carla.WeatherParameters(sun_altitude_angle=-30.0))
    yield day
    day.world.set_weather(old)


def brightest(day: ToyClient, lamps: float, lights: Any, yaw: float) -> float:
    """Greatest display value of a car seen from behind, or from ahead at a yaw of 180 degrees."""
    eye = sky(day)
    car = day.spawn("vehicle.tesla.model3", moved(eye, 9.0, z=-0.8, yaw=eye.rotation.yaw + yaw), moosetest_lamps=lamps)
    car.set_simulate_physics(False)
    car.set_light_state(carla.VehicleLightState(lights))
    frames = day.listen("sensor.camera.rgb", None, eye, **CAMERA | BY_NIGHT)
    value = float(rgb(of_frame(frames, day.ticks(2))).max())
    day.clean()
    return value


@pytest.mark.parametrize("yaw", [0.0, 180.0])
def test_lamps_give_their_share_of_light(night: ToyClient, yaw: float) -> None:
    dark = brightest(night, 1.0, carla.VehicleLightState.NONE, yaw)
    values = [brightest(night, share, ALL_LIGHTS, yaw) for share in (0.0, 0.004, 1.0)]
    assert values[0] == pytest.approx(dark, abs=5.0)  # the sensor's noise
    assert values[0] + 20.0 < values[1] < values[2] - 20.0


def test_nothing_in_front_is_lit_by_lamps_without_light(night: ToyClient) -> None:
    """A white board 8 m ahead of a car with main beams."""
    shown = []
    for share in (0.0, 0.3, 1.0):
        eye = sky(night)
        car = night.spawn("vehicle.tesla.model3", moved(eye, 0.0, 0.0, -1.0), moosetest_lamps=share)
        car.set_simulate_physics(False)
        car.set_light_state(carla.VehicleLightState.HighBeam)
        night.spawn("static.moosetest.poster", moved(eye, 12.0, 0.0, -1.0), width_m=4.0, height_m=2.0)
        at = moved(eye, 3.0, 0.0, 0.5)
        frames = night.listen("sensor.camera.rgb", None, at, **CAMERA | BY_NIGHT)
        shown.append(rgb(of_frame(frames, night.ticks(2)))[50:80, 60:100].mean())
        night.clean()
    assert shown[0] < 0.3 * shown[2]
    assert shown[0] < shown[1] < shown[2]


def test_reflectors_of_a_dirty_car_do_not_answer_a_lidar(day: ToyClient) -> None:
    heard = []
    for share in (1.0, 0.0):
        eye = sky(day)
        car = day.spawn("vehicle.tesla.model3", moved(eye, 9.0, z=-0.8), moosetest_lamps=share)
        car.set_simulate_physics(False)
        scans = day.listen("sensor.lidar.ray_cast", None, eye, **LIDAR, moosetest_physics=True, noise_stddev=0.0)
        heard.append(cloud(of_frame(scans, day.ticks(2)))[:, 3].max())
        day.clean()
    assert heard[0] > 0.6  # retro-reflectors
    assert heard[1] < 0.45  # matt paint


@pytest.mark.parametrize(("state", "channels"), [("red", (0,)), ("amber", (0, 1)), ("green", (1,)), ("off", ())])
def test_a_signal_head_shows_its_state_ahead(day: ToyClient, state: str, channels: tuple[int, ...]) -> None:
    eye = sky(day)
    head = day.spawn("static.moosetest.signal_head", moved(eye, 4.0, z=-0.5, yaw=eye.rotation.yaw + 180.0), state=state)
    assert head.semantic_tags == [7]
    extent = head.bounding_box.extent
    assert (extent.x, extent.y, extent.z) == pytest.approx((0.15, 0.18, 0.5), abs=1e-4)
    frames = day.listen("sensor.camera.rgb", None, eye, **CAMERA | BY_DAY)
    ids = day.listen("sensor.camera.instance_segmentation", None, eye, **CAMERA)
    number = day.ticks(2)
    picture, seen = rgb(of_frame(frames, number)), bgra(of_frame(ids, number))
    mask = (seen[..., 1] + 256 * seen[..., 0] == head.id) & (seen[..., 2] == 7)
    rows = np.flatnonzero(mask.any(axis=1))
    # at 220 px focal length and 4 m, less 0.15 m of hood
    assert len(rows) == pytest.approx(1.0 * 220.0 / 3.95, abs=2.5)
    lit = picture[mask].astype(int)
    bright = lit[lit.max(axis=1) > LIT]
    assert (len(bright) > 20) == bool(channels)
    if channels:
        mean = bright.mean(axis=0)
        others = [c for c in range(3) if c not in channels]
        assert mean[list(channels)].min() > 1.2 * mean[others].max()
        # red above, green below
        place = np.argwhere(mask & (picture.max(axis=2) > LIT))[:, 0].mean() - rows[0]
        third = {"red": 1 / 6, "amber": 1 / 2, "green": 5 / 6}[state]
        assert place / len(rows) == pytest.approx(third, abs=0.12)


def test_a_state_that_no_head_has_is_refused(day: ToyClient) -> None:
    with pytest.raises((RuntimeError, ValueError), match="state"):
        day.spawn("static.moosetest.signal_head", sky(day), state="blue")
