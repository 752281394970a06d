"""Who in the living world plays whom of the recording: actors come, go and are held while they are replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.server.actors import Actor
from sim.server.blueprints import ActorKind, library
from sim.server.calls import CallError
from sim.server.layouts import ActorDescription, AttributeValue, VehicleControl, WalkerControl
from sim.server.poses import from_carla
from sim.server.recorder.births import SENSOR, Birth
from sim.server.recorder.births import actor_type as type_of

if TYPE_CHECKING:
    from sim.server.episode import Episode

_SAME_PLACE_M = 0.01
"""CARLA compares the places of traffic lights in whole centimetres."""
_HELD = (ActorKind.VEHICLE, ActorKind.WALKER)


@dataclass(slots=True)
class ReplayOptions:
    """What clients set for all replays: CARLA's defaults."""

    time_factor: float = 1.0
    ignore_hero: bool = False
    ignore_spectator: bool = True


class Stage:
    """The recorded actors of one replay.

    Args:
        episode: where they play.
        options: whom to leave out.
        with_sensors: whether recorded sensors come, too.
    """

    def __init__(self, episode: Episode, options: ReplayOptions, with_sensors: bool) -> None:
        self.missing: list[int] = []  # recorded actors that could not come
        self._episode = episode
        self._options = options
        self._with_sensors = with_sensors
        self._live: dict[int, int] = {}
        self._heroes: set[int] = set()
        self._births: dict[int, Birth] = {}

    def player(self, recorded_id: int) -> Actor | None:
        """Who plays a recorded actor, None for nobody and for the ignored."""
        if self._options.ignore_hero and recorded_id in self._heroes:
            return None
        actor = self._episode.actors.get(self._live.get(recorded_id, 0))
        if self._options.ignore_spectator and actor is self._episode.spectator:
            return None
        return actor

    def enter(self, birth: Birth) -> None:
        """Let someone play a recorded actor: who has its id and kind, or the map's own, or else a new actor."""
        if birth.attribute("role_name") == "hero":
            self._heroes.add(birth.actor_id)
        if type_of(birth.description.blueprint_id) == SENSOR and not self._with_sensors:
            return
        if self._options.ignore_hero and birth.actor_id in self._heroes:
            return
        if not birth.is_somewhere():
            self.missing.append(birth.actor_id)
            return
        try:
            actor = self._found(birth) or self._episode.spawn_as(
                birth.actor_id, _with_our_kinds(birth.description), from_carla(birth.pose)
            )
        except CallError:
            self.missing.append(birth.actor_id)
            return
        self._live[birth.actor_id] = actor.id
        self._births[birth.actor_id] = birth
        if actor.kind in _HELD:
            self._hold(actor)

    def leave(self, recorded_id: int) -> None:
        """A recorded actor is destroyed."""
        actor = self.player(recorded_id)
        if actor is not None and actor.kind is not ActorKind.TRAFFIC_LIGHT and actor is not self._episode.spectator:
            self._episode.destroy(actor.id)
        self._live.pop(recorded_id, None)

    def join(self, recorded_id: int, parent_id: int, attachment: int) -> None:
        """A recorded actor is attached to another, where it was born in the other's frame."""
        actor, parent, birth = self.player(recorded_id), self.player(parent_id), self._births.get(recorded_id)
        if actor is None or parent is None or birth is None or actor.parent_id == parent.id:
            return
        try:
            self._episode.attach(actor, parent, from_carla(birth.pose), attachment)
        except CallError:
            self.missing.append(recorded_id)

    def clear(self) -> None:
        """Leave the actors to physics: vehicles stand with free pedals, walkers stop."""
        for recorded_id in self._live:
            actor = self.player(recorded_id)
            if actor is not None and actor.kind in _HELD:
                self._release(actor)

    def _found(self, birth: Birth) -> Actor | None:
        """The map's own actor at the place, or a living one of the same id and kind, which is put there."""
        blueprint_id = birth.description.blueprint_id
        if blueprint_id == self._episode.spectator.blueprint_id:
            return self._episode.spectator
        if blueprint_id.startswith("traffic."):
            return self._sign_at(birth)
        actor = self._episode.actors.get(birth.actor_id)
        if actor is None or actor.blueprint_id != blueprint_id:
            return None
        if actor.T_parent_self is None:
            self._episode.place(actor, from_carla(birth.pose))
        return actor

    def _sign_at(self, birth: Birth) -> Actor:
        place = from_carla(birth.pose)[:3, 3]
        for actor in self._episode.actors.values():
            if actor.blueprint_id == birth.description.blueprint_id:
                row = self._episode.table.row(actor.id)
                if np.abs(self._episode.table.position_world_m[row] - place).max() < _SAME_PLACE_M:
                    return actor
        raise CallError(f"there is no {birth.description.blueprint_id} at the recorded place")

    def _hold(self, actor: Actor) -> None:
        """The recording moves it: neither physics nor other bodies do."""
        self._set_bodily(actor, False)

    def _set_bodily(self, actor: Actor, bodily: bool) -> None:
        actor.simulated = actor.collides = bodily
        self._episode.bodies.set_simulated(actor, bodily)
        self._episode.table.collision_version += 1

    def _release(self, actor: Actor) -> None:
        gait = self._episode.bodies.gait(actor) if actor.walker is not None else None
        self._episode.bodies.place(actor)
        self._set_bodily(actor, True)
        if gait is not None:  # a walker that is put somewhere stands up
            self._episode.bodies.set_gait(actor, *gait)
        self._episode.bodies.set_velocity(actor, np.zeros(3))
        if actor.vehicle is not None:
            actor.vehicle.steer_overrides_deg.clear()
            self._episode.control_vehicle(actor, actor.vehicle, VehicleControl(gear=1))
        else:
            self._episode.control_walker(actor, WalkerControl())


def _with_our_kinds(description: ActorDescription) -> ActorDescription:
    """Attributes with the kinds that the blueprint gives them: CARLA's versions count the kinds from 0 or from 1."""
    blueprint = library().get(description.blueprint_id)
    kinds = {a.name: int(a.kind) for a in blueprint.attributes} if blueprint is not None else {}
    attributes = [AttributeValue(a.name, kinds.get(a.name, a.kind), a.value) for a in description.attributes]
    return ActorDescription(description.uid, description.blueprint_id, attributes)
