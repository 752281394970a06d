"""What can stand in a case and how it moves: places, triggers, motions, actors. Plain values, no simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RoadPlace:
    """A place on the map as OpenDRIVE names it; `s_m` along the road, `lane` its signed id."""

    road: int
    lane: int
    s_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place relative to the ego's path: `ahead_m` of the ego's start along its lane, `left_m` of the lane's centre.

    `up_m` is above the ground; `yaw_rad`, `pitch_rad` (nose down) and `roll_rad` (to the right side) turn the body from
    the lane's direction there, in this order about its own axes (ISO 8855).
    """

    ahead_m: float
    left_m: float = 0.0
    yaw_rad: float = 0.0
    up_m: float = 0.0
    pitch_rad: float = 0.0
    roll_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class AtTime:
    """Starts `t_s` seconds into the run."""

    t_s: float


@dataclass(frozen=True, slots=True)
class AtGap:
    """Starts when the ego's front bumper is `gap_m` or less before the actor's own start, along the path."""

    gap_m: float


@dataclass(frozen=True, slots=True)
class AtTtc:
    """Starts when the ego, at its present speed, is `ttc_s` seconds or less from the actor's own start."""

    ttc_s: float


@dataclass(frozen=True, slots=True)
class AtVisibleShare:
    """Starts when `share` or more of the actor `role` can be seen from the ego's windscreen."""

    role: str
    share: float


@dataclass(frozen=True, slots=True)
class AfterReveal:
    """Starts `delay_s` after the first instant at which half of the actor `role` could be seen."""

    role: str
    delay_s: float


Trigger = AtTime | AtGap | AtTtc | AtVisibleShare | AfterReveal


@dataclass(frozen=True, slots=True)
class Still:
    """Stays where it is."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Walks straight: `heading_rad` relative to the lane, for `distance_m`, once triggered; then stands."""

    speed_mps: float
    heading_rad: float
    distance_m: float
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Glide:
    """Moves straight on rails, once triggered, its body as it was placed: a lorry that crosses, an animal that hops.

    `hop_m` is the height of a hop, `hop_s` how long one takes; between hops it touches the ground for an instant.
    """

    speed_mps: float
    heading_rad: float
    distance_m: float
    trigger: Trigger
    hop_m: float = 0.0
    hop_s: float = 0.6


@dataclass(frozen=True, slots=True)
class Carried:
    """Held by another actor at a fixed offset and turn in its body axes: a pushed bicycle, a carried board, a load.

    `up_m` is above the ground under the carrier. A carrier that is turned in yaw alone turns what it carries.
    """

    by_role: str
    forward_m: float = 0.0
    left_m: float = 0.0
    up_m: float = 0.0
    yaw_rad: float = 0.0
    pitch_rad: float = 0.0
    roll_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class LaneChange:
    """Moves sideways by `left_m` in `duration_s` once its front is `before_m` or less before path length `of_m`."""

    left_m: float
    duration_s: float
    of_m: float
    before_m: float


@dataclass(frozen=True, slots=True)
class Brake:
    """Slows at `decel_mps2` from `at_s` seconds into the run on, down to `to_mps`."""

    at_s: float
    decel_mps2: float
    to_mps: float = 0.0


@dataclass(frozen=True, slots=True)
class DriveLane:
    """Moves along the ego's lane at `speed_mps`, with at most one lane change and one braking: exact, on rails.

    A negative speed comes towards the ego. The body keeps the yaw of its place relative to its direction of travel.
    """

    speed_mps: float
    lane_change: LaneChange | None = None
    brake: Brake | None = None


Motion = Still | Walk | Glide | Carried | DriveLane


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
