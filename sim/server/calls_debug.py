"""Calls of the debug helper: what clients draw into pictures."""

from __future__ import annotations

from sim.server.calls import call
from sim.server.debug_shapes import DebugShape
from sim.server.simulation import Simulation


@call("draw_debug_shape")
def draw_debug_shape(simulation: Simulation, shape: DebugShape) -> None:
    """Show a shape in colour pictures, from the next frame on."""
    episode = simulation.episode
    episode.debug_shapes.draw(shape, episode.tick, episode.elapsed_ns)


@call("clear_debug_shape")
def clear_debug_shape(simulation: Simulation) -> None:
    """Forget all shapes but the words."""
    simulation.episode.debug_shapes.clear_shapes()


@call("clear_debug_string")
def clear_debug_string(simulation: Simulation) -> None:
    """Forget all words."""
    simulation.episode.debug_shapes.clear_strings()
