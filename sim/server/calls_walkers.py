"""Calls about walkers and their navigation mesh."""

from __future__ import annotations

from typing import Any

from sim.server import batch
from sim.server.actors import Actor
from sim.server.blueprints import ActorKind
from sim.server.calls import CallError, call
from sim.server.layouts import CarlaTransform, WalkerControl
from sim.server.poses import to_carla
from sim.server.simulation import Simulation

NAVIGATION_FOLDER = "Nav"
"""The client's name for what it needs to steer walkers."""


@call("get_required_files")
def get_required_files(simulation: Simulation, folder: str = "") -> list[str]:
    """The file that a client needs to steer walkers; the map itself comes as text."""
    if folder != NAVIGATION_FOLDER or not simulation.episode.map.navigation_mesh:
        return []
    return [simulation.episode.map.navigation_path]


@call("request_file")
def request_file(simulation: Simulation, path: str) -> bytes:
    """A file that `get_required_files` names."""
    if path != simulation.episode.map.navigation_path:
        raise CallError(f"file {path!r} not found: the only one is the map's navigation mesh")
    return simulation.episode.map.navigation_mesh


@call("get_navigation_mesh")
def get_navigation_mesh(simulation: Simulation) -> bytes:
    """The navigation mesh of the map, empty when it has nowhere to walk."""
    return simulation.episode.map.navigation_mesh


@call("apply_control_to_walker")
def apply_control_to_walker(simulation: Simulation, actor_id: int, control: WalkerControl) -> None:
    """Direction and speed from now on."""
    batch.apply_walker_control(simulation.episode, actor_id, control)


@call("get_bones_transform")
def get_bones_transform(simulation: Simulation, actor_id: int) -> list[Any]:
    """A walker's only bone: its root."""
    _walker(simulation, actor_id)
    pose = to_carla(simulation.episode.table.pose(actor_id))
    return [[["root", pose, CarlaTransform(), CarlaTransform()]]]


@call("set_bones_transform")
def set_bones_transform(_: Simulation) -> None:
    """Walkers have poses, not bones."""
    raise CallError("moving the bones of walkers is not supported")


@call("blend_pose", "get_pose_from_animation")
def pose_walker(simulation: Simulation, actor_id: int) -> None:
    """Accepted: the pose follows the speed."""
    _walker(simulation, actor_id)


def _walker(simulation: Simulation, actor_id: int) -> Actor:
    actor = simulation.episode.actor(actor_id)
    if actor.kind is not ActorKind.WALKER:
        raise CallError(f"actor {actor_id} ({actor.blueprint_id}) is not a walker")
    return actor
