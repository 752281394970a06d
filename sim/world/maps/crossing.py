"""Right-angled crossings and T-junctions of two-lane streets: their turns, zebras, stop lines, lights and signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.urban import LANE_M, SIDE_WALK_M, ZEBRA_WALK_M, two_lanes

CORNER_M = 11.5  # middle of the crossing to where arms end; the kerbs' corner radius is this less one lane: 8 m
ZEBRA_TO_JUNCTION_M = 2.0
STOP_TO_ZEBRA_M = 1.0
STOP_TO_JUNCTION_M = ZEBRA_TO_JUNCTION_M + ZEBRA_WALK_M + STOP_TO_ZEBRA_M
POLE_TO_JUNCTION_M = 1.0  # beyond the zebra, so that a driver at the stop line sees the head
POLE_TO_KERB_M = 0.6  # RiLSA: lamp heads keep 0.5 m clear of the carriageway
HEAD_HEIGHT_M = 3.2
SIGN_HEIGHT_M = 2.0  # VwV-StVO: signs hang at least 2.00 m high
SPEED_KMH = 50
TURNS = {"right": 1, "through": 2, "left": 3}  # an arm's exit, in arms counted counter-clockwise from itself


class Rule(Enum):
    """What holds traffic back where it enters a crossing."""

    LIGHT = "light"
    YIELD = "yield"
    STOP = "stop"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Arm:
    """A street where it meets a crossing.

    Args:
        road_id: of the street.
        ends_here: whether the street's end meets the crossing, not its start.
    """

    road_id: int
    ends_here: bool = True

    @property
    def inward(self) -> int:
        """The sign of the ids of the lanes that lead into the crossing."""
        return -1 if self.ends_here else 1

    @property
    def contact(self) -> xodr.ContactPoint:
        """The end of the street that meets the crossing."""
        return xodr.ContactPoint.end if self.ends_here else xodr.ContactPoint.start


KERBED = (od.driving(LANE_M, od.kerb()), od.side_walk(SIDE_WALK_M))


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing with its middle in the plane.

    Args:
        junction_id: of its junction.
        arms: by bearing, in quarter turns counter-clockwise from +x.
        middle_m: x, y and height.
        roadside: the lanes of a way whose right-hand side is the edge of the crossing.
        kind: road type of the ways through it, with their speed limit.
    """

    junction_id: int
    arms: dict[int, Arm]
    middle_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    roadside: tuple[od.LaneSpec, ...] = KERBED
    kind: tuple[xodr.RoadType, int] = (xodr.RoadType.town, SPEED_KMH)


def furnish(street: xodr.Road, length_m: float, arm: Arm, number: int, rule: Rule) -> None:
    """Zebra, and what holds traffic back before it, at one end of a street; `number` is the arm's own on its map."""
    zebra_m = ZEBRA_TO_JUNCTION_M + ZEBRA_WALK_M / 2
    zebra_s_m = length_m - zebra_m if arm.ends_here else zebra_m
    od.add_crosswalk(street, 2 * number + 1, zebra_s_m, ZEBRA_WALK_M, LANE_M)
    hold(street, length_m, arm, number, rule)


def hold(
    street: xodr.Road, length_m: float, arm: Arm, number: int, rule: Rule, before_m: float = STOP_TO_JUNCTION_M
) -> None:
    """The line, light or sign that holds traffic back `before_m` before the end of a street."""
    stop_s_m = length_m - before_m if arm.ends_here else before_m
    beside_m = arm.inward * (LANE_M + POLE_TO_KERB_M)
    if rule in (Rule.LIGHT, Rule.STOP):
        lane = (0.0, -LANE_M) if arm.ends_here else (LANE_M, 0.0)
        od.add_stop_line(street, 2 * number + 2, stop_s_m, lane, arm.inward)
    if rule is Rule.LIGHT:
        pole_s_m = length_m - POLE_TO_JUNCTION_M if arm.ends_here else POLE_TO_JUNCTION_M
        od.add_traffic_light(street, number + 1, pole_s_m, beside_m, HEAD_HEIGHT_M, (arm.inward, arm.inward))
    elif rule is not Rule.PRIORITY:
        kind = od.STOP if rule is Rule.STOP else od.YIELD
        od.add_sign(street, number + 1, kind, stop_s_m, beside_m, SIGN_HEIGHT_M, arm.inward)


def turns(crossing: Crossing, first_road_id: int) -> tuple[list[xodr.Road], xodr.Junction]:
    """The connecting roads of a crossing, with ids from `first_road_id` on, ten an arm, and its junction."""
    meeting = xodr.Junction("crossing", crossing.junction_id)
    roads = []
    for place, (bearing, turn) in _ways(crossing):
        road_id = first_road_id + 10 * place + TURNS[turn]
        road = _turn(crossing, bearing, turn, road_id)
        meeting.add_connection(od.connection(crossing.arms[bearing].road_id, road))
        roads.append(road)
    return roads, meeting


def _ways(crossing: Crossing) -> Iterator[tuple[int, tuple[int, str]]]:
    """Every way through: the place of its arm, its bearing, and the turn."""
    for place, bearing in enumerate(sorted(crossing.arms)):
        for turn, quarters in TURNS.items():
            if (bearing + quarters) % 4 in crossing.arms:
                yield place, (bearing, turn)


def _turn(crossing: Crossing, bearing: int, turn: str, road_id: int) -> xodr.Road:
    """The connecting road from one arm for one turn; the outermost on its right carries the side walk."""
    bearing_rad = bearing * pi / 2
    x_m, y_m, z_m = crossing.middle_m
    start = x_m + CORNER_M * cos(bearing_rad), y_m + CORNER_M * sin(bearing_rad), bearing_rad + pi
    shapes = {
        "right": xodr.Arc(-1 / CORNER_M, length=CORNER_M * pi / 2),
        "through": xodr.Line(2 * CORNER_M),
        "left": xodr.Arc(1 / CORNER_M, length=CORNER_M * pi / 2),
    }
    lanes: tuple[od.LaneSpec, ...] = (od.driving(LANE_M, od.no_mark()),)
    if turn == "right" or (turn == "through" and (bearing + TURNS["right"]) % 4 not in crossing.arms):
        lanes = crossing.roadside
    spec = od.RoadSpec((), lanes, od.no_mark(), *crossing.kind)
    road = od.road(road_id, od.course([shapes[turn]], *start), spec, junction=crossing.junction_id)
    if z_m:
        road.add_elevation(0.0, z_m, 0.0, 0.0, 0.0)
    before, after = crossing.arms[bearing], crossing.arms[(bearing + TURNS[turn]) % 4]
    od.connect(road, (before.road_id, before.contact), (after.road_id, after.contact))
    return road


def street(road_id: int, pieces: Sequence[object], start: tuple[float, float, float]) -> xodr.Road:
    """A two-lane street with side walks along `pieces` from a pose (x, y, heading) on."""
    return od.road(road_id, od.course(pieces, *start), two_lanes(SPEED_KMH))
