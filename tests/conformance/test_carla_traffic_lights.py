"""Traffic lights and signs as a client meets them: what stands where, whom it governs, and how phases go by."""

import math

import carla
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient

GREEN, YELLOW, RED = carla.TrafficLightState.Green, carla.TrafficLightState.Yellow, carla.TrafficLightState.Red
SIGN_TYPES = {"205": "traffic.yield", "206": "traffic.stop"}


@pytest.fixture
def lights(day: ToyClient) -> list:
    found = sorted(day.world.get_actors().filter("traffic.traffic_light"), key=lambda light: light.id)
    if not found:
        pytest.skip("this map has no traffic light")
    yield found
    for light in found:
        light.set_green_time(10.0)
        light.set_yellow_time(3.0)
        light.set_red_time(2.0)
    day.world.freeze_all_traffic_lights(False)
    day.world.reset_all_traffic_lights()


def before(light: carla.TrafficLight, way_m: float) -> carla.Waypoint:
    """A place so far before the middle of the first box in which a light acts."""
    return light.get_stop_waypoints()[0].previous(way_m)[0] if way_m else light.get_stop_waypoints()[0]


def governed(light: carla.TrafficLight) -> list[carla.Waypoint]:
    return [p for p in light.get_affected_lane_waypoints() if p.lane_type == carla.LaneType.Driving]


def test_every_light_has_its_landmark_and_stands_there(day: ToyClient, lights: list) -> None:
    town = day.world.get_map()
    for light in lights:
        marks = town.get_all_landmarks_from_id(light.get_opendrive_id())
        assert marks
        assert light.get_location().distance(marks[0].transform.location) < 1e-3
        turned = light.get_transform().rotation.yaw - marks[0].transform.rotation.yaw
        assert math.cos(math.radians(turned - 90.0)) == pytest.approx(1.0, abs=1e-6)
        assert day.world.get_traffic_light(marks[0]).id == light.id
        assert day.world.get_traffic_light_from_opendrive_id(light.get_opendrive_id()).id == light.id


def test_lights_of_a_waypoint_and_of_a_junction(day: ToyClient, lights: list) -> None:
    checked = 0
    for light in lights:
        for place in governed(light):
            place = place.previous(8.0)[0]
            ahead = day.world.get_traffic_lights_from_waypoint(place, 40.0)
            assert light.id in {other.id for other in ahead}
            checked += 1
    assert checked
    for _, way in day.world.get_map().get_topology():
        if way.is_junction:
            inside = day.world.get_traffic_lights_in_junction(way.junction_id)
            for light in inside:
                assert {o.id for o in light.get_group_traffic_lights()} == {o.id for o in inside}


def test_boxes_are_in_the_lanes_before_their_line(day: ToyClient, lights: list) -> None:
    town = day.world.get_map()
    for light in lights:
        box, pose = light.trigger_volume, light.get_transform()
        middle = pose.transform(carla.Location(box.location.x, box.location.y, box.location.z))
        for place in light.get_stop_waypoints():
            assert place.lane_type == carla.LaneType.Driving
            assert not place.is_junction
        # CARLA's box: 3 m long, half a lane wide for each lane, 1.5 m before the line; round several lanes it is more
        assert box.extent.y * 2 >= 3.0 - 1e-3 or box.extent.x * 2 >= 3.0 - 1e-3
        assert box.extent.z == pytest.approx(1.0, abs=0.2)
        assert town.get_waypoint(middle).transform.location.distance(middle) < 10.0


def test_light_governs_those_in_its_box_alone(day: ToyClient, lights: list) -> None:
    day.world.freeze_all_traffic_lights(True)
    light = next(light for light in lights if before(light, 20.0).lane_id == before(light, 0.0).lane_id)
    light.set_state(RED)
    pose = before(light, 0.0).transform
    pose.location.z += 0.3
    inside = day.spawn("vehicle.tesla.model3", pose)
    pose = before(light, 20.0).transform
    pose.location.z += 0.3
    behind = day.spawn("vehicle.tesla.model3", pose)
    day.ticks(3)
    assert inside.is_at_traffic_light()
    assert inside.get_traffic_light().id == light.id
    assert inside.get_traffic_light_state() == RED
    assert not behind.is_at_traffic_light()
    assert behind.get_traffic_light() is None
    assert behind.get_traffic_light_state() == GREEN
    light.set_state(YELLOW)
    day.ticks(1)
    assert inside.get_traffic_light_state() == YELLOW


def test_controllers_of_a_junction_take_turns(day: ToyClient, lights: list) -> None:
    group = lights[0].get_group_traffic_lights()
    for light in group:
        light.set_green_time(1.0)
        light.set_yellow_time(0.5)
        light.set_red_time(0.25)
    lights[0].reset_group()
    rounds = []
    for _ in range(round(2 * 1.75 * len(group) / FIXED_DELTA_S)):
        day.ticks(1)
        shown = {light.id: light.get_state() for light in group}
        going = frozenset(identity for identity, state in shown.items() if state != RED)
        assert len({shown[identity] for identity in going}) <= 1
        if going and (not rounds or rounds[-1] != going):
            rounds.append(going)
    turns = list(dict.fromkeys(rounds))
    assert set().union(*turns) == {light.id for light in group}
    assert sum(len(turn) for turn in turns) == len(group)  # nobody goes in two turns
    assert rounds == [turns[i % len(turns)] for i in range(len(rounds))]


def test_phases_last_as_set_and_say_how_long_they_have_shown(day: ToyClient, lights: list) -> None:
    light = lights[0]
    group = light.get_group_traffic_lights()
    for other in group:
        other.set_green_time(1.0)
        other.set_yellow_time(0.6)
        other.set_red_time(0.4)
    light.reset_group()
    day.ticks(1)
    first = next(other for other in group if other.get_state() == GREEN)
    assert (first.get_green_time(), first.get_yellow_time(), first.get_red_time()) == pytest.approx((1.0, 0.6, 0.4))
    states = [first.get_state()]
    for _ in range(39):
        assert first.get_elapsed_time() < 1.0
        day.ticks(1)
        states.append(first.get_state())
    # ticks of 0.05 s: green up to 1.0 s = 19 of the ticks 1 to 19, yellow 0.6 s = 12 ticks, then red
    assert states[:19] == [GREEN] * 19
    assert states[19:31] == [YELLOW] * 12
    assert states[31:39] == [RED] * 8


def test_frozen_lights_stay_and_a_reset_begins_anew(day: ToyClient, lights: list) -> None:
    lights[0].freeze(True)
    day.ticks(1)
    held = [light.get_state() for light in lights]
    day.ticks(260)
    assert [light.get_state() for light in lights] == held
    assert all(light.is_frozen() for light in lights)
    lights[0].set_state(carla.TrafficLightState.Off)
    day.ticks(2)
    assert lights[0].get_state() == carla.TrafficLightState.Off
    day.world.freeze_all_traffic_lights(False)
    day.world.reset_all_traffic_lights()
    day.ticks(1)
    assert not lights[0].is_frozen()
    for light in lights:
        greens = [other.id for other in light.get_group_traffic_lights() if other.get_state() == GREEN]
        assert greens  # the first controller's


def test_light_boxes_hang_over_the_road_or_beside_it(lights: list) -> None:
    for light in lights:
        (box,) = light.get_light_boxes()
        foot = light.get_location()
        assert math.hypot(box.location.x - foot.x, box.location.y - foot.y) < 1.0
        assert box.location.z > 1.5
        assert 0.1 < box.extent.z < 1.0


def test_lights_cannot_be_destroyed_or_given_nonsense(day: ToyClient, lights: list) -> None:
    assert not lights[0].destroy()
    lights[0].set_green_time(-1.0)
    lights[0].set_green_time(float("nan"))
    day.ticks(1)
    assert lights[0].get_green_time() == pytest.approx(10.0)


def test_signs_are_actors_where_the_map_has_them(day: ToyClient) -> None:
    town = day.world.get_map()
    wanted = {}
    for mark in town.get_all_landmarks():
        name = SIGN_TYPES.get(mark.type)
        if mark.type == "274" and mark.sub_type.isdigit():
            name = f"traffic.speed_limit.{mark.sub_type}"
        if name and mark.name != "Stencil_STOP":
            wanted[mark.id] = name, mark
    if not wanted:
        pytest.skip("this map has no stop, yield or speed limit sign")
    for name, mark in wanted.values():
        sign = day.world.get_traffic_sign(mark)
        assert sign is not None
        assert sign.type_id == name
        assert sign.get_location().distance(mark.transform.location) < 1e-3
        assert not sign.destroy()


def test_stop_and_yield_signs_hold_back_who_is_at_them(day: ToyClient) -> None:
    signs = [s for s in day.world.get_actors().filter("traffic.*") if s.type_id in SIGN_TYPES.values()]
    places = [(sign, sign.get_transform().transform(sign.trigger_volume.location)) for sign in signs]
    places = [(sign, day.world.get_map().get_waypoint(place)) for sign, place in places if sign.trigger_volume.extent.x]
    alone = [(s, w) for s, w in places if s.type_id == "traffic.stop" and max(s.trigger_volume.extent.x, 0) < 3]
    if not alone:
        pytest.skip("this map has no stop sign of one approach")
    pose = alone[0][1].transform
    pose.location.z += 0.3
    car = day.spawn("vehicle.tesla.model3", pose)
    day.ticks(1)
    states = []
    for _ in range(60):
        day.ticks(1)
        states.append(car.get_traffic_light_state())
        assert not car.is_at_traffic_light()
    assert states[0] == RED  # 2 s, then it may go
    assert states[-1] == GREEN
    assert 36 <= states.count(RED) <= 40


def test_speed_limit_of_the_lane_is_the_vehicles(day: ToyClient) -> None:
    """The limit that OpenDRIVE posts where the car stands, in km/h; 50 km/h where it says nothing."""
    from xml.etree import ElementTree

    roads = {int(r.get("id")): r for r in ElementTree.fromstring(day.world.get_map().to_opendrive()).findall("road")}
    per = {"km/h": 1.0, "mph": 1.609344, "m/s": 3.6}
    points = day.world.get_map().get_spawn_points()
    signs = [mark.transform.location for mark in day.world.get_map().get_all_landmarks_of_type("274")]
    clear = [i for i, p in enumerate(points) if all(p.location.distance(sign) > 20.0 for sign in signs)]
    assert clear
    for index in clear[:60:20]:
        car = day.car(index)
        day.ticks(2)
        place = day.world.get_map().get_waypoint(car.get_location())
        limit = 50.0
        for kind in roads[place.road_id].findall("type"):
            speed = kind.find("speed")
            if float(kind.get("s")) <= place.s and speed is not None:
                limit = float(speed.get("max")) * per[speed.get("unit", "m/s")]
        assert car.get_speed_limit() == pytest.approx(limit, abs=0.01)
