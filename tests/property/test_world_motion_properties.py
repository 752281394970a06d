"""What must hold for every vehicle, pedal and speed."""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.ground import FlatGround
from sim.world.single_track import PlanarState, SingleTrack, WheelCommand
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import GRAVITY_MPS2, VehicleSpec, vehicle_spec

SPECS = [
    vehicle_spec("vehicle.lincoln.mkz_2020", (4.892, 1.837, 1.490)),
    vehicle_spec("vehicle.diamondback.century", (1.656, 0.582, 1.620)),
    vehicle_spec("vehicle.kawasaki.ninja", (2.044, 0.797, 1.523)),
    vehicle_spec("vehicle.mitsubishi.fusorosa", (10.273, 3.944, 4.253)),
    vehicle_spec("vehicle.carlamotors.european_hgv", (7.936, 2.891, 3.462)),
]
speeds = st.floats(-40.0, 40.0)
shares = st.floats(0.0, 1.0)
specs = st.sampled_from(SPECS)
steps = st.sampled_from([0.005, 0.01, 0.02, 0.05])
PROPERTY = settings(derandomize=True, deadline=None, max_examples=60)


def state_of(velocity_mps: complex, yaw_rate_radps: float, yaw_rad: float = 0.3) -> PlanarState:
    one = np.ones(1)
    return PlanarState(
        0j * one, velocity_mps * np.exp(1j * yaw_rad) * one, yaw_rad * one, yaw_rate_radps * one, 0 * one
    )


def command_of(drive: float, brake: float, steer_rad: float, grip: float) -> WheelCommand:
    return WheelCommand(*(np.array([v]) for v in (drive, brake, steer_rad, grip, 0.0)))


def energy_j(state: PlanarState, spec: VehicleSpec) -> float:
    moving = spec.mass_kg * abs(state.velocity_world_mps[0]) ** 2
    return float(moving + spec.yaw_inertia_kgm2 * state.yaw_rate_radps[0] ** 2) / 2


@PROPERTY
@given(specs, steps, speeds, speeds, st.floats(-6.0, 6.0), shares, st.floats(-1.2, 1.2), st.floats(0.03, 1.0))
def test_without_drive_energy_never_grows(spec, dt_s, along, across, turn, brake, steer_rad, grip):
    state, model = state_of(complex(along, across), turn), SingleTrack([spec], dt_s)
    command = command_of(0.0, brake, steer_rad, grip)
    energy = start = energy_j(state, spec)
    for _ in range(60):
        model.advance(state, command)
        now = energy_j(state, spec)
        assert now <= energy + 1e-9 * start + 1e-12
        energy = now


@PROPERTY
@given(specs, steps, speeds, speeds, st.floats(-6.0, 6.0), st.floats(-1.0, 1.0), shares, st.floats(0.0, 1.0))
def test_tyres_never_leave_the_friction_circle(spec, dt_s, along, across, turn, drive, brake, grip):
    state, model = state_of(complex(along, across), turn), SingleTrack([spec], dt_s)
    weight_n = spec.mass_kg * GRAVITY_MPS2
    for i in range(30):
        front_n, rear_n = model.advance(state, command_of(drive, brake, 0.5 * math.sin(i), grip))
        total_n = abs(front_n[0]) + abs(rear_n[0])  # each is inside its axle's circle; the loads add up to the weight
        assert total_n <= spec.tyre_mu * grip * weight_n * (1 + 1e-9) + 1e-6


@PROPERTY
@given(specs, steps, speeds, speeds, st.floats(-6.0, 6.0), st.floats(-1.0, 1.0), shares, st.floats(-1.2, 1.2))
def test_left_and_right_are_mirror_images(spec, dt_s, along, across, turn, drive, brake, steer_rad):
    left, right = state_of(complex(along, across), turn, 0.0), state_of(complex(along, -across), -turn, 0.0)
    model = SingleTrack([spec], dt_s)
    for _ in range(40):
        model.advance(left, command_of(drive, brake, steer_rad, 1.0))
        model.advance(right, command_of(drive, brake, -steer_rad, 1.0))
    np.testing.assert_array_equal(left.position_world_m, right.position_world_m.conj())
    np.testing.assert_array_equal(left.velocity_world_mps, right.velocity_world_mps.conj())
    np.testing.assert_array_equal(left.yaw_rad, -right.yaw_rad)


@PROPERTY
@given(specs, st.floats(0.5, 40.0), st.floats(0.05, 1.0), st.floats(-1.0, 1.0))
def test_braking_to_rest_ends_at_rest_for_good(spec, speed_mps, brake, steer):
    fleet = VehicleFleet(FlatGround())
    fleet.add(1, spec, (0, 0, 0), (0, 0, 0))
    fleet.set_velocity(1, (speed_mps, 0, 0))
    fleet.set_input(1, VehicleInput(brake=brake, steer=steer))
    for _ in range(2400):
        fleet.step(0.05)
        if not fleet.state(1).velocity_world_mps.any() and not fleet.state(1).angular_velocity_world_radps.any():
            break
    rest = fleet.state(1)
    for _ in range(10):
        fleet.step(0.05)
    np.testing.assert_array_equal(fleet.state(1).position_world_m, rest.position_world_m)
    np.testing.assert_array_equal(fleet.state(1).velocity_world_mps, np.zeros(3))


def turned(yaw_rad: float) -> Callable[[VehicleFleet], np.ndarray]:
    back = np.array([[math.cos(yaw_rad), math.sin(yaw_rad)], [-math.sin(yaw_rad), math.cos(yaw_rad)]])
    return lambda fleet: back @ fleet.state(1).position_world_m[:2]


@PROPERTY
@given(specs, st.floats(-3.1, 3.1), st.floats(-20.0, 20.0), shares, st.floats(-1.0, 1.0))
def test_the_world_has_no_preferred_direction(spec, yaw_rad, speed_mps, throttle, steer):
    ends = []
    for heading in (0.0, yaw_rad):
        fleet = VehicleFleet(FlatGround())
        fleet.add(1, spec, (0, 0, 0), (0, 0, heading))
        fleet.set_velocity(1, (speed_mps * math.cos(heading), speed_mps * math.sin(heading), 0))
        fleet.set_input(1, VehicleInput(throttle=throttle, steer=steer))
        for _ in range(20):
            fleet.step(0.05)
        ends.append(turned(heading)(fleet))
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-7)  # 1 s of motion, rounding grows in a spin


@settings(PROPERTY, max_examples=20)
@given(specs, st.floats(0.0, 20.0), st.floats(-0.05, 0.05), shares)
def test_the_step_length_hardly_matters(spec, speed_mps, steer, throttle):
    ends = []
    for dt_s in (0.005, 0.05):
        fleet = VehicleFleet(FlatGround())
        fleet.add(1, spec, (0, 0, 0), (0, 0, 0))
        fleet.set_velocity(1, (speed_mps, 0, 0))
        fleet.set_input(1, VehicleInput(throttle=throttle, steer=steer))
        for _ in range(round(2.0 / dt_s)):
            fleet.step(dt_s)
        ends.append(fleet.state(1).position_world_m)
    assert np.linalg.norm(ends[0] - ends[1]) < 0.25  # after 2 s and up to 50 m
