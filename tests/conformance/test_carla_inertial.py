"""Satellite and inertial sensors: places, turn rates and accelerations that are known by hand."""

import math
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient
from tests.toy_messages import of_frame
from tests.toy_sky import BOX, moved, sky

SCALE_M = 0.9996 * 6_378_137.0
"""Of CARLA's projection: metres a radian of its sphere. Latitude grows along +y; the compass finds north at -y."""


def xyz(vector: Any) -> np.ndarray:
    return np.array([vector.x, vector.y, vector.z])


def axes(rotation: carla.Rotation) -> np.ndarray:
    """(3, 3) columns are the axes of a frame with that rotation, in the world."""
    pose = carla.Transform(carla.Location(), rotation)
    return np.column_stack([xyz(v()) for v in (pose.get_forward_vector, pose.get_right_vector, pose.get_up_vector)])


def test_gnss_of_a_known_displacement(day: ToyClient) -> None:
    here = sky(day)
    frames = day.listen("sensor.other.gnss", None, here)
    sensor = day.spawned[-1]
    first = of_frame(frames, day.world.tick())
    found = {}
    for name, (x, y) in {"north": (0.0, 100.0), "east": (100.0, 0.0)}.items():
        sensor.set_transform(moved(here, x, y, 7.0))
        found[name] = of_frame(frames, day.world.tick())
    lat_rad = math.radians(first.latitude)
    assert found["north"].latitude - first.latitude == pytest.approx(math.degrees(100.0 / SCALE_M), abs=2e-7)
    east_deg = math.degrees(100.0 / SCALE_M / math.cos(lat_rad))
    assert found["east"].longitude - first.longitude == pytest.approx(east_deg, abs=2e-7)
    assert found["east"].altitude - first.altitude == pytest.approx(7.0, abs=1e-3)
    agreed = day.world.get_map().transform_to_geolocation(found["east"].transform.location)
    assert (found["east"].latitude, found["east"].longitude, found["east"].altitude) == pytest.approx(
        (agreed.latitude, agreed.longitude, agreed.altitude), abs=1e-6
    )


def test_gnss_bias_and_noise_and_their_seed(day: ToyClient) -> None:
    here = sky(day)
    noisy = {"noise_lat_bias": 0.5, "noise_lon_stddev": 1e-3, "noise_alt_bias": -20.0, "noise_alt_stddev": 2.0}
    plain = day.listen("sensor.other.gnss", None, here)
    twins = [day.listen("sensor.other.gnss", None, here, noise_seed=seed, **noisy) for seed in (5, 5, 6)]
    ticked = [day.world.tick() for _ in range(60)]
    truth = np.array([[f.latitude, f.longitude, f.altitude] for f in (of_frame(plain, t) for t in ticked)])
    errors = [
        np.array([[f.latitude, f.longitude, f.altitude] for f in (of_frame(q, t) for t in ticked)]) - truth
        for q in twins
    ]
    np.testing.assert_array_equal(errors[0], errors[1])
    assert not np.allclose(errors[0][:, 2], errors[2][:, 2])
    np.testing.assert_allclose(errors[0][:, 0], 0.5, atol=1e-9)
    within = 4.0 / math.sqrt(60)
    assert errors[0][:, 1].mean() == pytest.approx(0.0, abs=1e-3 * within)
    assert errors[0][:, 2].mean() == pytest.approx(-20.0, abs=2.0 * within)
    assert errors[0][:, 2].std() == pytest.approx(2.0, rel=4.0 / math.sqrt(120))


def test_imu_at_rest_feels_gravity_and_knows_north(day: ToyClient) -> None:
    stand = day.spawn(BOX, sky(day))
    for yaw, compass in ((-90.0, 0.0), (0.0, math.pi / 2), (90.0, math.pi), (180.0, 3 * math.pi / 2)):
        turned = carla.Transform(carla.Location(z=1.0), carla.Rotation(yaw=yaw + 1e-3))
        frames = day.listen("sensor.other.imu", stand, turned)
        reading = of_frame(frames, day.ticks(3))
        np.testing.assert_allclose(xyz(reading.accelerometer), [0.0, 0.0, 9.81], atol=1e-3)
        np.testing.assert_allclose(xyz(reading.gyroscope), 0.0, atol=1e-6)
        assert math.remainder(reading.compass - compass, 2 * math.pi) == pytest.approx(0.0, abs=1e-3)
    right_side_down = carla.Transform(carla.Location(), carla.Rotation(roll=90.0))
    frames = day.listen("sensor.other.imu", stand, right_side_down)
    np.testing.assert_allclose(xyz(of_frame(frames, day.ticks(3)).accelerometer), [0.0, -9.81, 0.0], atol=1e-3)


def test_imu_feels_the_gravity_it_is_told(day: ToyClient) -> None:
    frames = day.listen("sensor.other.imu", day.spawn(BOX, sky(day)))
    day.world.set_imui_sensor_gravity(1.62)
    assert of_frame(frames, day.ticks(2)).accelerometer.z == pytest.approx(1.62, abs=1e-3)
    assert day.world.get_imui_sensor_gravity() == pytest.approx(1.62)
    day.world.set_imui_sensor_gravity(9.81)


def test_imu_noise_has_the_spread_bias_and_seed_it_is_told(day: ToyClient) -> None:
    stand = day.spawn(BOX, sky(day))
    noisy = {"noise_accel_stddev_y": 0.5, "noise_gyro_bias_x": 0.25, "noise_gyro_stddev_z": 0.1}
    twins = [day.listen("sensor.other.imu", stand, noise_seed=seed, **noisy) for seed in (5, 5, 6)]
    ticked = [day.world.tick() for _ in range(60)]
    readings = [[of_frame(q, t) for t in ticked] for q in twins]
    accel, gyro = (
        [np.array([xyz(getattr(r, name)) for r in run]) for run in readings] for name in ("accelerometer", "gyroscope")
    )
    np.testing.assert_array_equal(accel[0], accel[1])
    np.testing.assert_array_equal(gyro[0], gyro[1])
    assert not np.allclose(accel[0], accel[2])
    within = 4.0 / math.sqrt(120)
    assert accel[0][:, 1].std() == pytest.approx(0.5, rel=within)
    assert gyro[0][:, 2].std() == pytest.approx(0.1, rel=within)
    np.testing.assert_allclose(gyro[0][:, 0], 0.25, atol=1e-6)
    np.testing.assert_allclose(accel[0][:, 0], 0.0, atol=1e-3)


def felt_by_its_way(readings: list[Any], axis: int) -> np.ndarray:
    """(N - 2,) specific force along an axis of the sensor, from the second difference of its places, as CARLA's."""
    place = np.array([xyz(r.transform.location) for r in readings])
    along = np.array([axes(r.transform.rotation)[:, axis] for r in readings])[1:-1]
    way = (place[2:] - 2 * place[1:-1] + place[:-2]) / FIXED_DELTA_S**2
    return np.einsum("ij,ij->i", way, along) + 9.81 * along[:, 2]


def test_imu_of_a_car_that_brakes_reads_the_change_of_its_way(day: ToyClient) -> None:
    car = day.car()
    frames = day.listen("sensor.other.imu", car, carla.Transform())
    day.world.tick()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 15.0)
    day.ticks(2)
    car.apply_control(carla.VehicleControl(brake=0.5))
    ticked = [day.world.tick() for _ in range(12)]
    readings = [of_frame(frames, t) for t in ticked]
    expected = felt_by_its_way(readings, 0)
    read = np.array([r.accelerometer.x for r in readings])
    assert expected[4:].max() < -2.0
    np.testing.assert_allclose((read[1:-1] + read[2:])[4:] / 2, expected[4:], atol=0.35)


def test_imu_of_a_car_in_a_bend_turns_and_leans_out_and_has_a_lever_arm(day: ToyClient) -> None:
    car = day.car()
    centre = day.listen("sensor.other.imu", car, carla.Transform())
    ahead = day.listen("sensor.other.imu", car, carla.Transform(carla.Location(x=2.0)))
    day.world.tick()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 4.0)
    car.apply_control(carla.VehicleControl(throttle=0.3, steer=0.4))
    ticked = [day.world.tick() for _ in range(15)][-5:]  # before it leaves a street that is no wider than its lanes
    near, far = ([of_frame(q, t) for t in ticked] for q in (centre, ahead))
    yaw = np.unwrap(np.radians([r.transform.rotation.yaw for r in near]))
    rate = np.diff(yaw) / FIXED_DELTA_S
    gyro = np.array([r.gyroscope.z for r in near])
    assert rate.min() > 0.1  # to the right
    np.testing.assert_allclose((gyro[:-1] + gyro[1:]) / 2, rate, atol=0.03)
    across = np.array([r.accelerometer.y for r in near])
    assert across.min() > 1.0  # inwards
    np.testing.assert_allclose((across[1:-1] + across[2:]) / 2, felt_by_its_way(near, 1), atol=0.3)
    lever = np.array([f.accelerometer.x - n.accelerometer.x for n, f in zip(near, far, strict=True)])
    np.testing.assert_allclose(lever[1:], -2.0 * rate**2, atol=0.02)


def test_imu_of_nobody_is_silent_and_gnss_is_not(day: ToyClient) -> None:
    imu = day.listen("sensor.other.imu", None, sky(day))
    gnss = day.listen("sensor.other.gnss", None, sky(day))
    of_frame(gnss, day.ticks(3))
    assert imu.empty()


def test_a_sensor_born_on_a_moving_car_feels_no_jerk(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    car.enable_constant_velocity(carla.Vector3D(x=10.0))
    day.ticks(10)
    frames = day.listen("sensor.other.imu", car, carla.Transform(carla.Location(x=1.0)))
    assert abs(of_frame(frames, day.world.tick()).accelerometer.x) < 3.0
