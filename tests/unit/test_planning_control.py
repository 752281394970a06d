import numpy as np
import pytest

from moosetest.motion import ControlCommand, Plan, PlanStatus
from planning.control import ControlConfig, PathController
from planning.vehicle import VehicleModel
from tests.toy_road import ego_state

CONFIG = ControlConfig()


def plan(t_ns=0, speed=10.0, accel=0.0, y=0.0, curvature=0.0, status=PlanStatus.OK):
    time = np.arange(41) * 0.1
    v = np.maximum(speed + accel * time, 0.0)
    s = np.concatenate([[0.0], np.cumsum(0.5 * (v[1:] + v[:-1]) * 0.1)])
    if curvature:
        pose = np.stack([np.sin(curvature * s) / curvature, y + (1 - np.cos(curvature * s)) / curvature, curvature * s])
    else:
        pose = np.stack([s, np.full(41, y), np.zeros(41)])
    return Plan(
        t_ns=t_ns,
        based_on_ns=t_ns,
        dt_ns=100_000_000,
        pose_world=pose.T,
        speed_mps=v,
        accel_mps2=np.full(41, accel),
        curvature_per_m=np.full(41, curvature),
        status=status,
        reason="test",
    )


def test_on_the_path_at_speed_nothing_is_asked():
    command = PathController().command(plan(), ego_state(0, speed=10.0))
    assert command.accel_mps2 == pytest.approx(0.0)
    assert command.steer_rad == pytest.approx(0.0)
    assert command.limited == frozenset()
    assert command.valid_until_ns == 300_000_000


def test_feed_forward_and_proportional_part():
    command = PathController().command(plan(accel=-2.0), ego_state(0, speed=11.0))
    # -2 - 0.8 * 1 - 0.1 * 1 * 0.1
    assert command.accel_mps2 == pytest.approx(-2.81)


def test_curvature_gives_the_wheels_angle():
    ego = ego_state(0, speed=10.0, yaw_rate=10.0 * 0.02)
    steer = PathController().command(plan(curvature=0.02), ego).steer_rad
    assert steer == pytest.approx(np.arctan(2.852 * 0.02), rel=0.03)


def test_left_of_the_path_steers_right_and_mirrored():
    left = PathController().command(plan(), ego_state(0, y=0.5, speed=10.0)).steer_rad
    right = PathController().command(plan(), ego_state(0, y=-0.5, speed=10.0)).steer_rad
    # d / l^2 with l = 7 m: kappa = -0.5 / 49
    assert left == pytest.approx(np.arctan(2.852 * -0.5 / 49), rel=1e-6)
    assert right == pytest.approx(-left)


def test_emergency_is_not_held_back_by_comfort():
    controller = PathController()
    controller.command(plan(), ego_state(0, speed=10.0))
    calm = controller.command(plan(100_000_000, accel=-3.0), ego_state(100_000_000, speed=10.0))
    assert calm.accel_mps2 == pytest.approx(-0.4, abs=0.01)
    assert "jerk" in calm.limited
    urgent = controller.command(
        plan(200_000_000, accel=-8.3, status=PlanStatus.EMERGENCY), ego_state(200_000_000, speed=10.0)
    )
    assert urgent.accel_mps2 < -3.5


def test_old_plan_is_braked_out_of():
    command = PathController().command(plan(0), ego_state(600_000_000, speed=10.0))
    assert command.accel_mps2 == pytest.approx(-CONFIG.max_brake_mps2 / 2)


@pytest.mark.parametrize("accel", [-8.0, -3.0, -0.5, 0.0, 1.0, 2.5])
@pytest.mark.parametrize("speed", [2.0, 10.0, 25.0])
def test_pedals_give_the_wanted_acceleration(accel, speed):
    vehicle = VehicleModel()
    command = ControlCommand(t_ns=0, accel_mps2=accel, steer_rad=0.1, valid_until_ns=1)
    pedals = PathController().actuate(command, ego_state(0, speed=speed))
    force = pedals.throttle * vehicle.drive_force_n(speed) - vehicle.drag_force_n(speed)
    got = force / vehicle.mass_kg - pedals.brake * vehicle.full_brake_mps2
    assert got == pytest.approx(accel, abs=1e-9)
    assert pedals.throttle == 0 or pedals.brake == 0
    assert pedals.steer == pytest.approx(0.1 / vehicle.max_steer_rad)


def test_more_than_the_motor_has_is_full_throttle_and_standing_is_held():
    controller = PathController()
    strong = ControlCommand(t_ns=0, accel_mps2=20.0, steer_rad=0.0, valid_until_ns=1)
    assert controller.actuate(strong, ego_state(0, speed=30.0)).throttle == 1.0
    stand = ControlCommand(t_ns=0, accel_mps2=0.0, steer_rad=0.0, valid_until_ns=1)
    assert controller.actuate(stand, ego_state(0, speed=0.0)).brake >= 0.3


def test_docs_pedal_formula():
    # docs/vehicle_model.md: a = throttle min(4.0, 75 / max(v, 1)) - 9.81 brake - 0.1079 - 0.000256 v^2
    vehicle = VehicleModel()
    assert vehicle.drive_force_n(10.0) / vehicle.mass_kg == pytest.approx(4.0, abs=0.01)
    assert vehicle.drive_force_n(30.0) / vehicle.mass_kg == pytest.approx(75.0 / 30.0, abs=0.01)
    assert vehicle.drag_force_n(20.0) / vehicle.mass_kg == pytest.approx(0.1079 + 0.000256 * 400, abs=0.002)
