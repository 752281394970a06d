"""Vehicles: what their physics control says is what they do. Expectations are formulas of mechanics."""

import math
from typing import Any

import carla
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient

GRAVITY_MPS2 = 9.81
ROOM_M = 60.0


def level_road(day: ToyClient, room_m: float = ROOM_M) -> carla.Transform:
    """A place in a lane, a spawn point if one will do, with a straight and level road ahead."""
    town = day.world.get_map()
    for pose in town.get_spawn_points():
        if is_level_ahead(town.get_waypoint(pose.location), room_m):
            return pose
    for waypoint in town.generate_waypoints(10.0):
        if waypoint.lane_type == carla.LaneType.Driving and is_level_ahead(waypoint, room_m):
            pose = waypoint.transform
            pose.location.z += 0.5
            return pose
    pytest.skip(f"no {room_m} m of straight and level road")


def is_level_ahead(start: carla.Waypoint, room_m: float) -> bool:
    """Whether the lane goes on straight and level for `room_m`, and nowhere else."""
    here = start.transform
    for ahead_m in range(5, int(room_m) + 1, 5):
        ways = start.next(float(ahead_m))
        if len(ways) != 1:
            return False
        there = ways[0].transform
        if abs((there.rotation.yaw - here.rotation.yaw + 180) % 360 - 180) >= 0.5:
            return False
        if abs(there.location.z - here.location.z) >= 0.05:
            return False
    return True


def standing(day: ToyClient, name: str = "vehicle.tesla.model3") -> Any:
    """A car at rest on a level road."""
    car = day.spawn(name, level_road(day))
    day.ticks(10)
    return car


def rolling(day: ToyClient, car: Any, speed_mps: float) -> None:
    """Make a car roll along its axis from now on."""
    car.set_target_velocity(car.get_transform().get_forward_vector() * speed_mps)


def speed_mps(car: Any) -> float:
    return float(car.get_velocity().length())


def stopping_m(day: ToyClient, car: Any, start_mps: float) -> float:
    """Way to rest under full brakes, with the pedal down before the car rolls."""
    car.apply_control(carla.VehicleControl(brake=1.0))
    day.ticks(10)
    start = car.get_location()
    rolling(day, car, start_mps)
    for _ in range(400):
        day.world.tick()
        if speed_mps(car) == 0.0:
            return float(start.distance(car.get_location()))
    raise AssertionError("does not stop")


def test_physics_control_is_whole_and_comes_back_as_it_was_sent(day: ToyClient) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    assert physics.mass > 500.0
    assert len(physics.wheels) == 4
    assert [wheel.max_steer_angle > 0 for wheel in physics.wheels] == [True, True, False, False]
    assert [wheel.max_handbrake_torque > 0 for wheel in physics.wheels] == [False, False, True, True]
    physics.mass, physics.max_rpm, physics.final_ratio = 2345.0, 6543.0, 3.21
    physics.torque_curve = [carla.Vector2D(0, 100), carla.Vector2D(3000, 250), carla.Vector2D(6000, 200)]
    physics.forward_gears = [carla.GearPhysicsControl(3.5, 0.3, 0.7), carla.GearPhysicsControl(1.5, 0.4, 0.8)]
    car.apply_physics_control(physics)
    back = car.get_physics_control()
    assert (back.mass, back.max_rpm) == pytest.approx((2345.0, 6543.0))
    assert back.final_ratio == pytest.approx(3.21)
    assert [(p.x, p.y) for p in back.torque_curve] == [(0, 100), (3000, 250), (6000, 200)]
    assert [gear.ratio for gear in back.forward_gears] == pytest.approx([3.5, 1.5])


def test_what_is_written_unchanged_changes_nothing(day: ToyClient) -> None:
    ways = []
    for rewrite in (False, True):
        car = standing(day)
        if rewrite:
            car.apply_physics_control(car.get_physics_control())
        start = car.get_location()
        car.apply_control(carla.VehicleControl(throttle=0.7, steer=0.01))
        day.ticks(60)
        ways.append(start.distance(car.get_location()))
        day.clean()
    assert ways[0] > 5.0
    assert ways[1] == pytest.approx(ways[0], rel=1e-5)


def test_twice_the_mass_is_half_the_acceleration(day: ToyClient) -> None:
    gained = []
    for factor in (1.0, 2.0):
        car = standing(day)
        physics = car.get_physics_control()
        physics.mass *= factor
        car.apply_physics_control(physics)
        car.apply_control(carla.VehicleControl(throttle=0.5))
        day.ticks(10)
        before = speed_mps(car)
        day.ticks(20)
        gained.append(speed_mps(car) - before)
        day.clean()
    rolling_loss = 0.011 * GRAVITY_MPS2  # rolling resistance grows with the mass, over which it is divided
    assert (gained[0] + rolling_loss) / (gained[1] + rolling_loss) == pytest.approx(2.0, rel=0.02)


def test_the_highest_engine_speed_limits_the_speed(day: ToyClient) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    physics.forward_gears = [carla.GearPhysicsControl(4.0, 0.0, 2.0)]
    physics.final_ratio, physics.max_rpm = 10.0, 3000.0
    car.apply_physics_control(physics)
    car.apply_control(carla.VehicleControl(throttle=1.0))
    day.ticks(100)
    radius_m = physics.wheels[0].radius / 100.0
    top_mps = 3000.0 * 2 * math.pi / 60.0 / (4.0 * 10.0) * radius_m
    assert speed_mps(car) == pytest.approx(top_mps, rel=0.06)
    assert car.get_telemetry_data().engine_rpm == pytest.approx(3000.0, rel=0.06)


def test_torque_times_gearing_over_radius_is_the_force(day: ToyClient) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    physics.torque_curve = [carla.Vector2D(0, 100), carla.Vector2D(9000, 100)]
    physics.max_rpm = 9000.0
    physics.forward_gears = [carla.GearPhysicsControl(3.0, 0.0, 2.0)]
    physics.final_ratio = 5.0
    car.apply_physics_control(physics)
    car.apply_control(carla.VehicleControl(throttle=1.0))
    day.ticks(10)
    before = speed_mps(car)
    day.ticks(10)
    wanted_mps2 = 100.0 * 3.0 * 5.0 / (physics.wheels[0].radius / 100.0) / physics.mass - 0.011 * GRAVITY_MPS2
    assert (speed_mps(car) - before) / (10 * FIXED_DELTA_S) == pytest.approx(wanted_mps2, rel=0.03)


def test_shifting_by_hand(day: ToyClient) -> None:
    car = standing(day)
    gained, ratios = [], [gear.ratio for gear in car.get_physics_control().forward_gears]
    for gear in (1, 3):
        car.apply_control(carla.VehicleControl(throttle=0.4, manual_gear_shift=True, gear=gear))
        day.ticks(10)
        before = speed_mps(car)
        day.ticks(10)
        gained.append(speed_mps(car) - before + 0.011 * GRAVITY_MPS2 * 10 * FIXED_DELTA_S)
        assert car.get_control().gear == gear
        assert car.get_telemetry_data().gear == gear
    assert gained[0] / gained[1] == pytest.approx(ratios[0] / ratios[2], rel=0.05)
    car.apply_control(carla.VehicleControl(throttle=1.0, manual_gear_shift=True, gear=0))
    day.ticks(10)
    before = speed_mps(car)
    day.ticks(10)
    assert speed_mps(car) < before  # neutral


def test_reverse_is_told_as_gear_minus_one(day: ToyClient) -> None:
    car = standing(day)
    car.apply_control(carla.VehicleControl(throttle=0.5, reverse=True))
    day.ticks(20)
    assert car.get_velocity().dot(car.get_transform().get_forward_vector()) < -0.5
    assert (car.get_control().gear, car.get_control().reverse) == (-1, True)


@pytest.mark.parametrize("friction", [3.5, 1.4])
def test_braking_distance_is_v_squared_over_two_mu_g(day: ToyClient, friction: float) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    wheels = physics.wheels
    for wheel in wheels:
        wheel.tire_friction, wheel.max_brake_torque = friction, 20_000.0  # more than the tyres can use
    physics.wheels = wheels
    car.apply_physics_control(physics)
    # 3.5 is the dry road: a car's tyres then have a friction of 1
    wanted_m = 14.0**2 / (2 * (friction / 3.5) * GRAVITY_MPS2)
    assert stopping_m(day, car, 14.0) == pytest.approx(wanted_m, rel=0.04)


def test_half_the_brake_torque_is_half_the_deceleration(day: ToyClient) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    force_n = sum(wheel.max_brake_torque / (wheel.radius / 100.0) for wheel in physics.wheels)
    wheels = physics.wheels
    for wheel in wheels:
        wheel.max_brake_torque *= 0.5
    physics.wheels = wheels
    car.apply_physics_control(physics)
    decel_mps2 = 0.5 * force_n / physics.mass + 0.011 * GRAVITY_MPS2
    assert stopping_m(day, car, 10.0) == pytest.approx(10.0**2 / (2 * decel_mps2), rel=0.04)


def test_the_hand_brake_holds_with_the_rear_wheels(day: ToyClient) -> None:
    car = standing(day)
    rolling(day, car, 8.0)
    car.apply_control(carla.VehicleControl(hand_brake=True))
    day.ticks(10)
    telemetry = car.get_telemetry_data().wheels
    assert telemetry[0].long_force > -0.1 * telemetry[0].tire_load  # rolling only
    assert telemetry[2].long_force < -0.3 * telemetry[2].tire_load
    day.ticks(80)
    assert speed_mps(car) == 0.0


def test_a_friction_trigger_is_ice_inside_and_dry_outside(day: ToyClient) -> None:
    car = standing(day)
    ice = day.spawn(
        "static.trigger.friction", car.get_transform(), friction=0.35, extent_x=4000, extent_y=4000, extent_z=500
    )
    on_ice_m = stopping_m(day, car, 5.0)
    assert on_ice_m == pytest.approx(5.0**2 / (2 * 0.1 * GRAVITY_MPS2), rel=0.12)
    assert car.get_telemetry_data().wheels[0].tire_friction == pytest.approx(0.35)
    ice.destroy()
    day.spawned.remove(ice)
    assert stopping_m(day, car, 5.0) == pytest.approx(5.0**2 / (2 * GRAVITY_MPS2), rel=0.12)


def test_coasting_loses_speed_by_drag_and_rolling_only(day: ToyClient) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    physics.drag_coefficient = 3.0
    car.apply_physics_control(physics)
    rolling(day, car, 15.0)
    day.world.tick()
    before, telemetry = speed_mps(car), car.get_telemetry_data()
    box = car.bounding_box.extent
    drag_n = 0.5 * 1.204 * 3.0 * (2 * box.y) * (2 * box.z) * before**2
    assert telemetry.drag == pytest.approx(drag_n, rel=0.01)
    day.ticks(10)
    decel_mps2 = drag_n / physics.mass + 0.011 * GRAVITY_MPS2
    assert (before - speed_mps(car)) / (10 * FIXED_DELTA_S) == pytest.approx(decel_mps2, rel=0.05)


def test_slow_turns_have_the_radius_of_the_wheelbase_over_the_tangent(day: ToyClient) -> None:
    car = standing(day)
    car.apply_control(carla.VehicleControl(steer=0.3))
    day.ticks(20)
    physics = car.get_physics_control()
    front, rear = physics.wheels[0].position, physics.wheels[2].position
    wheelbase_m = math.dist((front.x, front.y), (rear.x, rear.y)) / 100.0
    rolling(day, car, 3.0)
    day.ticks(15)  # until the body has begun to turn
    radius_m = wheelbase_m / math.tan(math.radians(0.3 * physics.wheels[0].max_steer_angle))
    middle_mps = speed_mps(car)  # of the middle of the wheelbase, a little outside the rear axle
    rear_mps = middle_mps * radius_m / math.hypot(radius_m, wheelbase_m / 2)
    assert car.get_angular_velocity().z == pytest.approx(math.degrees(rear_mps / radius_m), rel=0.05)
    wanted_deg = 0.3 * physics.wheels[0].max_steer_angle
    assert car.get_wheel_steer_angle(carla.VehicleWheelLocation.FL_Wheel) == pytest.approx(wanted_deg, rel=1e-3)
    assert car.get_wheel_steer_angle(carla.VehicleWheelLocation.BL_Wheel) == 0.0


def test_the_steering_curve_takes_from_the_steering_as_speed_grows(day: ToyClient) -> None:
    car = standing(day)
    physics = car.get_physics_control()
    physics.steering_curve = [carla.Vector2D(0.0, 1.0), carla.Vector2D(72.0, 0.2)]
    car.apply_physics_control(physics)
    rolling(day, car, 10.0)  # 36 km/h, half way
    car.apply_control(carla.VehicleControl(steer=0.05))
    day.ticks(6)
    share = 1.0 - 0.8 * speed_mps(car) / 20.0
    wanted_deg = 0.05 * physics.wheels[0].max_steer_angle * share
    assert car.get_wheel_steer_angle(carla.VehicleWheelLocation.FL_Wheel) == pytest.approx(wanted_deg, rel=0.02)


def test_telemetry_adds_up(day: ToyClient) -> None:
    car = standing(day)
    mass = car.get_physics_control().mass
    still = car.get_telemetry_data()
    assert sum(wheel.tire_load for wheel in still.wheels) == pytest.approx(mass * GRAVITY_MPS2, rel=1e-3)
    assert [wheel.omega for wheel in still.wheels] == [0.0] * 4
    car.apply_control(carla.VehicleControl(throttle=0.6))
    day.ticks(30)
    moving = car.get_telemetry_data()
    along = car.get_acceleration().dot(car.get_transform().get_forward_vector())
    force_n = sum(wheel.long_force for wheel in moving.wheels)
    assert force_n - moving.drag == pytest.approx(mass * along, rel=0.02)
    assert moving.speed == pytest.approx(speed_mps(car), rel=1e-3)
    assert moving.throttle == pytest.approx(0.6)
    radius_m = car.get_physics_control().wheels[0].radius / 100.0
    for wheel in moving.wheels:
        assert wheel.omega == pytest.approx(moving.speed / radius_m * (1 + wheel.long_slip), rel=1e-2)
        assert wheel.torque == pytest.approx(wheel.long_force * radius_m, rel=1e-3)
    assert moving.wheels[0].tire_load < still.wheels[0].tire_load  # the nose goes up


def test_telemetry_of_a_turn(day: ToyClient) -> None:
    car = standing(day)
    rolling(day, car, 8.0)
    car.apply_control(carla.VehicleControl(steer=0.1, throttle=0.2))
    day.ticks(14)  # until the turn is steady, before the kerb
    wheels = car.get_telemetry_data().wheels
    across = car.get_acceleration().dot(car.get_transform().get_right_vector())
    assert across > 1.0  # to the right
    steer = math.radians(car.get_wheel_steer_angle(carla.VehicleWheelLocation.FL_Wheel))
    across_n = sum(w.lat_force * (math.cos(steer) if i < 2 else 1.0) for i, w in enumerate(wheels))
    across_n += sum(w.long_force * math.sin(steer) for w in wheels[:2])
    assert across_n == pytest.approx(car.get_physics_control().mass * across, rel=0.02)
    assert wheels[0].tire_load > wheels[1].tire_load  # the left wheels are outside
    # the tyres slip to the left (minus) and push to the right
    assert all(w.lat_slip < 0 < w.lat_force for w in wheels)


def test_ackermann_settings_and_full_stop(day: ToyClient) -> None:
    car = standing(day)
    settings = carla.AckermannControllerSettings(0.2, 0.01, 0.3, 0.05, 0.0, 0.02)
    car.apply_ackermann_controller_settings(settings)
    back = car.get_ackermann_controller_settings()
    assert (back.speed_kp, back.speed_ki, back.speed_kd) == pytest.approx((0.2, 0.01, 0.3))
    car.apply_ackermann_controller_settings(carla.AckermannControllerSettings(0.15, 0.0, 0.25, 0.01, 0.0, 0.01))
    car.apply_ackermann_control(carla.VehicleAckermannControl(speed=4.0, steer=0.0, acceleration=2.0))
    day.ticks(160)
    assert speed_mps(car) == pytest.approx(4.0, abs=0.5)
    car.apply_ackermann_control(carla.VehicleAckermannControl(speed=0.0))
    day.ticks(160)
    assert speed_mps(car) == 0.0
    assert car.get_control().brake == 1.0


def test_the_ackermann_wheels_turn_as_fast_as_asked(day: ToyClient) -> None:
    car = standing(day)
    car.apply_ackermann_control(carla.VehicleAckermannControl(steer=0.4, steer_speed=0.2, speed=0.0))
    day.ticks(20)
    max_rad = math.radians(car.get_physics_control().wheels[0].max_steer_angle)
    assert car.get_control().steer == pytest.approx(0.2 * 20 * FIXED_DELTA_S / max_rad, rel=0.06)


def test_a_constant_velocity_is_held_against_the_brake(day: ToyClient) -> None:
    car = standing(day)
    start = car.get_location()
    car.apply_control(carla.VehicleControl(brake=1.0))
    car.enable_constant_velocity(carla.Vector3D(6.0, 0.0, 0.0))
    day.ticks(20)
    assert car.get_location().distance(start) == pytest.approx(6.0, abs=0.4)
    car.disable_constant_velocity()
    day.ticks(40)
    assert speed_mps(car) == 0.0


def test_lights_are_what_was_switched_and_nothing_else(day: ToyClient) -> None:
    car = standing(day)
    flags = carla.VehicleLightState(carla.VehicleLightState.LowBeam | carla.VehicleLightState.LeftBlinker)
    car.set_light_state(flags)
    car.apply_control(carla.VehicleControl(brake=1.0))
    day.ticks(3)
    assert int(car.get_light_state()) == int(flags)
    assert dict(day.world.get_vehicles_light_states())[car.id] == flags


def test_wheels_are_turned_for_show_only_without_physics(day: ToyClient) -> None:
    car = standing(day)
    left = carla.VehicleWheelLocation.FL_Wheel
    car.set_wheel_steer_direction(left, 25.0)
    assert car.get_wheel_steer_angle(left) == pytest.approx(0.0, abs=1e-6)
    car.set_simulate_physics(False)
    car.set_wheel_steer_direction(left, 25.0)
    car.set_wheel_pitch_angle(left, 40.0)
    assert car.get_wheel_steer_angle(left) == pytest.approx(25.0)
    assert car.get_wheel_pitch_angle(left) == pytest.approx(40.0)
    car.set_simulate_physics(True)
    day.world.tick()
    assert car.get_wheel_steer_angle(left) == pytest.approx(0.0, abs=1e-6)


def test_a_wheel_rolls_the_way_over_the_radius(day: ToyClient) -> None:
    car = standing(day)
    begin = car.get_wheel_pitch_angle(carla.VehicleWheelLocation.FL_Wheel)
    start = car.get_location()
    rolling(day, car, 2.0)
    day.ticks(10)
    rolled = car.get_wheel_pitch_angle(carla.VehicleWheelLocation.FL_Wheel) - begin
    radius_m = car.get_physics_control().wheels[0].radius / 100.0
    wanted = math.degrees(start.distance(car.get_location()) / radius_m) % 360.0
    assert (rolled - wanted + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=2.0)


@pytest.mark.parametrize(("field", "value"), [("mass", 0.0), ("max_rpm", -1.0), ("final_ratio", 0.0), ("wheels", [])])
def test_physics_that_no_vehicle_can_have_changes_nothing(day: ToyClient, field: str, value: Any) -> None:
    car = standing(day)
    mass = car.get_physics_control().mass
    physics = car.get_physics_control()
    setattr(physics, field, value)
    car.apply_physics_control(physics)
    answer = day.client.apply_batch_sync([carla.command.ApplyVehiclePhysicsControl(car.id, physics)], False)
    assert "physics control" in answer[0].error
    assert car.get_physics_control().mass == mass


def test_closing_and_opening_doors_is_taken(day: ToyClient) -> None:
    car = standing(day)
    car.open_door(carla.VehicleDoor.All)
    car.close_door(carla.VehicleDoor.FL)
    day.world.tick()
    assert car.is_alive


def test_cars_that_meet_keep_their_momentum(day: ToyClient) -> None:
    pose = level_road(day)
    first = day.spawn("vehicle.tesla.model3", pose)
    ahead = carla.Transform(pose.transform(carla.Location(x=12.0)), pose.rotation)
    second = day.spawn("vehicle.audi.a2", ahead)
    day.ticks(10)
    masses = [car.get_physics_control().mass for car in (first, second)]
    rolling(day, first, 12.0)
    for _ in range(40):
        before = [car.get_velocity() for car in (first, second)]
        day.world.tick()
        if speed_mps(second) > 0.5:
            break
    lost = sum(
        (m * (a - c.get_velocity()).length() for m, a, c in zip(masses[:1], before[:1], [first], strict=True)), 0.0
    )
    gained = masses[1] * (second.get_velocity() - before[1]).length()
    assert gained > 1000.0
    assert lost == pytest.approx(gained, rel=0.05)  # rolling resistance and drag of one step are the rest


@pytest.mark.parametrize("name", ["vehicle.tesla.model3", "vehicle.kawasaki.ninja"])
def test_nothing_is_passed_through_at_50_mps_and_ten_ticks_a_second(day: ToyClient, name: str) -> None:
    pose = level_road(day)
    day.synchronize(0.1)
    runner = day.spawn(name, pose)
    gate = day.spawn("vehicle.audi.a2", carla.Transform(pose.transform(carla.Location(x=30.0)), pose.rotation))
    day.ticks(10)
    gate.set_simulate_physics(False)
    day.world.tick()
    rolling(day, runner, 50.0)
    forward, start = pose.get_forward_vector(), runner.get_location()
    day.ticks(15)
    way = runner.get_location() - start
    assert way.dot(forward) < 30.0 - gate.bounding_box.extent.x
    assert speed_mps(runner) < 10.0
    day.synchronize()
