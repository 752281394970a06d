"""A signalised junction of four arms."""

from __future__ import annotations

from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.urban import LANE_M, ORIGIN_DEG, SIDE_WALK_M, ZEBRA_WALK_M

ARM_M = 160.0
CORNER_M = 11.5  # middle of the junction to where arms end; the kerbs' corner radius is this less one lane: 8 m
ZEBRA_TO_JUNCTION_M = 2.0
STOP_TO_ZEBRA_M = 1.0
POLE_TO_JUNCTION_M = 1.0  # beyond the zebra, so that a driver at the stop line sees the head
POLE_TO_KERB_M = 0.6  # RiLSA: lamp heads keep 0.5 m clear of the carriageway
HEAD_HEIGHT_M = 3.2
SPEED_KMH = 50
JUNCTION_ID = 100
TURNS = {"right": 1, "through": 2, "left": 3}  # an arm's exit, in arms counted counter-clockwise from itself


def _arm(number: int) -> xodr.Road:
    """Arm `number` runs towards the middle; it comes from bearing `number` quarter turns."""
    bearing_rad = number * pi / 2
    far_m = CORNER_M + ARM_M
    start = far_m * cos(bearing_rad), far_m * sin(bearing_rad), bearing_rad + pi
    side = (od.driving(LANE_M, od.kerb()), od.side_walk(SIDE_WALK_M))
    spec = od.RoadSpec(side, side, od.broken(3.0, 6.0), xodr.RoadType.town, SPEED_KMH)
    arm = od.road(number + 1, od.course([xodr.Line(ARM_M)], *start), spec)
    arm.add_successor(xodr.ElementType.junction, JUNCTION_ID)
    zebra_s_m = ARM_M - ZEBRA_TO_JUNCTION_M - ZEBRA_WALK_M / 2
    od.add_crosswalk(arm, 2 * number + 1, zebra_s_m, ZEBRA_WALK_M, LANE_M)
    stop_s_m = zebra_s_m - ZEBRA_WALK_M / 2 - STOP_TO_ZEBRA_M
    od.add_stop_line(arm, 2 * number + 2, stop_s_m, (0.0, -LANE_M))
    od.add_traffic_light(arm, number + 1, ARM_M - POLE_TO_JUNCTION_M, -(LANE_M + POLE_TO_KERB_M), HEAD_HEIGHT_M)
    return arm


def _turn(number: int, turn: str, road_id: int) -> xodr.Road:
    """The connecting road from arm `number` for one turn; the right turn carries the corner's side walk."""
    bearing_rad = number * pi / 2
    start = CORNER_M * cos(bearing_rad), CORNER_M * sin(bearing_rad), bearing_rad + pi
    shapes = {
        "right": xodr.Arc(-1 / CORNER_M, length=CORNER_M * pi / 2),
        "through": xodr.Line(2 * CORNER_M),
        "left": xodr.Arc(1 / CORNER_M, length=CORNER_M * pi / 2),
    }
    lanes = [od.driving(LANE_M, od.no_mark())]
    if turn == "right":
        lanes = [od.driving(LANE_M, od.kerb()), od.side_walk(SIDE_WALK_M)]
    spec = od.RoadSpec((), tuple(lanes), od.no_mark(), xodr.RoadType.town, SPEED_KMH)
    road = od.road(road_id, od.course([shapes[turn]], *start), spec, junction=JUNCTION_ID)
    exit_arm = (number + TURNS[turn]) % 4 + 1
    road.add_predecessor(xodr.ElementType.road, number + 1, xodr.ContactPoint.end)
    road.add_successor(xodr.ElementType.road, exit_arm, xodr.ContactPoint.end)
    for lane in road.lanes.lanesections[0].rightlanes:
        lane.add_link("predecessor", lane.lane_id)
        lane.add_link("successor", -lane.lane_id)
    return road


def junction(name: str) -> str:
    """Four arms of 160 m at right angles round the origin, one lane a direction, zebras, signals in two groups."""
    roads = [_arm(number) for number in range(4)]
    meeting = xodr.Junction("crossing", JUNCTION_ID)
    for number in range(4):
        for turn in TURNS:
            road_id = 10 * (number + 1) + TURNS[turn]
            road = _turn(number, turn, road_id)
            link = xodr.Connection(number + 1, road_id, xodr.ContactPoint.start)
            for lane in road.lanes.lanesections[0].rightlanes:
                link.add_lanelink(lane.lane_id, lane.lane_id)
            meeting.add_connection(link)
            roads.append(road)
    groups = {1: (1, 3), 2: (2, 4)}
    return od.text(name, roads, [meeting], groups, origin_deg=ORIGIN_DEG)
