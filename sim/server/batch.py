"""Batch commands, and the changes to actors that single calls share with them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_type_hints

import numpy as np

from sim import convert
from sim.server.ackermann import AckermannController
from sim.server.attachments import ATTACHMENTS, RIGID
from sim.server.calls import CallError
from sim.server.episode import Episode
from sim.server.layouts import (
    AckermannControl,
    ActorDescription,
    CarlaTransform,
    Convert,
    LayoutError,
    Vector3,
    VehicleControl,
    WalkerControl,
    unpacker,
)
from sim.server.physics_control import PhysicsControl, tuned
from sim.server.poses import check_reach, flip, place_from_carla

_LOG = logging.getLogger(__name__)

_NMS_PER_CARLA = np.pi / 180.0 / 1e4
"""Unreal takes angular impulses and torques in degrees and centimetres, and CARLA hands them on as they are."""


def apply_vehicle_control(episode: Episode, actor_id: int, control: VehicleControl) -> None:
    """Give a vehicle pedals and steering; ends an Ackermann control."""
    actor, state = episode.vehicle(actor_id)
    state.ackermann = state.ackermann_controller = None
    episode.control_vehicle(actor, state, control)


def apply_ackermann_control(episode: Episode, actor_id: int, control: AckermannControl) -> None:
    """Let a vehicle hold a speed and a steering angle."""
    _, state = episode.vehicle(actor_id)
    state.ackermann = control
    state.ackermann_controller = state.ackermann_controller or AckermannController()


def apply_walker_control(episode: Episode, actor_id: int, control: WalkerControl) -> None:
    """Let a walker walk."""
    episode.control_walker(episode.actor(actor_id), control)


def apply_physics_control(episode: Episode, actor_id: int, physics: PhysicsControl) -> None:
    """Give a vehicle another body: mass, engine, gears, brakes, tyres, steering."""
    actor, state = episode.vehicle(actor_id)
    episode.bodies.tune(actor, tuned(episode.bodies.stock_spec(actor), physics))
    state.physics = physics


def apply_transform(episode: Episode, actor_id: int, pose: CarlaTransform) -> None:
    """Put an actor somewhere else."""
    episode.place(episode.actor(actor_id), place_from_carla(pose))


def apply_location(episode: Episode, actor_id: int, location: Vector3) -> None:
    """Move an actor, turned as it is."""
    actor = episode.actor(actor_id)
    present = actor.T_parent_self if actor.T_parent_self is not None else episode.table.pose(actor_id)
    check_reach(location)
    pose = present.copy()
    pose[:3, 3] = flip(location)
    episode.place(actor, pose)


def apply_walker_state(episode: Episode, actor_id: int, pose: CarlaTransform, speed_mps: float) -> None:
    """Put a walker's feet where the client's navigation has them; it is on its way there at `speed_mps`."""
    actor = episode.actor(actor_id)
    if actor.walker is None:
        raise CallError(f"actor {actor_id} ({actor.blueprint_id}) is not a walker")
    if episode.bodies.gait(actor)[0]:
        raise CallError(f"walker {actor_id} has been knocked down: it no longer walks")
    check_reach(pose.location_m)
    episode.carry_walker(actor, pose, speed_mps)


def apply_target_velocity(episode: Episode, actor_id: int, velocity: Vector3) -> None:
    """Give a body a velocity at once."""
    episode.bodies.set_velocity(episode.actor(actor_id), flip(velocity))


def apply_target_angular_velocity(episode: Episode, actor_id: int, velocity_degps: Vector3) -> None:
    """Give a body a turn rate at once."""
    turn = np.radians(convert.flip_axial(velocity_degps))
    episode.bodies.set_angular_velocity(episode.actor(actor_id), turn)


def apply_impulse(episode: Episode, actor_id: int, impulse_ns: Vector3) -> None:
    """Push a body once."""
    episode.bodies.push(episode.actor(actor_id), flip(impulse_ns))


def apply_force(episode: Episode, actor_id: int, force_n: Vector3) -> None:
    """Push a body as a force does in one step."""
    episode.bodies.push(episode.actor(actor_id), flip(force_n) * episode.next_step_s())


def set_simulate_physics(episode: Episode, actor_id: int, simulated: bool) -> None:
    """Let physics move a body, or hold it where it is put."""
    actor = episode.actor(actor_id)
    if actor.vehicle is not None and simulated and not actor.simulated:
        actor.vehicle.steer_overrides_deg.clear()
        actor.vehicle.pitch_overrides_deg.clear()
    actor.simulated = simulated
    episode.table.collision_version += 1
    episode.bodies.set_simulated(actor, simulated)


def set_enable_gravity(episode: Episode, actor_id: int, enabled: bool) -> None:
    """Let a vehicle fall to the ground, or float where it is put; walkers always fall."""
    episode.bodies.set_gravity(episode.actor(actor_id), enabled)


def set_autopilot(episode: Episode, actor_id: int) -> None:
    """Accepted: the client's Traffic Manager does the driving."""
    episode.vehicle(actor_id)


def show_debug_telemetry(episode: Episode, actor_id: int) -> None:
    """Accepted: there is no screen to show it on."""
    episode.vehicle(actor_id)


def set_vehicle_light_state(episode: Episode, actor_id: int, flags: int) -> None:
    """Switch a vehicle's lamps."""
    _, state = episode.vehicle(actor_id)
    state.lights = flags & 0xFFFFFFFF


def set_traffic_light_state(episode: Episode, actor_id: int, color: int) -> None:
    """Show a colour until its controller's next change."""
    light = episode.signals.lights.get(actor_id)
    if light is None:
        raise CallError(f"actor {actor_id} is not a traffic light")
    if not 0 <= color <= 4:
        raise CallError(f"traffic light state {color}, want 0 to 4")
    light.color = color
    episode.signals.told = True


def apply_angular_impulse(episode: Episode, actor_id: int, impulse: Vector3) -> None:
    """Turn a body once, about the vertical, as all turning here is; CARLA's unit is kg cm2 deg/s."""
    episode.bodies.twist(episode.actor(actor_id), convert.flip_axial(impulse) * _NMS_PER_CARLA)


def apply_torque(episode: Episode, actor_id: int, torque: Vector3) -> None:
    """Turn a body as a torque does in one step; CARLA's unit is kg cm2 deg/s2."""
    impulse_nms = convert.flip_axial(torque) * _NMS_PER_CARLA * episode.next_step_s()
    episode.bodies.twist(episode.actor(actor_id), impulse_nms)


def destroy(episode: Episode, actor_id: int) -> None:
    """Take an actor out of the world."""
    episode.destroy(actor_id)


@dataclass(frozen=True, slots=True)
class _Spawn:
    """The fields of a SpawnActor command; `attachment` is not even set by the client when there is no parent."""

    description: ActorDescription
    pose: CarlaTransform
    parent_id: int | None = None
    attachment: int = 0
    socket: str = ""
    do_after: list[Any] = field(default_factory=list)


def run(episode: Episode, commands: list[Any]) -> list[Any]:
    """Do commands in order.

    Args:
        episode: the world.
        commands: each a one-item array of [index, fields].

    Returns:
        One wrapped actor id or error a command; a command that fails does not stop the others.
    """
    return [_answer(episode, command) for command in commands]


def _answer(episode: Episode, command: Any) -> Any:
    try:
        return [[1, _do(episode, *_opened(command))]]
    except (CallError, LayoutError) as error:
        return [[0, [str(error)]]]
    except Exception as error:
        _LOG.exception("a batch command failed")
        return [[0, [f"internal error: {error}"]]]


def _opened(command: Any) -> tuple[int, list[Any]]:
    match command:
        case [[int(index), list(fields)]] if 0 <= index < len(COMMANDS) + 1:
            return index, fields
    raise CallError(f"unknown batch command {command!r:.60}")


def _do(episode: Episode, index: int, fields: list[Any]) -> int:
    if index == 0:
        return _spawn(episode, fields)
    command = COMMANDS[index - 1]
    if len(fields) < len(command.converters):
        raise LayoutError(f"batch command {index}: {len(fields)} fields, want {len(command.converters)}")
    arguments = [unpack(item) for unpack, item in zip(command.converters, fields, strict=False)]
    command.function(episode, *arguments)
    return int(arguments[0])


def _spawn(episode: Episode, fields: list[Any]) -> int:
    spawn: _Spawn = unpacker(_Spawn)(fields)
    parent = None if spawn.parent_id is None else episode.actor(spawn.parent_id)
    # the client leaves the byte uninitialised where its user names no attachment, with a parent too
    attachment = spawn.attachment if parent is not None and spawn.attachment in ATTACHMENTS else RIGID
    actor = episode.spawn(spawn.description, place_from_carla(spawn.pose), parent, attachment, spawn.socket)
    for command in spawn.do_after:
        index, after = _opened(command)
        _do(episode, index, [actor.id, *after[1:]] if index else after)
    return actor.id


@dataclass(frozen=True, slots=True)
class _Command:
    function: Callable[..., None]
    converters: tuple[Convert, ...]


def _refused(_: Episode, command: str) -> None:
    """There is no Unreal console."""
    raise CallError(f"console command {command!r} is not supported")


def _command(function: Callable[..., None]) -> _Command:
    hints = get_type_hints(function)
    names = list(hints)[1:]
    return _Command(function, tuple(unpacker(hints[name]) for name in names if name != "return"))


COMMANDS = tuple(
    _command(function)
    for function in (
        destroy,
        apply_vehicle_control,
        apply_ackermann_control,
        apply_walker_control,
        apply_physics_control,
        apply_transform,
        apply_walker_state,
        apply_target_velocity,
        apply_target_angular_velocity,
        apply_impulse,
        apply_force,
        apply_angular_impulse,
        apply_torque,
        set_simulate_physics,
        set_enable_gravity,
        set_autopilot,
        show_debug_telemetry,
        set_vehicle_light_state,
        apply_location,
        _refused,
        set_traffic_light_state,
    )
)
"""By the index on the wire, from 1: 0 is the spawn."""
