"""The simulation thread: ticks the world, measures the sensors, publishes; everything with a GL context lives here."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from moosetest.timing import NS_PER_S, ns_from_s
from sim.render.quality import Quality
from sim.server.calls import CallError
from sim.server.episode import Episode, EpisodeStart
from sim.server.layouts import EpisodeSettings
from sim.server.level import ALL_LAYERS
from sim.server.poses import FloatArray
from sim.server.recorder.folder import default_folder
from sim.server.sensors.suite import Measurements, SensorSuite
from sim.server.streams import StreamServer
from sim.server.traffic_managers import TrafficManagers
from sim.server.world_map import WorldMap, find_map, opendrive_map

_LOG = logging.getLogger(__name__)

_ASYNC_PERIOD_S = 0.05
"""An asynchronous world without a fixed step ticks 20 times a second."""
_LONGEST_ASYNC_STEP_S = 0.2
_STATE_PATIENCE_S = 2.0
"""For clients that take no world states any more: the next state has all that is in this one, and the ticks of others
must end within their time-out. A client of CARLA's can stop so for ever: its light manager, taken down while it looks
at a state, waits for itself."""
_RECONNECT_S = 5.0
"""So long a new asynchronous world stands still for the client that loaded it to come back."""
SHORTEST_STEP_S, LONGEST_STEP_S = 1e-6, 10.0
"""Of a fixed step: the clock counts nanoseconds, and no vehicle's physics stands longer ones."""

_MAX_JOBS = 10_000
"""Calls that may wait for the simulation: a client that sends more is not read until some are done."""
_LAYERED = "_Opt"

Job = Callable[[], None]


class Simulation:
    """The world and the one thread that advances it.

    `lock` guards `episode`: it is held while the world steps, not while sensors are measured, so that calls are
    answered during a long tick.

    Args:
        streams: where sensor data and world states go.
        world_map: the first map.
        seed: of all sensor noise.
        recordings: folder of the recordings; by default among the user's data.
        camera_quality: of cameras whose client sets none.
    """

    def __init__(
        self,
        streams: StreamServer,
        world_map: WorldMap,
        seed: int = 0,
        recordings: Path | None = None,
        camera_quality: Quality = Quality.HIGH,
    ) -> None:
        self.streams = streams
        self.lock = threading.RLock()
        self.world_stream_id = streams.new_stream(_STATE_PATIENCE_S)
        self.episode = Episode(world_map, streams, EpisodeStart())
        self.traffic_managers = TrafficManagers()
        self.opendrive_text = ""
        self.seed = seed
        self.camera_quality = camera_quality
        self.recordings = recordings or default_folder()
        self._sensors = SensorSuite(streams, seed)
        self._measurements: Measurements | None = None
        self._jobs: queue.Queue[Job | None] = queue.Queue(_MAX_JOBS)
        self._thread = threading.Thread(target=self._run, name="simulation", daemon=True)
        self._next_async_s = time.monotonic()
        self._last_async_s = self._next_async_s

    def start(self) -> None:
        """Tick from now on."""
        self._thread.start()
        self.traffic_managers.start()
        _make_ready(self.episode.map)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Finish the job in hand and end the thread."""
        self.traffic_managers.stop()
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def submit(self, job: Job) -> None:
        """Run `job` on the simulation thread, after those before it; waits while too many do. Not under the lock."""
        self._jobs.put(job)

    def tick(self) -> int:
        """Advance by one frame, publish its state, and return its number. Only on the simulation thread.

        The sensors are measured when the job that ticks is done and its call is answered: the client goes on
        meanwhile, and a client that holds Python's lock while it ticks can still take in the state it waits for.
        """
        synchronous = self.episode.settings.synchronous_mode
        began_s = time.monotonic()
        if synchronous:
            self.streams.await_expected()
        with self.lock:
            self.episode.step(self._step_ns(began_s))
            self._measurements = self._sensors.prepare(self.episode)
            state, standing = self.episode.state_message(), self.episode.standing_message()
            frame = self.episode.frame
        if synchronous and self.traffic_managers:
            self.traffic_managers.await_asleep(began_s)
            self.traffic_managers.ticked()
        self.streams.keep_state(self.world_stream_id, standing)
        self.streams.publish(self.world_stream_id, (state,), wait=synchronous)
        return frame

    def expect_listener(self, stream_id: int) -> None:
        """A client is about to listen: wait for it before the next frame, and get what its sensor needs ready."""
        self.streams.expect(stream_id)
        if stream_id == self.world_stream_id:
            self._next_async_s = min(self._next_async_s, time.monotonic())  # a new world need not wait any more
        with contextlib.suppress(queue.Full):  # only to save time: the sensor gets ready at its first frame, too
            self._jobs.put_nowait(lambda: self._sensors.warm_up(self.episode, self.lock, stream_id))

    def cast(self, origin_world_m: FloatArray, direction_world: FloatArray, reach_m: float) -> list[list[object]]:
        """All things along a ray, nearest first: CARLA location and tag. Only on the simulation thread."""
        return self._sensors.cast(self.episode, origin_world_m, direction_world, reach_m)

    def apply_settings(self, settings: EpisodeSettings) -> int:
        """Put world settings in force; returns the present frame.

        Raises:
            CallError: a step that no clock can make.
        """
        fixed_s = settings.fixed_delta_s
        if fixed_s is not None and fixed_s <= 0:  # stock CARLA takes 0 as "not fixed"
            settings = replace(settings, fixed_delta_s=None)
        elif fixed_s is not None and not SHORTEST_STEP_S <= fixed_s <= LONGEST_STEP_S:
            raise CallError(
                f"fixed_delta_seconds {fixed_s:g}, want 0 (variable) or {SHORTEST_STEP_S:g} to {LONGEST_STEP_S:g} s"
            )
        if settings.synchronous_mode and not self.episode.settings.synchronous_mode:
            # How long the server idled before a client took the clock must not show in its pictures and lights.
            self.episode.shown_from_ns = self.episode.elapsed_ns
            self.episode.signals.begin()
        self.episode.settings = settings
        self._next_async_s = self._last_async_s = time.monotonic()
        return self.episode.frame

    def load(self, name: str, reset_settings: bool, layers: int = ALL_LAYERS) -> None:
        """Begin a new episode, once those who are about to listen do. Only on the simulation thread.

        Args:
            name: of a map; "" for the present one, "OpenDriveMap" for the text sent last. CARLA's layered maps
                ("Town01_Opt") are the same as those without layers: all maps here have them.
            reset_settings: go back to the settings of a fresh server.
            layers: which layers are there, bits of carla.MapLayer.

        Raises:
            CallError: no such map, or one that cannot be used.
        """
        self.streams.await_expected()  # whoever is on the way to the old world's states must not hear of the new one
        with self.lock:
            self._load(name, reset_settings, layers)

    def _load(self, name: str, reset_settings: bool, layers: int) -> None:
        old = self.episode
        settings = EpisodeSettings() if reset_settings else old.settings
        start = EpisodeStart(old.episode_id + 1, old.frame, settings)
        try:
            self.episode = Episode(self._map_to_load(name), self.streams, start)
            if layers & ALL_LAYERS != ALL_LAYERS:
                self.episode.level.set_layers(~layers, loaded=False)
        except (LookupError, ValueError) as error:
            raise CallError(f"map {name!r} cannot be loaded: {error}") from error
        old.tape.close()
        _make_ready(self.episode.map)
        self._sensors.reset()
        self.apply_settings(settings)
        # Only for those who connect from now on, and no tick before one has: a client that takes in a new episode while
        # it waits for the answer to its load_world tears down the old one twice at the same time, and crashes.
        self._next_async_s = time.monotonic() + _RECONNECT_S
        self.streams.keep_state(self.world_stream_id, self.episode.standing_message())

    def _map_to_load(self, name: str) -> WorldMap:
        if not name or name.removesuffix(_LAYERED) == self.episode.map.name:
            return self.episode.map
        if name == "OpenDriveMap" and self.opendrive_text:
            return opendrive_map(name, self.opendrive_text)
        return find_map(name.removesuffix(_LAYERED))

    def _step_ns(self, now_s: float) -> int:
        settings = self.episode.settings
        if settings.fixed_delta_s is not None:
            return ns_from_s(settings.fixed_delta_s)
        if settings.synchronous_mode:
            return ns_from_s(_ASYNC_PERIOD_S)
        passed_s = min(now_s - self._last_async_s, _LONGEST_ASYNC_STEP_S)
        return max(NS_PER_S // 1000, ns_from_s(passed_s))

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._time_to_async_tick_s())
            except queue.Empty:
                job = self._async_tick
            if job is None:
                break
            self._guarded(job)
            self._guarded(self._measure)
        self.episode.tape.close()
        self._sensors.close()

    def _measure(self) -> None:
        """Let the sensors that were due at the last tick measure and send, before anything else happens."""
        measurements, self._measurements = self._measurements, None
        if measurements is not None:
            measurements.publish()

    def _guarded(self, job: Job) -> None:
        """Whatever goes wrong in one job, the server goes on."""
        try:
            job()
        except Exception:
            _LOG.exception("a job of the simulation failed")

    def _time_to_async_tick_s(self) -> float | None:
        if self.episode.settings.synchronous_mode:
            return None
        return max(0.0, self._next_async_s - time.monotonic())

    def _async_tick(self) -> None:
        now_s = time.monotonic()
        self.tick()
        self._last_async_s = now_s
        period_s = self.episode.settings.fixed_delta_s or _ASYNC_PERIOD_S
        self._next_async_s = max(self._next_async_s + period_s, time.monotonic())


def _make_ready(world_map: WorldMap) -> None:
    """Make what every client asks for first, and what takes seconds on a large map, before anyone waits for it."""

    def make() -> None:
        with contextlib.suppress(Exception):  # who asks for it meets the same error, and is told
            _ = world_map.navigation_path

    # Not a daemon: one that is in C++ code at the interpreter's end aborts the process.
    threading.Thread(target=make, name="map").start()
