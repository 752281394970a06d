"""The concrete scene of one run: map, light, the ego's start, actors with their motions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from scenarios.actors import ActorPlan, Carried, RoadPlace

EGO_BLUEPRINT = "vehicle.lincoln.mkz_2020"
EGO_FRONT_M = 2.45
"""From the car's centre, where places are counted from, to its front bumper."""
LOW_BEAM = 1 | 2
"""Position lamps and low beam, of carla.VehicleLightState."""

DAY: Mapping[str, float] = MappingProxyType(
    {"cloudiness": 20.0, "sun_azimuth_angle": 60.0, "sun_altitude_angle": 50.0, "fog_density": 0.0}
)
NIGHT: Mapping[str, float] = MappingProxyType(
    {"cloudiness": 10.0, "sun_azimuth_angle": 60.0, "sun_altitude_angle": -30.0, "fog_density": 0.0}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """One run, ready to be put on a server.

    Args:
        map_name: the map template.
        start: where the ego's lane path begins and the ego stands.
        speed_mps: the ego's speed at the start; cruise_mps: the speed it may drive.
        weather: attributes of carla.WeatherParameters.
        actors: everything else, spawned in this order; who is carried comes after who carries.
        target: role of the actor that the case is about.
        duration_s: simulated time.
        conflict_m: path length from the ego's front at the start to where it would hit the target.
        reveal_s: remaining time, at constant speed, from when the target is perceivable to the conflict.
        ego_lights: bits of carla.VehicleLightState.
        faults: of the sensors, as `--fault` takes them; the case's own, before those of the command line.
        friction: of the road, relative to a dry one; limits what the reference drivers can brake.
        edge_m: path length from the ego's front at the start to the edge of what hides the target (PC-N); None where
            nothing hides it.
        belongs: roles that are not there either when the target is not: who tows it.
    """

    map_name: str
    start: RoadPlace
    speed_mps: float
    cruise_mps: float
    weather: Mapping[str, float]
    actors: tuple[ActorPlan, ...]
    target: str
    duration_s: float
    conflict_m: float
    reveal_s: float
    ego_lights: int = 0
    faults: tuple[str, ...] = ()
    friction: float = 1.0
    edge_m: float | None = None
    belongs: tuple[str, ...] = ()

    @property
    def reveal_distance_m(self) -> float:
        """From the ego's front to the conflict when the target is first perceivable, at constant speed."""
        return min(self.conflict_m, self.reveal_s * self.speed_mps)

    def without(self, role: str) -> Staging:
        """The same scene without that actor, what it carries and, if it is the target, what belongs to it."""
        gone = {role, *(self.belongs if role == self.target else ())}
        for actor in self.actors:
            if isinstance(actor.motion, Carried) and actor.motion.by_role in gone:
                gone.add(actor.role)
        return replace(self, actors=tuple(actor for actor in self.actors if actor.role not in gone))

    def with_actors(self, *actors: ActorPlan, target: str) -> Staging:
        """The same scene with more actors, one of them the target."""
        return replace(self, actors=(*self.actors, *actors), target=target)
