"""The motorway with exits: lanes go on under new ids, the exit is a way one can take, the gore is hatched."""

from math import sqrt

import carla
import numpy as np
import pytest

from sim.world.maps import load_map
from sim.world.maps.network import RoadObject, read_network
from sim.world.scenery.hatching import hatching_cells

GORE_M = sqrt(2 * 400.0 * 3.0)
THIRD_M, SPEED_LANE_M = -11.0, -14.6
"""Middles of the rightmost lane and of the one beside it: 2 m of median, lanes of 3.6 m."""


@pytest.fixture(scope="module")
def lanes():
    return carla.Map("motorway_exit", load_map("motorway_exit").xodr)


def at(lanes, x, y):
    return lanes.get_waypoint(carla.Location(x, -y, 0.0), project_to_road=False)


def driven(place, way_m):
    for _ in range(round(way_m / 2.0)):
        (place,) = place.next(2.0)
    return place


def test_the_exit_is_reached_by_a_change_of_lane_and_leads_by_the_ramp_back_onto_the_motorway(lanes):
    third = at(lanes, 380.0, THIRD_M)
    assert third.lane_id == -3
    leaving = third.get_right_lane()
    assert (leaving.lane_id, leaving.lane_type) == (-4, carla.LaneType.Driving)
    assert third.right_lane_marking.type == carla.LaneMarkingType.Broken
    ramp = driven(leaving, 300.0)
    assert (ramp.road_id, ramp.lane_id, ramp.is_junction) == (4, -1, False)
    assert -ramp.transform.location.y < -20.0
    entering = driven(ramp, 400.0)
    assert (entering.road_id, entering.lane_id) == (3, -4)
    # by the symmetry of the ramp: again straight along x, beside the third lane
    assert -entering.transform.location.y == pytest.approx(SPEED_LANE_M, abs=0.01)
    assert entering.transform.rotation.yaw == pytest.approx(0.0, abs=0.01)


def test_who_stays_on_the_motorway_keeps_the_lane_all_along(lanes):
    for y, lane_id in ((-3.8, -1), (-7.4, -2), (THIRD_M, -3)):
        place = driven(at(lanes, 20.0, y), 1340.0)
        assert place.lane_id == lane_id
        assert -place.transform.location.y == pytest.approx(y, abs=1e-3)


def test_the_other_carriageway_is_the_same_turned_about(lanes):
    length_m = 480.0 + 380.0 + 440.0 + 2 * GORE_M
    here, there = at(lanes, 700.0, THIRD_M), at(lanes, length_m - 700.0, -THIRD_M)
    assert (here.road_id, there.road_id) == (2, 12)
    assert driven(at(lanes, length_m - 380.0, -SPEED_LANE_M), 300.0).road_id == 14


def test_a_ramps_ends_meet_the_ways_through_the_gores():
    roads = {road.road_id: road for road in read_network(load_map("motorway_exit").xodr).roads}
    for first, second in ((6, 4), (4, 8), (8, 3)):
        end = roads[first].points(roads[first].length_m, 0.0)[0]
        begin = roads[second].points(0.0, 0.0 if second != 3 else -3 * 3.6)[0]
        assert end == pytest.approx(begin, abs=1e-3)


def test_crash_cushions_stand_between_motorway_and_ramp():
    things = [thing for thing in load_map("motorway_exit").scenery().objects if thing.kind == "crash_cushion"]
    assert len(things) == 2
    gap_m = (GORE_M + 14.0) ** 2 / 800.0 - 3.0
    x, y, _ = things[0].position_world_m
    assert (x, y) == pytest.approx((480.0 + GORE_M + 14.0, -2.0 - 3 * 3.6 - 3.0 - gap_m / 2), abs=1e-6)


def test_hatching_fills_a_third_of_its_outline():
    corners = np.array([[0.0, 0.0, 0.0], [30.0, 0.0, 0.0], [30.0, 2.0, 0.0], [0.0, 2.0, 0.0]])
    area = RoadObject("1", "roadMark", "Hatching", 0.0, 0.0, 0.0, 0.0, (0.0, 0.0, 0.0), corners, ())
    bars = list(hatching_cells(area))
    # parallelograms of 1 m along by 2 m across every 3 m, cut at the ends of 30 m: ten whole ones in all
    assert sum(_area_m2(bar) for bar in bars) == pytest.approx(20.0, abs=0.7)
    assert all(_area_m2(bar) > 0.0 for bar in bars)


def _area_m2(corners):
    x, y = corners.T
    return 0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)
