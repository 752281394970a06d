"""The stock carla client listens to every sensor of the embedded server."""

import math
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import ToyClient, toy_client
from tests.toy_messages import LATE_S, bgra, cloud, depth_m, flow, labelled, of_frame

SMALL = {"image_size_x": 160, "image_size_y": 96, "fov": 90.0}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer("urban_street", seed=1) as running:
        yield running


@pytest.fixture
def toy(server: EmbeddedServer) -> Iterator[ToyClient]:
    with toy_client(server.port) as client:
        yield client


def parked_ahead(toy: ToyClient, gap_m: float) -> tuple[Any, Any]:
    """An own car, and another whose rear is so far ahead of the own car's origin."""
    car = toy.car(0)
    pose = toy.world.get_map().get_spawn_points()[0]
    other = toy.blueprint("vehicle.audi.tt")
    ahead = carla.Transform(pose.transform(carla.Location(x=gap_m + 4.181 / 2)), pose.rotation)
    parked = toy.world.spawn_actor(other, ahead)
    toy.spawned.append(parked)
    return car, parked


def test_script_that_imports_only_carla_gets_100_matching_frames(server: EmbeddedServer) -> None:
    script = f"""
import carla, queue
client = carla.Client("127.0.0.1", {server.port}); client.set_timeout(60)
world = client.get_world()
settings = world.get_settings(); settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.1
world.apply_settings(settings)
library = world.get_blueprint_library()
car = world.spawn_actor(library.find("vehicle.tesla.model3"), world.get_map().get_spawn_points()[0])
camera = library.find("sensor.camera.rgb")
for side, pixels in (("image_size_x", "160"), ("image_size_y", "96")): camera.set_attribute(side, pixels)
lidar = library.find("sensor.lidar.ray_cast"); lidar.set_attribute("range", "60")
mount = carla.Transform(carla.Location(x=0.5, z=2.2))
sensors = [world.spawn_actor(b, mount, attach_to=car) for b in (camera, lidar)]
queues = [queue.Queue(), queue.Queue()]
for sensor, frames in zip(sensors, queues): sensor.listen(frames.put)
ticked = []
for _ in range(100):
    car.apply_control(carla.VehicleControl(throttle=0.4))
    ticked.append(world.tick())
got = [[frames.get(timeout=30).frame for _ in range(100)] for frames in queues]
assert got == [ticked, ticked], (ticked[:3], got[0][:3], got[1][:3])
assert all(frames.empty() for frames in queues)
for sensor in sensors: sensor.stop(); sensor.destroy()
car.destroy()
print("matching")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=200, check=False)
    assert done.stdout.strip().endswith("matching"), done.stderr


def test_camera_depth_tags_and_instances_show_the_car_ahead(toy: ToyClient) -> None:
    car, parked = parked_ahead(toy, 12.0)
    mount = carla.Transform(carla.Location(x=2.0, z=1.0))
    names = ("rgb", "depth", "semantic_segmentation", "instance_segmentation", "normals", "cosmos_visualization")
    cameras = {name: toy.listen(f"sensor.camera.{name}", car, mount, **SMALL) for name in names}
    frame = toy.ticks(2)
    images = {name: of_frame(frames, frame) for name, frames in cameras.items()}
    row, column = 96 // 2 + 3, 160 // 2
    assert images["rgb"].fov == 90.0
    assert bgra(images["rgb"])[..., :3].std() > 10
    assert depth_m(images["depth"])[row, column] == pytest.approx(10.0, abs=0.6)  # the tail is rounded
    assert bgra(images["semantic_segmentation"])[row, column, 2] == carla.CityObjectLabel.Car
    assert bgra(images["cosmos_visualization"])[row, column, 2::-1].tolist() == [255, 0, 0]  # traffic is red
    blue, green, red, _ = (int(v) for v in bgra(images["instance_segmentation"])[row, column])
    assert (red, green + 256 * blue) == (14, parked.id)
    forward = car.get_transform().get_forward_vector()
    normal = bgra(images["normals"])[row, column, 2::-1].astype(float) / 127.5 - 1
    assert normal @ [forward.x, forward.y, forward.z] < -0.5  # the tail faces us


def test_camera_pose_and_time_are_those_of_the_snapshot(toy: ToyClient) -> None:
    car = toy.car(0)
    frames = toy.listen("sensor.camera.depth", car, **SMALL)
    car.apply_control(carla.VehicleControl(throttle=1.0))
    image = of_frame(frames, toy.ticks(5))
    snapshot = toy.world.get_snapshot()
    assert image.timestamp == snapshot.elapsed_seconds
    expected = car.get_transform().transform(carla.Location(1.0, 0.0, 2.0))
    assert image.transform.location.distance(expected) < 1e-3


def test_lidar_points_are_sorted_by_channel_and_meet_the_car_ahead(toy: ToyClient) -> None:
    car, parked = parked_ahead(toy, 12.0)
    mount = carla.Transform(carla.Location(x=0.0, z=2.0))
    options = {"channels": 16, "range": 50, "points_per_second": 320_000, "rotation_frequency": 20, "lower_fov": -20}
    plain = toy.listen("sensor.lidar.ray_cast", car, mount, **options)
    semantic = toy.listen("sensor.lidar.ray_cast_semantic", car, mount, **options)
    frame = toy.ticks(2)
    scan, points = of_frame(plain, frame), labelled(of_frame(semantic, frame))
    assert scan.channels == 16
    assert sum(scan.get_point_count(i) for i in range(16)) == len(scan) > 1000
    assert len(points) > len(scan)  # nothing is lost on purpose
    hit = points[points["id"] == parked.id]
    assert len(hit) > 20
    assert set(hit["tag"]) == {14}
    assert hit["xyz"][:, 0].min() == pytest.approx(12.0, abs=0.6)
    assert abs(np.median(hit["xyz"][:, 1])) < 1.0
    assert not (points["id"] == car.id).all()
    xyzi = cloud(scan)
    ranges = np.linalg.norm(xyzi[:, :3], axis=1)
    np.testing.assert_allclose(xyzi[:, 3], np.exp(-0.004 * ranges), atol=1e-3)  # CARLA's attenuation
    elevation = np.degrees(np.arcsin(xyzi[:, 2] / ranges))
    channel = np.repeat(np.arange(16), [scan.get_point_count(i) for i in range(16)])
    expected = np.linspace(10.0, -20.0, 16)[channel]
    np.testing.assert_allclose(elevation, expected, atol=0.05)


def test_right_is_positive_y_in_lidar_and_positive_azimuth_in_radar(toy: ToyClient) -> None:
    car = toy.car(0)
    pose = toy.world.get_map().get_spawn_points()[0]
    place = pose.transform(carla.Location(x=12.0, y=4.0))
    target = toy.world.try_spawn_actor(toy.blueprint("vehicle.audi.tt"), carla.Transform(place, pose.rotation))
    assert target is not None
    toy.spawned.append(target)
    target.set_simulate_physics(False)
    mount = carla.Transform(carla.Location(x=2.5, z=0.8))
    lidar = toy.listen("sensor.lidar.ray_cast_semantic", car, mount, range=40, points_per_second=400_000)
    radar = toy.listen("sensor.other.radar", car, mount, points_per_second=20_000, horizontal_fov=60)
    frame = toy.ticks(2)
    points = [d for d in of_frame(lidar, frame) if d.object_idx == target.id]
    assert points
    assert np.median([p.point.y for p in points]) > 1.0
    near = [d for d in of_frame(radar, frame) if 7.0 < d.depth < 12.0 and abs(d.altitude) < 0.05]
    assert near
    assert np.median([d.azimuth for d in near]) > 0.05


def test_radar_velocity_is_negative_when_closing(toy: ToyClient) -> None:
    car, _ = parked_ahead(toy, 25.0)
    frames = toy.listen(
        "sensor.other.radar", car, carla.Transform(carla.Location(x=2.5, z=0.8)), points_per_second=20_000
    )
    toy.world.tick()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 10.0)
    scan = of_frame(frames, toy.ticks(2))
    ahead = [d.velocity for d in scan if abs(d.azimuth) < 0.03 and abs(d.altitude) < 0.02 and 15 < d.depth < 26]
    assert ahead
    assert np.median(ahead) == pytest.approx(-10.0, abs=0.5)


def test_gnss_and_imu_at_rest(toy: ToyClient) -> None:
    car = toy.car(0)
    gnss, imu = toy.listen("sensor.other.gnss", car), toy.listen("sensor.other.imu", car)
    frame = toy.ticks(20)
    fix, reading = of_frame(gnss, frame), of_frame(imu, frame)
    expected = toy.world.get_map().transform_to_geolocation(fix.transform.location)
    assert (fix.latitude, fix.longitude) == pytest.approx((expected.latitude, expected.longitude), abs=1e-8)
    assert reading.accelerometer.z == pytest.approx(9.81, abs=0.02)
    assert math.hypot(reading.accelerometer.x, reading.accelerometer.y) < 0.05
    assert abs(reading.gyroscope.z) < 1e-3


def test_imu_turns_positive_to_the_right_and_pushes_to_the_right(toy: ToyClient) -> None:
    car = toy.car(0)
    imu = toy.listen("sensor.other.imu", car)
    car.apply_control(carla.VehicleControl(throttle=0.6, steer=0.2))
    reading = of_frame(imu, toy.ticks(40))
    assert reading.gyroscope.z > 0.01
    assert reading.accelerometer.y > 0.1


def test_sensor_tick_thins_the_frames(toy: ToyClient) -> None:
    frames = toy.listen("sensor.other.gnss", toy.car(0), sensor_tick=0.2)
    toy.ticks(17)
    seen = [frames.get(timeout=LATE_S).timestamp for _ in range(4)]
    np.testing.assert_allclose(np.diff(seen), 0.2, atol=1e-9)
    assert frames.empty() or frames.qsize() == 1


def test_optical_flow_of_a_standing_camera_is_zero_and_looms_when_driving(toy: ToyClient) -> None:
    car = toy.car(0)
    frames = toy.listen("sensor.camera.optical_flow", car, **SMALL)

    def flow_at(frame: int) -> np.ndarray:
        return flow(of_frame(frames, frame))

    assert np.abs(flow_at(toy.ticks(3))).max() < 1e-3
    car.set_target_velocity(car.get_transform().get_forward_vector() * 8.0)
    moving = flow_at(toy.ticks(3))
    assert moving[80:, :40, 0].mean() < 0 < moving[80:, 120:, 0].mean()  # away from the middle
    assert moving[80:, :, 1].mean() < 0  # down: y is up in Unreal's clip space


def test_events_come_with_motion_only(toy: ToyClient) -> None:
    car = toy.car(0)
    frames = toy.listen("sensor.camera.dvs", car, **SMALL)
    toy.ticks(3)
    assert frames.empty()  # as CARLA: no events, no message
    car.set_target_velocity(car.get_transform().get_forward_vector() * 8.0)
    moving = of_frame(frames, toy.ticks(3))
    times = [event.t for event in moving]
    assert times == sorted(times)


def test_obstacle_sensor_names_the_car_ahead(toy: ToyClient) -> None:
    car, parked = parked_ahead(toy, 8.0)
    frames = toy.listen("sensor.other.obstacle", car, carla.Transform(carla.Location(x=2.5, z=0.7)), distance=10)
    frame = toy.ticks(2)
    found = of_frame(frames, frame)
    assert found.other_actor.id == parked.id
    assert found.actor.id == car.id
    assert found.distance == pytest.approx(5.5, abs=0.6)


def test_the_tally_of_collisions_ends_every_tick(toy: ToyClient) -> None:
    car, parked = parked_ahead(toy, 4.0)
    events = toy.listen("sensor.other.collision", car, moosetest_tally=True)
    toy.ticks(5)
    car.set_target_velocity(car.get_transform().get_forward_vector() * 10.0)
    last = toy.ticks(20)
    by_frame: dict[int, list[tuple[int, float]]] = {}
    while last not in by_frame or by_frame[last][-1][0] != car.id:
        event = events.get(timeout=LATE_S)
        by_frame.setdefault(event.frame, []).append((event.other_actor.id, event.normal_impulse.x))
    assert sorted(by_frame) == list(range(last - 24, last + 1))
    for heard in by_frame.values():
        assert [other for other, _ in heard if other == car.id] == [car.id]
        assert (car.id, len(heard) - 1.0) in heard
    assert any(other == parked.id for heard in by_frame.values() for other, _ in heard)


def test_without_a_tally_a_tick_without_a_collision_sends_nothing(toy: ToyClient) -> None:
    events = toy.listen("sensor.other.collision", toy.car(0))
    imu = toy.listen("sensor.other.imu", toy.spawned[0])
    of_frame(imu, toy.ticks(10))
    assert events.empty()


def test_lane_invasion_is_seen_by_the_client(toy: ToyClient) -> None:
    car = toy.car(0)
    events = toy.listen("sensor.other.lane_invasion", car, carla.Transform())
    toy.world.tick()
    car.apply_control(carla.VehicleControl(throttle=0.7, steer=-0.1))
    toy.ticks(80)
    assert not events.empty()


def test_sensor_destroyed_by_someone_else_leaves_a_silent_stream(toy: ToyClient, server: EmbeddedServer) -> None:
    car = toy.car(0)
    frames = toy.listen("sensor.other.gnss", car)
    of_frame(frames, toy.ticks(2))
    second = carla.Client("127.0.0.1", server.port)
    second.set_timeout(20.0)
    sensor = toy.spawned[-1]
    second.apply_batch_sync([carla.command.DestroyActor(sensor.id)], False)
    toy.ticks(5)
    assert frames.qsize() <= 1


def test_no_rendering_mode_silences_cameras_only(toy: ToyClient) -> None:
    car = toy.car(0)
    camera, gnss = toy.listen("sensor.camera.rgb", car, **SMALL), toy.listen("sensor.other.gnss", car)
    settings = toy.world.get_settings()
    settings.no_rendering_mode = True
    toy.world.apply_settings(settings)
    of_frame(gnss, toy.ticks(3))
    assert camera.empty()
    settings.no_rendering_mode = False
    toy.world.apply_settings(settings)


def test_billboard_and_dark_child_have_their_attributes(toy: ToyClient) -> None:
    pose = toy.world.get_map().get_spawn_points()[0]
    board = toy.spawn(
        "static.moosetest.billboard",
        carla.Transform(pose.transform(carla.Location(x=10)), pose.rotation),
        picture="person",
    )
    child = toy.spawn(
        "walker.moosetest.child",
        carla.Transform(pose.transform(carla.Location(x=6, y=3, z=1)), pose.rotation),
        clothing_reflectance=0.1,
    )
    frames = toy.listen("sensor.camera.instance_segmentation", toy.car(0), **SMALL)
    image = bgra(of_frame(frames, toy.ticks(2))).astype(int)
    seen = set(np.unique(image[..., 1] + 256 * image[..., 0]))
    assert {board.id, child.id} <= seen
    assert board.attributes["picture"] == "person"
