"""Calls about actors of any kind: spawn, find, place, push, destroy."""

from __future__ import annotations

from typing import Any

from sim.server import batch
from sim.server.actors import Actor
from sim.server.calls import CallError, call
from sim.server.layouts import ActorDescription, BoundingBox, CarlaTransform, Vector3
from sim.server.poses import flip, from_carla, to_carla
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
    return encoded(simulation, simulation.episode.spawn(description, from_carla(pose)))


@call("spawn_actor_with_parent")
def spawn_actor_with_parent(
    simulation: Simulation,
    description: ActorDescription,
    pose: CarlaTransform,
    parent_id: int,
) -> list[Any]:
    """A new actor at a pose relative to another; all attachments are rigid here, spring arms too."""
    parent = simulation.episode.actors.get(parent_id)
    if parent is None:
        raise CallError(f"unable to attach actor: parent actor {parent_id} not found")
    return encoded(simulation, simulation.episode.spawn(description, from_carla(pose), parent))


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
    """Push a vehicle once."""
    batch.apply_impulse(simulation.episode, actor_id, impulse_ns)


@call("add_actor_impulse_at_location")
def add_actor_impulse_at_location(simulation: Simulation, actor_id: int, impulse_ns: Vector3, at: Vector3) -> None:
    """Push a vehicle once, at a place."""
    actor, _ = simulation.episode.vehicle(actor_id)
    simulation.episode.bodies.push(actor, flip(impulse_ns), flip(at))


@call("add_actor_force")
def add_actor_force(simulation: Simulation, actor_id: int, force_n: Vector3) -> None:
    """Push a vehicle during the next step."""
    batch.apply_force(simulation.episode, actor_id, force_n)


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
    """Stop a walker for good."""
    actor = simulation.episode.actor(actor_id)
    simulation.episode.bodies.set_simulated(actor, False)
    actor.simulated = False


@call("set_actor_autopilot")
def set_actor_autopilot(simulation: Simulation, actor_id: int) -> None:
    """Accepted: the client's Traffic Manager does the driving."""
    simulation.episode.vehicle(actor_id)


@call("get_actor_bounding_box")
def get_actor_bounding_box(simulation: Simulation, actor_id: int) -> BoundingBox:
    """The same box as in the description."""
    return simulation.episode.actor(actor_id).bounding_box()


@call("get_actor_component_names", "get_actor_socket_names", "get_actor_bone_names")
def get_actor_part_names(simulation: Simulation, actor_id: int) -> list[str]:
    """Actors are one piece here, named as the root."""
    simulation.episode.actor(actor_id)
    return [_ROOT]


@call("get_actor_component_world_transform")
def get_actor_component_world_transform(simulation: Simulation, actor_id: int, name: str) -> CarlaTransform:
    """The actor's own pose, for its only component."""
    _check_root(name)
    simulation.episode.actor(actor_id)
    return to_carla(simulation.episode.table.pose(actor_id))


@call("get_actor_component_relative_transform")
def get_actor_component_relative_transform(simulation: Simulation, actor_id: int, name: str) -> CarlaTransform:
    """No offset, for the only component."""
    _check_root(name)
    simulation.episode.actor(actor_id)
    return CarlaTransform()


@call("get_actor_bone_world_transforms", "get_vehicle_bone_world_transforms", "get_actor_socket_world_transforms")
def get_actor_part_world_transforms(simulation: Simulation, actor_id: int) -> list[CarlaTransform]:
    """The actor's own pose, for its only part."""
    simulation.episode.actor(actor_id)
    return [to_carla(simulation.episode.table.pose(actor_id))]


@call("get_actor_bone_relative_transforms", "get_actor_socket_relative_transforms")
def get_actor_part_relative_transforms(simulation: Simulation, actor_id: int) -> list[CarlaTransform]:
    """No offset, for the only part."""
    simulation.episode.actor(actor_id)
    return [CarlaTransform()]


def encoded(simulation: Simulation, actor: Actor) -> list[Any]:
    """CARLA's Actor struct."""
    token = simulation.streams.token(actor.stream_id) if actor.stream_id else b""
    return actor.to_wire(token)


_ROOT = "root"


def _check_root(name: str) -> None:
    if name != _ROOT:
        raise CallError(f"component {name!r} not found: actors have one, {_ROOT!r}")


def _ignored(_: object) -> None:
    return None
