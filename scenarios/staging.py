"""The concrete scene of one run: map, light, the ego's start, actors with their motions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

EGO_BLUEPRINT = "vehicle.lincoln.mkz_2020"

DAY: Mapping[str, float] = MappingProxyType(
    {"cloudiness": 20.0, "sun_azimuth_angle": 60.0, "sun_altitude_angle": 50.0, "fog_density": 0.0}
)
NIGHT: Mapping[str, float] = MappingProxyType(
    {"cloudiness": 10.0, "sun_azimuth_angle": 60.0, "sun_altitude_angle": -30.0, "fog_density": 0.0}
)


@dataclass(frozen=True, slots=True)
class RoadPlace:
    """A place on the map as OpenDRIVE names it; `s_m` along the road, `lane` its signed id."""

    road: int
    lane: int
    s_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place relative to the ego's path: `ahead_m` of the ego's start along its lane, `left_m` of the lane's centre.

    `yaw_rad` is relative to the lane there; `up_m` above the ground.
    """

    ahead_m: float
    left_m: float = 0.0
    yaw_rad: float = 0.0
    up_m: float = 0.0


@dataclass(frozen=True, slots=True)
class AtTime:
    """Starts `t_s` seconds into the run."""

    t_s: float


@dataclass(frozen=True, slots=True)
class AtGap:
    """Starts when the ego's front bumper is `gap_m` or less before the actor's own start, along the path."""

    gap_m: float


Trigger = AtTime | AtGap


@dataclass(frozen=True, slots=True)
class Still:
    """Stays where it is."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Walks straight: `heading_rad` relative to the lane, for `distance_m`, once triggered."""

    speed_mps: float
    heading_rad: float
    distance_m: float
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Carried:
    """Held by another actor at a fixed offset in its body axes: a pushed bicycle, a carried board."""

    by_role: str
    forward_m: float
    left_m: float


@dataclass(frozen=True, slots=True)
class LaneChange:
    """Moves sideways by `left_m` in `duration_s` once its front is `before_m` or less before path length `of_m`."""

    left_m: float
    duration_s: float
    of_m: float
    before_m: float


@dataclass(frozen=True, slots=True)
class DriveLane:
    """Moves along the ego's lane at a constant speed, with at most one lane change: exact, whatever the server."""

    speed_mps: float
    lane_change: LaneChange | None = None


Motion = Still | Walk | Carried | DriveLane


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorPlan:
    """One actor: who it is, where it starts, how it moves.

    `role` is its name inside the case; `attributes` are the blueprint's; `lights` bits of carla.VehicleLightState.
    """

    role: str
    blueprint: str
    place: Place
    motion: Motion = Still()
    attributes: Mapping[str, str] = field(default_factory=dict)
    lights: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """One run, ready to be put on a server.

    Args:
        map_name: the map template.
        start: where the ego's lane path begins and the ego stands.
        speed_mps: the ego's speed at the start; cruise_mps: the speed it may drive.
        weather: attributes of carla.WeatherParameters.
        actors: everything else, spawned in this order.
        target: role of the actor that the case is about.
        duration_s: simulated time.
        conflict_m: path length from the ego's front at the start to where it would hit the target.
        reveal_s: remaining time, at constant speed, from when the target is perceivable to the conflict.
        ego_lights: bits of carla.VehicleLightState.
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
