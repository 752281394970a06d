"""One episode: its actors, its clock and its step. Everything here is used under the simulation's lock."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moosetest.timing import NS_PER_S
from sim.assets.laid import MARKING
from sim.server.actors import Actor, ActorTable, VehicleState, WalkerState
from sim.server.attachments import Attachments
from sim.server.blueprints import BOARDS, PICTURE_FILE, ActorKind, kind_of, library
from sim.server.bodies import Bodies
from sim.server.calls import CallError
from sim.server.contacts import Contacts, Touch, joined
from sim.server.debug_shapes import DebugShapes
from sim.server.drivers import Drivers
from sim.server.friction import FrictionTriggers
from sim.server.layouts import (
    ActorDescription,
    AttributeValue,
    CarlaTransform,
    EpisodeSettings,
    VehicleControl,
    WalkerControl,
    WeatherParameters,
)
from sim.server.level import Level
from sim.server.messages import LIGHTS_CHANGED, MAP_CHANGED, SENSOR_INDEX, Instant, world_state
from sim.server.parts import bones
from sim.server.posters import poster_of
from sim.server.recorder.tape import Tape
from sim.server.road_signs import RoadSigns, SignActor
from sim.server.rollover import Rollovers
from sim.server.scenery_actor import scenery_actor
from sim.server.signals import SignalLight, Signals
from sim.server.sizes import take_size
from sim.server.streams import StreamServer
from sim.server.street_lights import StreetLights
from sim.server.traffic_rules import TrafficRules
from sim.server.world_map import WorldMap
from sim.world.vehicle_motion import MAX_SUBSTEP_S
from sim.world.vehicle_spec import GRAVITY_MPS2

_SPECTATOR_HEIGHT_M = 20.0
_MAX_CHOSEN_ID = 1 << 31
"""Ids are 32 bits on the wire, and those after a chosen one must fit."""
_AFTER_LIFE_NS = 10 * NS_PER_S
"""CARLA takes a dead walker out of the world after so long (its `AfterLifeSpan`)."""
_WITHOUT_STREAM = frozenset({"sensor.other.lane_invasion"})
"""Sensors that the client works out by itself."""


@dataclass(slots=True, eq=False)
class EpisodeStart:
    """What an episode begins with: its number, its first frame and the settings in force."""

    episode_id: int = 1
    frame: int = 0
    settings: EpisodeSettings = field(default_factory=EpisodeSettings)


class Episode:
    """A world from its loading to the next.

    Args:
        world_map: where it takes place.
        streams: gives stream ids to sensors.
        start: number, frame and settings.
    """

    def __init__(self, world_map: WorldMap, streams: StreamServer, start: EpisodeStart) -> None:
        self.map = world_map
        self.level = Level(world_map.data)
        self.episode_id = start.episode_id
        self.settings = start.settings
        self.debug_shapes = DebugShapes()
        self.street_lights = StreetLights(world_map.data)
        self.weather = WeatherParameters()
        self.imui_gravity_mps2 = GRAVITY_MPS2
        self.frame = start.frame
        self.tick = 0
        self.elapsed_ns = 0
        self.shown_from_ns = 0  # where the clock of clouds and strobes begins
        self.delta_ns = 0
        self.touches: list[Touch] = []
        self.table = ActorTable()
        self.tape = Tape()
        self.bodies = Bodies(self.table, world_map)
        self._streams = streams
        self._ids = itertools.count(1)
        self._gone_at_ns: dict[int, int] = {}  # when the dead walkers go, by id
        self._former: dict[int, tuple[str, int]] = {}  # blueprint and stream of destroyed actors by id
        self._flags = MAP_CHANGED
        self.signals = Signals(world_map, self._ids)
        self.signs = RoadSigns(world_map.data.signs, self._ids)
        self._contacts = Contacts(self.table, self.bodies, world_map, self.level)
        self._drivers = Drivers(self.table, self.bodies)
        self._friction = FrictionTriggers(self.table, self.bodies)
        self._rollovers = Rollovers(self.table, self.bodies)
        self._rules = TrafficRules(self.table, world_map, self.signals, self.signs)
        self._attachments = Attachments(self.table, self._contacts)
        self._add_level_actors()
        self.spectator = self._add_spectator()
        self._rules.write(self.elapsed_ns / NS_PER_S)
        self.table.write_records()

    @property
    def actors(self) -> dict[int, Actor]:
        """All actors by id, in the order of their birth."""
        return self.table.actors

    @property
    def weather(self) -> WeatherParameters:
        """The weather; street lamps see it change."""
        return self._weather

    @weather.setter
    def weather(self, weather: WeatherParameters) -> None:
        self._weather = weather
        self.street_lights.see(weather)

    def actor(self, actor_id: int) -> Actor:
        """One actor.

        Raises:
            CallError: no such actor.
        """
        try:
            return self.table.actors[actor_id]
        except KeyError:
            raise CallError(f"actor {actor_id} not found") from None

    def vehicle(self, actor_id: int) -> tuple[Actor, VehicleState]:
        """One vehicle, with what only vehicles have.

        Raises:
            CallError: no such actor, or no vehicle.
        """
        actor = self.actor(actor_id)
        if actor.vehicle is None:
            raise CallError(f"actor {actor_id} ({actor.blueprint_id}) is not a vehicle")
        return actor, actor.vehicle

    def spawn(
        self,
        description: ActorDescription,
        T_parent_self: NDArray[np.float64],
        parent: Actor | None = None,
        attachment: int = 0,
        socket: str = "",
    ) -> Actor:
        """Put a new actor into the world; with `parent` the pose is relative to it.

        Args:
            description: blueprint and attributes.
            T_parent_self: (4, 4); without a parent in the world.
            parent: what it is attached to.
            attachment: carla.AttachmentType.
            socket: the part of the parent to which it is fixed; the parent's origin where it has no such part.

        Raises:
            CallError: unknown blueprint or attachment, or the place is taken.
        """
        actor = self._new_actor(description)
        T_world_self = T_parent_self
        if parent is not None:
            T_parent_self = bones(self.bodies, parent).get(socket, np.eye(4)) @ T_parent_self
            T_world_self = self._attachments.fasten(actor, parent, T_parent_self, attachment)
        if actor.kind in (ActorKind.VEHICLE, ActorKind.WALKER) and self._contacts.is_taken(actor, T_world_self):
            raise CallError("Spawn failed because of collision at spawn position")
        self._add(actor, T_world_self)
        if parent is not None:
            self._attachments.carry(actor, parent)
        return actor

    def spawn_as(self, actor_id: int, description: ActorDescription, T_world_self: NDArray[np.float64]) -> Actor:
        """Put a new actor into the world wherever others are, with an id of one's choice if that is free.

        An id that another kind of actor had is not free, and a sensor gets the stream of the one that had its id:
        clients remember actors by their id.

        Raises:
            CallError: unknown blueprint.
        """
        actor = self._new_actor(description)
        former_blueprint, former_stream = self._former.get(actor_id, (actor.blueprint_id, 0))
        is_free = actor_id not in self.actors and former_blueprint == actor.blueprint_id
        if is_free and 0 < actor_id < _MAX_CHOSEN_ID:
            actor.id, actor.stream_id = actor_id, former_stream
            self._ids = itertools.count(max(next(self._ids), actor_id + 1))
        return self._add(actor, T_world_self)

    def attach(self, actor: Actor, parent: Actor, T_parent_self: NDArray[np.float64], attachment: int) -> None:
        """Attach an actor that is free to one that is older.

        Raises:
            CallError: the parent is the younger one, or the actor itself; no such attachment.
        """
        order = list(self.actors)
        if order.index(parent.id) >= order.index(actor.id):
            raise CallError(f"unable to attach actor {actor.id} to {parent.id}: want a parent that is older")
        self._attachments.fasten(actor, parent, T_parent_self, attachment)
        self.table.version += 1

    def destroy(self, actor_id: int) -> None:
        """Take an actor out of the world; what was attached to it stays where it is.

        Raises:
            CallError: no such actor, or one that belongs to the map.
        """
        actor = self.actor(actor_id)
        if actor.kind in (ActorKind.TRAFFIC_LIGHT, ActorKind.TRAFFIC_SIGN) or actor is self.spectator:
            raise CallError(f"actor {actor_id} ({actor.blueprint_id}) belongs to the map and cannot be destroyed")
        for other in self.actors.values():
            if other.parent_id == actor_id:
                other.parent_id, other.T_parent_self, other.arm = 0, None, None
        self._former[actor_id] = (actor.blueprint_id, actor.stream_id)
        self.bodies.remove(actor)
        self.table.remove(actor_id)

    def place(self, actor: Actor, T_frame_self: NDArray[np.float64]) -> None:
        """Put an actor to a pose in the world, or relative to its parent if it has one."""
        if actor.T_parent_self is not None:
            actor.T_parent_self = T_frame_self
            T_frame_self = self._attachments.holder(actor, self.table.pose(actor.parent_id), 0.0) @ T_frame_self
        self.table.place(actor.id, T_frame_self)
        self.bodies.place(actor)

    def carry_walker(self, actor: Actor, feet: CarlaTransform, speed_mps: float) -> None:
        """Put a walker's feet to a place that it has walked to at a speed: with the next step."""
        pitch_rad, yaw_rad, roll_rad = (math.radians(angle) for angle in feet.rotation_deg)
        x, y, z = feet.location_m
        self.bodies.carry(actor, (x, -y, z), (roll_rad, -pitch_rad, -yaw_rad), speed_mps)
        level = math.cos(pitch_rad)
        forward = (level * math.cos(yaw_rad), level * math.sin(yaw_rad), math.sin(pitch_rad))
        self.control_walker(actor, WalkerControl(forward, speed_mps))

    def control_vehicle(self, actor: Actor, state: VehicleState, control: VehicleControl) -> None:
        """Give a vehicle new pedals and steering."""
        state.control = control
        self.bodies.control(actor)
        record = self.table.records[self.table.row(actor.id)]
        record["throttle"], record["steer"], record["brake"] = control.throttle, control.steer, control.brake
        record["hand_brake"], record["reverse"] = control.hand_brake, control.reverse
        record["manual_gear_shift"], record["gear"] = control.manual_gear_shift, control.gear

    def control_walker(self, actor: Actor, control: WalkerControl) -> None:
        """Give a walker a new direction and speed.

        Raises:
            CallError: the actor is no walker.
        """
        if actor.walker is None:
            raise CallError(f"actor {actor.id} ({actor.blueprint_id}) is not a walker")
        actor.walker.control = control
        self.bodies.control(actor)
        record = self.table.records[self.table.row(actor.id)]
        record["walk_direction"], record["walk_speed_mps"] = control.direction, control.speed_mps
        record["walk_jump"] = control.jump

    def let_die(self, actor: Actor) -> None:
        """Let a walker fall for good; some seconds later it is gone.

        Raises:
            CallError: the actor is no walker.
        """
        if actor.walker is None:
            raise CallError(f"actor {actor.id} ({actor.blueprint_id}) is not a walker")
        actor.simulated = True
        self.bodies.fell(actor)
        self._gone_at_ns[actor.id] = self.elapsed_ns + _AFTER_LIFE_NS

    def step(self, delta_ns: int) -> None:
        """Advance the world by one frame."""
        self.frame += 1
        self.tick += 1
        self.delta_ns = delta_ns
        self.elapsed_ns += delta_ns
        delta_s = delta_ns / NS_PER_S
        self.signals.step(delta_s)
        self._take_out_the_dead()
        self.tape.enter(self)
        self.bodies.put_carried()
        touches: list[Touch] = []
        substeps = self._substeps(delta_s)
        acceleration = np.zeros_like(self.table.acceleration_world_mps2)
        self._drive(delta_s)
        self._friction.apply()
        for _ in range(substeps):
            self._drivers.hold_velocities()
            pieces = self._contacts.pieces(delta_s / substeps)
            for _ in range(pieces):
                self.bodies.step(delta_s / substeps / pieces)
                self.bodies.write_back()
                touches += self._contacts.resolve(delta_s / substeps / pieces)
                acceleration += self.table.acceleration_world_mps2 / (substeps * pieces)
        self.table.acceleration_world_mps2[:] = acceleration
        self.touches = joined(touches)
        self.tape.move(self)
        self._attachments.follow(delta_s)
        self.bodies.write_gears()
        self._rollovers.step(delta_s)
        self._rules.write(self.elapsed_ns / NS_PER_S)
        self.table.write_records()
        self.tape.settle(self)

    def wire_of(self, actor_id: int) -> list[object]:
        """CARLA's Actor struct of an actor, or of the map's solid -1 - `actor_id` for ids below 0."""
        actor = self.actors.get(actor_id)
        if actor is None:
            tags = self.map.data.solids().tag
            actor = scenery_actor(int(tags[-1 - actor_id]) if -1 - actor_id < len(tags) else 0)
        return actor.to_wire(self._streams.token(actor.stream_id) if actor.stream_id else b"")

    def next_step_s(self) -> float:
        """Length of the next step, as far as it is known: forces act for so long."""
        fixed_s = self.settings.fixed_delta_s
        return fixed_s if fixed_s is not None else (self.delta_ns / NS_PER_S or 0.05)

    def now(self) -> Instant:
        """The present frame's place in time."""
        return Instant(self.frame, self.elapsed_ns, self.delta_ns)

    def state_message(self) -> bytes:
        """The world state for the clients; tells each change of the level once."""
        flags = self._flags | (LIGHTS_CHANGED if self.street_lights.changed else 0)
        message = world_state(self.episode_id, self.now(), flags, self.table.records)
        self._flags, self.street_lights.changed = 0, False
        return message

    def standing_message(self) -> bytes:
        """The world state for a client that has just come: it knows of no change."""
        return world_state(self.episode_id, self.now(), 0, self.table.records)

    def _take_out_the_dead(self) -> None:
        for actor_id in [dead for dead, at_ns in self._gone_at_ns.items() if at_ns <= self.elapsed_ns]:
            del self._gone_at_ns[actor_id]
            if actor_id in self.actors:
                self.destroy(actor_id)

    def _drive(self, delta_s: float) -> None:
        """Drive the vehicles under Ackermann control."""
        for actor, state, wanted in self._drivers.driven():
            self.control_vehicle(actor, state, self._drivers.pedals(actor, state, wanted, delta_s))

    def _substeps(self, delta_s: float) -> int:
        """How many physics steps one tick has.

        A client that chose a longest substep gets it. CARLA's default of 10 ms, which PhysX needs, counts as not
        chosen: the vehicle model is as good with its own 50 ms.
        """
        settings = self.settings
        if not settings.substepping or settings.max_substep_delta_s <= 0:
            return 1
        chosen = settings.max_substep_delta_s != EpisodeSettings().max_substep_delta_s
        longest_s = settings.max_substep_delta_s if chosen else MAX_SUBSTEP_S
        wanted = math.ceil(delta_s / longest_s - 1e-9)
        return max(1, min(wanted, settings.max_substeps))

    def _new_actor(self, description: ActorDescription) -> Actor:
        blueprint = library().get(description.blueprint_id)
        if blueprint is None:
            raise CallError(f"blueprint {description.blueprint_id!r} not found")
        actor = Actor(
            id=0,
            description=replace(description, attributes=blueprint.completed(description.attributes)),
            kind=blueprint.kind,
            semantic_tag=blueprint.semantic_tag,
            spawn_tick=self.tick,
            simulated=blueprint.kind is not ActorKind.PROP,
        )
        take_size(actor)
        if actor.blueprint_id in (*BOARDS, MARKING):
            actor.poster = poster_of(actor.attribute(PICTURE_FILE), has_alpha=actor.blueprint_id == MARKING)
        if actor.kind is not ActorKind.WALKER:  # a walker's origin is the middle of its body
            actor.box_center_body_m = (0.0, 0.0, actor.size_lwh_m[2] / 2)
        return actor

    def _add(self, actor: Actor, T_world_self: NDArray[np.float64]) -> Actor:
        actor.id = next(self._ids) if actor.id == 0 else actor.id
        if actor.blueprint_id in SENSOR_INDEX and actor.blueprint_id not in _WITHOUT_STREAM:
            actor.stream_id = actor.stream_id or self._streams.new_stream()
        if actor.kind is ActorKind.VEHICLE:
            actor.vehicle = VehicleState()
        elif actor.kind is ActorKind.WALKER:
            actor.walker = WalkerState()
        self.table.add(actor, T_world_self)
        self.bodies.add(actor)
        return actor

    def _add_level_actors(self) -> None:
        """Lights and signs; what they tell as their bounding box is the volume in which they act."""
        for light in self.signals.lights.values():
            self._add_level_actor(light, "traffic.traffic_light", ActorKind.TRAFFIC_LIGHT, 7)
        for sign in self.signs.actors.values():
            self._add_level_actor(sign, f"traffic.{sign.sign.kind}", ActorKind.TRAFFIC_SIGN, 8)

    def _add_level_actor(self, thing: SignalLight | SignActor, name: str, kind: ActorKind, semantic_tag: int) -> None:
        actor = Actor(id=thing.actor_id, description=_described(name), kind=kind, semantic_tag=semantic_tag)
        center, size = (part.tolist() for part in thing.trigger_box)
        actor.box_center_body_m, actor.size_lwh_m = tuple(center), tuple(size)
        self._add(actor, thing.T_world_actor)

    def _add_spectator(self) -> Actor:
        pose = np.eye(4)
        pose[2, 3] = _SPECTATOR_HEIGHT_M
        return self._add(Actor(id=0, description=_described("spectator"), kind=kind_of("spectator")), pose)


def _described(blueprint_id: str) -> ActorDescription:
    return ActorDescription(0, blueprint_id, [AttributeValue("role_name", 4, "default")])
