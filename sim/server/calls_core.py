"""Calls about the server, the episode, the map and time."""

from __future__ import annotations

from typing import Any

from sim.server.blueprints import definitions
from sim.server.calls import CallError, Where, call
from sim.server.layouts import EpisodeSettings, WeatherParameters
from sim.server.level import ALL_LAYERS
from sim.server.rpc import RpcConnection
from sim.server.simulation import Simulation
from sim.server.world_map import available_maps

VERSION = "0.9.16"


@call("version")
def version(_: Simulation) -> str:
    """The version of CARLA whose protocol this is."""
    return VERSION


@call("get_available_maps")
def get_available_maps(_: Simulation) -> list[str]:
    """Names for load_world."""
    try:
        return available_maps()
    except ValueError as error:  # the folder was there when the server began
        raise CallError(str(error)) from error


@call("get_episode_info")
def get_episode_info(simulation: Simulation) -> list[Any]:
    """The episode's number and the token of the world state."""
    return [simulation.episode.episode_id, [simulation.streams.token(simulation.world_stream_id)]]


@call("get_sensor_token")
def get_sensor_token(simulation: Simulation, stream_id: int) -> list[bytes]:
    """Where to connect for a stream. The client connects right away: no frame is made before it has."""
    if not 0 < stream_id < 1 << 32:
        raise CallError(f"stream {stream_id} does not exist")
    simulation.expect_listener(stream_id)
    return [simulation.streams.token(stream_id)]


@call("get_episode_settings")
def get_episode_settings(simulation: Simulation) -> EpisodeSettings:
    """The world settings in force."""
    return simulation.episode.settings


@call("set_episode_settings", where=Where.SIMULATION)
def set_episode_settings(simulation: Simulation, settings: EpisodeSettings) -> int:
    """Put settings in force; the present frame is the answer, so that the client need not wait."""
    return simulation.apply_settings(settings)


@call("tick_cue", where=Where.UNLOCKED)
def tick_cue(simulation: Simulation) -> int:
    """Advance by one frame."""
    return simulation.tick()


@call("load_new_episode", where=Where.UNLOCKED)
def load_new_episode(simulation: Simulation, name: str, reset_settings: bool = True, layers: int = ALL_LAYERS) -> None:
    """Load a map with some of its layers."""
    simulation.load(name, reset_settings, layers)


@call("copy_opendrive_to_file")
def copy_opendrive_to_file(simulation: Simulation, xodr: str) -> None:
    """Keep OpenDRIVE text for the load_new_episode that follows; the mesh parameters have no effect."""
    simulation.opendrive_text = xodr


@call("get_map_info")
def get_map_info(simulation: Simulation) -> list[Any]:
    """The map's name and its spawn points."""
    return [simulation.episode.map.name, simulation.episode.map.spawn_points]


@call("get_map_data")
def get_map_data(simulation: Simulation) -> str:
    """The map's OpenDRIVE text."""
    return simulation.episode.map.data.xodr


@call("get_actor_definitions")
def get_actor_definitions(simulation: Simulation) -> list[list[object]]:
    """All blueprints."""
    return definitions(simulation.camera_quality)


@call("get_weather_parameters")
def get_weather_parameters(simulation: Simulation) -> WeatherParameters:
    """The weather."""
    return simulation.episode.weather


@call("set_weather_parameters")
def set_weather_parameters(simulation: Simulation, weather: WeatherParameters) -> None:
    """Change the weather, from the next frame on."""
    simulation.episode.weather = weather


@call("get_imui_gravity")
def get_imui_gravity(simulation: Simulation) -> float:
    """Gravity as the IMU feels it."""
    return simulation.episode.imui_gravity_mps2


@call("set_imui_gravity")
def set_imui_gravity(simulation: Simulation, gravity_mps2: float) -> None:
    """Let inertial sensors feel another gravity, until the next map; bodies fall as before."""
    simulation.episode.imui_gravity_mps2 = gravity_mps2


@call("is_traffic_manager_running")
def is_traffic_manager_running(simulation: Simulation, port: int) -> bool:
    """Whether a client process has registered a Traffic Manager."""
    return simulation.traffic_managers.address(port) is not None


@call("get_traffic_manager_running")
def get_traffic_manager_running(simulation: Simulation, port: int) -> list[Any]:
    """Address of a registered Traffic Manager."""
    return list(simulation.traffic_managers.address(port) or ("", 0))


@call("add_traffic_manager_running")
def add_traffic_manager_running(simulation: Simulation, caller: RpcConnection | None, address: tuple[str, int]) -> bool:
    """Register a Traffic Manager until its process leaves; False if another one has the port."""
    return simulation.traffic_managers.add(address, caller)


@call("destroy_traffic_manager")
def destroy_traffic_manager(simulation: Simulation, port: int) -> bool:
    """Forget a Traffic Manager."""
    return simulation.traffic_managers.remove(port)
