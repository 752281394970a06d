"""Ten thousand ticks with four sensors: no frame lost, doubled or out of order, and memory stays flat."""

import queue

import carla
import numpy as np
import psutil
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import toy_client

TICKS = 10_000
SETTLED = 0.2
"""The first part of the run fills caches."""
MAX_GROWTH_BYTES_PER_TICK = 1_000
"""A leak of one small frame in a hundred ticks would be more."""

SENSORS = {
    "sensor.camera.rgb": {"image_size_x": 160, "image_size_y": 96},
    "sensor.lidar.ray_cast": {"channels": 16, "points_per_second": 100_000, "rotation_frequency": 20},
    "sensor.other.radar": {},
    "sensor.other.imu": {},
}


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_no_frame_is_lost_and_memory_is_flat(share: float) -> None:
    ticks = round(TICKS * share)
    with EmbeddedServer("urban_street") as server, toy_client(server.port) as toy:
        process = psutil.Process(server.process_id)
        car, other = toy.car(0), toy.car(6)
        queues = [toy.listen(name, car, **attributes) for name, attributes in SENSORS.items()]
        resident = []
        for number in range(ticks):
            car.apply_control(carla.VehicleControl(throttle=0.4, steer=0.3))
            other.apply_control(carla.VehicleControl(throttle=0.3, steer=-0.3))
            frame = toy.world.tick()
            for frames in queues:
                assert frames.get(timeout=60).frame == frame
            if number >= ticks * SETTLED and number % 20 == 0:
                resident.append(process.memory_info().rss)
        for frames in queues:
            with pytest.raises(queue.Empty):
                frames.get(timeout=0.05)
    growth = np.polyfit(20.0 * np.arange(len(resident)), resident, 1)[0]
    print(f"{ticks} ticks with {len(SENSORS)} sensors, {resident[-1] / 1e6:.0f} MB, {growth:+.0f} bytes a tick")
    assert growth < MAX_GROWTH_BYTES_PER_TICK + 20e6 / ticks  # allocators return memory in pieces, not at once
