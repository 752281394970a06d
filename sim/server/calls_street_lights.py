"""Calls about street lamps: CARLA's light manager."""

from __future__ import annotations

from sim.server.calls import call
from sim.server.simulation import Simulation
from sim.server.street_lights import LightState


@call("query_lights_state")
def query_lights_state(simulation: Simulation) -> list[LightState]:
    """All street lamps."""
    return simulation.episode.street_lights.states


@call("update_lights_state")
def update_lights_state(simulation: Simulation, endpoint: str, lights: list[LightState], discard: bool = False) -> None:
    """Switch and colour lamps from the next frame on; all clients are told."""
    simulation.episode.street_lights.set(lights)


@call("update_day_night_cycle")
def update_day_night_cycle(simulation: Simulation, endpoint: str, active: bool) -> None:
    """Let the sun's height switch the lamps, or leave that to the clients."""
    simulation.episode.street_lights.follow_sun(active)
