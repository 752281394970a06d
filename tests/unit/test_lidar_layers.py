"""What a pulse meets besides the first surface: things behind panes, things beside the beam's middle."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, MeshKey
from sim.raycast.echoes import Returns
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.world.scene import Instance, StaticPart, Weather
from tests.toy_rays import at, caster, scene, wall

DUAL = LidarPhysics(returns=Returns.DUAL)
CLEAR = Weather(mie=-1.0)
CONCRETE = wall(20.0, material=Material.CONCRETE)
BEAM = LidarParams(
    channels=1, range_m=100.0, points_per_second=20_000, upper_fov_rad=0.0, lower_fov_rad=0.0,
    horizontal_fov_rad=radians(1e-4), dropoff_general_rate=0.0, physics=LidarPhysics(),
)  # fmt: skip
"""2,000 pulses along +x."""
FAN = replace(BEAM, channels=3, upper_fov_rad=radians(0.2), lower_fov_rad=radians(-0.2), horizontal_fov_rad=radians(40))


def swept(params: LidarParams, *parts: StaticPart, instances: tuple[Instance, ...] = ()) -> LidarSweep:
    return Lidar(params, seed=3).sweep(caster(replace(scene(*instances, parts=parts), weather=CLEAR)), at(0.0), 0, 0.1)


def pane(x_m: float, turned_deg: float = 30.0, material: Material = Material.GLASS) -> StaticPart:
    """A window of 4 m that the beam meets at its middle, turned so that it does not flash."""
    left = np.array([-np.sin(radians(turned_deg)), np.cos(radians(turned_deg)), 0.0]) * 2.0
    up, middle = np.array([0.0, 0.0, 2.0]), np.array([x_m, 0.0, 0.0])
    corners = [
        [middle - left - up, middle + left - up, middle + left + up],
        [middle - left - up, middle + left + up, middle - left + up],
    ]
    return StaticPart("pane", 5, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(material)).build())


def half_wall(x_m: float) -> StaticPart:
    """Its edge is the plane y = 0; it covers the left."""
    corners = [[[x_m, 0, -5], [x_m, 50, -5], [x_m, 50, 5]], [[x_m, 0, -5], [x_m, 50, 5], [x_m, 0, 5]]]
    return StaticPart("half", 5, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(Material.CONCRETE)).build())


def through(turned_deg: float) -> float:
    """Share of power that passes a pane, one way."""
    return 0.7 * (1.0 - (1.0 - cos(radians(turned_deg))) ** 5)


@pytest.mark.parametrize("panes", [0, 1, 2])
def test_a_wall_behind_panes_is_dimmer_by_both_ways_through_each(panes: int) -> None:
    sweep = swept(BEAM, CONCRETE, *(pane(8.0 + 3.0 * i) for i in range(panes)))
    assert set(sweep.tag) == {3}
    np.testing.assert_allclose(sweep.points_sensor_m[:, 0], 20.0, atol=0.02)
    told = 100.0 / 255.0 * 0.40 * through(30.0) ** (2 * panes)
    assert sweep.intensity.mean() == pytest.approx(told, rel=2e-3)


def test_a_third_pane_is_not_looked_through() -> None:
    sweep = swept(replace(BEAM, physics=DUAL), CONCRETE, *(pane(8.0 + 3.0 * i) for i in range(3)))
    assert 3 not in set(sweep.tag)


def test_a_pane_that_faces_the_sensor_flashes_and_dual_tells_both() -> None:
    facing = pane(10.0, turned_deg=0.0)
    assert set(swept(BEAM, CONCRETE, facing).tag) == {5}  # 0.04 / (4 x 0.1**2) = 1 of white beats 0.4 x 0.49
    both = swept(replace(BEAM, physics=DUAL), CONCRETE, facing)
    assert both.tag.tolist() == [5, 3] * 2000


def test_the_far_side_of_a_body_is_seen_through_its_window() -> None:
    builder = MeshBuilder().box((0.0, 0.0, 0.0), (2.0, 1.0, 0.75), (0.5, 0.5, 0.5), int(Material.GLASS))
    car = Instance(9, 14, MeshKey("car"), at(12.0, 0.0, 0.0, radians(30.0)))
    world = replace(scene(car, parts=(CONCRETE,)), weather=CLEAR)
    sweep = Lidar(replace(BEAM, physics=DUAL), 3).sweep(caster(world, builder.build()), at(0.0), 0, 0.1)
    assert set(sweep.tag) <= {3, 14}
    assert np.count_nonzero(sweep.tag == 3) == 2000
    told = 100.0 / 255.0 * 0.40
    assert sweep.intensity[sweep.tag == 3].mean() < told * 0.3  # two panes: 0.7**4 = 0.24 and less


def test_a_beam_at_an_edge_has_two_echoes_of_shared_power() -> None:
    line = swept(replace(FAN, physics=replace(DUAL, divergence_rad=0.0)), half_wall(10.0), CONCRETE)
    wide = swept(replace(FAN, physics=DUAL), half_wall(10.0), CONCRETE)
    assert len(line.tag) == 3 * 666 + 3  # columns 666.67, rounded up
    extra = len(wide.tag) - len(line.tag)
    # 40 deg / 667 columns = 1.05 mrad: of each channel one or two columns lie within the 1.5 mrad on either side of the
    # edge that the rim of a beam of 3 mrad reaches.
    assert 3 * 2 <= extra <= 3 * 4
    shared = np.flatnonzero(np.diff(wide.tag.astype(int)) == -2)
    assert len(shared) >= extra


def test_near_surfaces_melt_into_a_point_between_them() -> None:
    near, far = 10.0, 10.35
    sweep = swept(FAN, half_wall(near), wall(far, material=Material.CONCRETE))
    x_m = sweep.points_sensor_m[:, 0]
    between = (x_m > near + 0.02) & (x_m < far - 0.02)
    assert 3 <= np.count_nonzero(between) <= 12
    share = (x_m[between] - near) / (far - near)
    # One rim of four lies on the other side: an eighth of the power, two if the axis upward does not count.
    assert np.all((np.abs(share - 0.125) < 0.08) | (np.abs(share - 0.875) < 0.08))


def test_planes_have_no_edges() -> None:
    ground = StaticPart(
        "ground",
        1,
        MeshBuilder().box((0.0, 0.0, -2.0), (200.0, 200.0, 0.25), (0.5, 0.5, 0.5), int(Material.CONCRETE)).build(),
    )
    params = replace(
        FAN, channels=32, upper_fov_rad=radians(-2.0), lower_fov_rad=radians(-14.0), points_per_second=320_000
    )
    sweep = swept(params, ground)
    assert len(sweep.cast) == 32 * 1000  # no ray around any
