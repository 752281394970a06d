"""The LiDAR's pattern, loss, noise and intensity against CARLA's definitions, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import exp, pi, radians, sqrt, tan

import numpy as np
import pytest

from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.world.scene import Instance, Scene
from tests.toy_rays import CAR, FLOAT32_M, at, caster, room, scene, wall

PLAIN = LidarParams(
    channels=4, range_m=100.0, points_per_second=4 * 8 * 10, upper_fov_rad=radians(10), lower_fov_rad=radians(-20),
    dropoff_general_rate=0.0, dropoff_zero_intensity=0.0,
)  # fmt: skip
"""4 channels at 10, 0, -10, -20 deg, 8 columns a tick of 0.1 s, all around once a tick, nothing lost."""
ROOM = scene(parts=(room(20.0),))


def swept(params: LidarParams, world: Scene = ROOM, frame: int = 0, seed: int = 1, dt_s: float = 0.1) -> LidarSweep:
    return Lidar(params, seed).sweep(caster(world), at(0.0), frame, dt_s)


def azimuth_deg(sweep: LidarSweep) -> np.ndarray:
    return np.degrees(np.arctan2(sweep.points_sensor_m[:, 1], sweep.points_sensor_m[:, 0]))


def elevation_deg(sweep: LidarSweep) -> np.ndarray:
    points = sweep.points_sensor_m
    return np.degrees(np.arcsin(points[:, 2] / np.linalg.norm(points, axis=1)))


def test_defaults_are_carlas() -> None:
    params = LidarParams()
    assert (params.channels, params.range_m, params.points_per_second, params.rotation_frequency_hz) == (
        32,
        10,
        56000,
        10,
    )
    assert params.elevation_rad[[0, -1]] == pytest.approx([radians(10), radians(-30)])
    assert (params.horizontal_fov_rad, params.atmosphere_attenuation_rate) == (2 * pi, 0.004)
    assert (params.dropoff_general_rate, params.dropoff_intensity_limit, params.dropoff_zero_intensity) == (
        0.45,
        0.8,
        0.4,
    )
    assert (params.noise_stddev_m, params.noise_seed) == (0.0, 0)


@pytest.mark.parametrize(("dt_s", "columns"), [(0.1, 175), (0.05, 88), (0.01, 18), (1e-5, 0)])
def test_columns_are_points_per_second_by_channel_rounded_half_up(dt_s: float, columns: int) -> None:
    assert LidarParams().columns(dt_s) == columns  # 56,000 / 32 = 1,750 a second: 87.5 and 17.5 round up


def test_channels_go_from_the_upper_limit_down_and_columns_from_left_to_right() -> None:
    sweep = swept(PLAIN)
    assert list(sweep.points_per_channel) == [8, 8, 8, 8]
    np.testing.assert_allclose(elevation_deg(sweep), np.repeat([10.0, 0.0, -10.0, -20.0], 8), atol=1e-4)
    clockwise = [180.0, 135.0, 90.0, 45.0, 0.0, -45.0, -90.0, -135.0]
    np.testing.assert_allclose(np.abs(azimuth_deg(sweep)), np.abs(np.tile(clockwise, 4)), atol=1e-4)
    np.testing.assert_allclose(azimuth_deg(sweep)[1:8], clockwise[1:], atol=1e-4)


def test_points_lie_on_the_walls_of_the_room() -> None:
    points_m = swept(replace(PLAIN, points_per_second=4 * 256 * 10)).points_sensor_m
    np.testing.assert_allclose(np.abs(points_m).max(axis=1), 20.0, atol=FLOAT32_M)


def test_points_are_in_the_frame_of_a_turned_and_raised_sensor() -> None:
    # At (3, 4, 1), heading +y, nose down by 10 deg: the beam 10 deg up is level and meets the wall y = 20 after 16 m.
    tilt = np.eye(4)
    tilt[:3, :3] = [
        [np.cos(radians(10)), 0, np.sin(radians(10))],
        [0, 1, 0],
        [-np.sin(radians(10)), 0, np.cos(radians(10))],
    ]
    pose = at(3.0, 4.0, 1.0, pi / 2) @ tilt
    sweep = Lidar(PLAIN, 0).sweep(caster(ROOM), pose, 0, 0.1)
    ahead = sweep.points_sensor_m[4]
    np.testing.assert_allclose(ahead, [16 * np.cos(radians(10)), 0.0, 16 * np.sin(radians(10))], atol=FLOAT32_M)


def test_flat_ground_gives_each_beam_its_ring() -> None:
    # 1.75 m above ground: 10 deg down meets it after 1.75 / tan(10 deg) = 9.925 m along the ground, 20 deg: 4.808 m.
    sweep = Lidar(PLAIN, 0).sweep(caster(scene(parts=(room(1000.0),))), at(0.0, z_m=-998.25), 0, 0.1)
    reach_m = np.linalg.norm(sweep.points_sensor_m[:, :2], axis=1)
    np.testing.assert_allclose(reach_m, np.repeat([1.75 / tan(radians(10)), 1.75 / tan(radians(20))], 8), atol=2e-3)
    assert list(sweep.points_per_channel) == [0, 0, 8, 8]


def test_front_field_covers_the_same_angles_every_tick() -> None:
    front = replace(PLAIN, horizontal_fov_rad=radians(120))
    lidar, ready = Lidar(front, 0), caster(ROOM)
    for frame in range(30):
        sweep = lidar.sweep(ready, at(0.0), frame, 0.1)
        np.testing.assert_allclose(azimuth_deg(sweep), np.tile(60.0 - 15.0 * np.arange(8), 4), atol=1e-4)
        assert sweep.horizontal_angle_rad == 0.0


def test_partial_turns_continue_where_they_stopped() -> None:
    # 10 turns a second, 0.025 s: a quarter turn a step, 2 of the 8 columns of a whole turn.
    lidar, ready = Lidar(PLAIN, 0), caster(ROOM)
    sweeps = [lidar.sweep(ready, at(0.0), frame, 0.025) for frame in range(5)]
    angles = [np.round(azimuth_deg(sweep)[:2]).tolist() for sweep in sweeps]
    assert angles[1:] == [[90.0, 45.0], [0.0, -45.0], [-90.0, -135.0], angles[0]]
    header_deg = [np.degrees(sweep.horizontal_angle_rad) for sweep in sweeps]
    np.testing.assert_allclose(header_deg, [90.0, 180.0, 270.0, 0.0, 90.0], atol=1e-9)


def test_float32_time_steps_do_not_make_the_pattern_drift() -> None:
    front, dt_s = replace(PLAIN, horizontal_fov_rad=radians(120)), float(np.float32(0.1))
    lidar, ready = Lidar(front, 0), caster(ROOM)
    first = lidar.sweep(ready, at(0.0), 0, dt_s)
    for frame in range(200):
        last = lidar.sweep(ready, at(0.0), frame, dt_s)
    np.testing.assert_array_equal(first.points_sensor_m, last.points_sensor_m)


def test_a_step_too_short_for_one_ray_gives_nothing_and_does_not_turn() -> None:
    lidar, ready = Lidar(PLAIN, 0), caster(ROOM)
    sweep = lidar.sweep(ready, at(0.0), 0, 0.001)
    assert len(sweep.points_sensor_m) == 0
    assert list(sweep.points_per_channel) == [0, 0, 0, 0]
    assert lidar.sweep(ready, at(0.0), 0, 0.1).points_per_channel.sum() == 32


def test_one_channel_looks_along_the_upper_limit() -> None:
    sweep = swept(replace(PLAIN, channels=1))
    np.testing.assert_allclose(elevation_deg(sweep), 10.0, atol=1e-4)
    assert list(sweep.points_per_channel) == [32]


def test_intensity_is_carlas_formula() -> None:
    front = replace(PLAIN, horizontal_fov_rad=radians(90), channels=1, upper_fov_rad=0.0, points_per_second=20)
    sweep = swept(front, scene(parts=(wall(20.0),)))  # columns at +45 and 0 deg: 28.28 m and 20 m
    np.testing.assert_allclose(sweep.intensity, [exp(-0.004 * 20 * sqrt(2)), exp(-0.08)], rtol=1e-6)


def test_semantic_answers_name_the_actor_and_its_tag() -> None:
    front = replace(PLAIN, horizontal_fov_rad=radians(90), channels=1, upper_fov_rad=0.0, points_per_second=20)
    sweep = swept(front, scene(Instance(42, 14, CAR, at(10.0)), parts=(wall(20.0),)))
    assert list(sweep.actor_id) == [0, 42]
    assert list(sweep.tag) == [3, 14]
    np.testing.assert_allclose(sweep.points_sensor_m[:, 0], [20.0, 8.0], atol=FLOAT32_M)
    np.testing.assert_allclose(sweep.cos_incidence, [sqrt(0.5), 1.0], atol=1e-6)


def test_general_loss_takes_its_share() -> None:
    params = replace(PLAIN, points_per_second=4 * 5000 * 10, dropoff_general_rate=0.45)
    counts = [len(swept(params, frame=frame).intensity) for frame in range(3)]
    sigma = sqrt(20_000 * 0.45 * 0.55)  # binomial; 5 sigma is one false alarm in a million
    assert all(abs(count - 20_000 * 0.55) < 5 * sigma for count in counts)
    assert len(set(counts)) > 1


@pytest.mark.parametrize(("attenuation", "kept"), [(0.0, 1.0), (0.004, 1.0), (0.0347, 0.85), (10.0, 0.6)])
def test_weak_returns_are_lost_by_carlas_line(attenuation: float, kept: float) -> None:
    # Level beams of a room corner to corner vary, so look at one direction: 20 m. exp(-0.0347 * 20) = 0.4996: kept
    # with 0.4 / 0.8 * 0.4996 + 0.6 = 0.8498. Above the limit of 0.8 (exp(-0.08) = 0.923) nothing is lost.
    params = LidarParams(
        channels=1, range_m=100, points_per_second=200_000, upper_fov_rad=0.0, lower_fov_rad=0.0,
        horizontal_fov_rad=radians(0.1), atmosphere_attenuation_rate=attenuation, dropoff_general_rate=0.0,
    )  # fmt: skip
    count = len(swept(params).intensity)
    assert abs(count - 20_000 * kept) <= 5 * sqrt(20_000 * kept * (1 - kept)) + 20_000 * 2e-4


def test_noise_is_along_the_ray_with_its_standard_deviation() -> None:
    params = replace(PLAIN, points_per_second=4 * 2500 * 10)
    clean, noisy = swept(params).points_sensor_m, swept(replace(params, noise_stddev_m=0.05)).points_sensor_m
    range_m = np.linalg.norm(clean, axis=1)
    error_m = np.linalg.norm(noisy, axis=1) - range_m
    np.testing.assert_allclose(noisy, clean * (1 + error_m / range_m)[:, None], atol=FLOAT32_M)
    assert abs(error_m.mean()) < 5 * 0.05 / sqrt(10_000)
    assert abs(error_m.std() / 0.05 - 1) < 5 / sqrt(2 * 10_000)


def test_noise_does_not_change_intensity() -> None:
    noisy = swept(replace(PLAIN, noise_stddev_m=1.0))
    np.testing.assert_array_equal(noisy.intensity, swept(PLAIN).intensity)


def test_luck_of_a_ray_does_not_depend_on_what_others_meet() -> None:
    params = replace(PLAIN, points_per_second=4 * 64 * 10, dropoff_general_rate=0.3, noise_stddev_m=0.1)
    alone = swept(params).points_sensor_m
    with_car = swept(params, scene(Instance(1, 14, CAR, at(10.0)), parts=(room(20.0),)))
    same = np.isin(alone.view("V12").ravel(), with_car.points_sensor_m.view("V12").ravel())
    assert len(alone) == len(with_car.actor_id)
    assert same.sum() == np.sum(with_car.actor_id == 0) < len(alone)


def test_frames_seeds_and_noise_seeds_differ_and_repeat() -> None:
    params = replace(PLAIN, dropoff_general_rate=0.5, points_per_second=4 * 64 * 10)
    sweeps = [
        swept(params), swept(params, frame=1), swept(params, seed=2), swept(replace(params, noise_seed=1)),
    ]  # fmt: skip
    assert len({sweep.points_sensor_m.tobytes() for sweep in sweeps}) == 4
    np.testing.assert_array_equal(sweeps[0].points_sensor_m, swept(params).points_sensor_m)


def test_range_ends_the_world() -> None:
    assert len(swept(replace(PLAIN, range_m=19.9)).intensity) == 0
    level = swept(replace(PLAIN, range_m=20.0)).points_per_channel
    assert list(level) == [0, 4, 0, 0]


def test_empty_world_gives_no_points_and_no_nan() -> None:
    sweep = swept(replace(PLAIN, noise_stddev_m=0.1, dropoff_general_rate=0.45), scene())
    assert sweep.points_sensor_m.shape == (0, 3)
    assert sweep.points_per_channel.sum() == 0
    assert len(sweep.actor_id) == len(sweep.tag) == len(sweep.cos_incidence) == 0


def test_everything_is_finite_and_of_its_type() -> None:
    sweep = swept(replace(PLAIN, noise_stddev_m=0.1), scene(Instance(1, 14, CAR, at(10.0)), parts=(wall(20.0),)))
    arrays = (sweep.points_sensor_m, sweep.intensity, sweep.cos_incidence)
    assert all(np.isfinite(array).all() and array.dtype == np.float32 for array in arrays)
    assert (sweep.actor_id.dtype, sweep.tag.dtype, sweep.points_per_channel.dtype) == (np.uint32, np.uint8, np.uint32)
