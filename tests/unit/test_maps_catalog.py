"""Maps by name and from text."""

import numpy as np
import pytest

from sim.world.maps import UnknownMapError, load_map, map_from_xodr, map_names


def test_catalogue():
    urban = ["urban_avenue", "urban_bend", "urban_boulevard", "urban_crescent", "urban_street"]
    assert map_names() == [
        "artery",
        "country_road",
        "grid",
        "junction",
        "motorway",
        "motorway_exit",
        "roundabout",
        "rural",
        "t_junction",
        "tunnel",
        *urban,
    ]
    assert load_map("motorway") is load_map("motorway")


def test_unknown_map_names_the_nearest():
    with pytest.raises(UnknownMapError, match="'urban_stret': unknown, the nearest name is 'urban_street'") as caught:
        load_map("urban_stret")
    assert isinstance(caught.value, KeyError)
    assert not str(caught.value).startswith('"')


def test_text_that_is_no_map_is_refused():
    with pytest.raises(ValueError, match="OpenDRIVE"):
        map_from_xodr("mine", "no xml")


def test_map_from_text_equals_the_original_in_roads_and_spawn_points():
    original = load_map("urban_street")
    again = map_from_xodr("urban_street", original.xodr)
    assert again.spawn_points == original.spawn_points
    assert again.split == "edge"


def test_ground_is_road_kerb_and_grass():
    ground_z_m = load_map("urban_street").ground_z_m
    z = ground_z_m(np.array([[100.0, 0.0], [100.0, -3.4], [100.0, -3.6], [100.0, 5.0], [100.0, 9.0], [-5000.0, 0.0]]))
    assert z[:5] == pytest.approx([0.0, 0.0, 0.12, 0.12, 0.12], abs=1e-6)
    assert np.all(np.isfinite(z))


def test_solids_are_where_things_stand():
    motorway = load_map("motorway").solids()
    wall = np.abs(motorway.center_world_m[:, 1]) < 0.01
    assert wall.sum() == 70  # 1,400 m in pieces of 20 m
    assert motorway.half_m[wall] == pytest.approx(np.tile([10.0, 0.3, 0.45], (70, 1)))
    junction = load_map("junction").solids()
    posts = np.linalg.norm(junction.center_world_m[:, :2] - [12.25, 4.1], axis=1) < 0.01
    assert posts.sum() == 1
