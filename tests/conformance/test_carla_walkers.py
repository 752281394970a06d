"""Walkers steered by the client's navigation and by hand: where they are, how fast, and on what."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import carla
import numpy as np
import pytest
import shapely

from tests.toy_client import FIXED_DELTA_S, ToyClient

WALK_MPS = 1.4
AGENT_RADIUS_M = 0.3
KERB_M = 0.15
"""A side walk may be so much over the road, whose height the client's map knows."""


def walking_place(day: ToyClient) -> Any:
    """A random place to walk; skips the test on maps that have none, which have no side walk either."""
    place = day.world.get_random_location_from_navigation()
    if place is None:
        assert 'type="sidewalk"' not in day.world.get_map().to_opendrive()
        pytest.skip("this map has nowhere to walk")
    return place


def walkers(day: ToyClient, count: int) -> list[Any]:
    """Walkers at random places, some different blueprints."""
    walking_place(day)
    kinds = sorted(kind.id for kind in day.world.get_blueprint_library().filter("walker.pedestrian.*"))
    found: list[Any] = []
    while len(found) < count:
        kind = day.blueprint(kinds[len(found) % len(kinds)])
        actor = day.world.try_spawn_actor(kind, carla.Transform(walking_place(day)))
        found += [actor] if actor is not None else []
    day.spawned += found
    day.ticks(1)
    return found


@contextmanager
def steered(day: ToyClient, people: list[Any]) -> Iterator[list[Any]]:
    """The people's AI controllers, started."""
    controllers = [day.spawn("controller.ai.walker", carla.Transform(), person) for person in people]
    day.ticks(1)
    for controller in controllers:
        controller.start()
        controller.set_max_speed(WALK_MPS)
    try:
        yield controllers
    finally:
        for controller in controllers:
            controller.stop()


def feet(person: Any) -> Any:
    at = person.get_location()
    at.z -= person.bounding_box.extent.z
    return at


def crossings(town_map: Any) -> Any:
    """Zebra crossings in plan; carla.Map lists their corners one after another, the first one twice."""
    corners = [(c.x, c.y) for c in town_map.get_crosswalks()]
    polygons = []
    while corners:
        end = corners.index(corners[0], 1)
        polygons.append(shapely.Polygon(corners[: end + 1]).buffer(0))
        corners = corners[end + 1 :]
    return shapely.union_all(polygons)


def over_side_walk_m(town_map: Any, at: Any) -> tuple[float, float]:
    """How far a place is inside the nearest side walk's edges (negative outside), and how high over the road."""
    walk = town_map.get_waypoint(at, lane_type=carla.LaneType.Sidewalk)
    middle = walk.transform.location
    return walk.lane_width / 2 - math.dist((at.x, at.y), (middle.x, middle.y)), at.z - middle.z


def with_side_walks(day: ToyClient) -> Any:
    walking_place(day)
    town_map = day.world.get_map()
    if 'type="sidewalk"' not in town_map.to_opendrive():
        pytest.skip("this map has no side walk: people walk beside the road")
    return town_map


def test_random_places_lie_on_side_walks_at_their_height(day: ToyClient) -> None:
    day.world.set_pedestrians_seed(7)
    town_map = with_side_walks(day)
    for _ in range(200):
        inside_m, high_m = over_side_walk_m(town_map, day.world.get_random_location_from_navigation())
        assert inside_m > AGENT_RADIUS_M - 0.1
        assert -0.05 < high_m < KERB_M + 0.05


def test_steered_walkers_keep_to_side_walks_and_crossings(day: ToyClient) -> None:
    day.world.set_pedestrians_seed(3)
    day.world.set_pedestrians_cross_factor(0.0)
    town_map = with_side_walks(day)
    zebras = crossings(town_map).buffer(2.6)  # they lead on to the side walk across the gutter
    shapely.prepare(zebras)
    people = walkers(day, 12)
    walked_m = np.zeros(len(people))
    with steered(day, people) as controllers:
        for controller in controllers:
            controller.go_to_location(walking_place(day))
        day.ticks(2)
        for _ in range(400):
            last = [person.get_location() for person in people]
            day.ticks(1)
            for number, person in enumerate(people):
                at = feet(person)
                walked_m[number] += math.dist((at.x, at.y), (last[number].x, last[number].y))
                inside_m, high_m = over_side_walk_m(town_map, at)
                assert inside_m > 0.0 or zebras.contains(shapely.Point(at.x, at.y))
                assert -0.05 < high_m < KERB_M + 0.05
                assert person.get_velocity().length() < WALK_MPS + 0.1
    assert np.median(walked_m) > 0.7 * 20.0 * WALK_MPS  # the others met someone, or wait at a crossing
    assert walked_m.max() < 20.0 * WALK_MPS + 1.0


def both_sides(day: ToyClient) -> tuple[Any, Any]:
    """Places on the side walks to the left and the right of the road at a spawn point, far from traffic lights."""
    town_map = with_side_walks(day)
    lights = [light.get_location() for light in day.world.get_actors().filter("traffic.traffic_light")]
    for pose in town_map.get_spawn_points():
        if any(light.distance(pose.location) < 30.0 for light in lights):
            continue
        sides = [outward(town_map.get_waypoint(pose.location), step) for step in ("get_left_lane", "get_right_lane")]
        if all(side is not None for side in sides):
            return sides[0].transform.location, sides[1].transform.location
    pytest.skip("no road of this map has side walks on both sides, away from traffic lights")


def outward(lane: Any, step: str) -> Any:
    """The side walk on one side of a lane, None for none; past the middle of the road lanes count the other way."""
    direction = lane.lane_id < 0
    while lane is not None and lane.lane_type != carla.LaneType.Sidewalk:
        turned = (lane.lane_id < 0) != direction
        other = {"get_left_lane": "get_right_lane", "get_right_lane": "get_left_lane"}[step] if turned else step
        lane = getattr(lane, other)()
    return lane


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_only_the_share_that_may_walks_over_the_road(day: ToyClient, share: float) -> None:
    start, goal = both_sides(day)
    zebras = crossings(day.world.get_map()).buffer(2.6)
    person = walkers(day, 1)[0]
    person.set_location(start + carla.Location(z=1.0))
    day.ticks(1)
    lights = list(day.world.get_actors().filter("traffic.traffic_light"))
    for light in lights:  # people go while traffic has to wait
        light.set_state(carla.TrafficLightState.Red)
        light.freeze(True)
    day.world.set_pedestrians_cross_factor(share)
    jaywalked = arrived = False
    way_m = 4 * start.distance(goal)  # from middle to middle of the ground's pieces, which are up to 16 m long
    with steered(day, [person]) as (controller,):
        controller.go_to_location(goal)
        for _ in range(max(600, round(way_m / WALK_MPS / FIXED_DELTA_S))):
            day.ticks(1)
            at = feet(person)
            aside = over_side_walk_m(day.world.get_map(), at)[0] < 0.0 and not zebras.contains(
                shapely.Point(at.x, at.y)
            )
            jaywalked |= aside
            arrived |= math.dist((at.x, at.y), (goal.x, goal.y)) < 1.5
    day.world.set_pedestrians_cross_factor(0.0)
    for light in lights:
        light.freeze(False)
    day.world.reset_all_traffic_lights()
    if share == 0.0:
        assert not jaywalked
    else:
        assert arrived


def test_the_same_seed_walks_the_same_ways(day: ToyClient) -> None:
    ways = []
    for _ in range(2):
        day.world.set_pedestrians_seed(11)
        places = [walking_place(day) for _ in range(5)]
        ways.append([(place.x, place.y, place.z) for place in places])
    assert ways[0] == ways[1]


def test_steered_walkers_report_the_speed_at_which_they_move(day: ToyClient) -> None:
    people = walkers(day, 4)
    with steered(day, people) as controllers:
        for controller in controllers:
            controller.go_to_location(walking_place(day))
        day.ticks(40)
        for _ in range(20):
            last = [person.get_location() for person in people]
            day.ticks(1)
            for person, before in zip(people, last, strict=True):
                moved = person.get_location() - before
                told = person.get_velocity()
                assert math.hypot(told.x, told.y) == pytest.approx(
                    math.hypot(moved.x, moved.y) / FIXED_DELTA_S, abs=0.15
                )
    day.ticks(2)
    assert all(person.get_velocity().length() == 0.0 for person in people)  # stop() has let go of them


def test_a_steered_walker_arrives(day: ToyClient) -> None:
    day.world.set_pedestrians_seed(5)
    person = walkers(day, 1)[0]
    here = person.get_location()
    near = (place for place in iter(day.world.get_random_location_from_navigation, None))
    goal = next(p for p in itertools.islice(near, 20_000) if 4.0 < math.dist((p.x, p.y), (here.x, here.y)) < 8.0)
    with steered(day, [person]) as (controller,):
        controller.go_to_location(goal)
        nearest_m = math.inf
        for _ in range(600):
            day.ticks(1)
            at = feet(person)
            nearest_m = min(nearest_m, math.dist((at.x, at.y), (goal.x, goal.y)))
            if nearest_m < 1.0:  # the client takes the next goal from here on
                return
    pytest.fail(f"came within {nearest_m:.1f} m of its goal only")


def test_steered_walkers_do_not_walk_through_each_other(day: ToyClient) -> None:
    people = walkers(day, 2)
    first, second = people
    start = first.get_location()
    near = (place for place in iter(day.world.get_random_location_from_navigation, None))
    other = next(p for p in itertools.islice(near, 20_000) if 6.0 < math.dist((p.x, p.y), (start.x, start.y)) < 12.0)
    second.set_location(carla.Location(other.x, other.y, other.z + 1.0))
    day.ticks(1)
    with steered(day, people) as controllers:
        controllers[0].go_to_location(other)
        controllers[1].go_to_location(start)
        nearest_m = math.inf
        for _ in range(200):
            day.ticks(1)
            a, b = first.get_location(), second.get_location()
            nearest_m = min(nearest_m, math.dist((a.x, a.y), (b.x, b.y)))
    assert nearest_m > AGENT_RADIUS_M
