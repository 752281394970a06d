"""What a plan tells of its envelope, against numbers worked out by hand."""

import numpy as np
import pytest

from fusion.world_model import build_world_model
from moosetest.objects import ObjectClass
from planning.planner import RulePlanner
from tests.toy_road import PERSON_SIZE, Actor, ego_state, straight_lanes, true_tracks

FRONT_M = 3.87  # of the default outline, half as wide as 0.92


def envelope(actors, speed=10.0):
    lanes = straight_lanes()
    ego = ego_state(0, x=20.0, y=0.0, yaw=0.0, speed=speed)
    planner = RulePlanner()
    planner.reset(lanes, np.array([550.0, 0.0, 0.0]), 15.0)
    return planner.plan(build_world_model(ego, true_tracks(0, actors), lanes)).envelope


def test_stopping_distances_are_those_of_the_closed_form():
    told = envelope([])
    assert told.comfort_stop_m == pytest.approx(10.0 * 0.2 + 10.0**2 / (2 * 2.0))
    assert told.full_stop_m == pytest.approx(10.0 * 0.2 + 10.0**2 / (2 * 8.3))
    assert (told.half_width_m, told.vru_half_width_m) == (pytest.approx(1.22), pytest.approx(1.42))
    assert len(told.track_id) == 0


def test_path_goes_from_the_car_to_where_it_could_stop():
    path = envelope([], speed=20.0).path_world
    assert path[0] == pytest.approx([20.0, 0.0, 0.0], abs=1e-6)
    assert np.diff(path[:, 0]) == pytest.approx(np.full(len(path) - 1, 2.0))
    # 20 * 0.2 + 20^2 / 4 = 104 m beyond the bumper
    assert 20.0 + FRONT_M + 104.0 <= path[-1, 0] < 20.0 + FRONT_M + 106.0
    standing = envelope([], speed=0.0).path_world
    assert 20.0 + FRONT_M + 30.0 <= standing[-1, 0] < 20.0 + FRONT_M + 32.0


def test_a_standing_box_takes_its_length_from_now_on():
    told = envelope([Actor(20.0 + FRONT_M + 30.0 + 2.25, 0.0)])
    assert set(told.track_id.tolist()) == {0}  # a row for each of its predictions
    assert (told.near_m[0], told.far_m[0], told.enters_s[0]) == pytest.approx((30.0, 34.5, 0.0), abs=1e-6)
    assert told.probability.sum() == pytest.approx(1.0)


def test_who_walks_in_is_told_with_the_time():
    told = envelope([Actor(60.0, -4.0, vy=1.5, size=PERSON_SIZE, label=ObjectClass.PERSON)])
    # 4 - (1.42 + 0.25) = 2.33 m at 1.5 m/s is 1.55 s; predictions have steps of 0.1 s
    assert told.enters_s[np.argmax(told.enters_s > 0)] == pytest.approx(1.6)
