"""Calls about actors of any kind: spawn, find, place, push, destroy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.server import batch
from sim.server.actors import Actor
from sim.server.calls import CallError, call
from sim.server.layouts import ActorDescription, BoundingBox, CarlaTransform, Vector3
from sim.server.parts import bones, components
from sim.server.poses import flip, place_from_carla, to_carla
from sim.server.simulation import Simulation


@call("get_spectator")
def get_spectator(simulation: Simulation) -> list[Any]:
    """The spectator, which every world has."""
    return encoded(simulation, simulation.episode.spectator)


@call("get_actors_by_id")
def get_actors_by_id(simulation: Simulation, actor_ids: list[int]) -> list[Any]:
    """Descriptions of the actors that exist."""
    actors = simulation.episode.actors
    return [encoded(simulation, actors[i]) for i in actor_ids if i in actors]


@call("spawn_actor")
def spawn_actor(simulation: Simulation, description: ActorDescription, pose: CarlaTransform) -> list[Any]:
    """A new actor in the world."""
    return encoded(simulation, simulation.episode.spawn(description, place_from_carla(pose)))


@call("spawn_actor_with_parent")
def spawn_actor_with_parent(
    simulation: Simulation,
    description: ActorDescription,
    pose: CarlaTransform,
    parent_id: int,
    attachment: int = 0,
    socket: str = "",
) -> list[Any]:
    """A new actor at a pose relative to another, held rigidly or on a spring arm."""
    parent = simulation.episode.actors.get(parent_id)
    if parent is None:
        raise CallError(f"unable to attach actor: parent actor {parent_id} not found")
    return encoded(
        simulation, simulation.episode.spawn(description, place_from_carla(pose), parent, attachment, socket)
    )


@call("destroy_actor")
def destroy_actor(simulation: Simulation, actor_id: int) -> bool:
    """Take an actor out of the world. Its stream stays open and silent: a client whose stream is cut comes back."""
    simulation.episode.destroy(actor_id)
    return True


@call("apply_batch", bare=True)
def apply_batch(simulation: Simulation, commands: list[Any], do_tick: bool = False) -> list[Any]:
    """Many commands at once; the answers are not wrapped once more."""
    results = batch.run(simulation.episode, commands)
    if do_tick:
        simulation.submit(lambda: _ignored(simulation.tick()))
    return results


@call("set_actor_location")
def set_actor_location(simulation: Simulation, actor_id: int, location: Vector3) -> None:
    """Move an actor, turned as it is."""
    batch.apply_location(simulation.episode, actor_id, location)


@call("set_actor_transform")
def set_actor_transform(simulation: Simulation, actor_id: int, pose: CarlaTransform) -> None:
    """Put an actor somewhere else."""
    batch.apply_transform(simulation.episode, actor_id, pose)


@call("set_actor_target_velocity")
def set_actor_target_velocity(simulation: Simulation, actor_id: int, velocity: Vector3) -> None:
    """Give a body a velocity at once."""
    batch.apply_target_velocity(simulation.episode, actor_id, velocity)


@call("set_actor_target_angular_velocity")
def set_actor_target_angular_velocity(simulation: Simulation, actor_id: int, velocity_degps: Vector3) -> None:
    """Give a body a turn rate at once."""
    batch.apply_target_angular_velocity(simulation.episode, actor_id, velocity_degps)


@call("enable_actor_constant_velocity")
def enable_actor_constant_velocity(simulation: Simulation, actor_id: int, velocity: Vector3) -> None:
    """Hold a vehicle at a velocity in its own frame, whatever its pedals say."""
    _, state = simulation.episode.vehicle(actor_id)
    state.constant_velocity_body_mps = flip(velocity)


@call("disable_actor_constant_velocity")
def disable_actor_constant_velocity(simulation: Simulation, actor_id: int) -> None:
    """Let the pedals drive again."""
    _, state = simulation.episode.vehicle(actor_id)
    state.constant_velocity_body_mps = None


@call("add_actor_impulse")
def add_actor_impulse(simulation: Simulation, actor_id: int, impulse_ns: Vector3) -> None:
    """Push a body once."""
    batch.apply_impulse(simulation.episode, actor_id, impulse_ns)


@call("add_actor_impulse_at_location")
def add_actor_impulse_at_location(simulation: Simulation, actor_id: int, impulse_ns: Vector3, at: Vector3) -> None:
    """Push a body once, at a place."""
    simulation.episode.bodies.push(simulation.episode.actor(actor_id), flip(impulse_ns), flip(at))


@call("add_actor_force")
def add_actor_force(simulation: Simulation, actor_id: int, force_n: Vector3) -> None:
    """Push a body as a force does in one step."""
    batch.apply_force(simulation.episode, actor_id, force_n)


@call("add_actor_force_at_location")
def add_actor_force_at_location(simulation: Simulation, actor_id: int, force_n: Vector3, at: Vector3) -> None:
    """Push a body at a place as a force does in one step."""
    episode = simulation.episode
    episode.bodies.push(episode.actor(actor_id), flip(force_n) * episode.next_step_s(), flip(at))


@call("add_actor_angular_impulse")
def add_actor_angular_impulse(simulation: Simulation, actor_id: int, impulse: Vector3) -> None:
    """Turn a body once, about the vertical; the client's `add_torque` sends this too."""
    batch.apply_angular_impulse(simulation.episode, actor_id, impulse)


@call("add_actor_torque")
def add_actor_torque(simulation: Simulation, actor_id: int, torque: Vector3) -> None:
    """Turn a body as a torque does in one step, about the vertical."""
    batch.apply_torque(simulation.episode, actor_id, torque)


@call("set_actor_simulate_physics")
def set_actor_simulate_physics(simulation: Simulation, actor_id: int, simulated: bool) -> None:
    """Let physics move a body, or hold it where it is put."""
    batch.set_simulate_physics(simulation.episode, actor_id, simulated)


@call("set_actor_collisions")
def set_actor_collisions(simulation: Simulation, actor_id: int, collides: bool) -> None:
    """Let others run into an actor, or through it."""
    simulation.episode.actor(actor_id).collides = collides
    simulation.episode.table.collision_version += 1


@call("set_actor_enable_gravity")
def set_actor_enable_gravity(simulation: Simulation, actor_id: int, enabled: bool) -> None:
    """Let a vehicle fall to the ground, or float where it is put."""
    batch.set_enable_gravity(simulation.episode, actor_id, enabled)


@call("set_actor_dead")
def set_actor_dead(simulation: Simulation, actor_id: int) -> None:
    """Let a walker fall for good and vanish, as the client asks when one that it steers is run over."""
    simulation.episode.let_die(simulation.episode.actor(actor_id))


@call("set_actor_autopilot")
def set_actor_autopilot(simulation: Simulation, actor_id: int) -> None:
    """Accepted: the client's Traffic Manager does the driving."""
    simulation.episode.vehicle(actor_id)


@call("get_actor_bounding_box")
def get_actor_bounding_box(simulation: Simulation, actor_id: int) -> BoundingBox:
    """The same box as in the description."""
    return simulation.episode.actor(actor_id).bounding_box()


@call("get_actor_component_names")
def get_actor_component_names(simulation: Simulation, actor_id: int) -> list[str]:
    """A vehicle has its mesh and its bounds, other actors are one piece."""
    return list(components(simulation.episode.actor(actor_id)))


@call("get_actor_socket_names", "get_actor_bone_names")
def get_actor_bone_names(simulation: Simulation, actor_id: int) -> list[str]:
    """A vehicle has a base and four wheels, other actors are one piece."""
    return list(bones(simulation.episode.bodies, simulation.episode.actor(actor_id)))


@call("get_actor_component_world_transform")
def get_actor_component_world_transform(simulation: Simulation, actor_id: int, name: str) -> CarlaTransform:
    """Where a component is."""
    T_actor_component = _component(simulation, actor_id, name)
    return to_carla(simulation.episode.table.pose(actor_id) @ T_actor_component)


@call("get_actor_component_relative_transform")
def get_actor_component_relative_transform(simulation: Simulation, actor_id: int, name: str) -> CarlaTransform:
    """Where a component is on its actor."""
    return to_carla(_component(simulation, actor_id, name))


@call("get_actor_bone_world_transforms", "get_vehicle_bone_world_transforms", "get_actor_socket_world_transforms")
def get_actor_bone_world_transforms(simulation: Simulation, actor_id: int) -> list[CarlaTransform]:
    """Where the bones are, in the order of their names."""
    actor = simulation.episode.actor(actor_id)
    T_world_actor = simulation.episode.table.pose(actor_id)
    return [to_carla(T_world_actor @ part) for part in bones(simulation.episode.bodies, actor).values()]


@call("get_actor_bone_relative_transforms", "get_actor_socket_relative_transforms")
def get_actor_bone_relative_transforms(simulation: Simulation, actor_id: int) -> list[CarlaTransform]:
    """Where the bones are on their actor, in the order of their names."""
    actor = simulation.episode.actor(actor_id)
    return [to_carla(part) for part in bones(simulation.episode.bodies, actor).values()]


def encoded(simulation: Simulation, actor: Actor) -> list[Any]:
    """CARLA's Actor struct."""
    token = simulation.streams.token(actor.stream_id) if actor.stream_id else b""
    return actor.to_wire(token)


def _component(simulation: Simulation, actor_id: int, name: str) -> NDArray[np.float64]:
    parts = components(simulation.episode.actor(actor_id))
    if name not in parts:
        raise CallError(f"component {name!r} not found: actor {actor_id} has {', '.join(parts)}")
    return parts[name]


def _ignored(_: object) -> None:
    return None
