"""The radar's signs, reach and pattern against CARLA's definitions, worked out by hand."""

from __future__ import annotations

from math import pi, radians, sqrt, tan

import numpy as np
import pytest

from sim.raycast.radar import Radar, RadarParams, RadarScan
from sim.world.scene import Instance, Scene
from tests.toy_rays import CAR, FLOAT32_M, at, caster, room, scene, wall

PARAMS = RadarParams(
    horizontal_fov_rad=radians(60), vertical_fov_rad=radians(10), range_m=100.0, points_per_second=20_000
)
STILL = np.zeros(3)


def scanned(
    world: Scene, params: RadarParams = PARAMS, pose: np.ndarray | None = None, velocity: np.ndarray = STILL
) -> RadarScan:
    return Radar(params, seed=3).scan(caster(world), at(0.0) if pose is None else pose, velocity, 5, 0.1)


def direction(scan: RadarScan) -> np.ndarray:
    ce = np.cos(scan.elevation_rad)
    return np.stack([ce * np.cos(scan.azimuth_rad), ce * np.sin(scan.azimuth_rad), np.sin(scan.elevation_rad)], axis=1)


def car(x_m: float, y_m: float, **motion: list[float]) -> Instance:
    return Instance(1, 14, CAR, at(x_m, y_m), **{name: np.array(value) for name, value in motion.items()})


def test_defaults_are_carlas() -> None:
    params = RadarParams()
    assert (params.range_m, params.points_per_second) == (100.0, 1500)
    assert (params.horizontal_fov_rad, params.vertical_fov_rad) == (radians(30), radians(30))


@pytest.mark.parametrize(("dt_s", "rays"), [(0.1, 150), (0.05, 75), (float(np.float32(0.1)), 150), (0.0199, 29)])
def test_rays_a_step_are_rounded_down(dt_s: float, rays: int) -> None:
    assert RadarParams().rays(dt_s) == rays


def test_returns_lie_on_the_wall() -> None:
    scan = scanned(scene(parts=(wall(20.0),)))
    assert len(scan.range_m) == 2000
    np.testing.assert_allclose(direction(scan)[:, 0] * scan.range_m, 20.0, atol=FLOAT32_M)


def test_azimuth_is_positive_to_the_left_and_elevation_upwards() -> None:
    left_above = scanned(scene(Instance(1, 14, CAR, at(20.0, 3.0, 1.5))))
    assert 2.0 / 22.0 < np.tan(left_above.azimuth_rad).min() < np.tan(left_above.azimuth_rad).max() < 4.0 / 18.0
    assert left_above.elevation_rad.min() > 0.03


def test_oncoming_car_has_a_negative_range_rate_and_a_leaving_one_a_positive() -> None:
    coming = scanned(scene(car(20.0, 0.0, velocity_world_mps=[-10.0, 0.0, 0.0])))
    leaving = scanned(scene(car(20.0, 0.0, velocity_world_mps=[10.0, 0.0, 0.0])))
    np.testing.assert_allclose(coming.range_rate_mps, -10.0 * direction(coming)[:, 0], atol=1e-4)
    np.testing.assert_allclose(leaving.range_rate_mps, 10.0 * direction(leaving)[:, 0], atol=1e-4)
    assert len(coming.range_m) > 20


def test_own_speed_makes_what_stands_still_approach() -> None:
    scan = scanned(scene(parts=(wall(20.0),)), velocity=np.array([15.0, 0.0, 0.0]))
    np.testing.assert_allclose(scan.range_rate_mps, -15.0 * direction(scan)[:, 0], atol=1e-4)


def test_car_driving_as_fast_as_the_sensor_has_no_range_rate() -> None:
    scan = scanned(scene(car(20.0, 3.0, velocity_world_mps=[9.0, 2.0, 0.0])), velocity=np.array([9.0, 2.0, 0.0]))
    np.testing.assert_allclose(scan.range_rate_mps, 0.0, atol=1e-5)


def test_turning_box_shows_its_two_sides_coming_and_going() -> None:
    # Turns left at 1 rad/s: the front face is 2 m before the centre, a point at y moves with (-y, -2) m/s.
    turning = scanned(scene(car(20.0, 0.0, angular_velocity_world_radps=[0.0, 0.0, 1.0])))
    ray = direction(turning)
    y_m = ray[:, 1] * turning.range_m
    np.testing.assert_allclose(turning.range_rate_mps, -y_m * ray[:, 0] - 2.0 * ray[:, 1], atol=1e-3)


def test_scan_is_in_the_frame_of_a_turned_sensor() -> None:
    # Heading +y from (5, 5): the wall y = 50 of a room is 45 m ahead.
    scan = scanned(scene(parts=(room(50.0),)), pose=at(5.0, 5.0, 0.0, pi / 2), velocity=np.array([0.0, 4.0, 0.0]))
    ahead = np.abs(scan.azimuth_rad) < radians(20)
    np.testing.assert_allclose((direction(scan)[:, 0] * scan.range_m)[ahead], 45.0, atol=FLOAT32_M)
    np.testing.assert_allclose(scan.range_rate_mps, -4.0 * direction(scan)[:, 0], atol=1e-4)


def test_reach_is_a_plane_at_the_range_as_carlas() -> None:
    raised = at(0.0, z_m=20.0)  # so that the wall fills the field
    assert len(scanned(scene(parts=(wall(99.9),)), pose=raised).range_m) == 2000
    assert len(scanned(scene(parts=(wall(100.1),)), pose=raised).range_m) == 0


def test_rays_fill_an_ellipse_evenly_by_radius() -> None:
    ray = direction(scanned(scene(parts=(wall(20.0),))))
    left, up = ray[:, 1] / ray[:, 0] / tan(radians(30)), ray[:, 2] / ray[:, 0] / tan(radians(5))
    radius = np.hypot(left, up)
    assert radius.max() <= 1.0 + 1e-5
    assert abs(np.sum(radius < 0.5) - 1000) < 5 * sqrt(2000 * 0.25)
    assert abs(np.sum(left > 0) - 1000) < 5 * sqrt(2000 * 0.25)


def test_frames_differ_and_repeat() -> None:
    ready = caster(scene(parts=(wall(20.0),)))
    first, second, again = (Radar(PARAMS, 3).scan(ready, at(0.0), STILL, frame, 0.1).range_m for frame in (0, 1, 0))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)


def test_empty_world_gives_no_returns() -> None:
    scan = scanned(scene())
    assert len(scan.range_m) == len(scan.azimuth_rad) == len(scan.elevation_rad) == len(scan.range_rate_mps) == 0
