"""What stands beside the roads: off them, on the ground, within budget."""

import numpy as np
import pytest
import shapely

from sim.assets.mesh import Material
from sim.world.maps import load_map, map_names
from sim.world.maps.network import read_network
from sim.world.scenery import make_scenery
from sim.world.scenery.roadside import FreeGround, Placed
from sim.world.scenery.strips import footprint, lane_strips

MAX_TRIANGLES = 150_000
TAGS = {
    "artery": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "country_road": {1, 6, 9, 10, 24},
    "grid": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "junction": {1, 2, 3, 6, 9, 10, 20, 24, 25},
    "motorway": {1, 6, 8, 9, 10, 24, 26, 28},
    "motorway_exit": {1, 6, 8, 9, 10, 24, 28},
    "roundabout": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "rural": {1, 6, 8, 9, 10, 24},
    "t_junction": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "tunnel": {1, 4, 6, 8, 9, 10, 24},
    "urban_avenue": {1, 2, 3, 6, 9, 10, 20, 24, 25},
    "urban_bend": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "urban_boulevard": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "urban_crescent": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
    "urban_street": {1, 2, 3, 6, 8, 9, 10, 20, 24, 25},
}
WITHOUT_HOUSES = ("country_road", "motorway", "motorway_exit", "rural", "tunnel")


@pytest.fixture(params=map_names())
def data(request):
    return load_map(request.param)


def test_parts_keep_the_budget_and_have_their_tags(data):
    scene = data.scenery()
    assert scene is data.scenery()
    assert 20_000 < sum(len(part.mesh.triangle) for part in scene.parts) <= MAX_TRIANGLES
    assert len(scene.parts) < 450  # 3.4 km of country road need 407
    assert {part.tag for part in scene.parts} == TAGS[data.name]
    assert len({part.name for part in scene.parts}) == len(scene.parts)


def test_meshes_are_sound(data):
    for part in data.scenery().parts:
        mesh = part.mesh
        assert np.isfinite(mesh.position_m).all()
        assert np.linalg.norm(mesh.normal, axis=1) == pytest.approx(1.0, abs=1e-4)
        assert mesh.triangle.max() < len(mesh.position_m)
        assert np.all(mesh.color <= 1.0)
        kinds = mesh.material[mesh.triangle]
        assert np.all(kinds == kinds[:, :1])
        assert set(np.unique(kinds)) <= {int(kind) for kind in Material}


CARLA_MOVES_SIGNALS_M = 0.26
"""carla.Map pushes signals on lanes along their roads in steps of 0.25 m; posts stand where clients see them."""


def test_nothing_solid_stands_on_a_road_or_side_walk(data):
    solids = data.solids()
    strips = lane_strips(read_network(data.xodr))
    paved = footprint([strip for strip in strips if strip.lane.kind != "median"]).buffer(-0.05)
    half, yaw = solids.half_m, solids.yaw_rad
    forward = np.stack([np.cos(yaw), np.sin(yaw)], axis=1) * half[:, :1]
    left = np.stack([-np.sin(yaw), np.cos(yaw)], axis=1) * half[:, 1:2]
    corners = np.stack([forward + left, left - forward, -forward - left, forward - left], axis=1)
    boxes = shapely.polygons(corners + solids.center_world_m[:, None, :2])
    signal_posts = np.zeros(len(boxes), dtype=bool)
    roads = read_network(data.xodr).roads
    signals = [(road, signal) for road in roads for signal in road.signals]
    for road, signal in signals:  # the only ones that stand on side walks, as real ones do
        place = road.points(signal.s_m, signal.t_m)[0, :2]
        signal_posts |= np.linalg.norm(solids.center_world_m[:, :2] - place, axis=1) < CARLA_MOVES_SIGNALS_M
    assert signal_posts.sum() == len(signals)
    assert not shapely.intersects(paved, boxes[~signal_posts]).any()


def test_everything_stands_on_the_ground(data):
    solids = data.solids()
    bottom = solids.center_world_m[:, 2] - solids.half_m[:, 2]
    ground = data.ground_z_m(solids.center_world_m[:, :2])
    assert np.all(bottom <= ground + 0.01)
    # the corner that is lowest decides: on hills houses dig in
    assert np.all(bottom >= ground - 6.0)


def test_houses_do_not_stand_in_each_other(data):
    network = read_network(data.xodr)
    placed = make_scenery(data.name, network, data.xodr, data.signal_heads).placed
    houses = np.array([thing.outline() for thing in placed if thing.kind == "building"])
    assert len(houses) == 0 if data.name in WITHOUT_HOUSES else len(houses) >= 40
    if len(houses):
        pairs = shapely.STRtree(houses).query(houses, predicate="intersects")
        assert np.array_equal(pairs[0], pairs[1])


def test_lamps_hang_over_side_walks_of_towns(data):
    lamps = data.scenery().lamps
    if data.name in WITHOUT_HOUSES:
        assert lamps == ()
        return
    assert len(lamps) >= 24
    places = np.array([lamp.position_world_m for lamp in lamps])
    assert data.ground_z_m(places[:, :2]) == pytest.approx(0.12, abs=1e-6)
    assert np.all((places[:, 2] > 7.0) & (places[:, 2] < 8.0))


def test_crossing_signs_face_their_traffic():
    for part in load_map("urban_street").scenery().parts:
        if part.tag == 8:
            at = part.mesh.position_m.mean(axis=0)
            white = np.all(part.mesh.color > 0.7, axis=1)
            # seen by who comes along +x on the right side (y < 0), along -x on the other
            assert np.sign(part.mesh.normal[white].mean(axis=0)[0]) == np.sign(at[1])


def test_free_ground_refuses_what_is_taken():
    free = FreeGround(shapely.box(0, 0, 100, 7))
    house = Placed("house", (50.0, 15.0, 0.0), 0.0, (10.0, 10.0, 8.0))
    assert free.take(house, 2.0, 0.0)
    assert not free.take(house, 2.0, 0.0)
    assert not free.take(Placed("house", (20.0, 13.0, 0.0), 0.0, (10.0, 10.0, 8.0)), 2.0, 0.0)  # 1 m from the road
    assert free.take(Placed("house", (20.0, 14.5, 0.0), 0.0, (10.0, 10.0, 8.0)), 2.0, 0.0)
