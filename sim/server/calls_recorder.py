"""Calls of CARLA's recorder and replayer: files of the server, in its folder of recordings."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sim.server.calls import CallError, Where, call
from sim.server.calls_vehicles import get_physics_control
from sim.server.calls_walkers import get_bones_transform
from sim.server.layouts import CarlaTransform, to_wire
from sim.server.recorder import queries, report
from sim.server.recorder.folder import recording_path
from sim.server.recorder.log_reader import LogError, LogReader
from sim.server.recorder.log_writer import LogWriter
from sim.server.recorder.recorder import Details, Recorder
from sim.server.recorder.replayer import Replayer, ReplayRequest
from sim.server.recorder.stage import ReplayOptions
from sim.server.simulation import Simulation

_LARGEST_TIME_FACTOR = 1e6


@call("start_recorder")
def start_recorder(simulation: Simulation, name: str, additional_data: bool = False) -> str:
    """Record from the next frame on; the answer is the file."""
    episode = simulation.episode
    path = recording_path(name, simulation.recordings)
    episode.tape.stop_replay(keep_actors=False)
    episode.tape.stop_recording()
    map_name = episode.map.name.rsplit("/", 1)[-1]
    try:
        writer = LogWriter(path, map_name, int(time.time()))
    except (OSError, ValueError) as error:
        raise CallError(f"recording {path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    session = {"map_sha256": _map_digest(simulation), "seed": simulation.seed, "server": "moosetest"}

    details = Details(
        physics_of=lambda actor_id: to_wire(get_physics_control(simulation, actor_id)),
        bones_of=lambda actor_id: to_wire(get_bones_transform(simulation, actor_id))[0],
    )
    episode.tape.recorder = Recorder(writer, session, details if additional_data else None)
    return str(path)


@call("stop_recorder")
def stop_recorder(simulation: Simulation) -> None:
    """Record no more; tells if the recording ended before, for lack of space."""
    recorder = simulation.episode.tape.recorder
    simulation.episode.tape.stop_recording()
    if recorder is not None and recorder.failure:
        raise CallError(recorder.failure)


@call("show_recorder_file_info", where=Where.APART)
def show_recorder_file_info(simulation: Simulation, name: str, show_all: bool = False) -> str:
    """What a recording holds: frames with events, or all frames with all there is."""
    with _opened(simulation, name) as log:
        return report.file_info(log, show_all)


@call("show_recorder_collisions", where=Where.APART)
def show_recorder_collisions(simulation: Simulation, name: str, category_1: int, category_2: int) -> str:
    """Who collided with whom, by categories (codes of `h`, `v`, `w`, `t`, `o`, `a`)."""
    wanted = [chr(code) if 0 <= code < 128 else "?" for code in (category_1, category_2)]
    if not set(wanted) <= set("hvwtoa"):
        raise CallError(f"categories {wanted}, want each one of h (hero), v, w, t, o (other), a (any)")
    with _opened(simulation, name) as log:
        return queries.collisions(log, *wanted)


@call("show_recorder_actors_blocked", where=Where.APART)
def show_recorder_actors_blocked(
    simulation: Simulation, name: str, min_time_s: float = 30.0, min_distance_cm: float = 10.0
) -> str:
    """Who stood still for how long."""
    with _opened(simulation, name) as log:
        return queries.blocked(log, min_time_s, min_distance_cm)


@call("replay_file", where=Where.SIMULATION)
def replay_file(
    simulation: Simulation,
    name: str,
    start_s: float = 0.0,
    duration_s: float = 0.0,
    follow_id: int = 0,
    replay_sensors: bool = False,
    offset: CarlaTransform = CarlaTransform(),  # noqa: B008
) -> str:
    """Replay a recording from the next frame on, in its own map."""
    log = _open(simulation, name)
    try:
        lines = _cue(simulation, log)
        request = ReplayRequest(start_s, duration_s, follow_id, replay_sensors, offset)
        tape = simulation.episode.tape
        replayer = Replayer(simulation.episode, log, request, tape.options)
        if replayer.map_digest not in ("", _map_digest(simulation)):
            lines.append("The map has changed since the recording")
    except LogError as error:
        log.close()
        raise CallError(str(error)) from error
    except CallError:
        log.close()
        raise
    tape.replayer = replayer
    return "\n".join([*lines, *_told(replayer, tape.options), ""])


@call("stop_replayer")
def stop_replayer(simulation: Simulation, keep_actors: bool = False) -> None:
    """End a replay."""
    simulation.episode.tape.stop_replay(keep_actors)


@call("set_replayer_time_factor")
def set_replayer_time_factor(simulation: Simulation, factor: float) -> None:
    """How much faster than recorded; also during a replay."""
    if not 0.0 <= factor <= _LARGEST_TIME_FACTOR:
        raise CallError(f"time factor {factor:g}, want 0 (pause) to {_LARGEST_TIME_FACTOR:g}")
    simulation.episode.tape.options.time_factor = factor


@call("set_replayer_ignore_hero")
def set_replayer_ignore_hero(simulation: Simulation, ignore: bool) -> None:
    """Leave the recorded hero out: the present one drives itself."""
    simulation.episode.tape.options.ignore_hero = ignore


@call("set_replayer_ignore_spectator")
def set_replayer_ignore_spectator(simulation: Simulation, ignore: bool) -> None:
    """Leave the spectator where it is."""
    simulation.episode.tape.options.ignore_spectator = ignore


def _map_digest(simulation: Simulation) -> str:
    return hashlib.sha256(simulation.episode.map.data.xodr.encode()).hexdigest()


def _open(simulation: Simulation, name: str) -> LogReader:
    try:
        return LogReader(recording_path(name, simulation.recordings))
    except LogError as error:
        raise CallError(str(error)) from error


@contextmanager
def _opened(simulation: Simulation, name: str) -> Iterator[LogReader]:
    """A recording to read in; what is wrong with it becomes the caller's error."""
    with _open(simulation, name) as log:
        try:
            yield log
        except LogError as error:
            raise CallError(str(error)) from error


def _cue(simulation: Simulation, log: LogReader) -> list[str]:
    """End what runs, and load the recording's map if it is another; what to tell of it.

    Raises:
        CallError: an empty recording, or a map that is not there.
    """
    if not len(log):
        raise CallError(f"recording {log.path} has no frame")
    lines = [f"Replaying File: {log.path}"]
    tape = simulation.episode.tape
    tape.stop_recording()
    tape.stop_replay(keep_actors=False)
    wanted = log.header.map_name.rsplit("/", 1)[-1]
    if wanted != simulation.episode.map.name.rsplit("/", 1)[-1]:
        if wanted.lstrip().startswith("<") or wanted.endswith(".xodr"):  # find_map would take it for a map itself
            raise CallError(f"recording {log.path}: its map {wanted!r:.60} is no name of a map")
        simulation.load(wanted, reset_settings=False)
        simulation.episode.tape.options = tape.options
        lines.append(f"Loading map {wanted}")
    return lines


def _told(replayer: Replayer, options: ReplayOptions) -> list[str]:
    lines = [
        f"Total time recorded: {replayer.total_s:g}",
        f"Replaying from {replayer.start_s:g} s - {replayer.stop_s:g} s ({replayer.total_s:g} s) "
        f"at {options.time_factor:.1f}x",
    ]
    if options.ignore_hero:
        lines.append("Ignoring Hero vehicle")
    if options.ignore_spectator:
        lines.append("Ignoring Spectator camera")
    if replayer.stage.missing:
        lines.append(f"Actors that could not be created: {', '.join(map(str, replayer.stage.missing))}")
    return lines
