"""Street lamps through CARLA's light manager: listed, switched, coloured, and seen at night."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import ToyClient
from tests.toy_messages import rgb

NIGHT = carla.WeatherParameters.ClearNight
NOON = carla.WeatherParameters.ClearNoon
LABEL = carla.CityObjectLabel
GROUNDS = (LABEL.Roads, LABEL.RoadLines, LABEL.Sidewalks, LABEL.Terrain, LABEL.Ground)


@pytest.fixture
def lamps(day: ToyClient) -> Iterator[list[Any]]:
    """All lamps, off at noon, before and after the test."""
    day.world.set_weather(NOON)
    day.ticks(2)
    manager = day.world.get_lightmanager()
    found = manager.get_all_lights(carla.LightGroup.Street)
    if not found:
        pytest.skip("this map has no street lamps")
    before = manager.get_light_state(found)
    yield found
    manager.set_day_night_cycle(True)
    manager.set_light_states(found, before)
    day.world.set_weather(NIGHT)
    day.ticks(2)
    day.world.set_weather(NOON)
    day.ticks(3)


def seen_on_the_ground(day: ToyClient, lamp: Any) -> np.ndarray:
    """Mean colour (R, G, B) of the ground straight under a lamp, from 4 m below its head, with exposure held."""
    below = carla.Transform(lamp.location - carla.Location(z=4.0), carla.Rotation(pitch=-89.9))
    frames = day.listen("sensor.camera.rgb", None, below, image_size_x=64, image_size_y=64, fov=60)
    day.world.tick()
    return rgb(frames.get(timeout=30.0)).mean(axis=(0, 1))


def test_lamps_hang_over_the_ground_of_the_map(day: ToyClient, lamps: list[Any]) -> None:
    assert sorted(lamp.id for lamp in lamps) == list(range(len(lamps)))
    for lamp in lamps:
        under = lamp.location - carla.Location(z=0.5)
        ground = day.world.cast_ray(under, under - carla.Location(z=20.0))[-1]  # a tree may reach under a lamp
        assert ground.label in GROUNDS
        assert 5.0 < lamp.location.z - ground.location.z < 10.0
        assert lamp.light_group == carla.LightGroup.Street


def test_the_sun_switches_the_lamps(day: ToyClient, lamps: list[Any]) -> None:
    manager = day.world.get_lightmanager()
    day.world.set_weather(NIGHT)
    day.ticks(2)
    assert len(manager.get_turned_on_lights(carla.LightGroup.Street)) == len(lamps)
    day.world.set_weather(NOON)
    day.ticks(2)
    assert len(manager.get_turned_off_lights(carla.LightGroup.Street)) == len(lamps)


def test_without_the_cycle_the_sun_switches_nothing(day: ToyClient, lamps: list[Any]) -> None:
    manager = day.world.get_lightmanager()
    manager.set_day_night_cycle(False)
    day.world.tick()
    day.world.set_weather(NIGHT)
    day.ticks(2)
    assert len(manager.get_turned_on_lights(carla.LightGroup.Street)) == 0


def test_a_lamp_that_is_turned_off_leaves_its_ground_dark(day: ToyClient, lamps: list[Any]) -> None:
    manager = day.world.get_lightmanager()
    day.world.set_weather(NIGHT)
    day.ticks(2)
    lit = seen_on_the_ground(day, lamps[0])
    manager.turn_off([lamps[0]])
    day.ticks(2)  # the client sends what changed at the first tick
    assert [lamp.id for lamp in manager.get_turned_off_lights(carla.LightGroup.Street)] == [lamps[0].id]
    assert seen_on_the_ground(day, lamps[0]).mean() < 0.5 * lit.mean()


def test_a_red_lamp_lights_its_ground_red_and_no_other(day: ToyClient, lamps: list[Any]) -> None:
    far = max(lamps, key=lambda lamp: lamp.location.distance(lamps[0].location))
    if far.location.distance(lamps[0].location) < 60.0:
        pytest.skip("lamps too near to each other")
    manager = day.world.get_lightmanager()
    day.world.set_weather(NIGHT)
    day.world.tick()
    manager.set_color([lamps[0]], carla.Color(255, 0, 0))
    day.ticks(2)
    red, _, blue = seen_on_the_ground(day, lamps[0])
    assert red > 2.0 * blue
    red, _, blue = seen_on_the_ground(day, far)
    assert red < 2.0 * blue


def test_half_the_intensity_is_less_light(day: ToyClient, lamps: list[Any]) -> None:
    manager = day.world.get_lightmanager()
    day.world.set_weather(NIGHT)
    day.ticks(2)
    full = seen_on_the_ground(day, lamps[0])
    (intensity,) = manager.get_intensity([lamps[0]])
    manager.set_intensity([lamps[0]], intensity / 4.0)
    day.ticks(2)
    assert manager.get_intensity([lamps[0]]) == [pytest.approx(intensity / 4.0, rel=1e-6)]
    assert seen_on_the_ground(day, lamps[0]).mean() < 0.8 * full.mean()


def test_another_client_is_told(day: ToyClient, lamps: list[Any], town: EmbeddedServer) -> None:
    other = carla.Client("127.0.0.1", town.port)
    other.set_timeout(20.0)
    world = other.get_world()
    theirs = world.get_lightmanager()
    assert not theirs.is_active([lamps[1]])[0]
    frames: queue.Queue[int] = queue.Queue()
    listener = world.on_tick(lambda snapshot: frames.put(snapshot.frame))
    manager = day.world.get_lightmanager()
    manager.set_active([lamps[1]], [True])
    manager.set_light_group([lamps[1]], carla.LightGroup.Other)
    # sent at the first tick, told with the second at the latest; a client takes in one frame after the other
    last = day.ticks(4)
    while frames.get(timeout=20.0) < last:
        pass
    world.remove_on_tick(listener)
    assert theirs.is_active([lamps[1]])[0]
    assert theirs.get_light_group([lamps[1]])[0] == carla.LightGroup.Other


def test_lamps_go_with_their_layer(day: ToyClient, lamps: list[Any]) -> None:
    day.world.set_weather(NIGHT)
    day.ticks(2)
    lit = seen_on_the_ground(day, lamps[0])
    day.world.unload_map_layer(carla.MapLayer.StreetLights)
    dark = seen_on_the_ground(day, lamps[0])
    day.world.load_map_layer(carla.MapLayer.StreetLights)
    assert dark.mean() < 0.5 * lit.mean()
