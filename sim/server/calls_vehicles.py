"""Calls about vehicles."""

from __future__ import annotations

import math

from sim.server import batch
from sim.server.actors import VehicleState
from sim.server.calls import CallError, call
from sim.server.layouts import (
    AckermannControl,
    AckermannSettings,
    VehicleControl,
)
from sim.server.parts import wheel_angles_rad
from sim.server.physics_control import N_WHEELS, PhysicsControl, stock_physics, with_wheel_places
from sim.server.simulation import Simulation
from sim.server.telemetry import VehicleTelemetry, vehicle_telemetry

_N_DOORS = 4
_ALL_DOORS = 6
"""carla.VehicleDoor: 0 to 3 the side doors, 4 hood, 5 trunk, 6 all of them, which are the side doors."""


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
def get_physics_control(simulation: Simulation, actor_id: int) -> PhysicsControl:
    """The vehicle's physics: what a client wrote, else what the blueprint has; wheels where they are now."""
    actor, state = simulation.episode.vehicle(actor_id)
    bodies = simulation.episode.bodies
    physics = state.physics or stock_physics(bodies.stock_spec(actor))
    return with_wheel_places(physics, bodies.spec(actor), simulation.episode.table.pose(actor_id))


@call("apply_physics_control")
def apply_physics_control(simulation: Simulation, actor_id: int, physics: PhysicsControl) -> None:
    """Give a vehicle another body: mass, engine, gears, brakes, tyres, steering."""
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


@call("open_vehicle_door")
def open_vehicle_door(simulation: Simulation, actor_id: int, door: int) -> None:
    """Keep that a door is open; the pictures show it closed."""
    _, state = simulation.episode.vehicle(actor_id)
    state.open_doors |= _doors(simulation, actor_id, door)


@call("close_vehicle_door")
def close_vehicle_door(simulation: Simulation, actor_id: int, door: int) -> None:
    """Keep that a door is closed."""
    _, state = simulation.episode.vehicle(actor_id)
    state.open_doors -= _doors(simulation, actor_id, door)


@call("set_wheel_steer_direction")
def set_wheel_steer_direction(simulation: Simulation, actor_id: int, wheel: int, angle_deg: float) -> None:
    """Turn a wheel of a vehicle without physics for show; switching its physics on ends it."""
    _held(simulation, actor_id, wheel).steer_overrides_deg[wheel] = angle_deg


@call("get_wheel_steer_angle")
def get_wheel_steer_angle(simulation: Simulation, actor_id: int, wheel: int) -> float:
    """Angle of a wheel in degrees, right +."""
    actor, _ = simulation.episode.vehicle(actor_id)
    _check_wheel(wheel)
    return -math.degrees(wheel_angles_rad(simulation.episode.bodies, actor, wheel)[0])


@call("set_wheel_pitch_angle")
def set_wheel_pitch_angle(simulation: Simulation, actor_id: int, wheel: int, angle_deg: float) -> None:
    """Roll a wheel of a vehicle without physics for show; switching its physics on ends it."""
    _held(simulation, actor_id, wheel).pitch_overrides_deg[wheel] = angle_deg


@call("get_wheel_pitch_angle")
def get_wheel_pitch_angle(simulation: Simulation, actor_id: int, wheel: int) -> float:
    """How far a wheel has rolled, in degrees from 0 to 360, or what a client set."""
    actor, _ = simulation.episode.vehicle(actor_id)
    _check_wheel(wheel)
    return math.degrees(wheel_angles_rad(simulation.episode.bodies, actor, wheel)[1])


@call("get_telemetry_data")
def get_telemetry_data(simulation: Simulation, actor_id: int) -> VehicleTelemetry:
    """What the wheels, the engine and the brakes do at the moment."""
    actor, state = simulation.episode.vehicle(actor_id)
    bodies = simulation.episode.bodies
    physics = state.physics or stock_physics(bodies.stock_spec(actor))
    return vehicle_telemetry(bodies, actor, state.control, physics)


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


def _doors(simulation: Simulation, actor_id: int, door: int) -> frozenset[int]:
    """The doors that a number of carla.VehicleDoor means; none for a vehicle whose doors do not open."""
    actor = simulation.episode.actor(actor_id)
    if door != _ALL_DOORS and not 0 <= door < _ALL_DOORS:
        raise CallError(f"door {door}, want 0 to {_ALL_DOORS}")
    if actor.attribute("has_dynamic_doors") != "true":
        return frozenset()
    return frozenset(range(_N_DOORS)) if door == _ALL_DOORS else frozenset({door})


def _check_wheel(wheel: int) -> None:
    if not 0 <= wheel < N_WHEELS:
        raise CallError(f"wheel {wheel}, want 0 to {N_WHEELS - 1}")


def _held(simulation: Simulation, actor_id: int, wheel: int) -> VehicleState:
    """A vehicle whose wheels a client may turn: physics is off."""
    actor, state = simulation.episode.vehicle(actor_id)
    _check_wheel(wheel)
    if actor.simulated:
        raise CallError(f"cannot turn the wheels of actor {actor_id}: its physics is on")
    return state
