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


@call("get_required_files")
def get_required_files(_: Simulation) -> list[str]:
    """No files: the map comes as text, and there is no navigation mesh."""
    return []


@call("request_file")
def request_file(_: Simulation, path: str) -> bytes:
    """There are none."""
    raise CallError(f"file {path!r} not found: this server has no map files")


@call("get_navigation_mesh")
def get_navigation_mesh(_: Simulation) -> bytes:
    """Empty: walkers are driven by the client."""
    return b""


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
