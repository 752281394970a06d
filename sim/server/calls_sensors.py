"""Calls about sensors beyond their streams."""

from __future__ import annotations

from sim.server.actors import Actor
from sim.server.blueprints import ActorKind
from sim.server.calls import CallError, call
from sim.server.simulation import Simulation

GBUFFERS = range(13)
"""carla.GBufferTextureID."""


@call("get_gbuffer_token")
def get_gbuffer_token(simulation: Simulation, actor_id: int, buffer_id: int) -> bytes:
    """Where to listen to a g-buffer of a camera. The client connects right away: no frame is made before it has."""
    camera = _camera(simulation, actor_id)
    if buffer_id not in GBUFFERS:
        raise CallError(f"g-buffer {buffer_id}: unknown, want {GBUFFERS[0]} to {GBUFFERS[-1]}")
    streams = camera.gbuffers.streams
    if buffer_id not in streams:
        streams[buffer_id] = simulation.streams.new_stream()
    simulation.expect_listener(streams[buffer_id])
    return simulation.streams.token(streams[buffer_id])


@call("enable_gbuffers")
def enable_gbuffers(simulation: Simulation, actor_id: int, enabled: bool) -> None:
    """Send the g-buffers of a camera that clients listen to, or stop that."""
    _camera(simulation, actor_id).gbuffers.enabled = enabled


@call("are_gbuffers_enabled")
def are_gbuffers_enabled(simulation: Simulation, actor_id: int) -> bool:
    """Whether a camera's g-buffers are sent."""
    return _camera(simulation, actor_id).gbuffers.enabled


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


def _camera(simulation: Simulation, actor_id: int) -> Actor:
    actor = simulation.episode.actor(actor_id)
    if not actor.blueprint_id.startswith("sensor.camera."):
        raise CallError(f"actor {actor_id} ({actor.blueprint_id}) is not a camera")
    return actor
