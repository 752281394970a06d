import numpy as np
import pytest

from fusion.world_model import build_world_model
from moosetest.objects import ObjectClass
from moosetest.world import LaneMap
from planning.corridor import CorridorConfig, is_vulnerable, occupancy
from planning.route import plan_route
from planning.vehicle import EgoShape
from tests.toy_maps import quarter_bend
from tests.toy_road import PERSON_SIZE, Actor, ego_state, straight_lanes, true_tracks

SHAPE = EgoShape(front_m=3.85, rear_m=1.04, half_width_m=0.92)


def look(actors, x=20.0, y=0.0, yaw=0.0, lanes=None, goal=(550.0, 0.0, 0.0)):
    lanes = lanes or straight_lanes()
    ego = ego_state(0, x=x, y=y, yaw=yaw, speed=10.0)
    world = build_world_model(ego, true_tracks(0, actors), lanes)
    route = plan_route(lanes, ego.T_world_ego, np.array(goal))
    s, _ = route.project(ego.T_world_ego.translation_m[:2])
    return occupancy(world, route, s, SHAPE, CorridorConfig())


def test_standing_box_ahead_is_occupied_from_its_near_to_its_far_face():
    table = look([Actor(20.0 + 3.85 + 30.0 + 2.25, 0.0)])
    assert table.near_m[0, 0] == pytest.approx(30.0, abs=1e-6)
    assert table.far_m[0, 0] == pytest.approx(34.5, abs=1e-6)
    assert np.allclose(table.near_m[0], table.near_m[0, 0])
    assert table.time_s[-1] == pytest.approx(8.0)


@pytest.mark.parametrize(("left_m", "is_in"), [(2.10, True), (2.14, False), (-2.10, True), (-2.14, False)])
def test_edge_of_the_swept_path(left_m, is_in):
    # half width 0.92 + margin 0.3 + the box's own 0.9 = 2.12
    assert (len(look([Actor(60.0, left_m)])) > 0) is is_in


def test_people_get_more_room():
    side = 0.92 + 0.4 + 0.25  # inside 0.5, outside 0.3
    assert len(look([Actor(60.0, side, size=PERSON_SIZE, label=ObjectClass.PERSON)]))
    assert not len(look([Actor(60.0, side, size=PERSON_SIZE, label=ObjectClass.UNKNOWN)]))


def test_oncoming_and_parallel_traffic_in_its_own_lane_is_no_matter():
    parallel = straight_lanes(n_right=1)
    assert not len(look([Actor(150.0, 3.5, vx=-15.0, yaw=np.pi)]))
    assert not len(look([Actor(60.0, -3.5, vx=12.0)], lanes=parallel))


def test_who_is_predicted_in_counts_from_then_on():
    table = look([Actor(60.0, -4.0, vy=1.5, size=PERSON_SIZE, label=ObjectClass.PERSON)])
    row = int(np.argmax(table.probability))
    entered = table.time_s[np.argmax(np.isfinite(table.near_m[row]))]
    # the path's edge is 0.92 + 0.5 + 0.25 = 1.67 off the middle: 2.33 m at 1.5 m/s is 1.55 s, next step 1.6
    assert entered == pytest.approx(1.6)
    assert table.cross_mps[row] == pytest.approx(1.5)


def test_behind_and_at_the_flank_is_no_matter():
    assert not len(look([Actor(10.0, 0.0, vx=20.0)]))
    assert not len(look([Actor(21.0, -2.0, vy=1.0)]))


def test_bend_is_followed_and_the_front_swings_out():
    lanes, on_bend = quarter_bend(radius_m=12.0)
    inside, outside = on_bend(0.6, 12.0 - 1.6), on_bend(0.6, 12.0 + 1.6)
    small = (0.2, 0.2, 1.0)
    # the swing of 3.85^2 / 24 = 0.62 m widens only the outer side: 1.22 + 0.1 < 1.6 < 1.22 + 0.62 + 0.1
    goal = (12.0, 60.0, 0.0)
    assert not len(look([Actor(*inside, size=small, label=ObjectClass.UNKNOWN)], x=-20.0, lanes=lanes, goal=goal))
    assert len(look([Actor(*outside, size=small, label=ObjectClass.UNKNOWN)], x=-20.0, lanes=lanes, goal=goal))


def test_long_trailer_across_is_seen_though_its_middle_is_far_off():
    table = look([Actor(80.0, 7.0, size=(16.2, 2.6, 4.0), yaw=np.pi / 2, label=ObjectClass.TRUCK)])
    assert len(table)
    assert table.near_m[0, 0] == pytest.approx(80.0 - 1.3 - 23.85, abs=0.01)


def test_small_moving_thing_is_vulnerable_whatever_its_label():
    walker = Actor(60.0, 0.0, vy=1.4, size=(1.8, 0.6, 1.7), label=ObjectClass.CAR)
    parked = Actor(60.0, 0.0, size=(0.6, 0.6, 1.0), label=ObjectClass.UNKNOWN)
    car = Actor(60.0, 0.0, vx=10.0)
    assert is_vulnerable(true_tracks(0, [walker, parked, car])).tolist() == [True, False, False]


def test_empty_world_and_empty_map():
    assert len(look([])) == 0
    lanes = LaneMap(name="none", lanes={})
    assert len(look([Actor(60.0, 0.0)], lanes=lanes))
