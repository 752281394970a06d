"""LiDARs, radar and obstacle detector against a box of known size: ranges, angles, counts, losses by hand."""

import math
from typing import Any

import carla
import numpy as np
import pytest

from sim.raycast.beams import point_age_s
from tests.toy_client import FIXED_DELTA_S, ToyClient
from tests.toy_messages import cloud, detections, labelled, of_frame
from tests.toy_sky import BOX, BOX_HALF_M, box_at, moved, sky

LOSSLESS = {"dropoff_general_rate": 0.0, "dropoff_intensity_limit": 0.0, "dropoff_zero_intensity": 0.0}
TEN_M = 10.0
FACE_M = TEN_M - BOX_HALF_M[0]
TAPE_M = 2e-3
"""The box's tape lies on its faces: so far from their edges a ray may meet it or pass."""
COLUMNS, CHANNELS, FOV_DEG = 600, 24, 12.0
NARROW = {
    "channels": CHANNELS,
    "upper_fov": 7.0,
    "lower_fov": -7.0,
    "horizontal_fov": FOV_DEG,
    "rotation_frequency": 1 / FIXED_DELTA_S,
    "points_per_second": int(COLUMNS * CHANNELS / FIXED_DELTA_S),
    "range": 50.0,
}
"""One sweep of its field a tick, columns 0.02 degrees apart."""


def beams_rad() -> tuple[np.ndarray, np.ndarray]:
    """Azimuth (to the right) of each column, elevation of each channel, by CARLA's formulas."""
    azimuth = np.radians(-FOV_DEG / 2 + FOV_DEG * np.arange(COLUMNS) / COLUMNS)
    return azimuth, np.radians(np.linspace(7.0, -7.0, CHANNELS))


def test_lidar_sees_a_box_where_it_is_with_as_many_points_as_rays_meet_it(day: ToyClient) -> None:
    here = sky(day)
    box_at(day, here, TEN_M)
    frames = day.listen("sensor.lidar.ray_cast", None, here, atmosphere_attenuation_rate=0.05, **NARROW, **LOSSLESS)
    scan = of_frame(frames, day.ticks(2))
    azimuth, elevation = beams_rad()
    y_m = FACE_M * np.tan(azimuth)
    z_m = FACE_M * np.tan(elevation)[:, None] / np.cos(azimuth)
    meets, may_meet = (
        (np.abs(y_m) < BOX_HALF_M[1] - margin_m) & (np.abs(z_m) < BOX_HALF_M[2] - margin_m)
        for margin_m in (TAPE_M, 0.0)
    )
    assert scan.channels == CHANNELS
    counts = np.array([scan.get_point_count(i) for i in range(CHANNELS)])
    assert np.all((meets.sum(axis=1) <= counts) & (counts <= may_meet.sum(axis=1)))
    points = cloud(scan)
    points = points[np.all(np.abs(points[:, 1:3]) < np.array(BOX_HALF_M[1:]) - TAPE_M, axis=1)]
    np.testing.assert_allclose(points[:, 0], FACE_M, atol=2e-3)
    np.testing.assert_allclose(points[:, 1], np.broadcast_to(y_m, meets.shape)[meets], atol=2e-3)
    np.testing.assert_allclose(points[:, 2], z_m[meets], atol=2e-3)
    np.testing.assert_allclose(points[:, 3], np.exp(-0.05 * np.linalg.norm(points[:, :3], axis=1)), atol=1e-4)


def test_lidar_ends_at_its_range(day: ToyClient) -> None:
    here = sky(day)
    box_at(day, here, TEN_M)
    for range_m, sees in ((FACE_M - 0.05, False), (FACE_M + 0.05, True)):
        options = NARROW | LOSSLESS | {"range": range_m, "upper_fov": 0.1, "lower_fov": -0.1}
        frames = day.listen("sensor.lidar.ray_cast", None, here, **options)
        assert (len(cloud(of_frame(frames, day.ticks(2)))) > 0) == sees


def test_lidar_turns_by_its_frequency_and_tells_the_angle(day: ToyClient) -> None:
    above = moved(day.world.get_map().get_spawn_points()[0], 0.0, 0.0, 2.0)
    options = {"channels": 4, "upper_fov": -20.0, "lower_fov": -35.0, "points_per_second": 24_000, "range": 60.0}
    frames = day.listen("sensor.lidar.ray_cast", None, above, rotation_frequency=5.0, **options, **LOSSLESS)
    ticked = [day.world.tick() for _ in range(5)]
    for number, frame in enumerate(ticked):
        scan = of_frame(frames, frame)
        points = cloud(scan)
        assert len(points) == 24_000 * FIXED_DELTA_S  # every ray meets the ground
        assert scan.horizontal_angle == pytest.approx((number + 1) % 4 * math.pi / 2, abs=1e-4)
        turned = np.degrees(np.arctan2(points[:, 1], points[:, 0])) % 360.0
        expected = (-180.0 + 90.0 * number + 90.0 * np.arange(300) / 300) % 360.0
        error = (turned.reshape(4, 300) - expected + 180.0) % 360.0 - 180.0
        assert np.abs(error).max() < 0.02


def test_ground_under_a_lidar_is_where_the_road_is(day: ToyClient) -> None:
    start = day.world.get_map().get_waypoint(day.world.get_map().get_spawn_points()[0].location).transform
    above = carla.Transform(start.location + carla.Location(z=2.0), start.rotation)
    options = {"channels": 16, "upper_fov": -45.0, "lower_fov": -80.0, "points_per_second": 100_000, "range": 5.0}
    frames = day.listen("sensor.lidar.ray_cast", None, above, rotation_frequency=20.0, **options, **LOSSLESS)
    points = cloud(of_frame(frames, day.ticks(2)))
    lane = points[np.abs(points[:, 1]) < 1.2]
    assert len(lane) > 1000
    np.testing.assert_allclose(lane[:, 2], -2.0, atol=0.04)


def test_lidar_loses_the_shares_it_is_told_to(day: ToyClient) -> None:
    here = sky(day)
    box_at(day, here, TEN_M)
    narrow = NARROW | {"upper_fov": 4.0, "lower_fov": -4.0, "horizontal_fov": 5.0}
    rays = COLUMNS * CHANNELS  # all meet the face
    keeps_weak = 0.5 / 0.8 * math.exp(-0.1 * FACE_M) + 1.0 - 0.5  # CARLA: alpha I + beta
    for share, options in (
        (1.0 - 0.3, {"dropoff_general_rate": 0.3, "dropoff_zero_intensity": 0.0}),
        (
            keeps_weak,
            {
                "dropoff_general_rate": 0.0,
                "dropoff_zero_intensity": 0.5,
                "dropoff_intensity_limit": 0.8,
                "atmosphere_attenuation_rate": 0.1,
            },
        ),
    ):
        frames = day.listen("sensor.lidar.ray_cast", None, here, **narrow, **options)
        kept = len(cloud(of_frame(frames, day.ticks(2)))) / rays
        assert kept == pytest.approx(share, abs=5.0 * math.sqrt(share * (1.0 - share) / rays) + 2e-3)


def test_lidar_noise_is_along_the_ray_and_repeats_with_its_seed(day: ToyClient) -> None:
    here = sky(day)
    box_at(day, here, TEN_M)
    narrow = NARROW | LOSSLESS | {"upper_fov": 4.0, "lower_fov": -4.0, "horizontal_fov": 5.0}
    clouds = []
    for seed in (3, 3, 4):
        frames = day.listen("sensor.lidar.ray_cast", None, here, noise_stddev=0.1, noise_seed=seed, **narrow)
        clouds.append(cloud(of_frame(frames, day.ticks(2))))
    assert clouds[0].tobytes() == clouds[1].tobytes()
    assert clouds[0].tobytes() != clouds[2].tobytes()
    range_m = np.linalg.norm(clouds[0][:, :3], axis=1)
    truth_m = FACE_M * range_m / clouds[0][:, 0]
    error_m = range_m - truth_m
    assert error_m.std() == pytest.approx(0.1, rel=5.0 / math.sqrt(2 * len(error_m)))
    np.testing.assert_allclose(clouds[0][:, 3], np.exp(-0.004 * truth_m), atol=1e-4)  # strength knows no noise


def test_semantic_lidar_tells_who_and_at_which_angle(day: ToyClient) -> None:
    here = sky(day)
    box = box_at(day, here, TEN_M, yaw=30.0)
    frames = day.listen("sensor.lidar.ray_cast_semantic", None, here, **NARROW)
    points = labelled(of_frame(frames, day.ticks(2)))
    assert len(points) > 1000
    assert set(points["id"].tolist()) == {box.id}
    assert set(points["tag"].tolist()) == {int(carla.CityObjectLabel.Static)}
    toward = points["xyz"] / np.linalg.norm(points["xyz"], axis=1)[:, None]
    forward = np.array([math.cos(math.radians(30.0)), math.sin(math.radians(30.0)), 0.0])
    rightward = np.array([-forward[1], forward[0], 0.0])
    back, side = toward @ forward, np.abs(toward @ rightward)
    near = np.minimum(np.abs(points["cos"] - back), np.abs(points["cos"] - side))
    assert near.max() < 1e-3


def test_radar_counts_its_rays_and_looks_right_and_up(day: ToyClient) -> None:
    here = sky(day)
    box_at(day, here, TEN_M)
    middle = {"horizontal_fov": 5.0, "vertical_fov": 8.0, "points_per_second": 1990}
    ahead = day.listen("sensor.other.radar", None, here, **middle)
    aside = day.listen("sensor.other.radar", None, moved(here, 0.0, -1.0, -2.0), points_per_second=20_000)
    frame = day.ticks(2)
    scan = detections(of_frame(ahead, frame))
    assert len(scan) == 99  # 1990 a second for 0.05 s, rounded down: each meets the face
    velocity, azimuth, altitude, depth = scan.T
    np.testing.assert_allclose(depth * np.cos(azimuth) * np.cos(altitude), FACE_M, atol=2e-3)
    np.testing.assert_allclose(velocity, 0.0, atol=1e-6)
    assert np.abs(azimuth).max() <= math.radians(2.5) + 1e-6
    assert np.abs(altitude).max() <= math.radians(4.0) + 1e-6
    _, azimuth, altitude, depth = detections(of_frame(aside, frame)).T  # the box is a metre to the right, two above
    place = depth * np.array([np.cos(altitude) * np.cos(azimuth), np.cos(altitude) * np.sin(azimuth), np.sin(altitude)])
    assert len(depth) > 5
    assert (np.abs(place[1] - 1.0) <= BOX_HALF_M[1] + 2e-3).all()
    assert (np.abs(place[2] - 2.0) <= BOX_HALF_M[2] + 2e-3).all()


def test_radar_that_drives_sees_all_that_stands_come_nearer(day: ToyClient) -> None:
    car = day.car()
    frames = day.listen("sensor.other.radar", car, moved(carla.Transform(), 2.5, 0.0, 1.0), points_per_second=20_000)
    day.world.tick()
    car.enable_constant_velocity(carla.Vector3D(x=10.0))
    scan = of_frame(frames, day.ticks(3))
    velocity, azimuth, altitude, _ = detections(scan).T
    assert len(velocity) > 20
    expected = -10.0 * np.cos(altitude) * np.cos(azimuth)
    assert np.median(np.abs(velocity - expected)) < 0.1


def test_radar_sees_a_car_come_and_go_by_the_sign_of_its_velocity(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    for sign, behind in ((1.0, 180.0), (-1.0, 0.0)):
        pose = car.get_transform()
        x = -15.0 if behind == 0.0 else 15.0
        rotation = carla.Rotation(yaw=pose.rotation.yaw + behind, pitch=pose.rotation.pitch * -math.copysign(1, x))
        place = carla.Transform(pose.transform(carla.Location(x, 0.0, 0.7)), rotation)
        options: dict[str, Any] = {"points_per_second": 20_000, "horizontal_fov": 4.0, "vertical_fov": 4.0}
        frames = day.listen("sensor.other.radar", None, place, **options)
        car.enable_constant_velocity(carla.Vector3D(x=8.0))
        scan = of_frame(frames, day.ticks(2))
        met = detections(scan)[detections(scan)[:, 3] < 20.0]
        assert len(met) > 20
        assert np.median(met[:, 0]) == pytest.approx(-8.0 * sign, abs=0.15)


def test_radar_is_a_physical_instrument_when_asked(day: ToyClient) -> None:
    here = sky(day)
    # Opens towards the sensor; its corner is 0.5 m over its foot and 0.04 m behind the middle of it.
    day.spawn("static.moosetest.corner_reflector", moved(here, 29.96, 3.0, -0.5, yaw=180.0))
    options = {"moosetest_physics": True, "horizontal_fov": 60.0, "vertical_fov": 10.0, "points_per_second": 6000}
    frames = day.listen("sensor.other.radar", None, here, **options)
    plain = day.listen("sensor.other.radar", None, here, **options | {"moosetest_physics": False})
    frame = day.ticks(2)
    ((velocity, azimuth, altitude, depth),) = detections(of_frame(frames, frame))
    assert depth == pytest.approx(math.hypot(30.0, 3.0), abs=0.01)
    assert azimuth == pytest.approx(math.atan2(3.0, 30.0), abs=math.radians(0.05))  # to the right, as CARLA counts
    assert altitude == pytest.approx(0.0, abs=math.radians(0.1))
    assert velocity == pytest.approx(0.0, abs=0.01)
    assert len(detections(of_frame(plain, frame))) <= 10  # of 300 random rays few meet a thing of 0.1 m


def test_obstacle_is_touched_by_a_ball(day: ToyClient) -> None:
    here = sky(day)
    box = box_at(day, here, TEN_M)
    ahead = day.listen("sensor.other.obstacle", None, here, distance=20.0, hit_radius=0.5)
    beside = moved(here, 0.0, float(BOX_HALF_M[1]) + 0.3)
    edge = day.listen("sensor.other.obstacle", None, beside, distance=20.0, hit_radius=0.5)
    past = day.listen("sensor.other.obstacle", None, beside, distance=20.0, hit_radius=0.2)
    short = day.listen("sensor.other.obstacle", None, here, distance=FACE_M - 0.6, hit_radius=0.5)
    dynamic = day.listen("sensor.other.obstacle", None, here, distance=20.0, only_dynamics=True)
    frame = day.ticks(2)
    met = of_frame(ahead, frame)
    assert (met.other_actor.id, met.other_actor.type_id) == (box.id, box.type_id)
    assert met.distance == pytest.approx(FACE_M - 0.5, abs=2e-3)
    assert of_frame(edge, frame).distance == pytest.approx(FACE_M - 0.4, abs=0.03)  # 0.3, 0.4, 0.5
    assert past.empty()
    assert short.empty()
    assert dynamic.empty()


def test_obstacle_can_be_the_ground_itself(day: ToyClient) -> None:
    start = day.world.get_map().get_waypoint(day.world.get_map().get_spawn_points()[0].location).transform.location
    down = carla.Transform(start + carla.Location(z=3.0), carla.Rotation(pitch=-90.0))
    frames = day.listen("sensor.other.obstacle", None, down, distance=5.0, hit_radius=0.4)
    dynamic = day.listen("sensor.other.obstacle", None, down, distance=5.0, hit_radius=0.4, only_dynamics=True)
    frame = day.ticks(2)
    met = of_frame(frames, frame)
    assert met.other_actor.type_id in ("static.road", "static.roadline")
    assert met.distance == pytest.approx(3.0 - 0.4, abs=0.03)
    assert dynamic.empty()


def test_obstacle_of_a_car_is_not_itself_and_dynamic_is_a_car(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    ahead = moved(car.get_transform(), 9.0, 0.0, 0.3)
    other = day.world.try_spawn_actor(day.blueprint("vehicle.audi.tt"), ahead)
    if other is None:
        pytest.skip("something stands nine metres ahead of the first spawn point")
    day.spawned.append(other)
    frames = day.listen(
        "sensor.other.obstacle", car, moved(carla.Transform(), 0.0, 0.0, 0.8), distance=15.0, only_dynamics=True
    )
    met = of_frame(frames, day.ticks(2))
    assert (met.actor.id, met.other_actor.id) == (car.id, other.id)
    assert 9.0 - 4.181 / 2 - 0.5 <= met.distance <= 9.0 - 1.0


def test_ignored_vehicles_are_not_there_for_a_sensor(day: ToyClient) -> None:
    car = day.car()
    roof = moved(carla.Transform(), 0.0, 0.0, 3.0)
    options = {"upper_fov": -50.0, "lower_fov": -85.0, "points_per_second": 50_000, "rotation_frequency": 20.0}
    frames = day.listen("sensor.lidar.ray_cast_semantic", car, roof, **options)
    assert car.id in labelled(of_frame(frames, day.ticks(2)))["id"]
    day.spawned[-1].set_ignored_vehicles([car.id])
    assert car.id not in labelled(of_frame(frames, day.ticks(2)))["id"]


def test_lidar_is_a_physical_instrument_when_asked(day: ToyClient) -> None:
    here = sky(day)
    box_at(day, here, TEN_M)
    narrow = NARROW | {"upper_fov": 4.0, "lower_fov": -4.0, "horizontal_fov": 5.0, "dropoff_general_rate": 0.0}
    found = {}
    for datum_m in (90.0, 1.0):
        options = narrow | {"moosetest_physics": True, "moosetest_range_10_percent": datum_m}
        frames = day.listen("sensor.lidar.ray_cast", None, here, **options)
        found[datum_m] = cloud(of_frame(frames, day.ticks(2)))
    assert len(found[90.0]) == COLUMNS * CHANNELS  # all meet the face, CARLA's drop-off by intensity is out of play
    assert len(found[1.0]) == 0  # 6.28 x (1 m / 25 m)**2 = 0.01 a tenth of white: far below the threshold of 5
    assert np.ptp(found[90.0][:, 3]) > 0.0  # noise of the receiver
    np.testing.assert_allclose(found[90.0][:, 0], FACE_M, atol=2e-3)


def test_lidar_refuses_returns_that_it_does_not_know(day: ToyClient) -> None:
    with pytest.raises(RuntimeError, match="moosetest_returns"):
        day.listen("sensor.lidar.ray_cast", None, sky(day), moosetest_returns="loudest")


def test_lidar_in_motion_casts_each_ray_at_its_own_time(day: ToyClient) -> None:
    car = day.car()
    mount = carla.Transform(carla.Location(x=2.5, z=1.0))
    still = day.listen("sensor.lidar.ray_cast", car, mount, **NARROW, **LOSSLESS)
    spun = day.listen("sensor.lidar.ray_cast", car, mount, moosetest_scan_motion=True, **NARROW, **LOSSLESS)
    day.world.tick()
    ahead = moved(car.get_transform(), 20.0)
    day.spawn(BOX, carla.Transform(ahead.location, car.get_transform().rotation))
    car.enable_constant_velocity(carla.Vector3D(x=10.0))
    frame = day.ticks(4)
    at_tick, at_own_time = of_frame(still, frame), of_frame(spun, frame)
    azimuth_rad = [np.arctan2(-cloud(scan)[:, 1], cloud(scan)[:, 0]).astype(float) for scan in (at_tick, at_own_time)]
    age_s = point_age_s(azimuth_rad[1], math.radians(FOV_DEG), at_own_time.horizontal_angle, 1.0, FIXED_DELTA_S)
    x_m = [cloud(scan)[:, 0] for scan in (at_tick, at_own_time)]
    # The flat face: what stands out beside it belongs to the road.
    face_m = float(np.median(x_m[0][np.abs(azimuth_rad[0]) < 0.01]))
    on_face = np.abs(x_m[1] - 10.0 * age_s - face_m) < 0.1
    assert np.count_nonzero(on_face & (age_s < 0.02)) > 20
    assert np.count_nonzero(on_face & (age_s > 0.03)) > 20
    np.testing.assert_allclose(x_m[1][on_face] - face_m, 10.0 * age_s[on_face], atol=0.02)
    assert np.ptp(x_m[1][on_face]) > 0.1
