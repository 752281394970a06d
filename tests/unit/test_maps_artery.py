"""The artery: lanes that begin and end, ways through its crossings, its raised median and its bus stops."""

import carla
import numpy as np
import pytest

from sim.world.maps import load_map

NORTH, EAST, SOUTH = (0.0, -1.0), (1.0, 0.0), (0.0, 1.0)
"""Directions in CARLA's frame, whose y points south."""


@pytest.fixture(scope="module")
def lanes():
    return carla.Map("artery", load_map("artery").xodr)


def at(lanes, x, y):
    return lanes.get_waypoint(carla.Location(x, -y, 0.0), project_to_road=False)


def leads_to(lane, way_m=60.0):
    """Directions in which one drives `way_m` on, as each way on has it."""
    found = set()
    for end in lane.next(way_m):
        ahead = end.transform.get_forward_vector()
        found.add((round(ahead.x, 3) + 0.0, round(ahead.y, 3) + 0.0))
    return found


def test_each_lane_before_a_crossing_leads_where_its_drivers_want_to_go(lanes):
    # towards +x lanes lie at y < 0: 0.25 m of median, the turn lane to 3.75 m, then two lanes of 3.5 m
    turn, inner, outer = (at(lanes, -30.0, y) for y in (-2.0, -5.5, -9.0))
    assert [lane.lane_id for lane in (turn, inner, outer)] == [-2, -3, -4]
    assert leads_to(turn) == {NORTH}
    assert leads_to(inner) == {EAST}
    assert leads_to(outer) == {EAST, SOUTH}
    assert turn.lane_change == carla.LaneChange.Right
    assert inner.left_lane_marking.type == carla.LaneMarkingType.Broken


def test_lanes_keep_their_course_where_the_turn_lane_begins(lanes):
    inner = at(lanes, -150.0, -5.5)
    assert inner.lane_id == -2
    place = inner
    for _ in range(60):  # 120 m, past the taper and the turn lane's first 30 m
        (place,) = place.next(2.0)
    assert (place.lane_id, place.lane_type) == (-3, carla.LaneType.Driving)
    assert place.transform.location.y == pytest.approx(5.5, abs=1e-3)
    assert place.get_left_lane().lane_id == -2


def test_streets_lead_right_on_and_left(lanes):
    assert leads_to(at(lanes, 1.75, -40.0)) == {NORTH, EAST, (-1.0, 0.0)}


def test_a_light_of_its_own_is_for_those_who_turn_left():
    heads = {head.opendrive_signal_id: head for head in load_map("artery").signal_heads}
    assert len(heads) == 12
    on, left = heads["107"], heads["108"]  # of the first crossing's western arm
    assert (len(on.sign.areas), len(left.sign.areas)) == (2, 1)
    assert (on.group, left.group) == (0, 1)
    # the line is 7 m before the mouth at 3.5 + 8 m; the turn lane's middle 2 m right of the road's
    assert left.stop_line_world_m == pytest.approx(np.array([[-18.5, -0.25, 0.0], [-18.5, -3.75, 0.0]]), abs=1e-3)
    assert left.sign.areas.center_world_m[0] == pytest.approx([-21.5, -2.0, 0.0], abs=1e-3)
    assert [heads[number].group for number in ("109", "110", "1", "2")] == [0, 1, 2, 3]


def test_the_median_is_raised_but_for_crossings():
    ground_z_m = load_map("artery").ground_z_m
    # plain, beside the turn lane, and 1 m and more before a zebra; the lane beside it
    spots = np.array([[-150.0, 3.0], [-150.0, -3.0], [-50.0, 1.0], [-19.0, 1.0], [-13.0, 1.0], [-150.0, -5.5]])
    assert ground_z_m(spots) == pytest.approx([0.12, 0.12, 0.12, 0.0, 0.0, 0.0], abs=1e-6)


def island():
    parts = [part for part in load_map("artery").scenery().parts if part.name.startswith("traffic_island")]
    return np.concatenate([part.mesh.position_m[part.mesh.triangle] for part in parts]).astype(np.float64)


def test_kerbs_of_the_median_face_traffic_and_close_its_ends():
    faces = island()
    upright = faces[np.ptp(faces[..., 2], axis=1) > 0.1]
    normal = np.cross(upright[:, 1] - upright[:, 0], upright[:, 2] - upright[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    ground_z_m = load_map("artery").ground_z_m
    before = upright.mean(axis=1) + 0.3 * normal
    on_map = (before[:, 0] > -231.5) & (before[:, 0] < 491.5)
    assert ground_z_m(before[on_map, :2]) == pytest.approx(0.0, abs=1e-6)
    # four ends at the crossings, and the two ends of the map, each side of the middle a rectangle of two triangles
    ends = upright[np.abs(normal[:, 0]) > 0.99]
    assert len(np.unique(np.round(ends[..., 0].mean(axis=1), 2))) == 6
    level = faces[np.ptp(faces[..., 2], axis=1) < 1e-6]
    area_m2 = np.linalg.norm(np.cross(level[:, 1] - level[:, 0], level[:, 2] - level[:, 0]), axis=1).sum() / 2
    # 640 + 36 - 2 * 13 m long between the ends of the map and the mouths; before four mouths 12 m of it are flush,
    # then it has lost a lane for 45 m and half of one for 25 m
    lengths_m = 220.0 + 220.0 + (260.0 - 2 * 11.5) - 4 * 12.0
    assert area_m2 == pytest.approx(7.5 * lengths_m - 4 * 3.5 * (45.0 + 25.0 / 2), rel=1e-6)


def test_bus_stops_are_behind_the_crossings_and_off_the_side_walk():
    things = [thing for thing in load_map("artery").scenery().objects if thing.kind == "bus_shelter"]
    assert len(things) == 4
    # 45 m behind the mouth at 11.5 m; its front 0.25 m behind the side walk, which ends at 10.75 + 3 m
    fronts = sorted((round(thing.position_world_m[0], 2), abs(thing.position_world_m[1]) - 0.8) for thing in things)
    assert [x for x, _ in fronts] == [-56.5, 56.5, 203.5, 316.5]
    assert [y for _, y in fronts] == pytest.approx([14.0] * 4)
