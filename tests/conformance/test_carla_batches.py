"""Batches: every kind of command, in order, an error for each that fails, actors that follow from a spawn."""

from typing import Any

import carla
import pytest

from tests.toy_client import ToyClient

command = carla.command


def parked(day: ToyClient, index: int = 0) -> Any:
    car = day.car(index)
    day.ticks(3)
    return car


def run(day: ToyClient, *commands: Any) -> list[Any]:
    """The answers, after a tick in which the commands act."""
    answers = day.client.apply_batch_sync(list(commands), True)
    assert [answer.error for answer in answers] == [""] * len(commands)
    return list(answers)


def test_a_spawn_and_what_follows_from_it(day: ToyClient) -> None:
    pose = day.world.get_map().get_spawn_points()[0]
    spawn = command.SpawnActor(day.blueprint("vehicle.tesla.model3", role_name="batch"), pose)
    lights = carla.VehicleLightState.HighBeam
    held = spawn.then(command.SetSimulatePhysics(command.FutureActor, False)).then(
        command.SetVehicleLightState(command.FutureActor, lights)
    )
    (answer,) = run(day, held)
    car = day.world.get_actor(answer.actor_id)
    day.spawned.append(car)
    assert car.attributes["role_name"] == "batch"
    assert car.get_light_state() == lights
    assert car.get_location().distance(pose.location) < 1e-3  # held in the air where it was spawned


def test_a_child_is_spawned_with_its_parent_in_one_batch(day: ToyClient) -> None:
    car = parked(day)
    imu = day.blueprint("sensor.other.imu")
    place = carla.Transform(carla.Location(x=1.0, z=2.0))
    (answer,) = run(day, command.SpawnActor(imu, place, car))
    sensor = day.world.get_actor(answer.actor_id)
    day.spawned.append(sensor)
    assert sensor.parent.id == car.id
    assert sensor.get_location().distance(car.get_transform().transform(place.location)) < 1e-3


def test_each_command_has_its_own_answer(day: ToyClient) -> None:
    car = parked(day)
    walker_control = command.ApplyWalkerControl(car.id, carla.WalkerControl())
    answers = day.client.apply_batch_sync(
        [
            command.ApplyVehicleControl(4_000_000, carla.VehicleControl()),
            command.ApplyVehicleControl(car.id, carla.VehicleControl(throttle=0.25)),
            walker_control,
            command.SpawnActor(day.blueprint("vehicle.tesla.model3"), car.get_transform()),
        ],
        True,
    )
    assert "4000000" in answers[0].error
    assert not answers[1].has_error()
    assert "not a walker" in answers[2].error
    assert "collision" in answers[3].error.lower()
    assert car.get_control().throttle == pytest.approx(0.25)


def test_commands_act_in_order(day: ToyClient) -> None:
    car = parked(day)
    first, last = carla.VehicleControl(throttle=0.9), carla.VehicleControl(brake=0.4)
    run(day, command.ApplyVehicleControl(car.id, first), command.ApplyVehicleControl(car.id, last))
    assert (car.get_control().throttle, car.get_control().brake) == pytest.approx((0.0, 0.4))


def test_motion_commands(day: ToyClient) -> None:
    car = parked(day)
    mass = car.get_physics_control().mass
    high = carla.Transform(car.get_location() + carla.Location(z=50.0), carla.Rotation(yaw=10.0))
    still = carla.Vector3D()
    run(day, command.ApplyTransform(car.id, high), command.SetEnableGravity(car.id, False))
    assert car.get_transform().rotation.yaw == pytest.approx(10.0, abs=1e-3)
    run(day, command.ApplyTargetVelocity(car.id, carla.Vector3D(2.0, 0.0, 0.0)))
    assert car.get_velocity().x == pytest.approx(2.0, abs=0.01)
    run(day, command.ApplyTargetVelocity(car.id, still), command.ApplyImpulse(car.id, carla.Vector3D(mass, 0.0, 0.0)))
    assert car.get_velocity().x == pytest.approx(1.0, abs=0.01)
    force = carla.Vector3D(0.0, mass / 0.05, 0.0)  # for one step of 0.05 s
    run(day, command.ApplyTargetVelocity(car.id, still), command.ApplyForce(car.id, force))
    assert car.get_velocity().y == pytest.approx(1.0, abs=0.01)
    run(day, command.ApplyTargetAngularVelocity(car.id, carla.Vector3D(0.0, 0.0, 20.0)))
    assert car.get_angular_velocity().z == pytest.approx(20.0, abs=0.1)
    run(day, command.ApplyTargetAngularVelocity(car.id, still))
    run(day, command.ApplyAngularImpulse(car.id, carla.Vector3D(0.0, 0.0, 1e9)))
    by_impulse = car.get_angular_velocity().z
    run(day, command.ApplyTargetAngularVelocity(car.id, still))
    run(day, command.ApplyTorque(car.id, carla.Vector3D(0.0, 0.0, 1e9 / 0.05)))
    assert by_impulse > 1.0
    assert car.get_angular_velocity().z == pytest.approx(by_impulse, rel=1e-3)


def test_driving_commands(day: ToyClient) -> None:
    car = parked(day)
    physics = car.get_physics_control()
    physics.mass = 1111.0
    ackermann = carla.VehicleAckermannControl(speed=3.0)
    run(day, command.ApplyVehiclePhysicsControl(car.id, physics), command.SetSimulatePhysics(car.id, True))
    run(day, command.ApplyVehicleAckermannControl(car.id, ackermann))
    assert car.get_physics_control().mass == 1111.0
    day.ticks(40)
    assert car.get_velocity().length() > 1.0


def test_walker_commands(day: ToyClient) -> None:
    pose = day.world.get_map().get_spawn_points()[0]
    place = carla.Transform(pose.location + carla.Location(z=1.0))
    walker = day.spawn("walker.pedestrian.0002", place)
    day.ticks(20)
    run(day, command.ApplyWalkerControl(walker.id, carla.WalkerControl(carla.Vector3D(0.0, 1.0, 0.0), 1.0, False)))
    day.ticks(20)
    assert walker.get_velocity().y == pytest.approx(1.0, abs=0.05)
    there = carla.Transform(walker.get_location() + carla.Location(x=3.0))
    run(day, command.ApplyWalkerState(walker.id, there, 0.0))
    assert walker.get_location().x == pytest.approx(there.location.x, abs=0.05)


def test_a_tick_comes_with_the_batch(day: ToyClient) -> None:
    car = parked(day)
    before = day.world.get_snapshot().frame
    day.client.apply_batch_sync([command.ApplyVehicleControl(car.id, carla.VehicleControl())], True)
    assert day.world.get_snapshot().frame == before + 1
    day.client.apply_batch_sync([command.ApplyVehicleControl(car.id, carla.VehicleControl())], False)
    assert day.world.get_snapshot().frame == before + 1


def test_destroying_twice_is_an_error_the_second_time(day: ToyClient) -> None:
    car = parked(day)
    answers = day.client.apply_batch_sync([command.DestroyActor(car.id), command.DestroyActor(car.id)], True)
    assert [answer.has_error() for answer in answers] == [False, True]
    assert str(car.id) in answers[1].error
    day.spawned.remove(car)
