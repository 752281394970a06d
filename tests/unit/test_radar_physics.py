"""The physical radar against closed forms: corner, sphere, road mirror, rail ghost, resolution cells, gait."""

from __future__ import annotations

from dataclasses import replace
from math import atan, log10, pi, radians, sqrt

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.library import mesh
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.assets.people.swing import STRIDE_M, limbs
from sim.assets.props.calibration import CORNER_M, EDGE_M, EDGES
from sim.raycast.caster import RayCaster
from sim.raycast.corner_reflectors import ASSET
from sim.raycast.radar import Radar, RadarParams, RadarScan
from sim.raycast.radar_cells import THRESHOLD_SNR, RadarReceiver, detected
from sim.raycast.radar_echoes import Echoes, RayFan, ray_echoes
from sim.raycast.radar_physics import RadarPhysics, ray_fan
from sim.raycast.radar_surfaces import WAVELENGTH_M, mirrored_share, trihedral_rcs_m2
from sim.world.scene import Instance, Scene, StaticPart
from tests.toy_rays import at, ground, panel, scene

SENSOR = at(0.0, 0.0, float(CORNER_M[2]))
STILL = np.zeros(3)
FOV = (radians(60.0), radians(10.0))
PARAMS = RadarParams(
    horizontal_fov_rad=FOV[0], vertical_fov_rad=FOV[1], range_m=150.0, points_per_second=6000, physics=RadarPhysics()
)


def ready(world: Scene, shape: Mesh | None = None) -> RayCaster:
    def source(key: MeshKey) -> Mesh:
        return shape or mesh(key)

    caster = RayCaster(source)
    caster.set_scene(world)
    return caster


def scanned(world: Scene, velocity: np.ndarray = STILL, frame: int = 0, params: RadarParams = PARAMS) -> RadarScan:
    return Radar(params, seed=1).scan(ready(world), SENSOR, velocity, frame, 0.1)


def corner(x_m: float, y_m: float, vx_mps: float = 0.0, turned_rad: float = 0.0) -> Instance:
    """A corner at that place that opens towards the sensor, or is turned away from it."""
    facing_rad = atan(y_m / x_m) + pi + turned_rad
    pose = at(x_m, y_m, 0.0, facing_rad)
    pose[:2, 3] -= pose[:2, :2] @ CORNER_M[:2]
    return Instance(9, 20, MeshKey(ASSET), pose, velocity_world_mps=np.array([vx_mps, 0.0, 0.0]))


def rcs_dbsm(world: Scene, shape: Mesh | None = None, scans: int = 20) -> float:
    fans = [ray_fan(*FOV, np.random.default_rng(k)) for k in range(scans)]
    caster = ready(world, shape)
    return 10.0 * log10(np.mean([ray_echoes(caster, fan, SENSOR, STILL, 150.0).rcs_m2.sum() for fan in fans]))


def echoes(rows: list[tuple[float, float, float, float]]) -> Echoes:
    """Of (range, azimuth in degrees, range rate, cross-section)."""
    range_m, azimuth_deg, rate_mps, rcs_m2 = np.array(rows, np.float64).T
    azimuth_rad = np.radians(azimuth_deg)
    unit = np.column_stack([np.cos(azimuth_rad), np.sin(azimuth_rad), np.zeros(len(rows))])
    return Echoes(range_m, unit, rate_mps, rcs_m2, np.zeros(len(rows)))


def test_corner_reflector_has_its_closed_form_along_its_axis_and_nothing_behind() -> None:
    axis = np.full(3, 1.0 / sqrt(3.0))
    assert trihedral_rcs_m2(EDGE_M, axis[None])[0] == pytest.approx(12.0 * pi * EDGE_M**4 / WAVELENGTH_M**2, rel=1e-12)
    assert 10 * log10(12.0 * pi * EDGE_M**4 / WAVELENGTH_M**2) == pytest.approx(23.9, abs=0.05)
    turned = np.array([[0.2, 0.5, sqrt(1 - 0.29)], [-0.1, 0.5, sqrt(1 - 0.26)]])
    low, middle, high = turned[0]
    by_hand = 4.0 * pi * (EDGE_M**2 * low * (4.0 - high / middle)) ** 2 / WAVELENGTH_M**2
    np.testing.assert_allclose(trihedral_rcs_m2(EDGE_M, turned), [by_hand, 0.0], rtol=1e-12)


def test_edges_of_the_corner_are_at_right_angles_and_its_axis_looks_ahead() -> None:
    np.testing.assert_allclose(EDGES @ EDGES.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(EDGES @ [1.0, 0.0, 0.0], 1.0 / sqrt(3.0), atol=1e-12)


def test_corner_reflector_is_found_at_its_range_angle_and_doppler() -> None:
    # 40 m ahead and 10 m left, driving at 3 m/s with the radar at 15: -12 m/s along x, -11.64 along the sight.
    found = scanned(scene(corner(40.0, 10.0, vx_mps=3.0)), velocity=np.array([15.0, 0.0, 0.0]))
    assert len(found.range_m) == 1
    # 24 dBsm at 41 m has 13 + 24 + 21 = 58 dB: errors of 0.39 / 800 of a resolution.
    assert found.range_m[0] == pytest.approx(sqrt(1700.0), abs=0.001)
    assert np.degrees(found.azimuth_rad[0]) == pytest.approx(14.036, abs=0.01)
    assert np.degrees(found.elevation_rad[0]) == pytest.approx(0.0, abs=0.03)
    assert found.range_rate_mps[0] == pytest.approx(-12.0 * 40.0 / sqrt(1700.0), abs=0.001)


def test_corner_reflector_turned_away_hidden_or_out_of_the_field_is_not_found() -> None:
    assert len(scanned(scene(corner(40.0, 0.0, turned_rad=pi))).range_m) == 0
    hidden = scanned(scene(corner(40.0, 0.0), parts=(panel(20.0, Material.BLACK),)))
    assert np.all(hidden.range_m < 25.0)
    assert len(scanned(scene(corner(20.0, 14.0))).range_m) == 0  # 35 degrees of 30


def test_reach_follows_the_fourth_root_of_the_cross_section() -> None:
    # Steady targets, 100 scans each: 1 m2 is found half of the time at 140 m, 16 m2 at 280 m.
    for rcs_m2, range_m in ((1.0, 140.0), (16.0, 280.0)):
        times = [
            len(detected(echoes([(range_m, 0.0, 0.0, rcs_m2)]), RadarReceiver(), np.random.default_rng(k)).range_m)
            for k in range(200)
        ]
        assert 70 <= sum(times) <= 140
        nearer = echoes([(0.8 * range_m, 0.0, 0.0, rcs_m2)])  # 3.9 dB more
        assert all(len(detected(nearer, RadarReceiver(), np.random.default_rng(k)).range_m) for k in range(50))


def test_sphere_has_the_cross_section_of_geometric_optics() -> None:
    # Reflectance 1 x pi x radius^2 = 3.14 m2 = 5.0 dBsm; the diffuse part, 0.3 x pi x radius^2 seen, adds 1.1 dB.
    dbsm = rcs_dbsm(scene(Instance(1, 14, MeshKey("ball"), at(25.0, 0.0, float(CORNER_M[2])))), ball(1.0))
    assert dbsm == pytest.approx(10 * log10(pi * 1.3), abs=0.5)


@pytest.mark.parametrize(
    ("asset", "pose", "tag", "yaw_deg", "low_dbsm", "high_dbsm"),
    [
        ("walker.pedestrian.0001", "stand", 12, 0, -9.0, -1.0),
        ("walker.pedestrian.0001", "walk_2", 12, 90, -9.0, -1.0),
        ("vehicle.diamondback.century", "", 19, 90, -6.0, 2.0),
        ("vehicle.audi.tt", "", 14, 0, 5.0, 15.0),
        ("vehicle.audi.tt", "", 14, 90, 10.0, 20.0),
        ("vehicle.audi.tt", "", 14, 30, -2.0, 8.0),
        ("vehicle.carlamotors.carlacola", "", 15, 90, 18.0, 28.0),
    ],
)
def test_bodies_have_the_cross_sections_that_are_measured_at_77_ghz(
    asset: str, pose: str, tag: int, yaw_deg: float, low_dbsm: float, high_dbsm: float
) -> None:
    z_m = 0.9 if tag == 12 else 0.0
    assert (
        low_dbsm
        < rcs_dbsm(scene(Instance(1, tag, MeshKey(asset, pose), at(25.0, 0.0, z_m, radians(yaw_deg)))))
        < high_dbsm
    )


def test_two_targets_in_a_cell_are_one_and_a_cell_and_a_half_apart_are_two() -> None:
    receiver, rng = RadarReceiver(), np.random.default_rng(0)
    base = (50.0, 0.0, 0.0, 10.0)
    for shift in ((0.19, 0.0, 0.0), (0.0, 1.4, 0.0), (0.0, 0.0, 0.09)):
        beside = tuple(np.add(base, (*shift, 0.5)))
        assert len(detected(echoes([base, beside]), receiver, rng).range_m) == 1
    for shift in ((0.61, 0.0, 0.0), (0.0, 4.6, 0.0), (0.0, 0.0, 0.31)):
        beside = tuple(np.add(base, (*shift, 0.5)))
        assert len(detected(echoes([base, beside]), receiver, rng).range_m) == 2


def test_errors_fall_with_the_root_of_the_power() -> None:
    spread_m = []
    for rcs_m2 in (1.0, 100.0):
        found = [
            detected(echoes([(80.0, 0.0, 0.0, rcs_m2)]), RadarReceiver(), np.random.default_rng(k)).range_m[0]
            for k in range(400)
        ]
        spread_m.append(np.std(found))
        snr = THRESHOLD_SNR * rcs_m2 * (140.0 / 80.0) ** 4
        assert spread_m[-1] == pytest.approx(0.39 * 0.4 / sqrt(snr), rel=0.15)
    assert spread_m[0] / spread_m[1] == pytest.approx(10.0, rel=0.2)


def test_even_clutter_hides_itself_and_a_car_stands_out() -> None:
    car = Instance(1, 14, MeshKey("vehicle.audi.tt"), at(30.0, 0.0), velocity_world_mps=np.array([4.0, 0.0, 0.0]))
    road = scanned(scene(parts=(ground(),)))
    assert len(road.range_m) < 60
    assert np.all(road.range_m < 30.0)
    with_car = scanned(scene(car, parts=(ground(),)))
    rear_m = 30.0 - 4.18 / 2.0
    best = np.argmin(np.abs(with_car.range_m - rear_m))
    assert with_car.range_m[best] == pytest.approx(rear_m, abs=0.4)
    assert with_car.range_rate_mps[best] == pytest.approx(4.0, abs=0.05)


def test_car_hidden_behind_a_car_is_seen_under_it_and_not_without_the_road() -> None:
    def car(number: int, x_m: float, vx_mps: float) -> Instance:
        return Instance(
            number, 14, MeshKey("vehicle.audi.tt"), at(x_m, 0.0), velocity_world_mps=np.array([vx_mps, 0, 0])
        )

    cars = (car(1, 20.0, 10.0), car(2, 32.0, 5.0))
    on_road = [scanned(scene(*cars, parts=(ground(),)), frame=k) for k in range(5)]
    in_space = [scanned(scene(*cars), frame=k) for k in range(5)]
    hidden = [(s.range_m > 28.5) & (np.abs(s.range_rate_mps - 5.0) < 0.3) for s in on_road]
    assert sum(bool(h.any()) for h in hidden) >= 4
    first = on_road[0].range_m[hidden[0]]
    assert first.min() == pytest.approx(32.0 - 4.18 / 2.0, abs=0.6)
    assert not any(((s.range_m > 28.5) & (np.abs(s.range_rate_mps - 5.0) < 0.3)).any() for s in in_space)


def test_flat_rail_shows_the_mirror_image_of_a_car_behind_it() -> None:
    # Rail along y = -4; the image of a car at (25, 0) is at (25, -8) and moves as its mirror image does.
    car = Instance(
        1,
        14,
        MeshKey("vehicle.audi.tt"),
        at(25.0, 0.0, 0.0, radians(60)),
        velocity_world_mps=np.array([0.0, -6.0, 0.0]),
    )
    found = [scanned(scene(car, parts=(rail(-4.0),)), frame=k) for k in range(8)]
    y_m = np.concatenate([s.range_m * np.sin(s.azimuth_rad) for s in found])
    x_m = np.concatenate([s.range_m * np.cos(s.azimuth_rad) for s in found])
    rate_mps = np.concatenate([s.range_rate_mps for s in found])
    ghost = (np.abs(y_m + 8.0) < 2.0) & (np.abs(x_m - 25.0) < 3.0) & (np.abs(rate_mps) > 0.5)
    assert ghost.sum() >= 3
    # The image comes with +6 m/s along y, from (25, -8): -6 x 8 / 26.2 = -1.83 m/s; wheels aside.
    assert np.median(rate_mps[ghost]) == pytest.approx(-6.0 * 8.0 / sqrt(25.0**2 + 8.0**2), abs=0.4)


def test_smooth_surfaces_mirror_all_at_grazing_and_rough_ones_nothing() -> None:
    kinds = np.array([Material.METAL, Material.ASPHALT, Material.ASPHALT, Material.GRASS])
    share = mirrored_share(kinds, np.array([0.5, 0.0, 1.0, 0.0]))
    phase = 4.0 * pi * 0.4e-3 / WAVELENGTH_M
    np.testing.assert_allclose(share[1:], [1.0, 0.07 * np.exp(-(phase**2)), 0.0], rtol=1e-6)
    assert share[0] > 0.9


def test_feet_of_a_walker_stand_and_swing() -> None:
    # Mid-stance (pose 2): one foot is on the ground, so near 0; the other makes up for it, near twice the walk.
    moving = limbs("walker.pedestrian.0001", "walk_2")
    assert moving is not None
    ankles_mps = 1.4 + moving.swing_m[4:6, 1, 0] * 1.4 / STRIDE_M
    assert min(ankles_mps) == pytest.approx(0.0, abs=0.3)
    assert max(ankles_mps) == pytest.approx(2.8, abs=0.3)
    assert limbs("walker.pedestrian.0001", "stand") is None


def test_walker_has_a_spread_of_velocities_around_its_own() -> None:
    walker = Instance(
        1,
        12,
        MeshKey("walker.pedestrian.0001", "walk_2"),
        at(20.0, 0.0, 0.9, pi),
        velocity_world_mps=np.array([-1.4, 0, 0]),
    )
    rates_mps = np.concatenate([scanned(scene(walker), frame=k).range_rate_mps for k in range(5)])
    assert rates_mps.min() < -2.2
    assert rates_mps.max() > -0.6
    assert np.median(rates_mps) == pytest.approx(-1.4, abs=0.5)
    standing = replace(walker, mesh=MeshKey("walker.pedestrian.0001", "stand"), velocity_world_mps=STILL)
    np.testing.assert_allclose(scanned(scene(standing)).range_rate_mps, 0.0, atol=0.1)


def test_wheels_of_a_car_move_between_nothing_and_twice_its_speed() -> None:
    car = Instance(
        1, 14, MeshKey("vehicle.audi.tt"), at(15.0, 2.0, 0.0, pi), velocity_world_mps=np.array([-10.0, 0, 0])
    )
    rates_mps = np.concatenate([scanned(scene(car), frame=k).range_rate_mps for k in range(5)])
    assert -20.5 < rates_mps.min() < -12.0
    assert rates_mps.max() > -4.0
    body = np.abs(rates_mps + 9.9) < 0.25
    assert body.sum() >= 10


def test_minimum_speed_leaves_out_what_stands_whatever_the_own_speed() -> None:
    physics = RadarPhysics(minimum_speed_mps=1.0)
    world = scene(corner(40.0, 10.0), replace(corner(60.0, -5.0, vx_mps=3.0), actor_id=10))
    own = np.array([15.0, 0.0, 0.0])
    assert len(scanned(world, own).range_m) == 2
    found = scanned(world, own, params=replace(PARAMS, physics=physics))
    assert found.range_m.tolist() == [pytest.approx(sqrt(3625.0), abs=0.01)]


def test_scans_repeat_and_frames_differ_and_the_strongest_are_kept() -> None:
    world = scene(corner(40.0, 10.0), parts=(ground(),))
    first, again, other = scanned(world), scanned(world), scanned(world, frame=1)
    np.testing.assert_array_equal(first.range_m, again.range_m)
    assert not np.array_equal(first.range_m, other.range_m)
    few = scanned(world, params=replace(PARAMS, points_per_second=10))
    np.testing.assert_array_equal(few.range_m, first.range_m[:1])
    assert few.range_m[0] == pytest.approx(sqrt(1700.0), abs=0.05)


def test_empty_world_is_silent() -> None:
    assert len(scanned(scene()).range_m) == 0


def test_rays_fill_the_ellipse_and_stand_for_its_solid_angle() -> None:
    fan = ray_fan(*FOV, np.random.default_rng(0))
    assert isinstance(fan, RayFan)
    # Half axes 30 and 5 degrees: an ellipse's pi a b, a little less for the tangents in CARLA's field.
    assert fan.solid_angle_sr.sum() == pytest.approx(pi * radians(30) * radians(5), rel=0.05)


def ball(radius_m: float) -> Mesh:
    up, around = np.meshgrid(np.linspace(-pi / 2, pi / 2, 41), np.linspace(0, 2 * pi, 81), indexing="ij")
    grid = radius_m * np.stack([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)], axis=-1)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    corners = np.concatenate(
        [np.stack([a, b, c], axis=2).reshape(-1, 3, 3), np.stack([a, c, d], axis=2).reshape(-1, 3, 3)]
    )
    flat = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) < 1e-9
    return MeshBuilder().triangles(corners[~flat].tolist(), (0.5, 0.5, 0.5), int(Material.PAINT)).build()


def rail(y_m: float) -> StaticPart:
    corners = [[[2, y_m, 0], [60, y_m, 0], [60, y_m, 2]], [[2, y_m, 0], [60, y_m, 2], [2, y_m, 2]]]
    return StaticPart("rail", 17, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(Material.METAL)).build())
