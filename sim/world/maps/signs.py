"""Lights and signs of a map as CARLA reads them: where each stands, which lanes it governs, where it acts on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.convert import pose_of
from sim.world.maps.approach import Approach, crossing_areas
from sim.world.maps.data import OrientedBoxArrays, RoadSign, SignalHead
from sim.world.maps.network import UNITS_MPS, Network, RoadRecord
from sim.world.maps.object_names import STOP_LINE

if TYPE_CHECKING:
    import carla

STOP, YIELD, SPEED_LIMIT = "206", "205", "274"
"""Types of signs that become actors; the numbers are those of the German road traffic regulations."""
LIGHT_TYPES = frozenset({*(str(number) for number in (1000001, 1000002, *range(1000007, 1000021))), "F", "W", "A"})
"""Types that CARLA takes for traffic lights."""
KMPH_PER_MPS = 3.6
HEAD_OVER_ROAD_M = 3.2
"""CARLA's towns tell where the foot of a pole is: the head hangs so high over the road."""
_LOWEST_HEAD_M = 2.0
_LINE_BEFORE_SIGN_M = 40.0
"""A stop line belongs to the light or sign that comes this soon after it."""
_ONE_APPROACH_M = 10.0
"""Lanes whose lines are further apart along the road are not of one approach."""
AREA_TO_LINE_M = 1.5
"""So far before the line ends the box in which a light, stop or yield sign acts, as CARLA has it."""
NOWHERE = OrientedBoxArrays(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))


def read_signs(network: Network, lanes: carla.Map) -> tuple[tuple[SignalHead, ...], tuple[RoadSign, ...]]:
    """All traffic lights, and all stop, yield and speed limit signs, sorted by their OpenDRIVE ids.

    Args:
        network: the roads, for stop lines and controllers.
        lanes: CARLA's map of the same text: it says which lanes a sign is for.
    """
    roads = {road.road_id: road for road in network.roads}
    home = {signal.number: road for road in network.roads for signal in road.signals}
    heads, signs = [], []
    for number, marks in _marks_by_id(lanes).items():
        kind = _kind(marks[0])
        uncontrolled_in_junction = number not in network.controllers and _in_junction(home.get(number))
        if not kind or (kind == "traffic_light" and uncontrolled_in_junction):
            continue
        governed = [lane for mark in marks for lane in _governed(mark, lanes)]
        waits = not kind.startswith("speed")
        approaches = [Approach(lane, _line(lane, roads, lanes) if waits else lane) for lane in governed]
        sign = RoadSign(
            opendrive_id=number,
            kind=kind,
            T_world_sign=_upright(pose_of(marks[0].transform)),
            areas=_areas(approaches, kind, roads, lanes),
            crossing_areas=crossing_areas(approaches, lanes) if kind in ("stop", "yield") else NOWHERE,
            limit_kmph=_limit_kmph(marks[0], number in home) if marks[0].type == SPEED_LIMIT else 0.0,
        )
        if kind == "traffic_light":
            heads.append(_head(sign, approaches, network))
        else:
            signs.append(sign)
    return tuple(heads), tuple(signs)


def _marks_by_id(lanes: carla.Map) -> Mapping[str, list[carla.Landmark]]:
    """Where each sign is said to count, by the sign's id; numbers in their own order."""
    marks: dict[str, list[carla.Landmark]] = {}
    for mark in sorted(lanes.get_all_landmarks(), key=lambda mark: (len(mark.id), mark.id, mark.road_id, mark.s)):
        marks.setdefault(mark.id, []).append(mark)
    return marks


def _kind(mark: carla.Landmark) -> str:
    """What comes after "traffic." in the actor's id; "" for what CARLA makes no actor of."""
    if mark.type in LIGHT_TYPES:
        return "traffic_light"
    if mark.type == SPEED_LIMIT:
        number = _posted(mark)
        return f"speed_limit.{number:.0f}" if number > 0 else ""
    painted = mark.name == "Stencil_STOP"
    return {STOP: "" if painted else "stop", YIELD: "yield"}.get(mark.type, "")


def _posted(mark: carla.Landmark) -> float:
    """The number on a speed limit sign, 0 for none; CARLA's towns have it in the subtype, others in the value."""
    subtype = mark.sub_type
    return float(subtype) if subtype.isdigit() and int(subtype) > 0 else max(0.0, float(mark.value))


def _limit_kmph(mark: carla.Landmark, is_signal: bool) -> float:
    """CARLA makes limits of objects named "Speed_30", too, and takes their number for km/h: they have no unit."""
    unit = mark.unit if is_signal else "km/h"
    return _posted(mark) * UNITS_MPS.get(unit, UNITS_MPS["km/h"]) * KMPH_PER_MPS


def _in_junction(road: RoadRecord | None) -> bool:
    return road is not None and road.junction >= 0


def _governed(mark: carla.Landmark, lanes: carla.Map) -> Iterator[carla.Waypoint]:
    """The driving lanes that a sign is for, at the place where it counts."""
    for ends in mark.get_lane_validities():
        for lane_id in range(min(ends), max(ends) + 1):
            place = lanes.get_waypoint_xodr(mark.road_id, lane_id, mark.s) if lane_id else None
            if place is not None and str(place.lane_type) == "Driving":
                yield place


def _line(lane: carla.Waypoint, roads: Mapping[int, RoadRecord], lanes: carla.Map) -> carla.Waypoint:
    """Where a lane's traffic waits: at the painted stop line, else before the junction, else beside the sign."""
    road = roads[lane.road_id]
    ahead = 1.0 if lane.lane_id < 0 else -1.0
    painted_s_m = [thing.s_m for thing in road.objects if thing.name == STOP_LINE]
    before_m = {ahead * (lane.s - s_m): s_m for s_m in painted_s_m}
    near_m = [gap_m for gap_m in before_m if -0.1 <= gap_m <= _LINE_BEFORE_SIGN_M]
    if near_m:
        return lanes.get_waypoint_xodr(lane.road_id, lane.lane_id, before_m[min(near_m)]) or lane
    if road.junction >= 0:
        inside_m = lane.s if lane.lane_id < 0 else road.length_m - lane.s
        before = lane.previous(max(inside_m, 0.0) + 0.02)
        if len(before) == 1 and not before[0].is_junction:
            return before[0]
    return lane


def _areas(
    approaches: Iterable[Approach], kind: str, roads: Mapping[int, RoadRecord], lanes: carla.Map
) -> OrientedBoxArrays:
    """The boxes in which a sign acts: CARLA's sizes, one a lane, before the line."""
    centers, halves, yaws = [], [], []
    for approach in approaches:
        half = approach.half_m(kind)
        gap_m = 0.0 if kind.startswith("speed") else AREA_TO_LINE_M
        pose = pose_of(approach.back(half[0] + gap_m, roads, lanes).transform)
        centers.append(pose[:3, 3])
        halves.append(half)
        yaws.append(np.arctan2(pose[1, 0], pose[0, 0]))
    return OrientedBoxArrays(np.array(centers).reshape(-1, 3), np.array(halves).reshape(-1, 3), np.array(yaws))


def _upright(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pose without pitch and roll."""
    yaw = np.arctan2(pose[1, 0], pose[0, 0])
    upright = np.eye(4)
    upright[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    upright[:3, 3] = pose[:3, 3]
    return upright


def _head(sign: RoadSign, approaches: list[Approach], network: Network) -> SignalHead:
    pose = sign.T_world_sign.copy()
    line = _stop_line(approaches) if approaches else pose[:3, 3] + np.outer([0.5, -0.5], pose[:3, 1])
    right = line[1] - line[0]
    pose[:3, 1] = right / np.linalg.norm(right)  # a head looks back at its traffic: what is right of them is left of it
    pose[2, 1] = 0.0
    pose[:3, 1] /= np.linalg.norm(pose[:3, 1])
    pose[:3, 0] = np.cross(pose[:3, 1], [0.0, 0.0, 1.0])
    road_z_m = line[:, 2].mean()
    if pose[2, 3] - road_z_m < _LOWEST_HEAD_M:
        pose[2, 3] = road_z_m + HEAD_OVER_ROAD_M
    controller = network.controllers.get(sign.opendrive_id)
    cycle, turn = (f"signal {sign.opendrive_id}", 0) if controller is None else (controller.cycle, controller.turn)
    return SignalHead(sign.opendrive_id, pose, line, turn, cycle, sign)


def _stop_line(approaches: list[Approach]) -> NDArray[np.float64]:
    """(2, 3) left and right end of one line across all lanes of the first one's approach."""
    ends = np.array([end for approach in approaches for end in approach.line_ends_m()])
    first = approaches[0].line_ends_m()
    right = (first[1] - first[0]) / np.linalg.norm(first[1] - first[0])
    along_m = (ends - first[0]) @ right
    near = np.abs(np.cross(right[:2], (ends - first[0])[:, :2])) < _ONE_APPROACH_M
    return first[0] + np.outer([along_m[near].min(), along_m[near].max()], right)
