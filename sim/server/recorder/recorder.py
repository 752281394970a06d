"""Records an episode: at the end of each tick, what CARLA's recorder would write, and what a test log needs besides."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moosetest.timing import NS_PER_S
from sim.server.actors import Actor, ActorTable
from sim.server.poses import flip, to_carla
from sim.server.recorder import births, frame_tables
from sim.server.recorder.births import Birth, write_births
from sim.server.recorder.frame_tables import Cast
from sim.server.recorder.log_writer import LogWriter
from sim.server.recorder.packets import F64, MAX_ROWS, NO_ACTOR, ROWS, U64, Kind, packet, rows
from sim.server.recorder.physics import write_physics
from sim.server.spring_arm import SPRING_ARM, SPRING_ARM_GHOST

if TYPE_CHECKING:
    from sim.server.episode import Episode

_LOG = logging.getLogger(__name__)
_COLLISION_SENSOR = "sensor.other.collision"


@dataclass(frozen=True, slots=True)
class Details:
    """Gives what only recordings with additional data hold, of one actor, as a client gets it."""

    physics_of: Callable[[int], list[Any]]
    bones_of: Callable[[int], list[Any]]


class Recorder:
    """Writes an episode's frames until told to stop, or until the disk is full.

    Args:
        writer: the open file.
        session: what else the run depends on, with names: goes into the first frame as JSON.
        details: for additional data: velocities, boxes, physics, bones, times of traffic lights, wall clock; None for
            a recording without.
    """

    def __init__(self, writer: LogWriter, session: dict[str, Any], details: Details | None) -> None:
        self.failure = ""
        self._writer: LogWriter | None = writer
        self._session = session
        self._details = details
        self._began_s = time.monotonic()
        self._cast: Cast = Cast(ActorTable())
        self._version = -1
        self._known: dict[int, int] = {}  # actor to parent
        self._last: dict[Kind, object] = {}
        self._collisions = 0
        self._doors: dict[int, frozenset[int]] = {}
        self._poses: dict[int, tuple[object, float]] = {}

    @property
    def is_recording(self) -> bool:
        """Whether frames still go to the file."""
        return self._writer is not None

    def record(self, episode: Episode) -> None:
        """Write the present frame."""
        if self._writer is None:
            return
        try:
            self._writer.write_frame(episode.delta_ns / NS_PER_S, self._packets(episode))
        except OSError as error:
            self.failure = f"recording {self._writer.path} ends: {error.strerror or error}"
            _LOG.warning(self.failure)
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _packets(self, episode: Episode) -> bytes:
        shown_s = (episode.elapsed_ns - episode.shown_from_ns) / NS_PER_S
        parts = [
            packet(Kind.VISUAL_TIME, F64.pack(shown_s)),
            packet(Kind.FRAME_COUNTER, U64.pack(episode.frame)),
            *self._what_changed(episode),
            *self._collided(episode),
            *self._actors(episode),
        ]
        if self._details is not None:
            parts.append(packet(Kind.PLATFORM_TIME, F64.pack(time.monotonic() - self._began_s)))
        return b"".join(parts)

    def _what_changed(self, episode: Episode) -> list[bytes]:
        """Who came and went, and settings and weather where they are not those of the frame before."""
        parts = []
        if self._version != episode.table.version:
            self._cast, self._version = Cast(episode.table), episode.table.version
            parts += self._came_and_went(episode)
        if self._is_new(Kind.SESSION, episode.settings):
            session = {**self._session, "settings": asdict(episode.settings)}
            parts.append(packet(Kind.SESSION, json.dumps(session, sort_keys=True).encode()))
        if self._is_new(Kind.WEATHER, episode.weather):
            parts.append(frame_tables.tuples(Kind.WEATHER, [(astuple(episode.weather),)]))
        lamps = episode.street_lights.states
        if self._is_new(Kind.SCENE_LIGHTS, lamps):
            rgba = [tuple(channel / 255.0 for channel in (*lamp.color, 255)) for lamp in lamps]
            found = [(a.number, a.intensity_lm, color, a.active, a.group) for a, color in zip(lamps, rgba, strict=True)]
            parts.append(frame_tables.tuples(Kind.SCENE_LIGHTS, found[:MAX_ROWS]))
        return [*parts, self._moved_doors(), self._put_bones()]

    def _moved_doors(self) -> bytes:
        moved = []
        for actor in self._cast.vehicles:
            now = actor.vehicle.open_doors if actor.vehicle is not None else frozenset()
            before = self._doors.get(actor.id, frozenset())
            if now is not before:
                moved += [(actor.id, door, door in now) for door in sorted(now ^ before)]
                self._doors[actor.id] = now
        return frame_tables.tuples(Kind.DOORS, moved)

    def _put_bones(self) -> bytes:
        """Poses that clients have made, where they are not those of the frame before."""
        changed = []
        for actor in self._cast.walkers:
            state = actor.walker
            if state is None or state.bones is None:
                continue
            bones, share = self._poses.get(actor.id, (None, 0.0))
            if bones is not state.bones or share != state.bones_share:
                changed.append((actor.id, state.bones_share, state.bones))
                self._poses[actor.id] = (state.bones, state.bones_share)
        return frame_tables.tuples(Kind.POSES, changed)

    def _is_new(self, kind: Kind, value: object) -> bool:
        """Whether a value differs from that of the last frame; remembers it."""
        if self._last.get(kind) == value:
            return False
        self._last[kind] = value
        return True

    def _came_and_went(self, episode: Episode) -> list[bytes]:
        present = {actor.id: actor.parent_id for actor in episode.actors.values()}
        born = [episode.actors[identity] for identity in present if identity not in self._known]
        gone = [(identity,) for identity in self._known if identity not in present]
        joined = [pair for pair in present.items() if pair[1] and self._known.get(pair[0]) != pair[1]]
        self._known = present
        parts = [
            write_births([_birth(episode, actor) for actor in born]),
            frame_tables.tuples(Kind.DEATHS, gone),
            frame_tables.tuples(Kind.PARENTS, joined),
            frame_tables.tuples(Kind.ARMS, _arms([episode.actors[identity] for identity, _ in joined])),
        ]
        return parts if self._details is None else parts + _boxes(episode, born)

    def _collided(self, episode: Episode) -> list[bytes]:
        """Every touch: who, as CARLA has it, and its impulse."""
        if not episode.touches:
            return []
        sensors = {a.parent_id for a in episode.actors.values() if a.blueprint_id == _COLLISION_SENSOR}
        seen = []
        impulses = np.zeros(len(episode.touches), ROWS[Kind.IMPULSES])
        for row, touch in zip(impulses, episode.touches, strict=True):
            row["id_a"], row["id_b"], row["impulse_on_a_ns"] = touch.id_a, touch.id_b, flip(touch.impulse_on_a_world_ns)
            sides = [(touch.id_a, touch.id_b), (touch.id_b, touch.id_a)]
            for own, other in [side for side in sides if side[0] in sensors] or sides[:1]:
                seen.append((self._collisions, *_ids(own, other), _is_hero(episode, own), _is_hero(episode, other)))
                self._collisions += 1
        return [frame_tables.tuples(Kind.COLLISIONS, seen), rows(Kind.IMPULSES, impulses)]

    def _actors(self, episode: Episode) -> list[bytes]:
        """Where everyone is and what everyone does."""
        cast, records = self._cast, episode.table.records
        parts = [
            cast.places(records),
            cast.shining(records),
            cast.driving(records, episode.bodies.steer_angles_rad),
            cast.walking(records, [episode.bodies.gait(actor) for actor in cast.walkers]),
        ]
        if self._details is not None:
            parts += [cast.velocities(records), *self._parameters(records, self._details)]
        return parts

    def _parameters(self, records: frame_tables.Records, details: Details) -> list[bytes]:
        """Bones of walkers; times of traffic lights and physics of vehicles, where they changed."""
        times = self._cast.light_times(records)
        parts = [times] if self._is_new(Kind.TRAFFIC_LIGHT_TIMES, times) else []
        applied = {a.id: a.vehicle.physics for a in self._cast.vehicles if a.vehicle is not None}
        before = self._last.get(Kind.PHYSICS, {})
        assert isinstance(before, dict)
        changed = [identity for identity, control in applied.items() if before.get(identity, self) is not control]
        self._last[Kind.PHYSICS] = applied
        parts.append(write_physics({identity: details.physics_of(identity) for identity in changed}))
        parts.append(frame_tables.bones([(a.id, details.bones_of(a.id)) for a in self._cast.walkers]))
        return parts


def _birth(episode: Episode, actor: Actor) -> Birth:
    pose = episode.table.pose(actor.id) if actor.T_parent_self is None else actor.T_parent_self.copy()
    if actor.arm is not None:
        pose[:3, 3] = actor.arm.offset_parent_m
    return Birth(actor.id, births.actor_type(actor.blueprint_id), to_carla(pose), actor.description)


def _boxes(episode: Episode, actors: list[Actor]) -> list[bytes]:
    """Bounding boxes in their actors' frames; those of lights and signs are trigger volumes in the world."""
    signs = [a for a in actors if a.blueprint_id.startswith("traffic.")]
    own = [(a.id, a.bounding_box().location_m, a.bounding_box().extent_m) for a in actors if a not in signs]
    volumes = []
    for actor in signs:
        T_world_actor = episode.table.pose(actor.id)
        x, y, z = (float(v) for v in flip(T_world_actor[:3, :3] @ actor.box_center_body_m + T_world_actor[:3, 3]))
        volumes.append((actor.id, (x, y, z), actor.bounding_box().extent_m))
    return [frame_tables.boxes(Kind.BOUNDING_BOXES, own), frame_tables.boxes(Kind.TRIGGER_VOLUMES, volumes)]


def _arms(actors: list[Actor]) -> list[tuple[int, int]]:
    """Who hangs on which kind of spring arm."""
    return [(a.id, SPRING_ARM if a.arm.collides else SPRING_ARM_GHOST) for a in actors if a.arm is not None]


def _ids(*touching: int) -> tuple[int, ...]:
    return tuple(identity if identity >= 0 else NO_ACTOR for identity in touching)


def _is_hero(episode: Episode, actor_id: int) -> bool:
    actor = episode.actors.get(actor_id)
    return actor is not None and actor.attribute("role_name") == "hero"
