"""Calls about walkers and their navigation mesh."""

from __future__ import annotations

from typing import Any

from sim.assets.animals.names import ANIMALS
from sim.assets.people.bones import NAMES, from_relative, row_of
from sim.assets.people.carried import WHEELCHAIR
from sim.server import batch
from sim.server.actors import Actor, WalkerState
from sim.server.calls import CallError, Where, call
from sim.server.gait import shown_bones
from sim.server.layouts import CarlaTransform, WalkerControl
from sim.server.poses import from_carla, to_carla
from sim.server.simulation import Simulation

NAVIGATION_FOLDER = "Nav"
"""The client's name for what it needs to steer walkers."""


@call("get_required_files", where=Where.APART)
def get_required_files(simulation: Simulation, folder: str = "") -> list[str]:
    """The file that a client needs to steer walkers; the map itself comes as text."""
    world_map = simulation.episode.map
    return [world_map.navigation_path] if folder == NAVIGATION_FOLDER and world_map.navigation_mesh else []


@call("request_file", where=Where.APART)
def request_file(simulation: Simulation, path: str) -> bytes:
    """A file that `get_required_files` names."""
    world_map = simulation.episode.map
    if path != world_map.navigation_path:
        raise CallError(f"file {path!r} not found: the only one is the map's navigation mesh")
    return world_map.navigation_mesh


@call("get_navigation_mesh", where=Where.APART)
def get_navigation_mesh(simulation: Simulation) -> bytes:
    """The navigation mesh of the map, empty when it has nowhere to walk."""
    return simulation.episode.map.navigation_mesh


@call("apply_control_to_walker")
def apply_control_to_walker(simulation: Simulation, actor_id: int, control: WalkerControl) -> None:
    """Direction and speed from now on."""
    batch.apply_walker_control(simulation.episode, actor_id, control)


@call("get_bones_transform")
def get_bones_transform(simulation: Simulation, actor_id: int) -> list[Any]:
    """Where a walker's bones are now: in the world, in its own frame, and in the frames of their parents."""
    actor, _ = _person(simulation, actor_id)
    T_parent_bone = shown_bones(simulation.episode, actor)
    T_person_bone = from_relative(T_parent_bone).T_person_bone
    T_world_bone = simulation.episode.table.pose(actor_id) @ T_person_bone
    kinds = T_world_bone, T_person_bone, T_parent_bone
    return [[[name, *(to_carla(kind[row]) for kind in kinds)] for row, name in enumerate(NAMES)]]


@call("set_bones_transform")
def set_bones_transform(simulation: Simulation, actor_id: int, bones: tuple[list[tuple[str, CarlaTransform]]]) -> None:
    """Give bones of a walker's own pose other places in the frames of their parents; names of no bone are passed over.

    The pose begins as the one that is shown; `blend_pose` shows it.
    """
    actor, state = _person(simulation, actor_id)
    pose = shown_bones(simulation.episode, actor) if state.bones is None else state.bones.copy()
    for name, transform in bones[0]:
        row = row_of(name)
        if row is not None:
            pose[row] = from_carla(transform)
    state.bones = pose


@call("blend_pose")
def blend_pose(simulation: Simulation, actor_id: int, share: float) -> None:
    """Show so much, 0 to 1, of a walker's own pose."""
    _, state = _person(simulation, actor_id)
    state.bones_share = min(max(share, 0.0), 1.0)


@call("get_pose_from_animation")
def get_pose_from_animation(simulation: Simulation, actor_id: int) -> None:
    """Take the pose that is shown for a walker's own one."""
    actor, state = _person(simulation, actor_id)
    state.bones = shown_bones(simulation.episode, actor)


def _person(simulation: Simulation, actor_id: int) -> tuple[Actor, WalkerState]:
    actor = simulation.episode.actor(actor_id)
    if actor.walker is None:
        raise CallError(f"actor {actor_id} ({actor.blueprint_id}) is not a walker")
    if actor.blueprint_id in ANIMALS or actor.blueprint_id == WHEELCHAIR:
        raise CallError(f"actor {actor_id} ({actor.blueprint_id}) has no bones: only people on foot have")
    return actor, actor.walker
