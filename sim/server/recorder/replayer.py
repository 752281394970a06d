"""Replays a recording in an episode: at each tick the recorded actors are where they were, and feel what they felt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moosetest.timing import NS_PER_S, ns_from_s
from sim import convert
from sim.server.attachments import RIGID
from sim.server.contacts import Touch
from sim.server.layouts import CarlaTransform
from sim.server.poses import flip, from_carla, rpy_of
from sim.server.recorder import recorded_state
from sim.server.recorder.births import read_births
from sim.server.recorder.log_reader import Frame, LogReader, table
from sim.server.recorder.motion import (
    ACCELERATION,
    FIELDS,
    LOCATION,
    ROTATION,
    TURN,
    VELOCITY,
    Motion,
    between,
    motion_of,
)
from sim.server.recorder.packets import NO_ACTOR, UNKNOWN_SOLID, Kind
from sim.server.recorder.stage import ReplayOptions, Stage

if TYPE_CHECKING:
    from sim.server.episode import Episode

_REACHED_NS = 1_000
"""A recorded moment less than this ahead has come: CARLA adds up time steps of single precision."""
_NOT_BETWEEN_FROM_FACTOR = 2.0
"""CARLA shows recorded frames as they are from this time factor on."""


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What a client asks for: times in seconds, a negative start from the end, duration 0 to the end."""

    start_s: float = 0.0
    duration_s: float = 0.0
    follow_id: int = 0
    with_sensors: bool = False
    offset: CarlaTransform = CarlaTransform()  # noqa: RUF009


class Replayer:
    """One replay. The first tick shows the moment of its start, each further one goes on by the tick's length.

    Args:
        episode: where it plays.
        log: the recording; closed at the end.
        request: which part.
        options: what all replays share.

    Raises:
        LogError: the recording is broken, or empty.
    """

    def __init__(self, episode: Episode, log: LogReader, request: ReplayRequest, options: ReplayOptions) -> None:
        self.total_s = log.frame(len(log) - 1).elapsed_s
        from_end_s = self.total_s if request.start_s < 0 else 0.0
        self.start_s = min(max(from_end_s + request.start_s, 0.0), self.total_s)
        self.stop_s = self.start_s + request.duration_s if request.duration_s > 0 else self.total_s
        self.stage = Stage(episode, options, request.with_sensors)
        self._episode = episode
        self._log = log
        self._request = request
        self._options = options
        self._at_ns = self._start_ns = ns_from_s(self.start_s)
        self._stop_ns = ns_from_s(min(self.stop_s, self.total_s))
        self._begun = False
        self._entered = 0  # frames whose events have happened
        self._motion: Motion | None = None
        self._next: tuple[int, Motion] | None = None
        self._shown: Motion | None = None
        self._touches: list[Touch] = []
        self.map_digest = ""
        self._enter_until(self._at_ns)
        self._move()

    def enter(self, delta_ns: int) -> bool:
        """Go on to the next moment, with its events; whether there was one."""
        if self._begun:
            self._at_ns += round(delta_ns * self._options.time_factor)
            self._touches = []
        self._begun = True
        if self._at_ns > self._stop_ns + _REACHED_NS:
            return False
        self._enter_until(self._at_ns)
        return True

    def move(self, episode: Episode) -> None:
        """Put the actors where they were at this moment, and let them feel what they felt."""
        episode.touches = episode.touches + self._touches
        self._move()

    def settle(self) -> None:
        """Give the clients the very records of the recording, where it has them for this moment."""
        motion = self._shown
        if motion is None or motion.records is None:
            return
        rows, which = self._rows(motion, attached_too=True)
        for name in FIELDS:
            self._episode.table.records[name][rows] = motion.records[name][which]

    def stop(self, keep_actors: bool) -> None:
        """End: play the events that are left, unless all actors are to stay; leave the actors to physics."""
        try:
            if not keep_actors:
                self._enter_until(self._log.frame(len(self._log) - 1).elapsed_ns, events_only=True)
        finally:
            self.stage.clear()
            self._log.close()

    def close(self) -> None:
        """Close the file, and leave the actors as they are."""
        self._log.close()

    def _enter_until(self, at_ns: int, events_only: bool = False) -> None:
        """Let the frames up to a time happen: all their events, and the state of the last one."""
        last: dict[Kind, bytes] = {}
        while self._entered < len(self._log):
            frame = self._log.frame(self._entered)
            if frame.elapsed_ns > at_ns + _REACHED_NS:
                break
            packets = self._packets(frame)
            self._happen(packets, events_only)
            if not events_only and frame.elapsed_ns >= self._start_ns - _REACHED_NS:
                self._touches += self._recorded_touches(packets)
            last, self._entered = packets, self._entered + 1
        if last and not events_only:
            recorded_state.apply(self._episode, self.stage, last)
            self._motion = motion_of(last)

    def _packets(self, frame: Frame) -> dict[Kind, bytes]:
        return dict(self._log.packets(frame))

    def _happen(self, packets: dict[Kind, bytes], events_only: bool) -> None:
        if Kind.SESSION in packets:
            self.map_digest = self.map_digest or _map_digest(packets[Kind.SESSION])
        for birth in read_births(packets[Kind.BIRTHS]) if Kind.BIRTHS in packets else []:
            self.stage.enter(birth)
        for row in _rows_of(packets, Kind.DEATHS):
            self.stage.leave(int(row["id"]))
        arms = {int(row["id"]): int(row["attachment"]) for row in _rows_of(packets, Kind.ARMS)}
        for row in _rows_of(packets, Kind.PARENTS):
            self.stage.join(int(row["id"]), int(row["parent_id"]), arms.get(int(row["id"]), RIGID))
        if not events_only:
            recorded_state.happen(self._episode, self.stage, packets)

    def _recorded_touches(self, packets: dict[Kind, bytes]) -> list[Touch]:
        """The frame's touches between those who play; without impulse where the recording has none."""
        if Kind.IMPULSES in packets:
            rows = [(int(r["id_a"]), int(r["id_b"]), r["impulse_on_a_ns"]) for r in _rows_of(packets, Kind.IMPULSES)]
        else:
            rows = _once_a_pair(_rows_of(packets, Kind.COLLISIONS))
        touches = []
        for a, b, impulse in rows:
            live_a, live_b = self._live_id(a), self._live_id(b)
            if live_a is not None and live_b is not None and np.isfinite(impulse).all():
                touches.append(Touch(live_a, live_b, flip(impulse)))
        return touches

    def _live_id(self, recorded_id: int) -> int | None:
        """The id of who plays, solids of the map as they are, None for nobody."""
        if recorded_id < 0:
            return recorded_id
        actor = self.stage.player(recorded_id)
        return None if actor is None else actor.id

    def _move(self) -> None:
        """Put the actors where they were at the present moment."""
        self._shown = motion = self._present_motion()
        if motion is not None:
            rows, which = self._rows(motion, attached_too=False)
            actors, values = self._episode.table, motion.values[which]
            roll_pitch_yaw_deg = values[:, ROTATION][:, [2, 0, 1]] * np.array([1.0, -1.0, -1.0])
            actors.position_world_m[rows] = convert.flip_points(values[:, LOCATION])
            actors.rpy_rad[rows] = np.radians(roll_pitch_yaw_deg)
            actors.velocity_world_mps[rows] = convert.flip_points(values[:, VELOCITY])
            actors.angular_velocity_world_radps[rows] = convert.flip_axial(np.radians(values[:, TURN]))
            actors.acceleration_world_mps2[rows] = convert.flip_points(values[:, ACCELERATION])
        self._follow()

    def _present_motion(self) -> Motion | None:
        """The last frame's, or what lies between it and the next."""
        if self._motion is None or self._entered >= len(self._log):
            return self._motion
        now, then = self._log.frame(self._entered - 1), self._log.frame(self._entered)
        ahead_ns, gap_ns = self._at_ns - now.elapsed_ns, then.elapsed_ns - now.elapsed_ns
        between_frames = ahead_ns > _REACHED_NS and self._options.time_factor < _NOT_BETWEEN_FROM_FACTOR
        if self._motion.has_velocity and not between_frames:
            return self._motion
        if self._next is None or self._next[0] != self._entered:
            self._next = (self._entered, motion_of(self._packets(then)))
        share = min(ahead_ns / gap_ns, 1.0) if between_frames and gap_ns > 0 else 0.0
        return between(self._motion, self._next[1], share, gap_ns / NS_PER_S)

    def _rows(self, motion: Motion, attached_too: bool) -> tuple[list[int], list[int]]:
        """Rows in the actor table of those who play, and which of the motion's they are.

        Attached actors follow their parents: they need be put nowhere.
        """
        rows, which = [], []
        for index, recorded_id in enumerate(motion.id.tolist()):
            actor = self.stage.player(recorded_id)
            if actor is not None and (attached_too or actor.T_parent_self is None):
                rows.append(self._episode.table.row(actor.id))
                which.append(index)
        return rows, which

    def _follow(self) -> None:
        """Put the spectator behind the followed actor."""
        followed = self.stage.player(self._request.follow_id) if self._request.follow_id else None
        if followed is None:
            return
        pose = self._episode.table.pose(followed.id) @ from_carla(self._request.offset)
        row = self._episode.table.row(self._episode.spectator.id)
        self._episode.table.position_world_m[row], self._episode.table.rpy_rad[row] = pose[:3, 3], rpy_of(pose)


def _map_digest(session: bytes) -> str:
    """What a recording's session says of the map's text; "" for nothing."""
    try:
        said = json.loads(session)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("map_sha256", "")) if isinstance(said, dict) else ""


def _once_a_pair(rows: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    """Who touched whom, without impulse; a stock recording has it from both sides."""
    seen: dict[frozenset[int], tuple[int, int, np.ndarray]] = {}
    for row in rows:
        a, b = (UNKNOWN_SOLID if row[name] == NO_ACTOR else int(row[name]) for name in ("id_a", "id_b"))
        seen.setdefault(frozenset((a, b)), (a, b, np.zeros(3)))
    return list(seen.values())


def _rows_of(packets: dict[Kind, bytes], kind: Kind) -> np.ndarray:
    return table(kind, packets.get(kind, b"\0\0"))
