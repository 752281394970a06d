"""Puffs of spray and steam before a wall: what they take and send back, by hand."""

from __future__ import annotations

from dataclasses import replace
from math import erf, exp, pi, radians, sqrt

import numpy as np
import pytest

from sim.assets.mesh import Material
from sim.raycast.beams import Grid
from sim.raycast.echoes import Returns
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.puff_echoes import crossings
from sim.raycast.receiver import DATUM_SIGNAL
from sim.world.scene import Puffs, Weather
from tests.toy_rays import at, caster, scene, wall

BEAM = LidarParams(
    channels=1, range_m=150.0, points_per_second=20_000, upper_fov_rad=0.0, lower_fov_rad=0.0,
    horizontal_fov_rad=radians(1e-4), dropoff_general_rate=0.0, physics=LidarPhysics(),
)  # fmt: skip
PULSE_M = 299_792_458.0 * 3e-9 / 2.0
WALL = wall(40.0, material=Material.CONCRETE)


def puff(x_m: float, aside_m: float, radius_m: float, per_m: float) -> Puffs:
    return Puffs(np.array([[x_m, aside_m, 0.0]]), np.array([radius_m]), np.array([per_m]))


def swept(puffs: Puffs, returns: Returns = Returns.STRONGEST, x_m: float = 0.0) -> LidarSweep:
    world = replace(scene(parts=(WALL,)), weather=Weather(mie=-1.0), puffs=puffs)
    params = replace(BEAM, physics=LidarPhysics(returns=returns))
    return Lidar(params, seed=4).sweep(caster(world), at(x_m), 0, 0.1)


@pytest.mark.parametrize("aside_m", [0.0, 0.4, 0.9])
def test_a_wall_behind_a_puff_is_dimmer_by_the_puffs_depth_both_ways(aside_m: float) -> None:
    depth = sqrt(pi) * 0.8 * 0.35 * exp(-((aside_m / 0.8) ** 2))  # right through a bell curve
    sweep = swept(puff(20.0, aside_m, 0.8, 0.35))
    on_wall = sweep.tag == 3
    told = 100.0 / 255.0 * 0.40 * exp(-2.0 * depth)
    assert np.count_nonzero(on_wall) > 1900
    assert sweep.intensity[on_wall].mean() == pytest.approx(told, rel=0.02)


def test_a_puff_that_stands_in_the_wall_is_crossed_in_part() -> None:
    depth = sqrt(pi) / 2.0 * 0.8 * 0.35 * (erf(0.5) + erf(39.6 / 0.8))  # its middle is 0.4 m, half a radius, before it
    sweep = swept(puff(39.6, 0.0, 0.8, 0.35), Returns.LAST)
    # The puff's own echo is within a pulse of the wall's and melts with it: 0.03 of white beside 0.16.
    assert sweep.intensity.mean() == pytest.approx(100.0 / 255.0 * 0.40 * exp(-2.0 * depth), rel=0.25)


def test_a_thick_puff_answers_itself_from_its_middle() -> None:
    sweep = swept(puff(20.0, 0.0, 0.8, 1.0), Returns.FIRST)
    own = sweep.tag == 0
    # pi / 18.8 sr x 1 / m x 0.45 m of white, dimmed by half of the puff both ways.
    brightness = pi / 18.8 * 1.0 * PULSE_M * exp(-2.0 * sqrt(pi) / 2.0 * 0.8)
    signal = DATUM_SIGNAL * 10.0 * (90.0 / 25.0) ** 2 * brightness
    assert signal > 10.0
    assert np.count_nonzero(own) == 2000
    np.testing.assert_allclose(np.median(sweep.points_sensor_m[own, 0]), 20.0, atol=0.02)
    assert sweep.intensity[own].mean() == pytest.approx(100.0 / 255.0 * brightness, rel=0.02)


def test_puffs_behind_the_wall_or_the_sensor_or_beside_the_beam_do_nothing() -> None:
    alone = swept(puff(20.0, 50.0, 0.1, 1e-9)).points_sensor_m.tobytes()
    for far in (puff(60.0, 0.0, 0.8, 1.0), puff(-10.0, 0.0, 0.8, 1.0), puff(20.0, 5.0, 0.8, 1.0)):
        assert swept(far).points_sensor_m.tobytes() == alone


def test_every_ray_within_two_radii_is_found() -> None:
    grid = Grid(np.radians(np.linspace(20.0, -20.0, 41)), 2.0 * pi, 0.3, 1.0, 360)
    rng = np.random.default_rng(5)
    center_m, radius_m = rng.uniform(-20.0, 20.0, (40, 3)) * [1.0, 1.0, 0.3], rng.uniform(0.2, 1.5, 40)
    center_m[:3] = [[-9.0, 0.01, 0.0], [-9.0, -0.01, 1.0], [0.5, 6.0, 2.0]]  # beside the seam behind
    direction = grid.direction_sensor(np.arange(grid.rays)).T.astype(np.float64)
    for center, radius in zip(center_m, radius_m, strict=True):
        one = Puffs(center[None], np.array([radius]), np.ones(1))
        along_m = direction @ center
        off_m = np.sqrt(np.maximum(np.sum(center**2) - along_m**2, 0.0))
        expected = np.flatnonzero((off_m < 1.99 * radius) & (along_m > 0.0))
        if np.linalg.norm(center) > 2.0 * radius:
            assert set(expected) <= set(crossings(one, grid, np.eye(4)).place)
