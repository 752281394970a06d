import math

import numpy as np
import pytest

from sim.world.ground import FlatGround, GridGround
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import vehicle_spec

CAR = vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
BICYCLE = vehicle_spec("vehicle.diamondback.century", (1.656, 0.582, 1.620))
KMH = 1 / 3.6


def fleet_of(spec=CAR, speed_mps=0.0, ground=None, **pedals):
    fleet = VehicleFleet(ground or FlatGround())
    fleet.add(7, spec, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    fleet.set_velocity(7, (speed_mps, 0.0, 0.0))
    fleet.set_input(7, VehicleInput(**pedals))
    return fleet


def run(fleet, seconds, dt_s=0.05):
    for _ in range(round(seconds / dt_s)):
        fleet.step(dt_s)
    return fleet.state(7)


CARS = {
    "vehicle.lincoln.mkz_2020": (4.892, 1.837, 1.490),
    "vehicle.micro.microlino": (2.207, 1.481, 1.376),
    "vehicle.nissan.patrol_2021": (5.566, 2.150, 2.045),
}


@pytest.mark.parametrize("blueprint", CARS)
@pytest.mark.parametrize("dt_s", [0.05, 0.01])
def test_cars_stop_from_100_kmh_in_36_to_45_m(blueprint, dt_s):
    fleet = fleet_of(vehicle_spec(blueprint, CARS[blueprint]), 100 * KMH, brake=1.0)
    state = run(fleet, 4.0, dt_s)
    assert 36.0 < state.position_world_m[0] < 45.0
    assert state.velocity_world_mps[0] == 0.0


def test_trucks_and_buses_need_more_road_to_stop():
    truck = vehicle_spec("vehicle.carlamotors.european_hgv", (7.936, 2.891, 3.462))
    stop_m = run(fleet_of(truck, 80 * KMH, brake=1.0), 6.0).position_world_m[0]
    assert 34.0 < stop_m < 50.0  # UN R13: at most 61 m from 80 km/h; good trucks 36 m


def test_full_throttle_reaches_100_kmh_in_about_eight_seconds():
    fleet = fleet_of(throttle=1.0)
    times = [i * 0.05 for i in range(300) if run(fleet, 0.05).velocity_world_mps[0] < 100 * KMH]
    assert 7.0 < times[-1] < 9.0


def test_first_acceleration_is_force_over_mass_less_rolling():
    fleet = fleet_of(throttle=1.0)
    run(fleet, 0.5)
    accel = fleet.state(7).acceleration_world_mps2[0]
    assert accel == pytest.approx(4.0 - 0.011 * 9.81, abs=0.01)


def test_power_limits_the_acceleration_at_speed():
    state = run(fleet_of(speed_mps=30.0, throttle=1.0), 0.5)
    speed = state.velocity_world_mps[0]
    drag = 0.5 * 1.204 * CAR.drag_area_m2 * speed**2 / CAR.mass_kg
    assert state.acceleration_world_mps2[0] == pytest.approx(75.0 / speed - drag - 0.011 * 9.81, abs=0.01)


def test_a_braked_car_at_rest_does_not_move_at_all():
    fleet = fleet_of(brake=1.0, steer=0.7)
    before = fleet.arrays()
    run(fleet, 5.0)
    after = fleet.arrays()
    np.testing.assert_array_equal(after.position_world_m, before.position_world_m)
    np.testing.assert_array_equal(after.velocity_world_mps, np.zeros((1, 3)))
    np.testing.assert_array_equal(after.angular_velocity_world_radps, np.zeros((1, 3)))
    np.testing.assert_array_equal(after.acceleration_world_mps2, np.zeros((1, 3)))


def test_braking_with_the_wheels_turned_ends_in_complete_rest():
    state = run(fleet_of(speed_mps=8.0, brake=1.0, steer=-1.0), 6.0)
    np.testing.assert_array_equal(state.velocity_world_mps, np.zeros(3))
    assert state.angular_velocity_world_radps[2] == 0.0


def test_the_hand_brake_stops_too():
    state = run(fleet_of(speed_mps=10.0, hand_brake=True), 5.0)
    assert state.velocity_world_mps[0] == 0.0
    assert 9.0 < state.position_world_m[0] < 15.0  # half the brakes: 100 / (2 x 4.9) = 10.2 m and the pedal's way


def test_reverse_drives_backwards():
    fleet = fleet_of(throttle=0.5, reverse=True)
    state = run(fleet, 2.0)
    assert state.velocity_world_mps[0] == pytest.approx(-(2.0 - 0.108) * 2.0, abs=0.2)
    assert fleet.gears()[0] == -1


def test_neutral_does_not_drive_and_manual_reverse_gear_does():
    assert run(fleet_of(throttle=1.0, manual_gear_shift=True, gear=0), 1.0).velocity_world_mps[0] == 0.0
    assert run(fleet_of(throttle=1.0, manual_gear_shift=True, gear=-1), 1.0).velocity_world_mps[0] < -2.0
    assert run(fleet_of(throttle=1.0, manual_gear_shift=True, gear=2), 1.0).velocity_world_mps[0] > 2.0


def test_full_throttle_shifts_up_only_where_the_next_gear_is_as_strong():
    fleet = fleet_of(throttle=1.0)
    gears = [run(fleet, 0.5) and int(fleet.gears()[0]) for _ in range(30)]
    assert gears == sorted(gears)
    # full power begins at P / F = 18.75 m/s in the first gear; gears end at 18.75 * 1.35^i: 25.3, 34.2, 46.1 m/s
    assert 34.2 < fleet.state(7).velocity_world_mps[0] < 46.1
    assert [gears[0], gears[-1]] == [1, 3]


@pytest.mark.parametrize(("speed_mps", "gear"), [(4.0, 1), (8.0, 2), (11.0, 3), (15.0, 4), (20.0, 5), (30.0, 6)])
def test_a_coasting_car_is_in_the_highest_gear_that_is_not_lazy(speed_mps, gear):
    # gear i turns at the highest engine speed at 18.75 * 1.35^i m/s, and is lazy below a fifth of that
    assert fleet_of(speed_mps=speed_mps).gears()[0] == gear


def test_steering_right_turns_right():
    fleet = fleet_of(speed_mps=8.0, steer=0.1, throttle=0.2)
    state = run(fleet, 2.0)
    assert state.rpy_rad[2] < -0.1
    assert state.position_world_m[1] < -0.5
    assert fleet.arrays().steer_rad[0] == pytest.approx(-0.1 * math.radians(70))


def test_slow_turns_have_the_kinematic_radius():
    fleet = fleet_of(speed_mps=2.0, steer=-0.3, throttle=0.05)
    state = run(fleet, 3.0)
    yaw, turn = state.rpy_rad[2], state.angular_velocity_world_radps[2]
    forward = state.velocity_world_mps[:2] @ [math.cos(yaw), math.sin(yaw)]
    wanted = CAR.wheelbase_m / math.tan(0.3 * CAR.max_steer_rad)  # radius of the rear axle's circle
    assert forward / turn == pytest.approx(wanted, rel=0.01)


def test_the_origin_slides_outwards_half_a_wheelbase_ahead_of_the_rear_axle():
    state = run(fleet_of(speed_mps=2.0, steer=-0.3, throttle=0.05), 3.0)
    yaw = state.rpy_rad[2]
    sideways = state.velocity_world_mps[:2] @ [-math.sin(yaw), math.cos(yaw)]
    assert sideways == pytest.approx(state.angular_velocity_world_radps[2] * CAR.wheelbase_m / 2, rel=0.03)


def test_fast_turns_understeer():
    state = run(fleet_of(speed_mps=25.0, steer=-0.02, throttle=0.3), 2.0)
    speed = np.hypot(*state.velocity_world_mps[:2])
    gradient = 0.55 * 9.81 * CAR.mass_kg / CAR.cornering_stiffness_front_npr
    gradient -= 0.45 * 9.81 * CAR.mass_kg / CAR.cornering_stiffness_rear_npr  # rad per g
    steer = 0.02 * CAR.max_steer_rad
    wanted = speed / (CAR.wheelbase_m + gradient * speed**2 / 9.81) * steer  # steady-state yaw rate, linear tyres
    assert state.angular_velocity_world_radps[2] == pytest.approx(wanted, rel=0.05)


def test_a_hard_turn_reaches_the_grip_of_the_road_and_not_more():
    fleet = fleet_of(speed_mps=20.0, steer=-0.5, throttle=0.3)
    sideways = []
    for _ in range(40):
        state = run(fleet, 0.05)
        sideways.append(np.hypot(*state.acceleration_world_mps2[:2]))
    assert 8.0 < np.mean(sideways[10:]) < 10.0


def test_steering_takes_time():
    fleet = fleet_of(steer=-1.0)
    run(fleet, 0.25)
    assert fleet.arrays().steer_rad[0] == pytest.approx(0.25 * CAR.max_steer_rate_radps)


def test_ice_makes_the_way_to_stop_longer():
    fleet = fleet_of(speed_mps=10.0, brake=1.0)
    fleet.set_grip(7, 0.1)
    assert 40.0 < run(fleet, 12.0).position_world_m[0] < 52.0  # 100 / (2 x 0.981) = 51 m less the drag


def test_a_car_put_above_the_ground_falls_on_it():
    fleet = VehicleFleet(FlatGround(1.0))
    fleet.add(7, CAR, (0.0, 0.0, 2.0), (0.0, 0.0, 0.0))
    fleet.step(0.1)
    assert fleet.state(7).velocity_world_mps[2] == pytest.approx(-0.981)
    assert fleet.state(7).acceleration_world_mps2[2] == pytest.approx(-9.81)
    state = run(fleet, 0.5)  # 1 m takes 0.45 s
    assert state.position_world_m[2] == 1.0
    assert state.velocity_world_mps[2] == 0.0


def test_wheels_in_the_air_do_not_drive():
    fleet = VehicleFleet(FlatGround())
    fleet.add(7, CAR, (0.0, 0.0, 50.0), (0.0, 0.0, 0.0))
    fleet.set_input(7, VehicleInput(throttle=1.0))
    assert run(fleet, 1.0).velocity_world_mps[0] == pytest.approx(0.0, abs=1e-9)


def test_without_gravity_it_stays_up():
    fleet = VehicleFleet(FlatGround())
    fleet.add(7, CAR, (0.0, 0.0, 5.0), (0.0, 0.0, 0.0))
    fleet.set_enable_gravity(7, False)
    assert run(fleet, 1.0).position_world_m[2] == 5.0


def test_a_body_that_is_not_simulated_keeps_any_attitude():
    fleet = fleet_of(throttle=1.0)
    fleet.set_pose(7, (1.0, 2.0, 3.0), (math.pi / 2, 0.1, 0.2))
    fleet.set_simulated(7, False)
    state = run(fleet, 1.0)
    np.testing.assert_allclose(state.position_world_m, [1.0, 2.0, 3.0], atol=1e-12)
    np.testing.assert_allclose(state.rpy_rad, [math.pi / 2, 0.1, 0.2], atol=1e-12)
    np.testing.assert_array_equal(state.velocity_world_mps, np.zeros(3))


def test_a_body_that_is_not_simulated_reports_the_velocity_it_is_given_and_stays():
    fleet = fleet_of()
    fleet.set_simulated(7, False)
    fleet.set_velocity(7, (3.0, 4.0, 0.0))
    state = run(fleet, 1.0)
    np.testing.assert_array_equal(state.velocity_world_mps, [3.0, 4.0, 0.0])
    np.testing.assert_array_equal(state.position_world_m, np.zeros(3))


def test_held_and_driven_vehicles_do_not_disturb_each_other():
    fleet = fleet_of(throttle=0.4)
    fleet.add(8, CAR, (0.0, 5.0, 0.0), (0.0, 0.0, 0.0))
    fleet.set_input(8, VehicleInput(throttle=1.0))
    fleet.set_simulated(8, False)
    alone = fleet_of(throttle=0.4)
    np.testing.assert_array_equal(run(fleet, 2.0).position_world_m, run(alone, 2.0).position_world_m)


def test_a_pose_keeps_the_origins_velocity():
    fleet = fleet_of(speed_mps=10.0)
    fleet.set_angular_velocity(7, (0.0, 0.0, 0.5))
    fleet.set_pose(7, (4.0, 5.0, 0.0), (0.0, 0.0, 2.0))
    state = fleet.state(7)
    np.testing.assert_allclose(state.velocity_world_mps, [10.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(state.position_world_m, [4.0, 5.0, 0.0], atol=1e-12)
    assert state.angular_velocity_world_radps[2] == 0.5


def test_an_impulse_changes_momentum_about_the_centre_of_gravity():
    fleet = fleet_of()
    fleet.apply_impulse(7, (0.0, 1000.0, 0.0), (CAR.cg_x_m + 1.5, 0.0, 0.0))
    state = fleet.state(7)
    turn = 1.5 * 1000.0 / CAR.yaw_inertia_kgm2
    assert state.angular_velocity_world_radps[2] == pytest.approx(turn)
    assert state.velocity_world_mps[1] == pytest.approx(1000.0 / CAR.mass_kg - turn * CAR.cg_x_m)


def test_a_slope_tilts_the_car_and_pulls_it_down():
    ground = GridGround((-100.0, -100.0), 200.0, np.array([[-10.0, -10.0], [10.0, 10.0]]))  # climbs 0.1 along x
    fleet = fleet_of(ground=ground)
    run(fleet, 0.05)
    state = run(fleet, 1.0)
    slope = math.atan(0.1)
    assert state.rpy_rad[1] == pytest.approx(-slope)  # nose up is a negative pitch
    assert state.acceleration_world_mps2[0] == pytest.approx(-9.81 * (math.sin(slope) - 0.011), abs=0.02)
    assert state.velocity_world_mps[2] == pytest.approx(0.1 * state.velocity_world_mps[0])


def test_a_cross_slope_rolls_the_car():
    ground = GridGround((-100.0, -100.0), 200.0, np.array([[-10.0, 10.0], [-10.0, 10.0]]))  # climbs 0.1 to the left
    state = run(fleet_of(ground=ground), 0.1)
    assert state.rpy_rad[0] == pytest.approx(math.atan(0.1))


def test_brakes_hold_on_a_slope():
    ground = GridGround((-100.0, -100.0), 200.0, np.array([[-10.0, -10.0], [10.0, 10.0]]))
    fleet = fleet_of(ground=ground, brake=0.3)
    run(fleet, 1.0)
    before = fleet.state(7).position_world_m
    np.testing.assert_array_equal(run(fleet, 2.0).position_world_m, before)


def test_input_out_of_range_is_clipped_and_not_a_number_is_nothing():
    fleet = fleet_of(throttle=5.0, steer=float("nan"))
    twin = fleet_of(throttle=1.0)
    np.testing.assert_array_equal(run(fleet, 1.0).velocity_world_mps, run(twin, 1.0).velocity_world_mps)
    assert math.isnan(fleet.input(7).steer)  # it reports what it was told


def test_add_and_remove_keep_the_others():
    fleet = fleet_of(throttle=1.0)
    for actor_id in (3, 9, 5):
        fleet.add(actor_id, BICYCLE, (0.0, float(actor_id), 0.0), (0.0, 0.0, 0.0))
    run(fleet, 0.5)
    fleet.remove(3)
    arrays = fleet.arrays()
    assert arrays.actor_id.tolist() == [7, 9, 5]
    assert arrays.position_world_m[1:, 1].tolist() == [9.0, 5.0]
    assert fleet.spec(5) is BICYCLE
    assert fleet.input(7).throttle == 1.0
    assert len(fleet) == 3
    assert 3 not in fleet


def test_an_id_is_unique_and_an_unknown_one_is_a_key_error():
    fleet = fleet_of()
    with pytest.raises(ValueError, match="vehicle 7 is in the fleet already"):
        fleet.add(7, CAR, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    with pytest.raises(KeyError):
        fleet.state(8)


def test_an_empty_fleet_steps_and_a_step_must_take_time():
    fleet = VehicleFleet(FlatGround())
    fleet.step(0.1)
    assert fleet.arrays().position_world_m.shape == (0, 3)
    with pytest.raises(ValueError, match="dt_s 0"):
        fleet.step(0.0)


def test_arrays_are_fresh_copies():
    fleet = fleet_of(throttle=1.0)
    before = fleet.arrays()
    kept = before.position_world_m.copy()
    run(fleet, 1.0)
    np.testing.assert_array_equal(before.position_world_m, kept)
