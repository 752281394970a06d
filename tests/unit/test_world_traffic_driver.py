import math

import numpy as np
import pytest

from sim.world.ground import FlatGround
from sim.world.traffic_driver import IdmParams, LaneFollower, carla_steer, idm_accel_mps2, pedals_for_accel
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import vehicle_spec

CAR = vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490))
BUS = vehicle_spec("vehicle.mitsubishi.fusorosa", (10.273, 3.944, 4.253))
PARAMS = IdmParams(desired_speed_mps=15.0)


def test_a_free_road_is_driven_at_the_desired_speed():
    assert idm_accel_mps2(0.0, math.inf, 0.0, PARAMS) == pytest.approx(1.4)
    assert idm_accel_mps2(15.0, math.inf, 0.0, PARAMS) == pytest.approx(0.0)
    assert idm_accel_mps2(30.0, math.inf, 0.0, PARAMS) == -2.0  # too fast: comfortable braking, no more


def test_at_the_equilibrium_gap_it_neither_speeds_up_nor_slows():
    speed = 10.0
    gap = (2.0 + 1.5 * speed) / math.sqrt(1.0 - (speed / 15.0) ** 4)
    assert idm_accel_mps2(speed, gap, 0.0, PARAMS) == pytest.approx(0.0, abs=1e-12)


def test_it_brakes_hard_for_a_standing_car_and_within_its_limit():
    assert idm_accel_mps2(15.0, 15.0, 15.0, PARAMS) < -5.0
    assert idm_accel_mps2(15.0, 0.0, 15.0, PARAMS) == -8.0


def test_a_desired_speed_of_zero_stops():
    assert idm_accel_mps2(5.0, math.inf, 0.0, IdmParams(desired_speed_mps=0.0)) == -2.0


@pytest.mark.parametrize("spec", [CAR, BUS])
@pytest.mark.parametrize("speed_mps", [3.0, 12.0, 20.0])
@pytest.mark.parametrize("accel_mps2", [-6.0, -2.0, -0.5, 0.0, 0.5])
def test_the_pedals_give_the_acceleration_asked_for(spec, speed_mps, accel_mps2):
    fleet = VehicleFleet(FlatGround())
    fleet.add(1, spec, (0, 0, 0), (0, 0, 0))
    throttle, brake = pedals_for_accel(accel_mps2, speed_mps, spec)
    fleet.set_input(1, VehicleInput(throttle=throttle, brake=brake))
    fleet.step(0.2)  # the pedals arrive
    fleet.set_velocity(1, (speed_mps, 0, 0))
    fleet.step(0.01)
    assert fleet.state(1).acceleration_world_mps2[0] == pytest.approx(accel_mps2, abs=0.02)


def test_pedals_are_never_pressed_together_and_stay_in_range():
    for accel in np.linspace(-20, 20, 81):
        for speed in np.linspace(-5, 50, 23):
            throttle, brake = pedals_for_accel(float(accel), float(speed), CAR)
            assert 0.0 <= throttle <= 1.0
            assert 0.0 <= brake <= 1.0
            assert throttle == 0.0 or brake == 0.0


def test_a_stopped_car_is_held():
    assert pedals_for_accel(0.0, 0.0, CAR) == (0.0, 0.3)
    assert pedals_for_accel(-5.0, 0.0, CAR)[1] == pytest.approx(5.0 / 9.81)


def test_arc_length_and_points_of_a_path():
    follower = LaneFollower([(0, 0), (10, 0), (10, 10)])
    assert follower.length_m == 20.0
    assert follower.arc_m((4.0, 1.0)) == 4.0
    assert follower.arc_m((12.0, 5.0)) == 15.0
    assert follower.arc_m((-3.0, 0.0)) == 0.0
    np.testing.assert_allclose(follower.point_world_m(12.5), [10.0, 2.5])
    np.testing.assert_allclose(follower.point_world_m(99.0), [10.0, 10.0])


def test_steering_is_zero_on_a_straight_and_left_for_a_path_to_the_left():
    follower = LaneFollower([(0, 0), (100, 0)])
    assert follower.steer_rad((10, 0), 0.0, 10.0, 2.85) == 0.0
    assert follower.steer_rad((10, -1), 0.0, 10.0, 2.85) > 0.0
    # pure pursuit, by hand: 8 m ahead, 1 m left: atan(2 x 2.85 x 1 / 65)
    assert follower.steer_rad((10, -1), 0.0, 10.0, 2.85) == pytest.approx(math.atan(5.7 / 65))


def test_a_path_needs_two_points():
    with pytest.raises(ValueError, match="path_world_m: shape"):
        LaneFollower([(0, 0)])


def test_carlas_steering_is_right_positive_and_clipped():
    assert carla_steer(0.1, CAR) == pytest.approx(-0.1 / CAR.max_steer_rad)
    assert carla_steer(-9.0, CAR) == 1.0


def test_it_follows_a_curved_lane_behind_a_leader():
    angle = np.linspace(0.0, math.pi / 2, 60)
    path = np.concatenate(
        [[(0.0, 0.0)], np.column_stack([60 + 40 * np.sin(angle), 40 - 40 * np.cos(angle)]), [(100, 200)]]
    )
    follower, params = LaneFollower(path), IdmParams(desired_speed_mps=10.0)
    fleet = VehicleFleet(FlatGround())
    fleet.add(1, CAR, (5, 0, 0), (0, 0, 0))
    worst_m, gap_m = 0.0, math.inf
    for _ in range(400):
        state = fleet.state(1)
        yaw, speed = state.rpy_rad[2], float(np.hypot(*state.velocity_world_mps[:2]))
        rear = state.position_world_m[:2] + CAR.rear_axle_x_m * np.array([math.cos(yaw), math.sin(yaw)])
        arc = follower.arc_m(rear)
        gap_m = 170.0 - arc  # something stands at 170 m
        throttle, brake = pedals_for_accel(idm_accel_mps2(speed, gap_m, speed, params), speed, CAR)
        steer = follower.steer_rad(rear, yaw, speed, CAR.wheelbase_m)
        fleet.set_input(1, VehicleInput(throttle, carla_steer(steer, CAR), brake))
        fleet.step(0.1)
        worst_m = max(worst_m, float(np.hypot(*(follower.point_world_m(arc) - rear))))
    assert worst_m < 0.6
    assert 1.0 < gap_m < 3.5
    assert fleet.state(1).velocity_world_mps[1] < 0.1
