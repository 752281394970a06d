"""The clock of sensors: a measurement each tick, or at its own period, with the world's frame, time and place."""

import queue
import time
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient
from tests.toy_messages import LATE_S, cloud, of_frame
from tests.toy_sky import BOX, moved, sky

SMALL = {"image_size_x": 64, "image_size_y": 48}
ONE_OF_EACH: dict[str, dict[str, Any]] = {
    "sensor.camera.rgb": SMALL,
    "sensor.camera.depth": SMALL,
    "sensor.lidar.ray_cast": {"points_per_second": 5_000, "channels": 4},
    "sensor.lidar.ray_cast_semantic": {"points_per_second": 5_000, "channels": 4},
    "sensor.other.radar": {},
    "sensor.other.gnss": {},
    "sensor.other.imu": {},
}


def taken(frames: "queue.Queue[Any]", count: int) -> list[Any]:
    """So many measurements, and no more."""
    found = [frames.get(timeout=LATE_S) for _ in range(count)]
    assert frames.empty()
    return found


def test_every_sensor_measures_once_a_tick_with_the_worlds_frame_time_and_place(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    car.enable_constant_velocity(carla.Vector3D(x=5.0))
    mount = carla.Transform(carla.Location(x=0.5, z=2.5), carla.Rotation(yaw=30.0))
    queues, sensors = {}, {}
    for name, attributes in ONE_OF_EACH.items():
        queues[name] = day.listen(name, car, mount, **attributes)
        sensors[name] = day.spawned[-1]
    snapshots = []
    for _ in range(8):
        day.world.tick()
        snapshots.append(day.world.get_snapshot())
    for name, frames in queues.items():
        for data, snapshot in zip(taken(frames, 8), snapshots, strict=True):
            assert data.frame == snapshot.frame
            assert data.timestamp == snapshot.timestamp.elapsed_seconds
            pose = snapshot.find(sensors[name].id).get_transform()
            assert data.transform.location.distance(pose.location) < 1e-4
            turned = [
                data.transform.rotation.yaw - pose.rotation.yaw,
                data.transform.rotation.pitch - pose.rotation.pitch,
            ]
            np.testing.assert_allclose(np.remainder(np.add(turned, 180.0), 360.0), 180.0, atol=1e-3)


@pytest.mark.parametrize(
    ("period_s", "ticks"),
    [
        (0.0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        (0.02, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        (0.05, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        (0.1, [0, 2, 4, 6, 8, 10]),
        (0.25, [0, 5, 10]),
        (0.07, [0, 2, 3, 5, 6, 7, 9, 10]),  # 0.07, 0.14, 0.21 ... each at the next twentieth of a second
    ],
)
def test_sensor_tick_counts_from_birth_and_keeps_its_mean(day: ToyClient, period_s: float, ticks: list[int]) -> None:
    frames = day.listen("sensor.other.gnss", None, sky(day), sensor_tick=period_s)
    ticked = [day.world.tick() for _ in range(12)]
    assert [data.frame for data in taken(frames, len(ticks))] == [ticked[i] for i in ticks]


def test_a_third_of_a_tenth_is_a_tenth_in_three_ticks(day: ToyClient) -> None:
    day.synchronize(0.1 / 3)
    frames = day.listen("sensor.other.gnss", None, sky(day), sensor_tick=0.1)
    ticked = [day.world.tick() for _ in range(10)]
    assert [data.frame for data in taken(frames, 4)] == ticked[::3]
    day.synchronize()


def test_a_lidar_that_measures_seldom_has_the_rays_of_the_time_between(day: ToyClient) -> None:
    here = moved(day.world.get_map().get_spawn_points()[0], 0.0, 0.0, 2.0)
    options = {"channels": 4, "upper_fov": -20.0, "lower_fov": -35.0, "points_per_second": 4_000, "range": 60.0}
    lossless = {"dropoff_general_rate": 0.0, "dropoff_zero_intensity": 0.0}
    frames = day.listen("sensor.lidar.ray_cast", None, here, sensor_tick=0.2, **options, **lossless)
    day.ticks(9)
    counts = [len(cloud(scan)) for scan in taken(frames, 3)]
    assert counts == [4_000 * 0.05, 4_000 * 0.2, 4_000 * 0.2]


def test_a_pause_keeps_the_rhythm_and_costs_no_rays(day: ToyClient) -> None:
    here = moved(day.world.get_map().get_spawn_points()[0], 0.0, 0.0, 2.0)
    options = {"channels": 4, "upper_fov": -20.0, "lower_fov": -35.0, "points_per_second": 4_000, "range": 60.0}
    lossless = {"dropoff_general_rate": 0.0, "dropoff_zero_intensity": 0.0}
    frames = day.listen("sensor.lidar.ray_cast", None, here, sensor_tick=0.1, **options, **lossless)
    sensor = day.spawned[-1]
    day.ticks(3)
    taken(frames, 2)
    sensor.stop()
    for _ in range(8):  # in real time: a client closes its connection, and a server hears of it, in their own time
        day.ticks(1)
        time.sleep(FIXED_DELTA_S)
    again: queue.Queue[Any] = queue.Queue()
    sensor.listen(again.put)
    ticked = [day.world.tick() for _ in range(4)]
    heard = [again.get(timeout=LATE_S) for _ in range(2)]
    assert [data.frame for data in heard] == [ticked[1], ticked[3]]  # an even number of ticks after its birth
    assert [len(cloud(scan)) for scan in heard] == [4_000 * 0.05, 4_000 * 0.1]


def test_sensors_come_and_go_while_the_world_ticks(day: ToyClient) -> None:
    car = day.car()
    steady = day.listen("sensor.other.gnss", car)
    ticked = []
    for _ in range(6):
        frames = day.listen("sensor.lidar.ray_cast", car, **ONE_OF_EACH["sensor.lidar.ray_cast"])
        sensor = day.spawned.pop()
        ticked.append(day.world.tick())
        of_frame(frames, ticked[-1])
        sensor.stop()
        assert sensor.destroy()
        ticked.append(day.world.tick())
    assert [data.frame for data in taken(steady, 12)] == ticked


def test_sensors_ride_on_walkers_on_sensors_and_on_nothing(day: ToyClient) -> None:
    here = sky(day)
    walker = day.spawn("walker.pedestrian.0001", moved(day.world.get_map().get_spawn_points()[0], 0.0, 0.0, 1.0))
    stand = day.spawn(BOX, here)
    outer = day.spawn("sensor.other.gnss", carla.Transform(carla.Location(x=1.0)), stand)
    rides = {
        "walker": (walker, day.listen("sensor.other.gnss", walker, carla.Transform(carla.Location(z=1.0)))),
        "sensor": (outer, day.listen("sensor.other.gnss", outer, carla.Transform(carla.Location(y=2.0)))),
    }
    alone = day.listen("sensor.other.gnss", None, here)
    frame = day.ticks(3)
    for name, (parent, frames) in rides.items():
        offset = {"walker": carla.Location(z=1.0), "sensor": carla.Location(y=2.0)}[name]
        expected = parent.get_transform().transform(offset)
        assert of_frame(frames, frame).transform.location.distance(expected) < 1e-3
    assert of_frame(alone, frame).transform.location.distance(here.location) < 1e-3


def test_an_asynchronous_world_measures_by_itself_at_its_own_times(day: ToyClient) -> None:
    settings = day.world.get_settings()
    settings.synchronous_mode = False
    frames = day.listen("sensor.other.gnss", None, sky(day), sensor_tick=0.1)
    day.world.apply_settings(settings)
    heard = [frames.get(timeout=LATE_S) for _ in range(4)]
    day.synchronize()
    times = np.diff([data.timestamp for data in heard])
    np.testing.assert_allclose(times, 2 * FIXED_DELTA_S, atol=1e-9)  # the step stays fixed
    assert np.diff([data.frame for data in heard]).tolist() == [2, 2, 2]
