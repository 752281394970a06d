"""A four-lane artery through a town: a median, left-turn lanes, crossings with lights, bus stops."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import (
    HEAD_HEIGHT_M,
    POLE_TO_JUNCTION_M,
    POLE_TO_KERB_M,
    STOP_TO_JUNCTION_M,
    ZEBRA_TO_JUNCTION_M,
    Arm,
    Rule,
    furnish,
    street,
)
from sim.world.maps.mouths import LaneEnd, Mouth, MouthCrossing, ways
from sim.world.maps.sections import Profile, Stretch, sectioned_road
from sim.world.maps.urban import LANE_M, ORIGIN_DEG, SIDE_WALK_M, ZEBRA_WALK_M

MEDIAN_M = 3.75  # of each direction: a turn lane and what is left beside it
MEDIAN_LEFT_M = MEDIAN_M - LANE_M
MEDIAN_HEIGHT_M = od.KERB_HEIGHT_M
HALF_M = MEDIAN_M + 2 * LANE_M
"""Middle of the artery to its kerb."""
SPEED_KMH = 50
CORNER_RADIUS_M = 8.0
ARTERY_MOUTH_M, STREET_MOUTH_M = LANE_M + CORNER_RADIUS_M, HALF_M + CORNER_RADIUS_M
"""Middle of a crossing to where the artery and the street across it end."""
FLUSH_M = STOP_TO_JUNCTION_M + 5.0
"""Before a crossing the median is paint only, so that people in wheelchairs cross it; the boxes in which the lights act
end at the beginning of a lane section, as CARLA has them, and take 3 m before the stop line."""
TURN_LANE_M, TAPER_M = 45.0, 25.0
PITCH_M = 260.0
OUTER_M, STREET_M = 220.0, 110.0
CROSSINGS = 2
BUS_STOP_BEYOND_M = 45.0
"""Bus stops lie behind crossings, as seen by the bus."""
FIRST_JUNCTION_ID, FIRST_CONNECTING_ID, FIRST_STREET_ID = 101, 1000, 11
FIRST_SIGNAL, FIRST_OBJECT = 101, 201
"""The streets' own signals and objects count from 1."""

TOWN = (xodr.RoadType.town, SPEED_KMH)
DASHES, SHORT_DASHES = od.broken(3.0, 6.0), od.broken(3.0, 3.0)
RISE = LANE_M / TAPER_M


def artery(name: str) -> str:
    """700 m along x, two lanes a direction with a median, two crossings with lights and left-turn lanes, 50 km/h."""
    roads = [_artery_road(place) for place in range(CROSSINGS + 1)]
    junctions: list[xodr.Junction] = []
    controllers: list[od.Controller] = []
    for place in range(CROSSINGS):
        streets = [_side_street(place, bearing) for bearing in (1, 3)]
        connecting, junction = _crossing(place)
        roads += streets + connecting
        junctions.append(junction)
        controllers += _controllers(place)
    return od.text(name, roads, junctions, controllers, origin_deg=ORIGIN_DEG)


def _profile(turn: str) -> Profile:
    """One side of the artery, with a lane to turn left: "none", "flush" (beside paint), "full", "begins" or "ends"."""
    kerb, middle = od.kerb(), xodr.LaneType.median
    lanes = {
        "inner": od.driving(LANE_M, od.solid() if turn == "flush" else DASHES),
        "outer": od.driving(LANE_M, kerb),
        "walk": od.side_walk(SIDE_WALK_M),
    }
    mark = od.solid() if turn == "flush" else SHORT_DASHES
    start_m, rise = {"begins": (0.0, RISE), "ends": (LANE_M, -RISE)}.get(turn, (LANE_M, 0.0))
    if turn == "none":
        return {"median": od.LaneSpec(middle, MEDIAN_M, kerb, MEDIAN_HEIGHT_M), **lanes}
    height_m, edge = (0.0, od.solid()) if turn == "flush" else (MEDIAN_HEIGHT_M, kerb)
    median = od.LaneSpec(middle, MEDIAN_M - start_m, edge, height_m, -rise)
    return {"median": median, "turn": od.LaneSpec(xodr.LaneType.driving, start_m, mark, 0.0, rise), **lanes}


def _leaving_flush() -> Profile:
    lanes = dict(_profile("none"))
    lanes["median"] = od.LaneSpec(xodr.LaneType.median, MEDIAN_M, od.solid())
    return lanes


def _artery_road(place: int) -> xodr.Road:
    """The stretch before crossing `place`, towards +x; the last one is behind the last crossing."""
    begins, ends = place > 0, place < CROSSINGS
    start_m = (place - 1) * PITCH_M + ARTERY_MOUTH_M if begins else -ARTERY_MOUTH_M - OUTER_M
    length_m = PITCH_M - 2 * ARTERY_MOUTH_M if begins and ends else OUTER_M
    plain, full_m, taper_m = _profile("none"), FLUSH_M + TURN_LANE_M, FLUSH_M + TURN_LANE_M + TAPER_M
    stretches = [Stretch(0.0, plain, plain)]
    if begins:
        stretches = [
            Stretch(0.0, _profile("flush"), _leaving_flush()),
            Stretch(FLUSH_M, _profile("full"), plain),
            Stretch(full_m, _profile("ends"), plain),
            Stretch(taper_m, plain, plain),
        ]
    if ends:
        stretches += [
            Stretch(length_m - taper_m, plain, _profile("begins")),
            Stretch(length_m - full_m, plain, _profile("full")),
            Stretch(length_m - FLUSH_M, _leaving_flush(), _profile("flush")),
        ]
    road = sectioned_road(place + 1, od.course([xodr.Line(length_m)], start_m, 0.0, 0.0), stretches, TOWN)
    if begins:
        road.add_predecessor(xodr.ElementType.junction, FIRST_JUNCTION_ID + place - 1)
        _furnish(road, length_m, Arm(place + 1, ends_here=False))
        od.add_bus_stop(road, FIRST_OBJECT + 9, BUS_STOP_BEYOND_M, -HALF_M - SIDE_WALK_M)
    if ends:
        road.add_successor(xodr.ElementType.junction, FIRST_JUNCTION_ID + place)
        _furnish(road, length_m, Arm(place + 1))
        od.add_bus_stop(road, FIRST_OBJECT + 19, length_m - BUS_STOP_BEYOND_M, HALF_M + SIDE_WALK_M)
    return road


def _furnish(road: xodr.Road, length_m: float, arm: Arm) -> None:
    """Zebra, stop line and two lights, one for those who turn left, at one end of a stretch of the artery."""
    number = FIRST_OBJECT + 20 * arm.road_id + (10 if arm.ends_here else 0)
    signal = _signals(arm)

    def before(way_m: float) -> float:
        return length_m - way_m if arm.ends_here else way_m

    od.add_crosswalk(road, number, before(ZEBRA_TO_JUNCTION_M + ZEBRA_WALK_M / 2), ZEBRA_WALK_M, HALF_M)
    ends_m = sorted((arm.inward * MEDIAN_LEFT_M, arm.inward * HALF_M), reverse=True)
    od.add_stop_line(road, number + 1, before(STOP_TO_JUNCTION_M), (ends_m[0], ends_m[1]), arm.inward)
    kerb_m = arm.inward * (HALF_M + POLE_TO_KERB_M)
    pole_s_m = before(POLE_TO_JUNCTION_M)
    od.add_traffic_light(road, signal[0], pole_s_m, kerb_m, HEAD_HEIGHT_M, (3 * arm.inward, 4 * arm.inward))
    middle_m = -arm.inward * POLE_TO_KERB_M
    od.add_traffic_light(road, signal[1], pole_s_m, middle_m, HEAD_HEIGHT_M, (2 * arm.inward, 2 * arm.inward))


def _signals(arm: Arm) -> tuple[int, int]:
    """Ids of the lights of an arm of the artery: for those who go on or right, and for those who turn left."""
    first = FIRST_SIGNAL + 4 * arm.road_id + (2 if arm.ends_here else 0)
    return first, first + 1


def _arms(place: int) -> tuple[Arm, Arm, Arm, Arm]:
    """The roads that meet at a crossing, by their bearing in quarter turns."""
    north, south = FIRST_STREET_ID + 2 * place, FIRST_STREET_ID + 2 * place + 1
    return Arm(place + 2, ends_here=False), Arm(north), Arm(place + 1), Arm(south)


def _side_street(place: int, bearing: int) -> xodr.Road:
    """A two-lane street that comes in from the side."""
    arm, bearing_rad = _arms(place)[bearing], bearing * pi / 2
    far_m = STREET_MOUTH_M + STREET_M
    start = place * PITCH_M + far_m * cos(bearing_rad), far_m * sin(bearing_rad), bearing_rad + pi
    road = street(arm.road_id, [xodr.Line(STREET_M)], start)
    road.add_successor(xodr.ElementType.junction, FIRST_JUNCTION_ID + place)
    furnish(road, STREET_M, arm, arm.road_id - FIRST_STREET_ID, Rule.LIGHT)
    return road


def _controllers(place: int) -> Iterator[od.Controller]:
    """Who goes along the artery, then who turns left from it, then one street after the other."""
    east, north, west, south = _arms(place)
    (east_on, east_left), (west_on, west_left) = _signals(east), _signals(west)
    streets = [arm.road_id - FIRST_STREET_ID + 1 for arm in (north, south)]
    turns = (east_on, west_on), (east_left, west_left), (streets[0],), (streets[1],)
    for sequence, signals in enumerate(turns):
        yield od.Controller(len(turns) * place + sequence + 1, FIRST_JUNCTION_ID + place, sequence, signals)


def _crossing(place: int) -> tuple[list[xodr.Road], xodr.Junction]:
    """The ways through one crossing and its junction."""
    mouths = [_mouth(arm, bearing) for bearing, arm in enumerate(_arms(place))]
    crossing = MouthCrossing(FIRST_JUNCTION_ID + place, (place * PITCH_M, 0.0), mouths, TOWN, SIDE_WALK_M)
    return ways(crossing, FIRST_CONNECTING_ID + 100 * place)


def _mouth(arm: Arm, bearing: int) -> Mouth:
    """Of the artery or, towards the north and the south, of a street."""
    if bearing % 2:
        lane = LaneEnd(1, 0.0, LANE_M)
        return Mouth(arm, STREET_MOUTH_M, (lane,), (lane,))
    turn_m, inner_m, outer_m = MEDIAN_LEFT_M, MEDIAN_M, MEDIAN_M + LANE_M
    into = (2, turn_m), (3, inner_m), (4, outer_m)
    out = (2, inner_m), (3, outer_m)
    into_lanes, out_lanes = (tuple(LaneEnd(*lane, LANE_M) for lane in lanes) for lanes in (into, out))
    return Mouth(arm, ARTERY_MOUTH_M, into_lanes, out_lanes)
