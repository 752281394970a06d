"""Calls about traffic lights."""

from __future__ import annotations

from sim.server import batch
from sim.server.calls import CallError, call
from sim.server.layouts import BoundingBox
from sim.server.signals import Controller, SignalLight
from sim.server.simulation import Simulation


@call("set_traffic_light_state")
def set_traffic_light_state(simulation: Simulation, actor_id: int, color: int) -> None:
    """Show a colour until the cycle's next change."""
    batch.set_traffic_light_state(simulation.episode, actor_id, color)


@call("set_traffic_light_green_time")
def set_traffic_light_green_time(simulation: Simulation, actor_id: int, seconds: float) -> None:
    """How long the lights of its controller are green."""
    _controller(simulation, actor_id, seconds).green_s = seconds


@call("set_traffic_light_yellow_time")
def set_traffic_light_yellow_time(simulation: Simulation, actor_id: int, seconds: float) -> None:
    """How long the lights of its controller are yellow."""
    _controller(simulation, actor_id, seconds).yellow_s = seconds


@call("set_traffic_light_red_time")
def set_traffic_light_red_time(simulation: Simulation, actor_id: int, seconds: float) -> None:
    """How long all are red after the lights of its controller were green."""
    _controller(simulation, actor_id, seconds).red_s = seconds


@call("freeze_traffic_light")
def freeze_traffic_light(simulation: Simulation, actor_id: int, frozen: bool) -> None:
    """Hold the light's junction as it is, or let it go on."""
    _light(simulation, actor_id, told=True).cycle.frozen = frozen


@call("freeze_all_traffic_lights")
def freeze_all_traffic_lights(simulation: Simulation, frozen: bool) -> None:
    """Hold all junctions as they are, or let them go on."""
    simulation.episode.signals.told = True
    simulation.episode.signals.freeze(frozen)


@call("reset_traffic_light_group")
def reset_traffic_light_group(simulation: Simulation, actor_id: int) -> None:
    """The light's junction begins its cycle again."""
    _light(simulation, actor_id, told=True).cycle.reset()


@call("reset_all_traffic_lights")
def reset_all_traffic_lights(simulation: Simulation) -> None:
    """All junctions begin their cycle again."""
    simulation.episode.signals.told = True
    simulation.episode.signals.reset()


@call("get_group_traffic_lights")
def get_group_traffic_lights(simulation: Simulation, actor_id: int) -> list[int]:
    """All lights of the same junction."""
    _light(simulation, actor_id)
    return simulation.episode.signals.group_of(actor_id)


@call("get_light_boxes")
def get_light_boxes(simulation: Simulation, actor_id: int) -> list[BoundingBox]:
    """The box of the light's head, in the world."""
    head = _light(simulation, actor_id).head.T_world_head
    x, y, z = (float(v) for v in head[:3, 3])
    return [BoundingBox((x, -y, z), (0.2, 0.2, 0.5))]


def _light(simulation: Simulation, actor_id: int, *, told: bool = False) -> SignalLight:
    """One light; `told` notes that a client sets it."""
    light = simulation.episode.signals.lights.get(actor_id)
    if light is None:
        raise CallError(f"actor {actor_id} is not a traffic light")
    simulation.episode.signals.told |= told
    return light


def _controller(simulation: Simulation, actor_id: int, seconds: float) -> Controller:
    """The controller of a light that is to have a new time."""
    controller = _light(simulation, actor_id, told=True).controller
    if seconds < 0:
        raise CallError(f"{seconds} s, want a time of at least 0 s")
    return controller
