import math

import numpy as np
import pytest

from sim.render.view import Images
from sim.server.calls import CallError
from sim.server.gait import walker_pose
from sim.server.layouts import WeatherParameters
from sim.server.scene_view import build_scene, weather_of
from sim.server.sensors import camera, ranging
from sim.server.sensors.adapter import chosen_noise_seed, noise_rng_seed
from tests.toy_episode import TICK_NS, episode_on, plain_map, put


def test_depth_code_by_hand() -> None:
    metres = np.array([[0.0, 1000.0, 500.0, 2000.0]], np.float32)
    bgra = camera.encode_depth(Images(depth_m=metres)).astype(int)
    code = bgra[..., 2] + 256 * bgra[..., 1] + 65536 * bgra[..., 0]
    assert code.tolist() == [[0, 2**24 - 1, 8388608, 2**24 - 1]]  # half of 16777215, rounded to even
    assert (bgra[..., 3] == 255).all()


def test_instance_and_tag_bytes() -> None:
    images = Images(tag=np.array([[14]], np.uint8), instance_id=np.array([[0x1234]], np.uint32))
    assert camera.encode_instance(images).tolist() == [[[0x12, 0x34, 14, 255]]]
    assert camera.encode_semantic(images).tolist() == [[[0, 0, 14, 255]]]


def test_a_control_picture_is_red_where_traffic_is_green_where_people_are_and_else_black() -> None:
    # road, car, bus, bicycle, pedestrian, line on the road
    picture = camera.encode_control(Images(tag=np.array([[1, 14, 16, 19, 12, 24]], np.uint8)))
    red, green, black, line = [0, 0, 255, 255], [0, 255, 0, 255], [0, 0, 0, 255], [249, 183, 98, 255]
    assert picture.tolist() == [[black, red, red, red, green, line]]


def test_colour_order_is_bgra() -> None:
    assert camera.encode_rgb(np.array([[[1, 2, 3]]], np.uint8)).tolist() == [[[3, 2, 1, 255]]]


def test_normals_flip_the_left_axis() -> None:
    normal = np.array([[[0.0, 1.0, 0.0]]], np.float32)
    blue, green, red, _ = camera.encode_normals(Images(normal_world=normal))[0, 0]
    assert (red, green, blue) == (128, 0, 128)


def test_lidar_attributes_become_radians_and_a_semantic_lidar_loses_nothing() -> None:
    episode = episode_on(plain_map())
    sensor = put(episode, "sensor.lidar.ray_cast", channels="64", upper_fov="3", horizontal_fov="120", range="150")
    params = ranging.lidar_params(sensor, with_losses=True)
    assert (params.channels, params.range_m) == (64, 150.0)
    assert params.upper_fov_rad == pytest.approx(math.radians(3))
    assert params.horizontal_fov_rad == pytest.approx(math.radians(120))
    assert params.dropoff_general_rate == 0.45
    assert ranging.lidar_params(sensor, with_losses=False).dropoff_general_rate == 0.0


@pytest.mark.parametrize(
    ("name", "value"),
    [("points_per_second", "-5"), ("channels", "0"), ("range", "inf"), ("upper_fov", "91"), ("noise_stddev", "-0.1")],
)
def test_a_lidar_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(CallError, match=name):
        put(episode_on(plain_map()), "sensor.lidar.ray_cast", **{name: value})


def test_a_measurement_has_a_bounded_number_of_rays() -> None:
    assert ranging._longest_s(0.05, 56_000) == 0.05
    assert ranging._longest_s(10.0, 50_000_000) * 50_000_000 == pytest.approx(4_194_304)


def test_noise_is_that_of_server_kind_and_chosen_seed() -> None:
    episode = episode_on(plain_map())
    first, twin, other = (put(episode, "sensor.other.imu", noise_seed=seed) for seed in ("0", "0", "7"))
    gnss = put(episode, "sensor.other.gnss", noise_seed="0")
    chosen = [(1, first), (2, first), (1, other), (1, gnss)]
    assert len({chosen_noise_seed(seed, actor) for seed, actor in chosen}) == 4
    assert chosen_noise_seed(1, first) == chosen_noise_seed(1, twin)


def test_cameras_differ_in_their_noise() -> None:
    episode = episode_on(plain_map())
    first, second = (put(episode, "sensor.camera.rgb") for _ in range(2))
    assert len({noise_rng_seed(1, first), noise_rng_seed(2, first), noise_rng_seed(1, second)}) == 3
    again = put(episode_on(plain_map()), "sensor.camera.rgb", moosetest_noise_seed="0")
    chosen = put(episode_on(plain_map()), "sensor.camera.rgb", moosetest_noise_seed="7")
    assert first.id == again.id == chosen.id
    assert noise_rng_seed(1, first) == noise_rng_seed(1, again) != noise_rng_seed(1, chosen)


@pytest.mark.parametrize(
    ("speed_mps", "walked_m", "pose"),
    [
        (0.05, 9.0, "stand"),
        (1.4, 0.0, "walk_0"),
        (1.4, 0.7, "walk_4"),
        (1.4, 1.39, "walk_7"),
        (1.4, 1.4, "walk_0"),
        (3.0, 0.2, "run_1"),
    ],
)
def test_walkers_pose_by_speed_and_way(speed_mps: float, walked_m: float, pose: str) -> None:
    assert walker_pose(speed_mps, walked_m) == pose


def test_weather_in_shares_and_right_handed_angles() -> None:
    weather = weather_of(WeatherParameters(cloudiness=250.0, sun_azimuth_deg=90.0, sun_altitude_deg=30.0, wetness=40.0))
    assert (weather.cloudiness, weather.wetness) == (1.0, 0.4)
    assert weather.sun_direction_world == pytest.approx([0.0, -math.cos(math.radians(30)), 0.5], abs=1e-9)


def test_scene_shows_bodies_with_their_attributes_and_not_sensors() -> None:
    episode = episode_on(plain_map())
    car = put(episode, "vehicle.audi.tt", color="255,0,0")
    put(episode, "sensor.other.gnss", parent=car)
    board = put(episode, "static.moosetest.billboard", (20, 5, 0), picture="child", picture_scale="0.5")
    child = put(episode, "walker.moosetest.child", (10, 5, 0.55), clothing_reflectance="0.05")
    assert car.vehicle is not None
    car.vehicle.lights = 8
    episode.step(TICK_NS)
    shown = {instance.actor_id: instance for instance in build_scene(episode).instances}
    assert list(shown) == [car.id, board.id, child.id]
    assert shown[car.id].paint_rgb == (1.0, 0.0, 0.0)
    assert shown[car.id].lights == 8
    assert (shown[board.id].picture, shown[board.id].picture_scale) == ("child", 0.5)
    assert shown[child.id].cloth_reflectance == 0.05
    assert shown[child.id].mesh.pose == "stand"
    assert shown[child.id].tag == 12


def test_scene_does_not_change_when_the_world_goes_on() -> None:
    episode = episode_on(plain_map())
    car = put(episode, "vehicle.audi.tt")
    episode.step(TICK_NS)
    instance = build_scene(episode).instances[0]
    before = instance.T_world_body.copy()
    episode.bodies.set_velocity(car, np.array([9.0, 0.0, 0.0]))
    episode.step(TICK_NS)
    np.testing.assert_array_equal(instance.T_world_body, before)
