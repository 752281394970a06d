"""What the map tells a client agrees with the world it drives in."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import carla
import pytest

from tests.toy_client import ToyClient

EARTH_RADIUS_M = 6378137.0


def lanes_of(day: ToyClient) -> list[carla.Waypoint]:
    return [w for w in day.world.get_map().generate_waypoints(10.0) if w.lane_type == carla.LaneType.Driving]


def test_spawn_points_lie_in_lanes_outside_junctions(day: ToyClient) -> None:
    world_map = day.world.get_map()
    points = world_map.get_spawn_points()
    assert points
    assert len(points) <= 500
    for point in points:
        lane = world_map.get_waypoint(point.location)
        assert lane.lane_type == carla.LaneType.Driving
        assert not lane.is_junction
        off = point.location - lane.transform.location
        assert abs(off.dot(lane.transform.get_right_vector())) < 0.1
        assert abs(off.z) < 0.1
        assert off.length() < 0.5  # in bends the client finds how far along the road it is to some decimetres
        assert math.cos(math.radians(point.rotation.yaw - lane.transform.rotation.yaw)) > 0.99
        assert lane.lane_width >= 2.5


def test_cars_stand_on_the_height_that_the_map_has(day: ToyClient) -> None:
    world_map = day.world.get_map()
    points = world_map.get_spawn_points()
    cars = [day.spawn("vehicle.tesla.model3", point) for point in points[:: max(1, len(points) // 10)]]
    day.ticks(20)
    for car in cars:
        at = car.get_location()
        assert at.z == pytest.approx(world_map.get_waypoint(at).transform.location.z, abs=0.03)


def test_rays_from_above_meet_the_road_where_the_map_has_it(day: ToyClient) -> None:
    lanes = [lane for lane in lanes_of(day) if lane.lane_width > 2.0]
    for lane in lanes[:: max(1, len(lanes) // 12)]:
        at = lane.transform.location
        hit = day.world.ground_projection(at + carla.Location(z=1.0), 3.0)
        assert hit is not None
        assert hit.location.z == pytest.approx(at.z, abs=0.03)  # the paint of lines lies 1 cm over the road
        assert hit.label in (carla.CityObjectLabel.Roads, carla.CityObjectLabel.RoadLines)


def test_crosswalks_lie_on_the_road(day: ToyClient) -> None:
    corners = day.world.get_map().get_crosswalks()
    if not corners:
        pytest.skip("the map has no crosswalk")
    # closed outlines: four corners, then the first again
    outlines = []
    start = 0
    for number in range(1, len(corners)):
        if number > start and corners[number].distance(corners[start]) < 1e-3:
            outlines.append(corners[start:number])
            start = number + 1
    assert outlines
    for outline in outlines:
        middle = sum(outline, carla.Location()) / len(outline)
        lane = day.world.get_map().get_waypoint(middle, lane_type=carla.LaneType.Any)
        assert lane is not None
        assert lane.transform.location.distance(middle) < 10.0


def test_places_on_the_globe_are_those_of_the_gnss(day: ToyClient) -> None:
    world_map = day.world.get_map()
    car = day.car()
    fixes = day.listen("sensor.other.gnss", car, carla.Transform(carla.Location(x=0.0, z=0.0)))
    day.ticks(3)
    while not fixes.empty():
        fix = fixes.get()
    place = world_map.transform_to_geolocation(fix.transform.location)
    degrees_per_m = math.degrees(1.0 / EARTH_RADIUS_M)
    # a place in the world is sent in single precision: 0.1 mm at 1 km
    assert fix.latitude == pytest.approx(place.latitude, abs=1e-3 * degrees_per_m)
    assert fix.longitude == pytest.approx(place.longitude, abs=2e-3 * degrees_per_m)
    assert fix.altitude == pytest.approx(place.altitude, abs=1e-3)


def test_from_every_lane_of_a_closed_map_one_can_drive_on(day: ToyClient) -> None:
    for road in ElementTree.fromstring(day.world.get_map().to_opendrive()).findall("road"):
        if road.find("link/predecessor") is None or road.find("link/successor") is None:
            pytest.skip(f"road {road.get('id')} of this map leads nowhere")
    for lane in lanes_of(day):
        place = lane
        for _ in range(20):
            onward = place.next(10.0)
            assert onward, f"road {place.road_id} lane {place.lane_id} ends at {place.s:.1f} m"
            place = onward[-1]


def test_the_text_is_the_map(day: ToyClient, tmp_path) -> None:
    world_map = day.world.get_map()
    text = world_map.to_opendrive()
    world_map.save_to_disk(str(tmp_path / "saved.xodr"))
    assert (tmp_path / "saved.xodr").read_text() == text + "\n"  # the client's own
    again = carla.Map("again", text)
    assert len(again.get_topology()) == len(world_map.get_topology())
