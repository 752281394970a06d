"""The tunnel: what eyes, rays and bodies meet in it."""

import numpy as np
import pytest

from sim.assets import library
from sim.raycast.caster import RayCaster
from sim.world.maps import load_map
from sim.world.maps.network import read_network
from sim.world.scene import Scene, Weather

HALF_M = 3.5 + 1.0 + 0.02
"""Middle of the road to the walls' faces."""
START_M, END_M = 360.0, 680.0


@pytest.fixture(scope="module")
def road():
    (only,) = read_network(load_map("tunnel").xodr).roads
    return only


def test_the_tunnel_is_where_the_map_says(road):
    assert road.tunnels == ((START_M, END_M - START_M),)
    assert load_map("tunnel").signs[0].limit_kmph == pytest.approx(80.0)


def test_walls_hold_bodies_on_both_sides_all_along(road):
    solids = load_map("tunnel").solids()
    walls = solids.tag == 4
    assert walls.sum() == 2 * (END_M - START_M) / 20.0
    assert solids.half_m[walls] == pytest.approx(np.tile([10.0, 0.25, 2.5], (walls.sum(), 1)), abs=1e-3)
    middle = road.points(np.array([START_M, END_M]), 0.0).mean(axis=0)
    along = np.array([np.cos(road.headings(500.0)[0]), np.sin(road.headings(500.0)[0])])
    aside_m = (solids.center_world_m[walls, :2] - middle[:2]) @ [-along[1], along[0]]
    assert np.abs(aside_m) == pytest.approx(HALF_M + 0.25, abs=1e-3)


def test_rays_meet_walls_ceiling_and_sky(road):
    caster = RayCaster(library.mesh)
    caster.set_scene(Scene(load_map("tunnel").scenery(), (), Weather(), 0.0))
    heading = float(road.headings(500.0)[0])
    left = np.array([-np.sin(heading), np.cos(heading), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    inside, before = (road.points(s_m, 0.0)[0] + (0.0, 0.0, 1.5) for s_m in (503.0, START_M - 5.0))
    hits = caster.cast(np.array([inside, inside, inside, before]), np.array([left, -left, up, up]), 100.0)
    assert hits.range_m[:3] == pytest.approx([HALF_M, HALF_M, 5.0 - 1.5], abs=1e-3)
    assert list(hits.tag[:3]) == [4, 4, 4]
    assert not np.isfinite(hits.range_m[3])


def test_the_hill_covers_the_tunnel_and_leaves_its_mouths_open(road):
    caster = RayCaster(library.mesh)
    caster.set_scene(Scene(load_map("tunnel").scenery(), (), Weather(), 0.0))
    down = np.array([0.0, 0.0, -1.0])
    over = road.points(500.0, 0.0)[0] + (0.0, 0.0, 30.0)
    along = np.array([*road.course(np.array([500.0]))[0][0] - road.course(np.array([400.0]))[0][0], 0.0]) / 100.0
    eye = road.points(START_M - 10.0, 1.0)[0] + (0.0, 0.0, 1.5)
    hits = caster.cast(np.array([over, eye]), np.array([down, along]), 400.0)
    # 5 m of room, 0.6 m of concrete, 1 m of earth
    assert (hits.range_m[0], hits.tag[0]) == (pytest.approx(30.0 - 6.6, abs=1e-3), 10)
    assert not hits.range_m[1] < END_M - START_M + 20.0
