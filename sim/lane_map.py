"""The lanes of a CARLA map as the driving stack gets them: world frame, driving direction, metres per second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from moosetest.world import Lane, LaneMap
from sim.world.maps.network import LaneRecord, RoadRecord, Section, read_network

if TYPE_CHECKING:
    import carla

SAMPLE_M = 2.0
DRIVEN = frozenset({"driving", "entry", "exit", "onRamp", "offRamp", "mwyEntry", "mwyExit"})
AT_END_M = 0.02
"""The end of a lane is asked for this far before it: at the very end the next section would answer."""


def lane_id(road_id: int, section: int, lane: int) -> str:
    """The id of a lane in a `LaneMap`: road, number of the lane section, OpenDRIVE lane."""
    return f"{road_id}/{section}/{lane}"


def lane_map(carla_map: carla.Map) -> LaneMap:
    """All lanes for cars, centre lines sampled every 2 m or less.

    Geometry, widths and limits come from the map's OpenDRIVE text, connections from CARLA's own lane graph, so that
    cars and CARLA agree on where a lane leads.
    """
    network = read_network(carla_map.to_opendrive())
    kept = [(road, number, section, lane) for road, number, section, lane in network.lanes() if _is_driven(lane)]
    known = {lane_id(road.road_id, number, lane.lane_id) for road, number, _, lane in kept}
    lanes = {}
    for road, number, section, lane in kept:
        made = _lane(road, number, section, lane, tuple(_successors(carla_map, road, section, lane, known)))
        lanes[made.lane_id] = made
    return LaneMap(name=carla_map.name.split("/")[-1], lanes=lanes)


def _is_driven(lane: LaneRecord | None) -> bool:
    return lane is not None and lane.kind in DRIVEN


def _lane(road: RoadRecord, number: int, section: Section, lane: LaneRecord, successors: tuple[str, ...]) -> Lane:
    forward = lane.lane_id < 0
    length_m = section.end_m - section.start_m
    s_m = np.linspace(section.start_m, section.end_m, max(2, int(np.ceil(length_m / SAMPLE_M)) + 1))
    if not forward:
        s_m = s_m[::-1]
    inner, outer = road.lane_edges(section, lane.lane_id, s_m)
    away = -1 if forward else 1
    return Lane(
        lane_id=lane_id(road.road_id, number, lane.lane_id),
        center_world_m=road.points(s_m, (inner + outer) / 2),
        width_m=np.abs(outer - inner),
        speed_limit_mps=road.speed_mps(float(s_m[0])),
        successors=successors,
        left=_neighbour(road, number, section, lane.lane_id - away),
        right=_neighbour(road, number, section, lane.lane_id + away),
    )


def _neighbour(road: RoadRecord, number: int, section: Section, lane: int) -> str | None:
    if lane == 0 or not _is_driven(section.lanes.get(lane)):
        return None
    return lane_id(road.road_id, number, lane)


def _successors(
    carla_map: carla.Map, road: RoadRecord, section: Section, lane: LaneRecord, known: set[str]
) -> Iterator[str]:
    """Ids of the lanes that a car can be on just after this one's end, sorted."""
    end_m = section.end_m - AT_END_M if lane.lane_id < 0 else section.start_m + AT_END_M
    last = carla_map.get_waypoint_xodr(road.road_id, lane.lane_id, end_m)
    if last is None:
        return
    after = {(point.road_id, point.section_id, point.lane_id) for point in last.next(2 * AT_END_M)}
    here = last.road_id, last.section_id, last.lane_id
    yield from (lane_id(*key) for key in sorted(after - {here}) if lane_id(*key) in known)
