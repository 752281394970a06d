"""Connect to a CARLA server, embedded or real; step it; leave it clean."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.frames import Transform
from moosetest.motion import VehicleControl
from moosetest.sensing import SensorBundle
from moosetest.timing import TICK_NS, s_from_ns
from moosetest.world import EgoState
from sim import convert
from sim.bumper import Bumper, Contact
from sim.embedded import ServerUnavailableError, kept_server
from sim.odometry import Odometry
from sim.rig import Rig
from sim.sight import eyes
from sim.suite import MissingBlueprintError, SensorSuite, SyncCounters, rig_plan
from sim.truth import ActorFacts, GroundTruth, actor_facts, is_flat, read_truth

CALL_TIMEOUT_S = 20.0
"""For one call; loading a map on a real server takes several seconds."""
LOST_TIMEOUT_S = 0.2
"""For the farewell to a server that has stopped answering: it may be back by now, but nobody waits for it."""
LINGER_S = 30.0
"""A callback that has not run by then never will."""
SENSOR_TIMEOUT_S = 10.0
"""A GPU sensor of a real CARLA lags by a frame or two; one that takes longer than this has failed."""
PHYSICS_STEP_S = 0.05
"""Physics at 20 Hz at least: two substeps a tick."""


@dataclass(frozen=True, slots=True, eq=False)
class Tick:
    """One step of the world as the stack and the scorer get it.

    `contacts` are those heard since the last tick; each names its frame, which need not be this one. `sight` is truth:
    for each sensor that is watched, how many rays from it meet each actor, by the actor's id.
    """

    bundle: SensorBundle
    truth: GroundTruth
    contacts: tuple[Contact, ...]
    sight: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@contextlib.contextmanager
def open_session(address: str | None, map_name: str) -> Iterator[Session]:
    """A clean synchronous world on `map_name`: on `address` ("host:port"), or on an embedded server.

    The embedded one stays for the next session of this process; its world begins anew for each, so that what a session
    sees does not depend on those before it.

    Raises:
        ServerUnavailableError: nothing answers there, or some call was not answered in time.
        MapUnavailableError: the server does not have the map and cannot be given it.
    """
    with contextlib.ExitStack() as stack:
        server = None
        if address is None:
            server = stack.enter_context(kept_server(map_name))
            address = f"127.0.0.1:{server.port}"
        session = Session(address, map_name)
        stack.callback(session.close, is_last=server is None)
        try:
            yield session
        except RuntimeError as error:  # the client's only word for it, whatever call it was
            if "time-out" in str(error):
                raise session.lost(error) from error
            raise
        if server is not None and session.is_lost:
            server.stop()


class Session:
    """A connection that owns its world: synchronous, at 10 Hz, everything it spawned destroyed at the end."""

    def __init__(self, address: str, map_name: str) -> None:
        import carla

        host, _, port = address.rpartition(":")
        self._carla = carla
        try:
            self._client = carla.Client(host or "127.0.0.1", int(port))
            self._client.set_timeout(CALL_TIMEOUT_S)
            self.server_version = self._client.get_server_version()
            self.world = self._load(map_name)
        except RuntimeError as error:
            raise ServerUnavailableError(f"no CARLA server answers at {address} ({_first_line(error)})") from error
        self.map = self.world.get_map()
        self._settings_before = self.world.get_settings()
        self._apply_settings()
        self._spawned: list[Any] = []
        self._facts: list[ActorFacts] = []
        self._suite: SensorSuite | None = None
        self._eyes: SensorSuite | None = None
        self._odometry: Odometry | None = None
        self._bumper: Bumper | None = None
        self._ticks = 0
        self.is_lost = False
        self.ego: Any = None
        self.T_body_ego = Transform.identity("body", "ego")

    @property
    def counters(self) -> SyncCounters:
        """Missing, late and doubled sensor frames so far."""
        return self._suite.counters if self._suite else SyncCounters()

    def spawn(self, blueprint_id: str, T_world_body: NDArray[np.float64], attributes: dict[str, str]) -> Any:
        """Spawn an actor that ground truth will list, unless it is painted on the road.

        Raises:
            MissingBlueprintError: the server lacks the blueprint or one of the attributes.
            RuntimeError: something stands there.
        """
        actor = self.world.spawn_actor(self._blueprint(blueprint_id, attributes), convert.carla_transform(T_world_body))
        self._spawned.append(actor)
        if not is_flat(actor):
            self._facts.append(actor_facts(actor))
        return actor

    def spawn_ego(self, blueprint_id: str, T_world_body: NDArray[np.float64]) -> None:
        """Spawn the car under test; its ego frame is found from its rear wheels."""
        blueprint = self._blueprint(blueprint_id, {"role_name": "hero"})
        self.ego = self.world.spawn_actor(blueprint, convert.carla_transform(T_world_body))
        self._spawned.append(self.ego)
        self.T_body_ego = Transform.from_xyz_rpy("body", "ego", (self._rear_axle_x_m(T_world_body), 0.0, 0.0))

    def attach_sensors(self, rig: Rig, seed: int, watched: Rig | None = None) -> None:
        """Put the rig on the ego, with the collision sensor that ground truth needs.

        What the sensors of `watched` have in sight is told with each tick; the others send the same bytes with and
        without it.
        """
        library = self.world.get_blueprint_library()
        self._suite = SensorSuite(self.world, self.ego, rig_plan(library, rig, seed), self.T_body_ego)
        self._odometry = Odometry(np.random.default_rng([seed, 1]))
        self._bumper = Bumper(self.world, self.ego)
        self._spawned.append(self._bumper.actor)
        if watched is not None:  # last, so that the actors before them keep their numbers
            plan = eyes(library, watched, self.world.get_weather())
            self._eyes = SensorSuite(self.world, self.ego, plan, self.T_body_ego)

    def detach_sensors(self) -> None:
        """Take the rig off the ego: ticks cost no sensor's time until one is attached again."""
        self._destroy_suites()
        if self._bumper is not None:
            self._bumper.actor.stop()
            self._bumper.actor.destroy()
            self._spawned.remove(self._bumper.actor)
        self._suite = self._eyes = self._odometry = self._bumper = None

    def control_ego(self, control: VehicleControl) -> None:
        """Set the ego's pedals and steering for the next tick."""
        command = self._carla.VehicleControl(
            throttle=float(control.throttle), steer=float(-control.steer), brake=float(control.brake)
        )
        self.apply([self._carla.command.ApplyVehicleControl(self.ego, command)])

    def drive_ego(self, ego: EgoState, speed_mps: float) -> None:
        """Give the ego, now truly in state `ego`, another speed forward; it goes on sliding and turning as it did."""
        velocity_ego_mps = ego.velocity_ego_mps.copy()
        velocity_ego_mps[0] = speed_mps
        velocity_ego_mps[1] -= ego.yaw_rate_radps * self.T_body_ego.translation_m[0]  # of the body, not of the axle
        velocity = convert.carla_vector(ego.T_world_ego.vectors(velocity_ego_mps))
        self.apply([self._carla.command.ApplyTargetVelocity(self.ego, velocity)])

    def apply(self, commands: Sequence[Any]) -> None:
        """Apply `carla.command` values at once, before the next tick.

        Raises:
            ServerUnavailableError: the server went away.
        """
        if not commands:
            return
        try:
            self._client.apply_batch_sync(list(commands), False)
        except RuntimeError as error:
            raise self.lost(error) from error

    def tick(self) -> Tick:
        """Step the world once and wait for the frame of every sensor.

        Raises:
            ServerUnavailableError: the server went away.
        """
        try:
            frame = self.world.tick(CALL_TIMEOUT_S)
            snapshot = self.world.get_snapshot()
        except RuntimeError as error:
            raise self.lost(error) from error
        if snapshot.frame != frame:
            raise ServerUnavailableError(f"the server stepped to frame {frame}, its state is of {snapshot.frame}")
        t_ns = self._ticks * TICK_NS
        self._ticks += 1
        truth = read_truth(snapshot, t_ns, self.ego.id, self.T_body_ego, self._facts)
        frames: dict[str, Any] = {}
        missing: frozenset[str] = frozenset()
        contacts: tuple[Contact, ...] = ()
        sight: dict[str, Mapping[int, int]] = {}
        if self._suite is not None and self._odometry is not None and self._bumper is not None:
            frames, missing = self._suite.collect(frame, t_ns, SENSOR_TIMEOUT_S)
            frames |= self._odometry.sense(truth.ego, self.ego.get_control().steer)
            contacts, is_whole = self._bumper.collect(frame, SENSOR_TIMEOUT_S)
            missing |= frozenset() if is_whole else {self._bumper.sensor_id}
            if self._eyes is not None:
                sight, blind = self._eyes.collect(frame, t_ns, SENSOR_TIMEOUT_S)
                missing |= {f"sight of {sensor_id}" for sensor_id in blind}
            if missing:
                self._ask_after_server()
        return Tick(SensorBundle(t_ns, frames, missing), truth, contacts, sight)

    def late_contacts(self) -> tuple[Contact, ...]:
        """The contacts of past ticks that no tick has told: to be asked when the last tick is over."""
        return self._bumper.stragglers() if self._bumper is not None else ()

    def close(self, is_last: bool = True) -> None:
        """Destroy what was spawned and let go of the client; a server that is gone is fine.

        The last user gives the world its settings back; before the next one it stays synchronous, and still.
        """
        if self.is_lost:  # every call would only run into its time-out
            self._client.set_timeout(LOST_TIMEOUT_S)
        with contextlib.suppress(RuntimeError):
            self._destroy_suites()
            if self._bumper is not None:
                self._bumper.actor.stop()
            destroy = self._carla.command.DestroyActor
            self._client.apply_batch_sync([destroy(actor) for actor in reversed(self._spawned)], False)
            if is_last:
                self.world.apply_settings(self._settings_before)
        self._spawned.clear()
        self._facts.clear()
        self._suite = self._eyes = self._odometry = self._bumper = None
        self.ego = self.map = self.world = None
        let_go(self._client)

    def _destroy_suites(self) -> None:
        for suite in (self._eyes, self._suite):
            if suite is not None:
                suite.destroy()

    def _ask_after_server(self) -> None:
        """Frames may be missing because the server died after it had answered the tick: then that is what to say."""
        try:
            self._client.get_server_version()
        except RuntimeError as error:
            raise self.lost(error) from error

    def lost(self, error: RuntimeError) -> ServerUnavailableError:
        """The error to raise where the server has answered no call in time."""
        self.is_lost = True
        return ServerUnavailableError(f"the server stopped answering ({_first_line(error)})")

    def _load(self, map_name: str) -> Any:
        world = self._client.get_world()
        if world.get_map().name.split("/")[-1] == map_name:
            return world
        available = [name.split("/")[-1] for name in self._client.get_available_maps()]
        if map_name in available:
            return self._client.load_world(map_name)
        from sim.world.maps import load_map

        return self._client.generate_opendrive_world(load_map(map_name).xodr)

    def _apply_settings(self) -> None:
        settings = self.world.get_settings()
        settings.synchronous_mode = True
        settings.fixed_delta_seconds = s_from_ns(TICK_NS)
        settings.substepping = True
        settings.max_substep_delta_time = PHYSICS_STEP_S
        settings.max_substeps = 10
        self.world.apply_settings(settings)

    def _blueprint(self, blueprint_id: str, attributes: dict[str, str]) -> Any:
        try:
            blueprint = self.world.get_blueprint_library().find(blueprint_id)
        except (IndexError, RuntimeError) as error:
            raise MissingBlueprintError(f"the server has no blueprint {blueprint_id!r}") from error
        for name, value in attributes.items():
            if not blueprint.has_attribute(name):
                raise MissingBlueprintError(f"the server's {blueprint_id} has no attribute {name!r}")
            blueprint.set_attribute(name, value)
        return blueprint

    def _rear_axle_x_m(self, T_world_body: NDArray[np.float64]) -> float:
        wheels = self.ego.get_physics_control().wheels
        # CARLA gives wheel positions in the world, in centimetres.
        world_m = np.array([convert.vector(wheel.position) / 100.0 for wheel in wheels])
        body_m = (world_m - T_world_body[:3, 3]) @ T_world_body[:3, :3]
        return float(np.min(body_m[:, 0]))


_parting: deque[tuple[float, Any]] = deque()
"""Clients that nobody uses any more, with since when, oldest first."""


def let_go(client: Any) -> None:
    """Drop a client, later.

    A sensor's callback keeps its client alive until Python has run it; if nobody else does by then, the client is taken
    apart by a thread of its own, which ends the process. Seen about once in 60 sessions on a busy machine.
    """
    now_s = time.monotonic()
    while _parting and now_s - _parting[0][0] > LINGER_S:
        _parting.popleft()
    _parting.append((now_s, client))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
