"""The two sides of each road, and what ground beside them is still free."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.world.maps.network import Network, RoadRecord
from sim.world.scenery.strips import Strip

ISLAND_M2 = 2000.0
"""The largest traffic island: the middle of a roundabout of 50 m. Nobody builds a house there."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing that stands beside a road.

    Args:
        kind: names its mesh.
        position_world_m: on the ground under its middle.
        yaw_rad: its front (+x) looks there, as a rule towards the road.
        size_m: extent along its own x, y, z.
        variant: chooses among meshes of the kind.
    """

    kind: str
    position_world_m: tuple[float, float, float]
    yaw_rad: float
    size_m: tuple[float, float, float]
    variant: int = 0

    def outline(self, margin_m: float = 0.0) -> shapely.Polygon:
        """Its footprint."""
        x, y = self.size_m[0] / 2 + margin_m, self.size_m[1] / 2 + margin_m
        cos, sin = np.cos(self.yaw_rad), np.sin(self.yaw_rad)
        corners = np.array([[x, y], [-x, y], [-x, -y], [x, -y]]) @ np.array([[cos, sin], [-sin, cos]])
        return shapely.Polygon(corners + self.position_world_m[:2])


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a road outside junctions; `sign` +1 is the left looking along +s."""

    road: RoadRecord
    sign: int
    has_walk: bool

    @property
    def is_urban(self) -> bool:
        """Whether houses stand here."""
        return self.has_walk or self.road.kind.startswith("town") or self.road.kind == "lowSpeed"

    @property
    def lanes(self) -> int:
        """Driving lanes of this side where there are fewest."""
        return min(
            sum(lane.kind == "driving" and number * self.sign > 0 for number, lane in section.lanes.items())
            for section in self.road.sections
        )

    @property
    def is_motorway(self) -> bool:
        """Whether it is a motorway's."""
        return self.road.kind == "motorway"

    def at(self, s_m: float, beyond_m: float) -> tuple[tuple[float, float], float]:
        """A point `beyond_m` outside the road's paving, and the heading from there towards the road."""
        section = next(
            (part for part in reversed(self.road.sections) if s_m >= part.start_m - 1e-6), self.road.sections[0]
        )
        at = np.array([s_m])
        edge_t = self.road.paving_edge(section, self.sign, at)
        point = self.road.points(at, float(edge_t[0]) + self.sign * beyond_m)[0]
        heading = float(self.road.headings(at)[0]) - self.sign * np.pi / 2
        return (float(point[0]), float(point[1])), heading


def road_sides(network: Network, strips: list[Strip]) -> list[Side]:
    """Both sides of every road outside junctions, in the order of the roads."""
    walks = {(strip.road.road_id, 1 if strip.lane.lane_id > 0 else -1) for strip in strips if strip.is_walk}
    surfaced = {strip.road.road_id for strip in strips}
    return [
        Side(road, sign, (road.road_id, sign) in walks)
        for road in network.roads
        if road.junction < 0 and road.road_id in surfaced
        for sign in (1, -1)
    ]


def without_islands(paved: shapely.Geometry) -> shapely.Geometry:
    """Paving with the small pieces of ground that it encloses."""
    filled = []
    for part in shapely.get_parts(paved):
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > ISLAND_M2]
        filled.append(shapely.Polygon(part.exterior, holes))
    return shapely.union_all(filled)


@dataclass(slots=True)
class FreeGround:
    """Remembers what is taken: nothing is placed on paving, nor on anything placed before."""

    paved: shapely.Geometry
    _taken: list[shapely.Polygon] = field(default_factory=list)

    def __post_init__(self) -> None:
        shapely.prepare(self.paved)

    def take(self, thing: Placed, clear_of_paving_m: float, margin_m: float) -> bool:
        """Claims a thing's ground and a margin round it; False, and nothing claimed, when it is not free."""
        if shapely.dwithin(self.paved, thing.outline(), clear_of_paving_m):
            return False
        room = thing.outline(margin_m)
        if self._taken and bool(np.any(shapely.intersects(np.array(self._taken), room))):
            return False
        self._taken.append(room)
        return True

    def reserve(self, thing: Placed, margin_m: float) -> None:
        """Claims a thing's ground wherever it is, be it on paving."""
        self._taken.append(thing.outline(margin_m))
