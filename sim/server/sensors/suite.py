"""All sensors of an episode: which are due, what they measure, where it goes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from moosetest.timing import ns_from_s
from sim.server.actors import Actor
from sim.server.blueprints import ActorKind
from sim.server.episode import Episode
from sim.server.messages import GBUFFER_INDEX, SENSOR_INDEX, Instant, sensor_header
from sim.server.poses import FloatArray, flip, matrices, to_carla
from sim.server.sensors.adapter import CameraAdapter, Collision, SensorAdapter, SensorState, TickView, attribute_float
from sim.server.sensors.clock import SensorClock
from sim.server.sensors.eyes import Eyes
from sim.server.streams import StreamServer

_LOG = logging.getLogger(__name__)
_COLLISION = "sensor.other.collision"
_OBSTACLE = "sensor.other.obstacle"
_NAMING = frozenset({_COLLISION, _OBSTACLE})
"""Sensors whose messages hold actors."""
_BLIND = frozenset({_COLLISION, "sensor.other.gnss", "sensor.other.imu"})
"""Sensors that look at nothing: without others at work, no scene is made."""


class _Channel(NamedTuple):
    """One stream of a sensor: its own, or that of a g-buffer."""

    stream_id: int
    buffer_id: int | None = None


@dataclass(slots=True, eq=False)
class _Running:
    """One stream of a sensor at work. `adapter` is None until someone listens, and after it failed."""

    actor: Actor
    channel: _Channel
    clock: SensorClock
    adapter: SensorAdapter | None = None
    made: bool = False

    @property
    def index(self) -> int:
        """The type of its messages."""
        return SENSOR_INDEX[self.actor.blueprint_id] if self.channel.buffer_id is None else GBUFFER_INDEX


@dataclass(slots=True, eq=False)
class Measurements:
    """What the sensors that are due at one tick have to do; made under the lock, done without it."""

    streams: StreamServer
    now: Instant
    lossless: bool
    view: TickView | None = None
    due: list[tuple[_Running, SensorState]] = field(default_factory=list)

    def publish(self) -> None:
        """Measure and send. A sensor that fails is logged and falls silent; the others go on."""
        for running, state in self.due:
            if running.adapter is None or self.view is None:
                continue
            try:
                payloads = running.adapter.measure(state, self.view)
            except Exception:
                _LOG.exception("sensor %d (%s) failed and is off", state.actor.id, state.actor.blueprint_id)
                running.adapter = None
                continue
            pose = to_carla(state.T_world_sensor)
            header = sensor_header(running.index, self.now, list(pose.location_m), list(pose.rotation_deg))
            for payload in payloads:
                self.streams.publish(running.channel.stream_id, (header, *payload), wait=self.lossless)


class SensorSuite:
    """The sensors of the present episode.

    Args:
        streams: tells who listens, takes the messages.
        server_seed: of all noise.
    """

    def __init__(self, streams: StreamServer, server_seed: int) -> None:
        self._streams = streams
        self._server_seed = server_seed
        self._eyes = Eyes()
        self._running: dict[int, _Running] = {}
        self._version = self._wires_version = -1
        self._wires: dict[int, list[object]] = {}
        self._sensors: list[Actor] = []

    def reset(self) -> None:
        """A new episode: forget all sensors, keep the graphics context."""
        self._running = {}
        self._version = self._wires_version = -1

    def close(self) -> None:
        """Free what lies in graphics memory."""
        self._eyes.close()

    def prepare(self, episode: Episode) -> Measurements:
        """Take down what the sensors that are due need to know of this tick."""
        work = Measurements(self._streams, episode.now(), episode.settings.synchronous_mode)
        if self._version != episode.table.version:
            self._take_stock(episode)
        due = [running for running in self._heard(episode) if running.clock.is_due(episode.elapsed_ns)]
        if not due:
            return work
        for running, pose in zip(due, _poses(episode, [running.actor for running in due]), strict=True):
            covered_ns = running.clock.measure(episode.elapsed_ns, episode.delta_ns)
            if not running.made:
                running.adapter, running.made = _make(running.actor, running.channel, self._server_seed), True
            if running.adapter is not None:
                work.due.append((running, _state(episode, running.actor, pose, covered_ns)))
        if work.due:
            work.view = self._view(episode, work)
        return work

    def warm_up(self, episode: Episode, lock: threading.RLock, stream_id: int) -> None:
        """Make scenery, shaders and rays ready for a sensor that a client is about to listen to, if it needs them."""
        with lock:
            actor = next((a for a in episode.actors.values() if a.stream_id == stream_id), None)
            if actor is None or actor.kind is not ActorKind.SENSOR or actor.blueprint_id in _BLIND:
                return
            from sim.server.scene_view import build_scene

            scene = build_scene(episode)
        self._eyes.warm_up(scene, with_camera=_is_camera(actor))

    def cast(
        self, episode: Episode, origin_world_m: FloatArray, direction_world: FloatArray, reach_m: float
    ) -> list[list[object]]:
        """All things along one ray of any length of direction, nearest first: [CARLA location, tag] of each."""
        from sim.raycast.piercing import pierce
        from sim.server.scene_view import build_scene

        length = float(np.linalg.norm(direction_world))
        if length == 0.0 or reach_m <= 0.0:
            return []
        unit = direction_world / length
        self._eyes.look_at(build_scene(episode), [])
        found = pierce(self._eyes.caster(), origin_world_m, unit, reach_m)
        places = flip(origin_world_m + unit * np.array([[thing.range_m] for thing in found]).reshape(-1, 1))
        return [[[float(v) for v in place], thing.tag] for place, thing in zip(places, found, strict=True)]

    def _take_stock(self, episode: Episode) -> None:
        self._sensors = [a for a in episode.actors.values() if a.kind is ActorKind.SENSOR and a.stream_id]
        alive = {channel.stream_id for a in self._sensors for channel in _channels(a)}
        self._running = {stream_id: r for stream_id, r in self._running.items() if stream_id in alive}
        self._version = episode.table.version

    def _heard(self, episode: Episode) -> list[_Running]:
        """The streams that someone listens to; the clocks of the others pause."""
        heard = []
        for actor in self._sensors:
            blind = episode.settings.no_rendering_mode and _is_camera(actor)
            for channel in _channels(actor):
                running = self._running.get(channel.stream_id)
                if running is None:
                    running = self._running[channel.stream_id] = _new(actor, channel, episode)
                if self._streams.has_subscribers(channel.stream_id) and not blind:
                    heard.append(running)
                else:
                    running.clock.pause(episode.elapsed_ns)
        return heard

    def _view(self, episode: Episode, work: Measurements) -> TickView:
        kinds = {state.actor.blueprint_id for _, state in work.due}
        needs_scene = bool(kinds - _BLIND)
        if needs_scene:
            from sim.server.scene_view import build_scene

            requests = [r.adapter.request(s) for r, s in work.due if isinstance(r.adapter, CameraAdapter)]
            self._eyes.look_at(build_scene(episode), requests)
        return TickView(
            now=work.now,
            eyes=self._eyes,
            collisions=_collisions(episode, work) if _COLLISION in kinds else (),
            actors=self._encoded(episode) if kinds & _NAMING else {},
            origin_lat_lon_deg=(episode.map.data.origin_lat_deg, episode.map.data.origin_lon_deg),
            gravity_mps2=episode.imui_gravity_mps2,
        )

    def _encoded(self, episode: Episode) -> dict[int, list[object]]:
        """All actors as CARLA's structs, made again when one comes or goes."""
        if self._wires_version != self._version:
            self._wires = {identity: episode.wire_of(identity) for identity in episode.actors}
            self._wires_version = self._version
        return self._wires


def _channels(actor: Actor) -> list[_Channel]:
    buffers = actor.gbuffers.streams.items() if actor.gbuffers.enabled else ()
    return [_Channel(actor.stream_id), *(_Channel(stream_id, buffer_id) for buffer_id, stream_id in buffers)]


def _is_camera(actor: Actor) -> bool:
    return actor.blueprint_id.startswith("sensor.camera.")


def _poses(episode: Episode, actors: list[Actor]) -> FloatArray:
    rows = episode.table.rows([a.id for a in actors])
    return matrices(episode.table.position_world_m[rows], episode.table.rpy_rad[rows])


def _new(actor: Actor, channel: _Channel, episode: Episode) -> _Running:
    period_ns = ns_from_s(attribute_float(actor, "sensor_tick", 0.0))
    return _Running(actor, channel, SensorClock(period_ns, episode.elapsed_ns))


def _state(episode: Episode, actor: Actor, pose: FloatArray, covered_ns: int) -> SensorState:
    row = episode.table.row(actor.id)
    return SensorState(
        actor=actor,
        T_world_sensor=pose,
        velocity_world_mps=episode.table.velocity_world_mps[row].copy(),
        angular_velocity_world_radps=episode.table.angular_velocity_world_radps[row].copy(),
        acceleration_world_mps2=episode.table.acceleration_world_mps2[row].copy(),
        noise_frame=episode.tick - actor.spawn_tick,
        since_last_s=covered_ns * 1e-9,
    )


def _collisions(episode: Episode, work: Measurements) -> tuple[Collision, ...]:
    """What the bodies with a collision sensor felt; a body of the map has no actor, and CARLA's id 0."""
    bodies = {state.actor.parent_id for _, state in work.due if state.actor.blueprint_id == _COLLISION}
    found = []
    for touch in episode.touches:
        for own, other, sign in ((touch.id_a, touch.id_b, 1.0), (touch.id_b, touch.id_a, -1.0)):
            if own in bodies and own in episode.actors:
                impulse = flip(sign * touch.impulse_on_a_world_ns)
                wires = (episode.wire_of(own), episode.wire_of(other))
                found.append(Collision(own, *wires, [float(v) for v in impulse]))
    return tuple(found)


def _make(actor: Actor, channel: _Channel, server_seed: int) -> SensorAdapter | None:
    """The adapter of a sensor; None, and a line in the log, if what it needs is missing."""
    try:
        if channel.buffer_id is not None:
            from sim.server.sensors.gbuffer import GBufferCamera

            return GBufferCamera(actor, server_seed, channel.buffer_id)
        return _factory(actor.blueprint_id)(actor, server_seed)
    except Exception:
        _LOG.exception("sensor %d (%s) cannot be made", actor.id, actor.blueprint_id)
        return None


def _factory(blueprint_id: str) -> Callable[[Actor, int], SensorAdapter]:
    """How to make a sensor; what it needs is imported only now, so that the server starts fast."""
    if blueprint_id.startswith("sensor.camera."):
        return _camera_factory(blueprint_id)
    from sim.server.sensors import own_motion

    if blueprint_id == _COLLISION:
        return own_motion.CollisionSensor
    if blueprint_id == "sensor.other.gnss":
        return own_motion.GnssSensor
    if blueprint_id == "sensor.other.imu":
        return own_motion.ImuSensor
    from sim.server.sensors import ranging

    if blueprint_id == "sensor.lidar.ray_cast":
        return lambda actor, seed: ranging.LidarSensor(actor, seed, ranging.plain_points, with_losses=True)
    if blueprint_id == "sensor.lidar.ray_cast_semantic":
        return lambda actor, seed: ranging.LidarSensor(actor, seed, ranging.semantic_points, with_losses=False)
    return ranging.RadarSensor if blueprint_id == "sensor.other.radar" else ranging.ObstacleSensor


def _camera_factory(blueprint_id: str) -> Callable[[Actor, int], SensorAdapter]:
    from sim.server.sensors import camera, motion_camera

    if blueprint_id == "sensor.camera.rgb":
        return camera.RgbCamera
    if blueprint_id == "sensor.camera.optical_flow":
        return motion_camera.FlowCamera
    if blueprint_id == "sensor.camera.dvs":
        return motion_camera.EventCamera
    outputs, encode = camera.CAMERAS[blueprint_id]
    return lambda actor, seed: camera.ImageCamera(actor, seed, outputs, encode)
