"""A lane that leads to a light or sign, and the ways through a junction that cross its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from sim.convert import pose_of
from sim.world.maps.data import OrientedBoxArrays
from sim.world.maps.network import RoadRecord

if TYPE_CHECKING:
    import carla

HALF_LENGTH_M, HALF_HEIGHT_M = 1.5, 1.0
"""Of the boxes in which lights, stop and yield signs act, as CARLA has them."""
WIDTH_SHARE, SPEED_WIDTH_SHARE, CROSSING_WIDTH_SHARE = 0.5, 0.7, 0.9
"""How much of a lane's width those boxes, a speed limit's and a crossing way's take, as CARLA has them."""
_NARROWEST_M = 0.01
_WATCHED_BOXES_BEFORE = 3
"""CARLA watches crossing traffic from 0.1 s before the junction at "40": three boxes, some 10 m."""
_JUNCTION_SOON_M = 40.0
_INSIDE_M = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """One lane at a sign: the place where the sign counts, and the place where its traffic waits."""

    sign_place: carla.Waypoint
    line_place: carla.Waypoint

    def half_m(self, kind: str) -> NDArray[np.float64]:
        """(3,) half sizes of the box in which the sign acts, along the lane, across and up."""
        if kind.startswith("speed"):
            side_m = max(self.sign_place.lane_width * SPEED_WIDTH_SHARE / 2, _NARROWEST_M)
            return np.full(3, side_m)
        across_m = max(self.line_place.lane_width * WIDTH_SHARE / 2, _NARROWEST_M)
        return np.array([HALF_LENGTH_M, across_m, HALF_HEIGHT_M])

    def back(self, way_m: float, roads: Mapping[int, RoadRecord], lanes: carla.Map) -> carla.Waypoint:
        """The place `way_m` before the line, at most at the beginning of the line's lane section."""
        place = self.line_place
        along = 1.0 if place.lane_id < 0 else -1.0
        sections = roads[place.road_id].sections
        section = next((part for part in sections if part.start_m <= place.s < part.end_m), sections[-1])
        s_m = float(np.clip(place.s - along * way_m, section.start_m + _INSIDE_M, section.end_m - _INSIDE_M))
        return lanes.get_waypoint_xodr(place.road_id, place.lane_id, s_m) or place

    def line_ends_m(self) -> NDArray[np.float64]:
        """(2, 3) left and right end of the lane at the line, in the world."""
        pose = pose_of(self.line_place.transform)
        return pose[:3, 3] + np.outer([0.5, -0.5], pose[:3, 1]) * self.line_place.lane_width


def crossing_areas(approaches: Sequence[Approach], lanes: carla.Map) -> OrientedBoxArrays:
    """Boxes over the ways through the junction that cross those of the approaches, and over the last metres to it."""
    ways = [(before, way) for before, way in lanes.get_topology() if way.is_junction]
    ways.sort(key=lambda pair: (pair[1].road_id, pair[1].lane_id, pair[0].road_id, pair[0].lane_id))
    own = [(before, way) for before, way in ways if any(_begins(approach, before, way) for approach in approaches)]
    from_roads = {before.road_id for before, _ in own}
    own_bands: dict[int, list[BaseGeometry]] = {}
    for _, way in own:
        own_bands.setdefault(way.junction_id, []).append(_band(way))
    rows = []
    for before, way in ways:
        if before.road_id in from_roads or way.junction_id not in own_bands:
            continue
        band = _band(way)
        if any(band.intersects(line) for line in own_bands[way.junction_id]):
            rows += _boxes_over(way)
    table = np.unique(np.round(np.array(rows).reshape(-1, 7), 6), axis=0)
    return OrientedBoxArrays(table[:, :3], table[:, 3:6], table[:, 6])


def _begins(approach: Approach, before: carla.Waypoint, way: carla.Waypoint) -> bool:
    """Whether a way through a junction is one that the approach leads to."""
    place, line = approach.sign_place, approach.line_place
    if place.is_junction:
        return (place.road_id, place.lane_id) == (way.road_id, way.lane_id)
    same_lane = (line.road_id, line.lane_id) == (before.road_id, before.lane_id)
    return same_lane and line.transform.location.distance(way.transform.location) < _JUNCTION_SOON_M


def _band(way: carla.Waypoint) -> BaseGeometry:
    places = [way, *way.next_until_lane_end(1.0)]
    points = [(place.transform.location.x, place.transform.location.y) for place in places]
    return LineString(points if len(points) > 1 else points * 2).buffer(CROSSING_WIDTH_SHARE * way.lane_width / 2)


def _boxes_over(way: carla.Waypoint) -> list[list[float]]:
    """Rows of centre, half sizes and yaw."""
    half_m = max(CROSSING_WIDTH_SHARE * way.lane_width / 2, _NARROWEST_M)
    places = [way, *way.next_until_lane_end(2 * half_m)]
    for number in range(1, _WATCHED_BOXES_BEFORE + 1):
        places += way.previous(2 * half_m * number)
    rows = []
    for place in places:
        pose = pose_of(place.transform)
        rows.append([*pose[:3, 3], half_m, half_m, half_m, float(np.arctan2(pose[1, 0], pose[0, 0]))])
    return rows
