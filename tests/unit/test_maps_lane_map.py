"""The stack's lanes against the maps they were made of."""

import carla
import numpy as np
import pytest

from sim.lane_map import lane_map
from sim.world.maps import load_map, map_names


def lanes_of(name):
    return lane_map(carla.Map(name, load_map(name).xodr)).lanes


def test_motorway_lanes():
    lanes = lanes_of("motorway")
    assert sorted(lanes) == ["1/0/-2", "1/0/-3", "1/0/-4", "1/0/2", "1/0/3", "1/0/4"]
    middle = lanes["1/0/-3"]
    assert (middle.left, middle.right) == ("1/0/-2", "1/0/-4")
    assert (lanes["1/0/-2"].left, lanes["1/0/4"].right) == (None, None)
    assert (lanes["1/0/3"].left, lanes["1/0/3"].right) == ("1/0/2", "1/0/4")
    assert middle.speed_limit_mps == pytest.approx(130 / 3.6)
    assert middle.center_world_m[[0, -1]] == pytest.approx(np.array([[0, -7.4, 0], [1400, -7.4, 0]]))
    assert lanes["1/0/3"].center_world_m[[0, -1]] == pytest.approx(np.array([[1400, 7.4, 0], [0, 7.4, 0]]))
    assert len(middle.width_m) == 701
    assert middle.width_m == pytest.approx(3.6)


def test_junction_lanes_connect():
    lanes = lanes_of("junction")
    assert lanes["1/0/-1"].successors == ("11/0/-1", "12/0/-1", "13/0/-1")
    assert lanes["11/0/-1"].successors == ("2/0/1",)
    assert lanes["12/0/-1"].successors == ("3/0/1",)
    assert lanes["13/0/-1"].successors == ("4/0/1",)
    assert lanes["2/0/1"].successors == ()


@pytest.mark.parametrize("name", map_names())
def test_lanes_go_on_where_they_say(name):
    lanes = lanes_of(name)
    for lane in lanes.values():
        steps = np.linalg.norm(np.diff(lane.center_world_m, axis=0), axis=1)
        # a 2 m step of the road is longer outside: 17.25 m from the middle of a ring whose inner edge is at 15 m
        assert steps.max() <= 2.0 * 17.25 / 15.0 + 1e-3
        for successor in lane.successors:
            gap = lanes[successor].center_world_m[0] - lane.center_world_m[-1]
            assert np.linalg.norm(gap) < 1e-3
        for neighbour in (lane.left, lane.right):
            assert neighbour is None or neighbour in lanes


@pytest.mark.parametrize("name", map_names())
def test_neighbours_are_on_their_side_and_go_the_same_way(name):
    lanes = lanes_of(name)
    for lane in lanes.values():
        ahead = lane.center_world_m[1] - lane.center_world_m[0]
        for neighbour, sign in ((lane.left, 1.0), (lane.right, -1.0)):
            if neighbour:
                other = lanes[neighbour].center_world_m
                across = other[0] - lane.center_world_m[0]
                assert sign * (ahead[0] * across[1] - ahead[1] * across[0]) > 0
                assert np.dot(other[1] - other[0], ahead) > 0
