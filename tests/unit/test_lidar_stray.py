"""Echoes that are not of what a ray met: halos of retro-reflectors, pulses of other sensors."""

from __future__ import annotations

from dataclasses import replace
from math import radians, sqrt

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.world.scene import StaticPart
from tests.toy_rays import at, caster, room, scene

LINE = LidarPhysics(divergence_rad=0.0)
FIELD = LidarParams(
    channels=41, range_m=150.0, points_per_second=41 * 410, upper_fov_rad=radians(2.0), lower_fov_rad=radians(-2.0),
    horizontal_fov_rad=radians(4.1), dropoff_general_rate=0.0, physics=LINE,
)  # fmt: skip
"""41 x 41 rays, 0.1 deg apart; the middle one looks along +x."""


def swept(params: LidarParams, *parts: StaticPart) -> LidarSweep:
    return Lidar(params, seed=2).sweep(caster(scene(parts=parts)), at(0.0), 0, 0.1)


def sign(x_m: float, material: Material) -> StaticPart:
    """A square of 3 mrad at that distance: the middle ray and its neighbours."""
    half_m = 0.0015 * x_m
    return StaticPart(
        "sign", 8, MeshBuilder().box((x_m + 0.01, 0, 0), (0.01, half_m, half_m), (1, 1, 1), int(material)).build()
    )


def test_a_near_sign_has_a_halo_as_wide_as_its_stray_light_is_heard() -> None:
    sweep = swept(FIELD, sign(30.0, Material.RETRO))
    halo = sweep.points_sensor_m[sweep.tag == 0]
    assert len(halo) > 100
    np.testing.assert_allclose(np.linalg.norm(halo, axis=1), 30.0, atol=0.3)
    # 950.8 of white at 30 m: 62.816 x 9 x 950.8 = 537,500, of which 1e-4 x (0.25 deg / angle)**2 is 5 at 0.82 deg.
    heard_deg = 0.25 * sqrt(62.816 * 9.0 * 950.8 * 1e-4 / 5.0)
    angle_deg = np.degrees(np.arccos(halo[:, 0] / np.linalg.norm(halo, axis=1)))
    assert 0.8 < heard_deg < 0.85
    assert np.count_nonzero(angle_deg < heard_deg) > 0.8 * np.count_nonzero(angle_deg < 2.0)
    assert angle_deg.max() < 1.5 * heard_deg
    # All rays well inside the circle hear it: it has pi 0.5**2 / 0.1**2 = 79 of them, nine of which meet the sign.
    assert np.count_nonzero(angle_deg < 0.5) >= 60


def test_far_signs_and_white_boards_have_none() -> None:
    for part in (sign(140.0, Material.RETRO), sign(30.0, Material.PANEL)):
        assert np.count_nonzero(swept(FIELD, part).tag == 0) <= 2  # a false point or two


def test_halo_hides_no_wall_behind() -> None:
    sweep = swept(FIELD, sign(30.0, Material.RETRO), room(35.0))
    on_wall = np.count_nonzero(sweep.tag == 3)
    assert len(sweep.tag) == 41 * 41
    assert on_wall > 41 * 41 - 200  # a wall's own echo of 145 is stronger than the halo but right beside the sign


def test_pulses_of_other_sensors_come_from_any_distance() -> None:
    sweep = swept(replace(FIELD, physics=replace(LINE, crosstalk_rate=0.3)))
    count, rays = len(sweep.tag), 41 * 41
    assert abs(count - 0.3 * rays) < 5.0 * sqrt(rays * 0.3 * 0.7) + 3.0
    range_m = np.linalg.norm(sweep.points_sensor_m, axis=1)
    # Uniform over 150 m: mean 75 m, standard deviation 150 / sqrt(12) = 43.3 m.
    assert abs(range_m.mean() - 75.0) < 5.0 * 43.3 / sqrt(count)
    assert abs(np.median(range_m) - 75.0) < 12.0
    assert set(sweep.tag) == {0}


def test_a_stronger_echo_wins_over_a_foreign_pulse() -> None:
    crowded = swept(replace(FIELD, physics=replace(LINE, crosstalk_rate=1.0)), room(20.0))
    # A facade of 0.4 at 20 m: 62.816 x 0.4 x 12.96 = 325.6; exp(-(325.6 - 5) / 20) = 1e-7 of foreign pulses are above.
    assert set(crowded.tag) == {3}
