"""The roads that cases happen on: map, lane, speed and the point of conflict, with nuisances from the seed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scenarios.actors import ActorPlan, AtGap, Place, RoadPlace, Walk
from scenarios.staging import DAY, EGO_FRONT_M, Staging

HOLD_S = 6.0
"""So long a run goes on after a car that keeps its speed is at the conflict: time to stop, or to pass."""

WALK_MPS = 5.0 / 3.6
WALK_FROM_M = 4.0
"""How fast, and from how far beside the middle of the lane, people cross in Euro NCAP's CPNA."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One kind of road.

    Args:
        name: as the catalogue calls it.
        map_name: a map of split `nominal`.
        start: where the ego starts; each seed starts up to `start_spread_m` further on.
        speed_kmh: of the ego.
        conflict_m: path length from its front at the start to the conflict; each seed up to `conflict_spread_m` more.
        lane_m: width of its lane.
    """

    name: str
    map_name: str
    start: RoadPlace
    speed_kmh: float
    conflict_m: float
    lane_m: float
    start_spread_m: float = 10.0
    conflict_spread_m: float = 5.0

    def at(self, speed_kmh: float | None = None, conflict_m: float | None = None) -> Template:
        """The same road at another speed or with its conflict elsewhere."""
        return replace(
            self,
            speed_kmh=self.speed_kmh if speed_kmh is None else speed_kmh,
            conflict_m=self.conflict_m if conflict_m is None else conflict_m,
        )

    def draw(self, rng: np.random.Generator) -> Site:
        """The road of one seed: always the same draws, so that arms and severities of a seed share them."""
        s_m = self.start.s_m + rng.uniform(0.0, self.start_spread_m)
        conflict_m = self.conflict_m + rng.uniform(0.0, self.conflict_spread_m)
        start = RoadPlace(self.start.road, self.start.lane, s_m)
        return Site(self.map_name, start, self.speed_kmh / 3.6, conflict_m, self.lane_m)


@dataclass(frozen=True, slots=True)
class Site:
    """The road of one run: everything about it that does not depend on what is staged there."""

    map_name: str
    start: RoadPlace
    speed_mps: float
    conflict_m: float
    lane_m: float

    @property
    def conflict_s(self) -> float:
        """Time to the conflict at constant speed."""
        return self.conflict_m / self.speed_mps

    def place(
        self,
        beyond_m: float = 0.0,
        left_m: float = 0.0,
        yaw_rad: float = 0.0,
        up_m: float = 0.0,
        pitch_rad: float = 0.0,
        roll_rad: float = 0.0,
    ) -> Place:
        """A place `beyond_m` the point of conflict; a negative value is before it."""
        return Place(EGO_FRONT_M + self.conflict_m + beyond_m, left_m, yaw_rad, up_m, pitch_rad, roll_rad)

    def crossing(
        self,
        role: str,
        blueprint: str,
        left_m: float,
        walk_mps: float,
        distance_m: float = 12.0,
        attributes: Mapping[str, str] | None = None,
    ) -> ActorPlan:
        """Somebody who walks across from `left_m` (negative: from the right) into a car that does not brake.

        Synchronised as in Euro NCAP's tests: a car that keeps its speed hits with the middle of its bumper.
        """
        heading_rad = -math.copysign(math.pi / 2, left_m)
        gap_m = abs(left_m) / walk_mps * self.speed_mps
        return ActorPlan(
            role=role,
            blueprint=blueprint,
            place=self.place(left_m=left_m, yaw_rad=heading_rad),
            motion=Walk(walk_mps, heading_rad, distance_m, AtGap(gap_m)),
            attributes=attributes or {},
        )

    def staging(
        self,
        *actors: ActorPlan,
        target: str,
        weather: Mapping[str, float] = DAY,
        reveal_s: float | None = None,
        cruise_mps: float | None = None,
        duration_s: float | None = None,
        ego_lights: int = 0,
        faults: tuple[str, ...] = (),
        friction: float = 1.0,
        edge_m: float | None = None,
        belongs: tuple[str, ...] = (),
        conflict_s: float | None = None,
    ) -> Staging:
        """The scene: by default the target is in sight from the start, and the car may drive its first speed.

        `conflict_s` is for targets that drive: when a car that keeps its speed hits them.
        """
        return Staging(
            map_name=self.map_name,
            start=self.start,
            speed_mps=self.speed_mps,
            cruise_mps=self.speed_mps if cruise_mps is None else cruise_mps,
            weather=weather,
            actors=actors,
            target=target,
            duration_s=self.conflict_s + HOLD_S if duration_s is None else duration_s,
            conflict_m=self.conflict_m if conflict_s is None else conflict_s * self.speed_mps,
            reveal_s=self.conflict_s if reveal_s is None else reveal_s,
            ego_lights=ego_lights,
            faults=faults,
            friction=friction,
            edge_m=edge_m,
            belongs=belongs,
        )


G_URB = Template(
    name="G-URB",
    map_name="urban_avenue",
    start=RoadPlace(road=1, lane=-2, s_m=20.0),
    speed_kmh=50.0,
    conflict_m=80.0,
    lane_m=3.5,
)
"""A straight lit street, 50 km/h."""

G_PED = replace(G_URB, name="G-PED", speed_kmh=40.0, conflict_m=66.7, conflict_spread_m=0.0)
"""A person crosses, Euro NCAP's CPNA: 40 km/h, 6 s before the conflict at the start."""

G_RUR = Template(
    name="G-RUR",
    map_name="country_road",
    start=RoadPlace(road=1, lane=-1, s_m=20.0),
    speed_kmh=80.0,
    conflict_m=150.0,
    lane_m=3.5,
)
"""A straight country road, 80 km/h."""

G_MWY = Template(
    name="G-MWY",
    map_name="motorway_exit",
    start=RoadPlace(road=1, lane=-2, s_m=20.0),
    speed_kmh=110.0,
    conflict_m=250.0,
    lane_m=3.6,
)
"""The middle lane of a motorway, 110 km/h."""

G_CUT = replace(G_MWY, name="G-CUT", speed_kmh=80.0, conflict_m=160.0)
"""A motorway's middle lane at 80 km/h, behind a car that will change lane."""

G_JCN = Template(
    name="G-JCN",
    map_name="artery",
    start=RoadPlace(road=1, lane=-2, s_m=20.0),
    speed_kmh=40.0,
    conflict_m=60.0,
    lane_m=3.5,
)
"""Before a junction with signals, 40 km/h."""

TEMPLATES = {template.name: template for template in (G_URB, G_PED, G_RUR, G_MWY, G_CUT, G_JCN)}
