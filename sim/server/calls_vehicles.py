"""Calls about vehicles."""

from __future__ import annotations

import math
from typing import Any

from sim.server import batch
from sim.server.actors import Actor
from sim.server.calls import CallError, call
from sim.server.layouts import (
    AckermannControl,
    AckermannSettings,
    Vector3,
    VehicleControl,
)
from sim.server.simulation import Simulation
from sim.world.vehicle_spec import VehicleSpec

_CM_PER_M = 100.0
_N_WHEELS = 4
_FRONT = (0, 1)
_IDLE_RPM, _MAX_RPM = 800.0, 5800.0


@call("apply_control_to_vehicle")
def apply_control_to_vehicle(simulation: Simulation, actor_id: int, control: VehicleControl) -> None:
    """Pedals and steering from now on."""
    batch.apply_vehicle_control(simulation.episode, actor_id, control)


@call("apply_ackermann_control_to_vehicle")
def apply_ackermann_control_to_vehicle(simulation: Simulation, actor_id: int, control: AckermannControl) -> None:
    """Hold a speed and a steering angle from now on."""
    batch.apply_ackermann_control(simulation.episode, actor_id, control)


@call("get_ackermann_controller_settings")
def get_ackermann_controller_settings(simulation: Simulation, actor_id: int) -> AckermannSettings:
    """Gains of a vehicle's Ackermann controller."""
    return simulation.episode.vehicle(actor_id)[1].ackermann_settings


@call("apply_ackermann_controller_settings")
def apply_ackermann_controller_settings(simulation: Simulation, actor_id: int, settings: AckermannSettings) -> None:
    """Set the gains of a vehicle's Ackermann controller."""
    simulation.episode.vehicle(actor_id)[1].ackermann_settings = settings


@call("get_physics_control")
def get_physics_control(simulation: Simulation, actor_id: int) -> list[Any]:
    """The vehicle's physics as CARLA tells it: what the client set, else what the blueprint has."""
    actor, state = simulation.episode.vehicle(actor_id)
    if state.physics is not None:
        return list(state.physics)
    return _physics(simulation, actor)


@call("apply_physics_control")
def apply_physics_control(simulation: Simulation, actor_id: int, physics: list) -> None:  # type: ignore[type-arg]
    """Keep what the client wants to read back; the model's parameters stay those of the blueprint."""
    batch.apply_physics_control(simulation.episode, actor_id, physics)


@call("get_vehicle_light_state")
def get_vehicle_light_state(simulation: Simulation, actor_id: int) -> list[int]:
    """Bits of carla.VehicleLightState."""
    return [simulation.episode.vehicle(actor_id)[1].lights]


@call("set_vehicle_light_state")
def set_vehicle_light_state(simulation: Simulation, actor_id: int, flags: list[int]) -> None:
    """Switch a vehicle's lamps."""
    batch.set_vehicle_light_state(simulation.episode, actor_id, flags[0] if flags else 0)


@call("get_vehicle_light_states")
def get_vehicle_light_states(simulation: Simulation) -> list[list[int]]:
    """Lamps of all vehicles."""
    return [[a.id, a.vehicle.lights] for a in simulation.episode.actors.values() if a.vehicle is not None]


@call("open_vehicle_door", "close_vehicle_door")
def move_vehicle_door(simulation: Simulation, actor_id: int) -> None:
    """Accepted: the doors of this server's vehicles do not move."""
    simulation.episode.vehicle(actor_id)


@call("set_wheel_steer_direction")
def set_wheel_steer_direction(simulation: Simulation, actor_id: int, wheel: int, angle_deg: float) -> None:
    """Turn a wheel for show: read back only, as in stock CARLA with physics off."""
    simulation.episode.vehicle(actor_id)[1].steer_overrides_deg[wheel] = angle_deg


@call("get_wheel_steer_angle")
def get_wheel_steer_angle(simulation: Simulation, actor_id: int, wheel: int) -> float:
    """Angle of a wheel in degrees, right +."""
    actor, state = simulation.episode.vehicle(actor_id)
    if wheel in state.steer_overrides_deg:
        return state.steer_overrides_deg[wheel]
    return -math.degrees(simulation.episode.bodies.steer_rad(actor)) if wheel in _FRONT else 0.0


@call("set_wheel_pitch_angle")
def set_wheel_pitch_angle(simulation: Simulation, actor_id: int) -> None:
    """Accepted: wheels do not roll for show."""
    simulation.episode.vehicle(actor_id)


@call("get_wheel_pitch_angle")
def get_wheel_pitch_angle(simulation: Simulation, actor_id: int) -> float:
    """Zero: wheels do not roll for show."""
    simulation.episode.vehicle(actor_id)
    return 0.0


@call("get_telemetry_data")
def get_telemetry_data(simulation: Simulation, actor_id: int) -> list[Any]:
    """Speed, pedals, gear; what a single-track model does not have is zero."""
    actor, state = simulation.episode.vehicle(actor_id)
    control = state.control
    speed_mps = float(
        math.dist((0, 0, 0), simulation.episode.table.velocity_world_mps[simulation.episode.table.row(actor_id)])
    )
    gear = simulation.episode.bodies.gear(actor)
    rpm = min(_MAX_RPM, _IDLE_RPM + 60.0 * speed_mps)
    friction = simulation.episode.bodies.spec(actor).tyre_mu
    wheel = [friction, 0.0, 0.0, speed_mps / simulation.episode.bodies.spec(actor).wheel_radius_m, *[0.0] * 7]
    return [speed_mps, control.steer, control.throttle, control.brake, rpm, gear, 0.0, [wheel] * _N_WHEELS]


@call("show_vehicle_debug_telemetry")
def show_vehicle_debug_telemetry(simulation: Simulation, actor_id: int) -> None:
    """Accepted: there is no screen to show it on."""
    simulation.episode.vehicle(actor_id)


@call("restore_physx_physics")
def restore_physx_physics(simulation: Simulation, actor_id: int) -> None:
    """Accepted: there is one physics only."""
    simulation.episode.vehicle(actor_id)


@call("enable_carsim", "use_carsim_road", "enable_chrono_physics")
def refuse_other_physics(_: Simulation) -> None:
    """CarSim and Chrono are not part of this server."""
    raise CallError("CarSim and Chrono are not supported")


def _physics(simulation: Simulation, actor: Actor) -> list[Any]:
    spec = simulation.episode.bodies.spec(actor)
    torque_nm = spec.max_drive_force_n * spec.wheel_radius_m / 10.0
    engine = [[[0.0, torque_nm], [_MAX_RPM * 0.6, torque_nm], [_MAX_RPM, torque_nm * 0.8]], _MAX_RPM, 1.0]
    clutch = [0.15, 2.0, 0.35]
    gears = [[ratio, 0.5, 0.65] for ratio in (4.25, 2.49, 1.66, 1.23, 1.0)]
    steering = [[0.0, 1.0], [20.0, 0.9], [60.0, 0.8], [120.0, 0.7]]
    drag_coefficient = spec.drag_area_m2 / (spec.width_m * spec.height_m)
    return [
        *engine,
        *clutch,
        True,
        0.5,
        10.0,
        4.0,
        gears,
        spec.mass_kg,
        drag_coefficient,
        (spec.cg_x_m, 0.0, spec.cg_height_m - spec.wheel_radius_m),
        steering,
        _wheels(simulation, actor, spec),
        True,
    ]


def _wheels(simulation: Simulation, actor: Actor, spec: VehicleSpec) -> list[list[Any]]:
    """Wheels front left, front right, rear left, rear right; places in the world in cm, as stock CARLA has them."""
    T_world_car = simulation.episode.table.pose(actor.id)
    half_track_m = 0.42 * spec.width_m
    wheels = []
    for index in range(_N_WHEELS):
        front = index in _FRONT
        x = spec.rear_axle_x_m + (spec.wheelbase_m if front else 0.0)
        y = half_track_m if index % 2 == 0 else -half_track_m
        place = T_world_car[:3, :3] @ [x, y, spec.wheel_radius_m] + T_world_car[:3, 3]
        position: Vector3 = (place[0] * _CM_PER_M, -place[1] * _CM_PER_M, place[2] * _CM_PER_M)
        steer_deg = math.degrees(spec.max_steer_rad) if front else 0.0
        brake_nm = spec.max_brake_force_n * spec.wheel_radius_m / _N_WHEELS
        hand_nm = 0.0 if front else brake_nm
        radius_cm = spec.wheel_radius_m * _CM_PER_M
        wheels.append([3.5, 0.25, steer_deg, radius_cm, brake_nm, hand_nm, 3.0, 17.0, 1000.0, _plain(position)])
    return wheels


def _plain(vector: Vector3) -> Vector3:
    return (float(vector[0]), float(vector[1]), float(vector[2]))
