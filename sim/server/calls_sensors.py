"""Calls about sensors beyond their streams."""

from __future__ import annotations

from sim.server.blueprints import ActorKind
from sim.server.calls import CallError, call
from sim.server.simulation import Simulation


@call("get_gbuffer_token")
def get_gbuffer_token(_: Simulation) -> bytes:
    """There is no Unreal renderer whose buffers could be read."""
    raise CallError("g-buffers are not supported")


@call("enable_gbuffers")
def enable_gbuffers(_: Simulation, actor_id: int, enabled: bool) -> None:
    """There is no Unreal renderer whose buffers could be read."""
    if enabled:
        raise CallError("g-buffers are not supported")


@call("are_gbuffers_enabled")
def are_gbuffers_enabled(_: Simulation) -> bool:
    """Never."""
    return False


@call("enable_sensor_for_ros")
def enable_sensor_for_ros(_: Simulation) -> None:
    """There is no ROS bridge inside the server."""
    raise CallError("native ROS 2 is not supported")


@call("disable_sensor_for_ros")
def disable_sensor_for_ros(simulation: Simulation, stream_id: int) -> None:
    """Nothing to disable."""


@call("is_sensor_enabled_for_ros")
def is_sensor_enabled_for_ros(_: Simulation) -> bool:
    """Never."""
    return False


@call("set_ignored_vehicles")
def set_ignored_vehicles(simulation: Simulation, actor_id: int, vehicle_ids: list[int]) -> None:
    """Vehicles that a sensor does not see."""
    actor = simulation.episode.actor(actor_id)
    if actor.kind is not ActorKind.SENSOR:
        raise CallError(f"actor {actor_id} ({actor.blueprint_id}) is not a sensor")
    actor.ignored_ids = frozenset(vehicle_ids)


@call("send")
def send(_: Simulation) -> None:
    """V2X sensors do not exist here."""
    raise CallError("V2X is not supported")
