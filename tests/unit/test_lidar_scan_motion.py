"""A LiDAR that moves while it sweeps: each ray from its own place and time, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, radians, sin

import numpy as np
import pytest

from sim.assets.mesh import Material
from sim.raycast.beams import Beams, Grid, Motion, point_age_s
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.world.scene import Instance, Scene
from tests.toy_rays import CAR, FLOAT32_M, at, caster, room, scene, wall

COLUMNS, FOV_RAD, DT_S = 50, radians(40.0), 0.1
FAN = LidarParams(
    channels=1, range_m=200.0, points_per_second=COLUMNS * 10, upper_fov_rad=0.0, lower_fov_rad=0.0,
    horizontal_fov_rad=FOV_RAD, dropoff_general_rate=0.0, dropoff_zero_intensity=0.0,
)  # fmt: skip
AZIMUTH_RAD = FOV_RAD * (0.5 - np.arange(COLUMNS) / COLUMNS)
AGE_S = DT_S * (1.0 - np.arange(COLUMNS) / COLUMNS)
"""The first column was measured when the sweep began, the last one a column before it ended."""


def moving(velocity_mps: tuple[float, float, float], turn_radps: float = 0.0) -> Motion:
    return Motion(np.array(velocity_mps), np.array([0.0, 0.0, turn_radps]), DT_S)


def swept(world: Scene, motion: Motion | None, params: LidarParams = FAN) -> LidarSweep:
    return Lidar(params, 0).sweep(caster(world), at(0.0), 0, DT_S, motion)


def range_m(sweep: LidarSweep) -> np.ndarray:
    return np.linalg.norm(sweep.points_sensor_m, axis=1)


def test_a_wall_ahead_is_as_far_as_it_was_when_the_ray_left() -> None:
    sweep = swept(scene(parts=(wall(20.0),)), moving((20.0, 0.0, 0.0)))
    np.testing.assert_allclose(range_m(sweep), (20.0 + 20.0 * AGE_S) / np.cos(AZIMUTH_RAD), atol=FLOAT32_M)
    azimuth_rad = np.arctan2(sweep.points_sensor_m[:, 1], sweep.points_sensor_m[:, 0])
    np.testing.assert_allclose(azimuth_rad, AZIMUTH_RAD, atol=1e-6)  # told in the sensor's frame of that time


def test_a_turning_sensor_looked_elsewhere_before() -> None:
    sweep = swept(scene(parts=(wall(20.0),)), moving((0.0, 0.0, 0.0), turn_radps=1.5))
    np.testing.assert_allclose(range_m(sweep), 20.0 / np.cos(AZIMUTH_RAD - 1.5 * AGE_S), atol=2 * FLOAT32_M)


def test_a_car_is_met_where_it_was() -> None:
    car = Instance(5, 14, CAR, at(12.0), velocity_world_mps=np.array([-30.0, 0.0, 0.0]))
    sweep = swept(scene(car, parts=(wall(60.0),)), moving((0.0, 0.0, 0.0)))
    on_car = sweep.actor_id == 5
    front_m = 10.0 + 30.0 * AGE_S  # half of the car's 4 m is ahead of its middle; it came 30 m/s nearer since
    assert on_car.tolist() == (np.abs(front_m * np.tan(AZIMUTH_RAD)) < 1.0).tolist()
    np.testing.assert_allclose(sweep.points_sensor_m[on_car, 0], front_m[on_car], atol=FLOAT32_M)


def test_a_car_that_keeps_its_distance_is_not_bent() -> None:
    car = Instance(5, 14, CAR, at(12.0), velocity_world_mps=np.array([25.0, 0.0, 0.0]))
    sweep = swept(scene(car, parts=(wall(60.0),)), moving((25.0, 0.0, 0.0)))
    np.testing.assert_allclose(sweep.points_sensor_m[sweep.actor_id == 5, 0], 10.0, atol=FLOAT32_M)


def test_no_motion_is_the_same_as_none() -> None:
    world = scene(Instance(5, 14, CAR, at(12.0)), parts=(room(20.0),))
    for params in (FAN, replace(FAN, physics=LidarPhysics())):
        still = swept(world, moving((0.0, 0.0, 0.0)), params)
        assert still.points_sensor_m.tobytes() == swept(world, None, params).points_sensor_m.tobytes()


def test_panes_and_rims_move_with_their_ray() -> None:
    physics = LidarPhysics()
    parts = (replace(wall(20.0), mesh=wall(20.0, material=Material.GLASS).mesh), wall(40.0, material=Material.CONCRETE))
    sweep = swept(scene(parts=parts), moving((20.0, 0.0, 0.0)), replace(FAN, physics=physics))
    aslant = np.abs(AZIMUTH_RAD) > radians(15.0)  # the pane does not flash there
    told_m = range_m(sweep)
    assert len(told_m) == COLUMNS
    np.testing.assert_allclose(told_m[aslant], ((40.0 + 20.0 * AGE_S) / np.cos(AZIMUTH_RAD))[aslant], atol=0.05)


@pytest.mark.parametrize("seed", range(6))
def test_a_sweep_on_the_way_meets_what_each_ray_meets_at_its_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cars = tuple(
        Instance(
            i + 1, 14, CAR, at(*rng.uniform(-25.0, 25.0, 2), 0.0, rng.uniform(-pi, pi)),
            velocity_world_mps=rng.uniform(-30.0, 30.0, 3) * [1.0, 1.0, 0.0],
        )
        for i in range(12)
    )  # fmt: skip
    ready = caster(scene(*cars, parts=(room(60.0),)))
    motion = Motion(rng.uniform(-30.0, 30.0, 3) * [1.0, 1.0, 0.0], rng.uniform(-1.0, 1.0, 3), DT_S)
    grid = Grid(np.radians(np.linspace(10.0, -20.0, 16)), 2.0 * pi, 0.0, 1.0, 400)
    swept_together = Beams(grid, at(0.0, 0.0, 0.5), 150.0, motion).cast(ready, None)
    one_by_one = ready.cast(
        swept_together.origin_world_m,
        swept_together.direction_world,
        150.0,
        age_s=DT_S * (1.0 - np.tile(np.arange(400), 16) / 400),
    )
    np.testing.assert_array_equal(swept_together.actor_id, one_by_one.actor_id)
    assert len(set(swept_together.actor_id)) > 3


@pytest.mark.parametrize(("frequency_hz", "steps"), [(10.0, 1), (10.0, 3), (2.5, 6), (4.0, 7)])
def test_the_time_of_a_point_follows_from_its_azimuth(frequency_hz: float, steps: int) -> None:
    params = replace(FAN, rotation_frequency_hz=frequency_hz, points_per_second=COLUMNS * 10, horizontal_fov_rad=2 * pi)
    lidar, ready = Lidar(params, 0), caster(scene(parts=(room(20.0),)))
    for frame in range(steps):
        sweep = lidar.sweep(ready, at(0.0), frame, DT_S)
    azimuth_rad = np.arctan2(sweep.points_sensor_m[:, 1], sweep.points_sensor_m[:, 0]).astype(np.float64)
    age_s = point_age_s(azimuth_rad, 2 * pi, sweep.horizontal_angle_rad, frequency_hz * DT_S, DT_S)
    np.testing.assert_allclose(age_s, AGE_S, atol=1e-6)


def test_directions_turn_about_any_axis() -> None:
    grid = Grid(np.zeros(1), FOV_RAD, 0.0, 1.0, 1)
    motion = Motion(np.zeros(3), np.array([0.0, pi, 0.0]), DT_S)  # nose down by pi / 10 in the sweep
    hits = Beams(grid, at(0.0, yaw_rad=-FOV_RAD / 2), 100.0, motion).cast(caster(scene()), None)
    # The one column looked along +x at the end; when it was measured, it looked up by 18 deg.
    np.testing.assert_allclose(hits.direction_world[0], [cos(pi / 10), 0.0, sin(pi / 10)], atol=1e-6)
