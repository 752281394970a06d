"""Calls of CARLA's recorder: this server records nothing itself, run bundles do."""

from __future__ import annotations

from typing import Any

from sim.server.calls import CallError, call
from sim.server.simulation import Simulation

_REFUSAL = "the recorder is not supported: record on the client's side"


@call(
    "start_recorder",
    "show_recorder_file_info",
    "show_recorder_collisions",
    "show_recorder_actors_blocked",
    "replay_file",
)
def refuse_recording(_: Simulation) -> str:
    """Say so clearly."""
    raise CallError(_REFUSAL)


@call("stop_recorder")
def stop_recorder(simulation: Simulation) -> None:
    """Nothing to stop."""


@call("stop_replayer")
def stop_replayer(simulation: Simulation, keep_actors: bool = False) -> None:
    """Nothing to stop."""


@call("set_replayer_time_factor", "set_replayer_ignore_hero", "set_replayer_ignore_spectator")
def set_replayer_option(simulation: Simulation, value: Any = None) -> None:
    """Accepted: it has no effect without a replay."""
