"""What spoils pictures reaches clients: faults of a camera by its attributes, snow by its actor."""

from __future__ import annotations

import carla
import numpy as np

from tests.toy_client import ToyClient
from tests.toy_messages import rgb

SIZE = {"image_size_x": 160, "image_size_y": 96}
FAULTS: list[dict[str, float]] = [
    {"moosetest_dead_pixels": 200},
    {"moosetest_dirt": 0.8},
    {"moosetest_lens_drops": 1.0},
    {"moosetest_rolling_shutter_ms": 30.0},
]


def test_each_fault_spoils_the_picture_in_its_way(day: ToyClient) -> None:
    old = day.world.get_weather()
    day.world.set_weather(carla.WeatherParameters(sun_altitude_angle=45.0, precipitation=100.0))
    start = day.world.get_map().get_spawn_points()[0]
    turning = day.spawn("static.prop.trafficcone01", start)
    above = carla.Transform(carla.Location(z=1.6))
    try:
        shots = {}
        queues = [day.listen("sensor.camera.rgb", turning, above, **SIZE | fault) for fault in ({}, *FAULTS)]
        for tick in range(4):
            yaw = start.rotation.yaw + 8.0 * tick  # 80 degrees a second: a rolling shutter has something to bend
            turning.set_transform(carla.Transform(start.location, carla.Rotation(yaw=yaw)))
            day.ticks(1)
            shots = {k: rgb(queue.get(timeout=20.0)).astype(float) for k, queue in enumerate(queues)}
        for number, fault in enumerate(FAULTS, start=1):
            assert (np.abs(shots[number] - shots[0]) > 12.0).any(axis=2).sum() > 100, fault
    finally:
        day.world.set_weather(old)


def test_snow_whitens_the_road_while_its_actor_is_there(day: ToyClient) -> None:
    road = day.world.get_map().get_spawn_points()[0].location
    down = carla.Transform(road + carla.Location(z=12.0), carla.Rotation(pitch=-90.0))
    frames = day.listen("sensor.camera.rgb", None, down, **SIZE)

    def brightness() -> float:
        day.ticks(1)
        return float(rgb(frames.get(timeout=20.0)).mean())

    bare = brightness()
    snow = day.spawn("static.moosetest.snow", carla.Transform(), snow_cover="1.0", snowfall_mm_per_h="0.0")
    assert brightness() > bare + 30.0
    snow.destroy()
    assert abs(brightness() - bare) < 2.0
