"""What can be done to any actor: pushed, dropped, teleported, switched off, attached. Values by hand."""

import math
from typing import Any

import carla
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient

GRAVITY_MPS2 = 9.81
HIGH_M = 60.0
STEPS = 20  # one second


def airborne(day: ToyClient, height_m: float = HIGH_M, name: str = "vehicle.tesla.model3") -> Any:
    """A car at rest in the air, where nothing holds it."""
    pose = day.world.get_map().get_spawn_points()[0]
    car = day.spawn(name, carla.Transform(pose.location + carla.Location(z=height_m), carla.Rotation()))
    day.world.tick()
    return car


def mass_kg(car: Any) -> float:
    return float(car.get_physics_control().mass)


def test_free_fall_is_half_g_t_squared(day: ToyClient) -> None:
    car = airborne(day)
    above_m, speed_mps = car.get_location().z, car.get_velocity().z
    day.ticks(STEPS)
    fallen_m = -speed_mps * 1.0 + 0.5 * GRAVITY_MPS2 * 1.0**2
    assert above_m - car.get_location().z == pytest.approx(fallen_m, abs=0.01)
    assert car.get_velocity().z == pytest.approx(speed_mps - GRAVITY_MPS2, abs=0.01)
    assert car.get_acceleration().z == pytest.approx(-GRAVITY_MPS2, abs=0.01)


def test_without_gravity_it_floats(day: ToyClient) -> None:
    car = airborne(day)
    car.set_enable_gravity(False)
    car.set_target_velocity(carla.Vector3D(0.0, 0.0, 0.0))
    day.world.tick()
    height_m = car.get_location().z
    day.ticks(STEPS)
    assert car.get_location().z == pytest.approx(height_m, abs=1e-3)
    car.set_enable_gravity(True)
    day.ticks(STEPS)
    assert height_m - car.get_location().z == pytest.approx(0.5 * GRAVITY_MPS2, abs=0.02)


@pytest.mark.parametrize("how", ["impulse", "force"])
def test_a_push_changes_the_velocity_by_momentum_over_mass(day: ToyClient, how: str) -> None:
    car = airborne(day)
    before, mass = car.get_velocity(), mass_kg(car)
    push_ns = carla.Vector3D(2000.0, -3000.0, 5000.0)
    if how == "impulse":
        car.add_impulse(push_ns)
    else:  # the force acts for the one step that comes
        car.add_force(push_ns / FIXED_DELTA_S)
    day.world.tick()
    change = car.get_velocity() - before + carla.Vector3D(0.0, 0.0, GRAVITY_MPS2 * FIXED_DELTA_S)
    assert change.x == pytest.approx(2000.0 / mass, abs=0.01)
    assert change.y == pytest.approx(-3000.0 / mass, abs=0.01)
    assert change.z == pytest.approx(5000.0 / mass, abs=0.01)


def test_an_upward_impulse_throws_a_standing_car_v_squared_over_two_g_high(day: ToyClient) -> None:
    car = day.car()
    day.ticks(5)
    ground_m = car.get_location().z
    car.add_impulse(carla.Vector3D(0.0, 0.0, 5.0 * mass_kg(car)))
    tops = [day.world.tick() and car.get_location().z for _ in range(2 * STEPS)]
    assert max(tops) - ground_m == pytest.approx(5.0**2 / (2 * GRAVITY_MPS2), abs=0.02)
    assert tops[-1] == pytest.approx(ground_m, abs=0.01)


def test_twice_the_angular_impulse_is_twice_the_turn_in_carlas_direction(day: ToyClient) -> None:
    car = airborne(day)
    rates = []
    for _ in range(2):
        car.add_angular_impulse(carla.Vector3D(0.0, 0.0, 1e9))
        day.world.tick()
        rates.append(car.get_angular_velocity().z)
    assert rates[0] > 0.0  # about CARLA's z: clockwise from above
    assert rates[1] == pytest.approx(2 * rates[0], rel=1e-3)
    # kg cm2 deg/s over kg m2: a box of the car's size has an inertia of m (l^2 + w^2) / 12 (about: mass sits low)
    half = car.bounding_box.extent
    inertia_kgm2 = mass_kg(car) * ((2 * half.x) ** 2 + (2 * half.y) ** 2) / 12
    assert rates[0] == pytest.approx(1e9 / 1e4 / inertia_kgm2, rel=0.35)


def test_target_velocities_hold_at_once(day: ToyClient) -> None:
    car = airborne(day)
    car.set_target_velocity(carla.Vector3D(3.0, -4.0, 2.0))
    car.set_target_angular_velocity(carla.Vector3D(0.0, 0.0, 30.0))
    day.world.tick()
    velocity, turn = car.get_velocity(), car.get_angular_velocity()
    assert (velocity.x, velocity.y) == pytest.approx((3.0, -4.0), abs=0.05)
    assert velocity.z == pytest.approx(2.0 - GRAVITY_MPS2 * FIXED_DELTA_S, abs=0.01)
    assert turn.z == pytest.approx(30.0, abs=0.2)


def test_a_teleport_keeps_the_velocity(day: ToyClient) -> None:
    car = airborne(day)
    car.set_target_velocity(carla.Vector3D(5.0, 0.0, 0.0))
    car.set_location(car.get_location() + carla.Location(x=30.0, z=10.0))
    day.world.tick()
    assert car.get_velocity().x == pytest.approx(5.0, abs=0.05)
    assert car.get_transform().rotation.yaw == pytest.approx(0.0, abs=0.1)


def test_a_held_car_stays_in_the_air_and_falls_when_let_go(day: ToyClient) -> None:
    car = airborne(day)
    car.set_simulate_physics(False)
    car.set_transform(carla.Transform(car.get_location(), carla.Rotation(roll=90.0)))
    day.world.tick()
    held_m = car.get_location().z
    day.ticks(STEPS)
    assert car.get_location().z == held_m
    assert car.get_transform().rotation.roll == pytest.approx(90.0, abs=0.01)
    car.set_simulate_physics(True)
    day.ticks(STEPS)
    assert held_m - car.get_location().z == pytest.approx(0.5 * GRAVITY_MPS2, abs=0.02)


def test_a_car_put_on_its_side_lies_there_and_slides_to_rest(day: ToyClient) -> None:
    car = day.car()
    day.ticks(3)
    ground_m, yaw = car.get_location().z, car.get_transform().rotation.yaw
    car.set_transform(carla.Transform(car.get_location() + carla.Location(z=1.5), carla.Rotation(yaw=yaw, roll=90.0)))
    day.ticks(2 * STEPS)
    lying = car.get_transform()
    assert lying.rotation.roll == pytest.approx(90.0, abs=0.1)
    # on its side, the middle of its underside is half its width above the ground
    assert lying.location.z - ground_m == pytest.approx(car.bounding_box.extent.y, abs=0.05)
    car.apply_control(carla.VehicleControl(throttle=1.0))
    day.ticks(STEPS)
    assert car.get_location().distance(lying.location) < 0.01  # no wheel on the ground


def test_a_car_on_its_roof_is_told_as_rolled_over_after_five_seconds(day: ToyClient) -> None:
    car = day.car()
    day.ticks(3)
    pose = car.get_transform()
    car.set_transform(
        carla.Transform(pose.location + carla.Location(z=2.0), carla.Rotation(yaw=pose.rotation.yaw, roll=179.0))
    )
    day.ticks(round(4.5 / FIXED_DELTA_S))
    assert car.get_failure_state() == carla.VehicleFailureState.NONE
    day.ticks(round(1.0 / FIXED_DELTA_S))
    assert car.get_failure_state() == carla.VehicleFailureState.Rollover
    car.set_transform(pose)
    day.ticks(5)
    assert car.get_failure_state() == carla.VehicleFailureState.NONE


def test_cars_teleported_into_each_other_part_without_an_explosion(day: ToyClient) -> None:
    points = day.world.get_map().get_spawn_points()
    cars = [day.car(0), day.spawn("vehicle.audi.a2", points[min(3, len(points) - 1)])]
    day.ticks(3)
    cars[1].set_transform(cars[0].get_transform())
    fastest = 0.0
    for _ in range(2 * STEPS):
        day.world.tick()
        fastest = max(fastest, *(car.get_velocity().length() for car in cars))
    assert fastest < 10.0
    assert cars[0].get_location().distance(cars[1].get_location()) > 1.0


def test_who_does_not_collide_is_driven_through(day: ToyClient) -> None:
    car = day.car()
    day.ticks(3)
    ahead = car.get_transform().transform(carla.Location(x=12.0))
    ghost = day.spawn("vehicle.audi.a2", carla.Transform(ahead + carla.Location(z=0.5), car.get_transform().rotation))
    ghost.set_simulate_physics(False)
    ghost.set_collisions(False)
    events = day.listen("sensor.other.collision", car)
    car.enable_constant_velocity(carla.Vector3D(10.0, 0.0, 0.0))
    start = car.get_location()
    day.ticks(2 * STEPS)
    assert car.get_location().distance(start) == pytest.approx(20.0, abs=1.0)
    assert not [e for e in list(events.queue) if e.other_actor.id == ghost.id]


def test_a_prop_stands_still_until_physics_moves_it(day: ToyClient) -> None:
    pose = day.world.get_map().get_spawn_points()[0]
    box = day.spawn("static.prop.box01", carla.Transform(pose.location + carla.Location(z=20.0)))
    day.ticks(5)
    height_m = box.get_location().z
    assert box.get_velocity().length() == 0.0
    box.set_target_velocity(carla.Vector3D(1.0, 2.0, 0.0))
    day.world.tick()
    assert box.get_velocity().y == pytest.approx(2.0)  # told, as for a deer that a script moves
    assert box.get_location().z == height_m
    box.set_target_velocity(carla.Vector3D())
    box.set_simulate_physics(True)
    day.ticks(STEPS)
    assert height_m - box.get_location().z == pytest.approx(0.5 * GRAVITY_MPS2, abs=0.02)
    box.set_simulate_physics(False)
    day.ticks(5)
    assert box.get_velocity().length() == 0.0


def test_a_loose_box_slides_to_rest_by_friction(day: ToyClient) -> None:
    pose = day.world.get_map().get_spawn_points()[0]
    box = day.spawn("static.prop.box01", pose)
    box.set_simulate_physics(True)
    day.ticks(STEPS)
    start = box.get_location()
    box.set_target_velocity(pose.get_forward_vector() * 4.0)
    day.ticks(STEPS)
    assert box.get_velocity().length() == 0.0
    assert box.get_location().distance(start) == pytest.approx(4.0**2 / (2 * 0.7 * GRAVITY_MPS2), abs=0.08)


def test_a_car_pushes_a_loose_box_and_not_a_fixed_one(day: ToyClient) -> None:
    car = day.car()
    day.ticks(3)
    place = carla.Transform(car.get_transform().transform(carla.Location(x=8.0)), car.get_transform().rotation)
    box = day.spawn("static.prop.box01", place)
    box.set_simulate_physics(True)
    day.ticks(3)
    start = box.get_location()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 8.0)
    day.ticks(STEPS)
    assert box.get_location().distance(start) > 0.5
    assert car.get_velocity().length() > 5.0  # 8 m/s less what a light box and rolling cost


def test_an_impulse_moves_a_walker(day: ToyClient) -> None:
    pose = day.world.get_map().get_spawn_points()[0]
    walker = day.spawn("walker.pedestrian.0001", carla.Transform(pose.location + carla.Location(z=HIGH_M)))
    day.world.tick()
    walker.add_impulse(carla.Vector3D(0.0, 0.0, 800.0))
    before = walker.get_velocity().z
    day.world.tick()
    height_m = 2 * walker.bounding_box.extent.z  # its mass: body mass index 22
    gained = walker.get_velocity().z - before + GRAVITY_MPS2 * FIXED_DELTA_S
    assert gained == pytest.approx(800.0 / (22.0 * height_m**2), rel=0.02)


def test_children_follow_through_two_joints_and_survive_their_parents(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    first = day.spawn("sensor.other.imu", carla.Transform(carla.Location(x=2.0)), car)
    second = day.spawn(
        "sensor.other.gnss", carla.Transform(carla.Location(y=1.0, z=3.0), carla.Rotation(yaw=90)), first
    )
    day.world.tick()
    wanted = car.get_transform().transform(carla.Location(x=2.0, y=1.0, z=3.0))
    assert second.get_location().distance(wanted) < 1e-3
    assert second.parent.id == first.id
    day.client.apply_batch_sync([carla.command.DestroyActor(first.id)], True)
    day.world.tick()
    assert second.is_alive
    assert second.get_location().distance(wanted) < 1e-3
    day.spawned.remove(first)


def on_arm(day: ToyClient, car: Any, kind: Any, back_m: float = 5.0) -> Any:
    """A sensor on a spring arm behind a car, looking at it."""
    blueprint = day.blueprint("sensor.other.imu")
    sensor = day.world.spawn_actor(blueprint, carla.Transform(carla.Location(x=-back_m)), car, kind)
    day.spawned.append(sensor)
    return sensor


def test_a_spring_arm_lags_in_turns_and_ends_behind(day: ToyClient) -> None:
    car = airborne(day)
    car.set_simulate_physics(False)
    day.world.tick()
    sensor = on_arm(day, car, carla.AttachmentType.SpringArmGhost)
    day.world.tick()
    center = car.get_location()
    assert sensor.get_location().distance(center + carla.Location(x=-5.0)) < 1e-3
    car.set_transform(carla.Transform(center, carla.Rotation(yaw=90.0)))
    day.world.tick()
    # three steps of 1/60 s; in each, the target has moved on by 30 degrees and 8/60 of what is missing is turned
    yaw = 0.0
    for target in (30.0, 60.0, 90.0):
        yaw += (target - yaw) * 8.0 / 60.0
    assert sensor.get_transform().rotation.yaw == pytest.approx(yaw, abs=0.01)
    bearing = carla.Location(x=math.cos(math.radians(yaw)), y=math.sin(math.radians(yaw)))
    assert sensor.get_location().distance(center - bearing * 5.0) < 1e-3
    day.ticks(3 * STEPS)
    assert sensor.get_transform().rotation.yaw == pytest.approx(90.0, abs=0.1)


def test_a_spring_arm_is_shortened_by_what_is_in_between_and_a_ghost_is_not(day: ToyClient) -> None:
    car = airborne(day)
    car.set_simulate_physics(False)
    behind = car.get_location() + carla.Location(x=-8.0)
    blocker = day.spawn("vehicle.audi.a2", carla.Transform(behind, carla.Rotation(yaw=90.0)))
    blocker.set_simulate_physics(False)
    day.world.tick()
    arm = on_arm(day, car, carla.AttachmentType.SpringArm, 15.0)
    ghost = on_arm(day, car, carla.AttachmentType.SpringArmGhost, 15.0)
    day.world.tick()
    center = car.get_location()
    # the ball of 12 cm stops at the near side of the blocker, which stands across, half its width nearer than 8 m
    assert center.x - arm.get_location().x == pytest.approx(8.0 - blocker.bounding_box.extent.y - 0.12, abs=0.01)
    assert arm.get_location().z - center.z == pytest.approx(0.3, abs=1e-3)
    assert ghost.get_location().distance(center + carla.Location(x=-15.0)) < 1e-3


def test_wheels_are_bones_where_the_physics_has_them(day: ToyClient) -> None:
    car = day.car()
    day.ticks(2)
    names = car.get_bone_names()
    assert names[:2] == ["Vehicle_Base", "Wheel_Front_Left"]
    assert len(names) == 5
    physics = car.get_physics_control()
    for wheel, pose in zip(physics.wheels, car.get_bone_world_transforms()[1:], strict=True):
        place = carla.Location(wheel.position.x, wheel.position.y, wheel.position.z) / 100.0
        assert pose.location.distance(place) < 1e-3
    front = car.get_bone_relative_transforms()[1].location
    assert front.x > 0.0 > front.y  # front left
    box = car.get_component_relative_transform("VehicleBounds").location
    assert box.z == pytest.approx(car.bounding_box.location.z, abs=1e-4)
    with pytest.raises(RuntimeError, match="not found"):
        car.get_component_world_transform("flux capacitor")


def test_a_sensor_on_a_socket_is_fixed_to_that_part(day: ToyClient) -> None:
    car = day.car()
    day.world.tick()
    place = carla.Transform(carla.Location(z=0.5))
    kind = carla.AttachmentType.Rigid
    sensor = day.world.spawn_actor(day.blueprint("sensor.other.imu"), place, car, kind, "Wheel_Rear_Right")
    day.spawned.append(sensor)
    day.world.tick()
    wheel = car.get_bone_world_transforms()[car.get_bone_names().index("Wheel_Rear_Right")]
    assert sensor.get_location().distance(wheel.location + carla.Location(z=0.5)) < 0.05


def test_role_name_is_kept(day: ToyClient) -> None:
    assert day.spawn("static.prop.bin", carla.Transform(), role_name="mine").attributes["role_name"] == "mine"
