"""Sensors that tell events: collisions with their momentum, lanes that are left."""

import math
import queue
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_sky import moved


def xyz(vector: Any) -> np.ndarray:
    return np.array([vector.x, vector.y, vector.z])


def heard(frames: "queue.Queue[Any]") -> list[Any]:
    """All events so far."""
    found = []
    while True:
        try:
            found.append(frames.get(timeout=0.3))
        except queue.Empty:
            return found


def placed_ahead(day: ToyClient, car: Any, name: str, gap_m: float, **attributes: Any) -> Any:
    """An actor on the ground ahead of a car."""
    pose = moved(car.get_transform(), gap_m, 0.0, 0.3)
    actor = day.world.try_spawn_actor(day.blueprint(name, **attributes), pose)
    if actor is None:
        pytest.skip(f"no room for {name} {gap_m} m ahead of the first spawn point")
    day.spawned.append(actor)
    return actor


def met(
    day: ToyClient, car: Any, frames: "queue.Queue[Any]", others: list[Any], ticks: int = 60
) -> tuple[Any, list[np.ndarray], list[np.ndarray]]:
    """The first collision of a car that coasts, and the velocities of it and of others in the frames around."""
    bodies = [car, *others]
    velocity = {}
    for _ in range(ticks):
        frame = day.world.tick()
        velocity[frame] = [xyz(body.get_velocity()) for body in bodies]
    event = frames.get(timeout=20.0)
    return event, velocity[event.frame - 1], velocity[event.frame + 1]


def test_two_cars_that_meet_feel_the_same_momentum_and_each_names_the_other(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    other = placed_ahead(day, car, "vehicle.audi.tt", 9.0)
    day.ticks(10)
    own = day.listen("sensor.other.collision", car, carla.Transform())
    his = day.listen("sensor.other.collision", other, carla.Transform())
    car.set_target_velocity(car.get_transform().get_forward_vector() * 8.0)
    day.world.tick()
    event, before, after = met(day, car, own, [other])
    back = his.get(timeout=20.0)
    assert back.frame == event.frame
    assert (event.actor.id, event.other_actor.id) == (car.id, other.id)
    assert (back.actor.id, back.other_actor.id) == (other.id, car.id)
    np.testing.assert_allclose(xyz(event.normal_impulse), -xyz(back.normal_impulse), atol=1.0)
    for body, felt, was, now in ((car, event, before[0], after[0]), (other, back, before[1], after[1])):
        change = body.get_physics_control().mass * (now - was)
        flat = xyz(felt.normal_impulse)[:2]
        assert np.linalg.norm(flat) > 1000.0
        np.testing.assert_allclose(flat, change[:2], atol=0.12 * np.linalg.norm(flat))  # and a tick of rolling


def test_a_car_that_meets_a_box_that_stands_fast_loses_all_its_momentum(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    box = placed_ahead(day, car, "static.prop.container", 7.0)
    own = day.listen("sensor.other.collision", car, carla.Transform())
    day.ticks(10)
    car.set_target_velocity(car.get_transform().get_forward_vector() * 6.0)
    day.world.tick()
    event, before, after = met(day, car, own, [])
    assert event.other_actor.id == box.id
    speed = float(np.linalg.norm(before[0][:2]))
    momentum = car.get_physics_control().mass * speed
    felt = float(np.linalg.norm(xyz(event.normal_impulse)[:2]))
    assert momentum * 0.9 <= felt <= momentum * 1.15  # all of it, and what the rebound takes
    assert xyz(event.normal_impulse) @ xyz(car.get_transform().get_forward_vector()) < 0.0
    assert np.linalg.norm(after[0][:2]) < 0.2 * speed


def test_a_walker_that_is_hit_feels_it_as_the_car_does(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    pose = moved(car.get_transform(), 6.0, 0.0, 1.0)
    walker = day.world.try_spawn_actor(day.blueprint("walker.pedestrian.0001", is_invincible=False), pose)
    if walker is None:
        pytest.skip("no room for a walker ahead of the first spawn point")
    day.spawned.append(walker)
    day.ticks(10)
    own = day.listen("sensor.other.collision", car, carla.Transform())
    his = day.listen("sensor.other.collision", walker, carla.Transform())
    car.set_target_velocity(car.get_transform().get_forward_vector() * 6.0)
    day.world.tick()
    event, _, _ = met(day, car, own, [walker])
    back = his.get(timeout=20.0)
    assert (event.other_actor.id, back.other_actor.id) == (walker.id, car.id)
    assert event.other_actor.type_id == "walker.pedestrian.0001"
    felt = float(np.linalg.norm(xyz(back.normal_impulse)))
    assert 6.0 * 20.0 < felt < 6.0 * 150.0  # a person's mass, brought to the car's speed
    np.testing.assert_allclose(xyz(event.normal_impulse), -xyz(back.normal_impulse), atol=1.0)


def test_a_contact_that_lasts_is_one_event_a_frame_and_a_lone_car_has_none(day: ToyClient) -> None:
    car = day.car()
    lone = day.listen("sensor.other.collision", car, carla.Transform())
    day.ticks(20)
    assert heard(lone) == []
    box = placed_ahead(day, car, "static.prop.container", 4.5)
    car.apply_control(carla.VehicleControl(throttle=0.6))
    day.ticks(50)
    events = heard(lone)
    frames = [event.frame for event in events]
    assert len(frames) > 10
    assert len(set(frames)) == len(frames)
    assert {event.other_actor.id for event in events} == {box.id}


def marked_lane(day: ToyClient) -> tuple[Any, Any, float]:
    """A place in a lane that has a mark on its left or right, the mark's type, and where it is (to the right)."""
    none = carla.LaneMarkingType.NONE
    for pose in day.world.get_map().get_spawn_points():
        at = day.world.get_map().get_waypoint(pose.location)
        for mark, side in ((at.right_lane_marking, 0.5), (at.left_lane_marking, -0.5)):
            if mark is not None and mark.type not in (none, carla.LaneMarkingType.Other) and not at.is_junction:
                return at.transform, mark.type, side * at.lane_width
    pytest.skip("no lane of this map is marked")


def test_lane_invasion_tells_the_mark_that_is_crossed(day: ToyClient) -> None:
    pose, kind, offset_m = marked_lane(day)
    car = day.spawn("vehicle.tesla.model3", moved(pose, 0.0, 0.0, 0.3))
    car.set_simulate_physics(False)
    events = day.listen("sensor.other.lane_invasion", car, carla.Transform())
    for share in np.linspace(0.0, 1.0, 6):
        car.set_transform(moved(pose, 0.0, float(share) * offset_m, 0.3))
        day.world.tick()
    found = heard(events)
    assert found
    assert kind in [mark.type for event in found for mark in event.crossed_lane_markings]


def test_a_car_that_keeps_its_lane_invades_none(day: ToyClient) -> None:
    pose, _, _ = marked_lane(day)
    car = day.spawn("vehicle.tesla.model3", moved(pose, 0.0, 0.0, 0.3))
    car.set_simulate_physics(False)
    events = day.listen("sensor.other.lane_invasion", car, carla.Transform())
    for x_m in np.linspace(0.0, 1.0, 6):
        car.set_transform(moved(pose, float(x_m), 0.0, 0.3))
        day.world.tick()
    assert heard(events) == []


def test_collision_sensor_of_nobody_is_silent(day: ToyClient) -> None:
    events = day.listen("sensor.other.collision", None, carla.Transform(carla.Location(z=math.pi)))
    day.ticks(3)
    assert heard(events) == []
