"""Every map of the catalogue is read by the CARLA client's own map, and both agree on every lane."""

import carla
import numpy as np
import pytest

from sim.world.maps import load_map, map_names
from sim.world.maps.network import read_network


@pytest.fixture(params=map_names())
def data(request):
    return load_map(request.param)


@pytest.fixture
def client_map(data):
    return carla.Map(data.name, data.xodr)


def waypoint_at(client_map, x, y):
    return client_map.get_waypoint(carla.Location(x, -y, 0.0), project_to_road=False)


def test_our_lane_centres_are_carlas(data, client_map):
    compared = 0
    for road, _, section, lane in read_network(data.xodr).lanes():
        s_m = np.linspace(section.start_m + 0.1, section.end_m - 0.1, 9)
        inner, outer = road.lane_edges(section, lane.lane_id, s_m)
        for ours, s in zip(road.points(s_m, (inner + outer) / 2), s_m, strict=True):
            theirs = client_map.get_waypoint_xodr(road.road_id, lane.lane_id, float(s)).transform.location
            # float32 at 1,400 m is good to 0.1 mm
            assert [theirs.x, -theirs.y, theirs.z] == pytest.approx(ours, abs=1e-3)
            compared += 1
    assert compared >= 36


def test_spawn_points_are_on_lanes_in_driving_direction(data, client_map):
    assert len(data.spawn_points) >= 20
    for x, y, _, yaw in data.spawn_points:
        waypoint = waypoint_at(client_map, x, y)
        assert waypoint.lane_type == carla.LaneType.Driving
        assert not waypoint.is_junction
        assert np.cos(np.radians(-waypoint.transform.rotation.yaw) - yaw) > 0.9999


def test_spawn_points_keep_a_lorry_apart(data):
    places = np.array(data.spawn_points)
    apart = np.linalg.norm(places[:, None, :2] - places[None, :, :2], axis=2)
    assert np.all(apart[~np.eye(len(places), dtype=bool)] > 3.4)


def test_origin(data, client_map):
    place = client_map.transform_to_geolocation(carla.Location(0, 0, 0))
    assert (place.latitude, place.longitude) == pytest.approx((data.origin_lat_deg, data.origin_lon_deg))


def test_text_is_the_same_when_written_again(data):
    load_map.cache_clear()
    assert load_map(data.name).xodr == data.xodr


def of(name):
    data = load_map(name)
    return data, carla.Map(name, data.xodr)


def test_street_lanes_marks_and_crossing():
    _, street = of("urban_street")
    waypoint = waypoint_at(street, 100.0, -1.75)
    assert (waypoint.lane_id, waypoint.lane_width) == (-1, 3.5)
    assert waypoint.left_lane_marking.type == carla.LaneMarkingType.Broken
    walk = street.get_waypoint(carla.Location(100, 5, 0), lane_type=carla.LaneType.Sidewalk)
    assert (walk.lane_id, walk.lane_width) == (-2, 3.0)
    corners = {(round(p.x, 3), round(p.y, 3)) for p in street.get_crosswalks()}
    assert corners == {(218.0, 3.5), (222.0, 3.5), (222.0, -3.5), (218.0, -3.5)}


def test_avenue_and_motorway_lanes():
    _, avenue = of("urban_avenue")
    assert waypoint_at(avenue, 50.0, -5.25).get_left_lane().lane_id == -1
    assert waypoint_at(avenue, 50.0, -1.75).left_lane_marking.type == carla.LaneMarkingType.SolidSolid
    _, motorway = of("motorway")
    lanes = [waypoint_at(motorway, 700.0, y) for y in (-3.8, -7.4, -11.0)]
    assert [lane.lane_id for lane in lanes] == [-2, -3, -4]
    assert [lane.lane_width for lane in lanes] == pytest.approx([3.6] * 3)
    assert lanes[2].get_right_lane().lane_type == carla.LaneType.Shoulder
    assert lanes[2].right_lane_marking.type == carla.LaneMarkingType.Solid
    assert lanes[1].lane_change == carla.LaneChange.Both


def test_junction_leads_right_on_and_left():
    _, junction = of("junction")
    before = waypoint_at(junction, 12.0, 1.75)
    after = [point.next(40.0)[0].transform.location for point in before.next(1.0)]
    ends = sorted((round(p.x), round(-p.y)) for p in after)
    # from the east: right to the north, on to the west, left to the south, each on its right-hand lane
    assert len(ends) == 3
    assert {np.sign(x) for x, y in ends if abs(x) > abs(y)} == {-1.0}
    assert sorted(round(p.x, 2) for p in after if abs(p.y) > 10) == [-1.75, 1.75]


def test_junction_signals_stand_before_their_lanes():
    data, junction = of("junction")
    marks = junction.get_all_landmarks_of_type("1000001")
    assert sorted(mark.id for mark in marks) == ["1", "2", "3", "4"]
    assert {head.opendrive_signal_id for head in data.signal_heads} == {"1", "2", "3", "4"}
    seen = waypoint_at(junction, 80.0, 1.75).get_landmarks(100.0)
    assert [mark.id for mark in seen] == ["1"]


def test_signal_head_faces_its_stop_line():
    data = load_map("junction")
    first = data.signal_heads[0]
    # arm 1 comes from the east in the lane at y = +1.75: pole 1 m before the junction at 11.5 m, 0.6 m beyond the kerb;
    # CARLA puts lights 0.25 m further along the road
    assert first.T_world_head[:3, 3] == pytest.approx([12.25, 4.1, 3.2])
    assert first.T_world_head[:3, 0] == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)
    assert first.stop_line_world_m == pytest.approx(np.array([[18.5, 0, 0], [18.5, 3.5, 0]]), abs=1e-9)
    for head in data.signal_heads:
        middle = head.stop_line_world_m.mean(axis=0)
        seen = np.linalg.inv(head.T_world_head) @ [*middle, 1.0]
        assert seen[0] > 5.0
        assert abs(seen[1]) < 3.0
    assert [head.group for head in data.signal_heads] == [0, 1, 2, 3]
