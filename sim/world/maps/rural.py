"""A country road with bends, crests and dips, and a side road."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, radians, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import CORNER_M, SIGN_HEIGHT_M, Arm, Crossing, Rule, hold, turns
from sim.world.maps.urban import LANE_M, ORIGIN_DEG

SPEED_KMH, SLOW_KMH, SIDE_SPEED_KMH = 100, 70, 70
HARD_STRIP_M = 0.5  # RAL: between the edge line and the grass
CLOTHOID_M = 40.0
LEVEL_M = 25.0
"""So far from a junction hills begin."""
HILLS_M = (
    ((0.0, 0.0), (0.10, 8.0), (0.22, -3.0), (0.5, 4.0), (0.75, -2.0), (1.0, 2.0)),
    ((0.0, 2.0), (0.3, 12.0), (0.55, 1.0), (0.7, 5.0), (1.0, 0.0)),
)
"""Heights at shares of the length of each half: level tops and bottoms with slopes of up to 10 % between."""
SLOW_SHARES = (0.03, 0.3)
"""70 km/h over the first crest and through the dip behind it."""
SIDE_RADIUS_M, SIDE_TURN_RAD = 80.0, radians(65.0)
STOP_TO_JUNCTION_M = 1.0
FIRST_HALF, SECOND_HALF, SIDE_ROAD = 1, 2, 3
SOUTH, NORTH = 1001, 1002
"""Junction ids; carla's client takes a road of the same id for the junction."""
SPEED_SIGN_TO_LANE_M = 1.5  # VwV-StVO: signs stand 1.5 m from the carriageway outside towns

EDGE = (
    od.driving(LANE_M, od.solid()),
    od.LaneSpec(xodr.LaneType.shoulder, HARD_STRIP_M, od.no_mark()),
)
DASHES = od.broken(4.0, 8.0)  # RMS: 4 m dashes and 8 m gaps on country roads


def rural(name: str) -> str:
    """A round of 3 km, 100 km/h with 70 over a crest, and a side road across it with a stop and a yield sign."""
    north_m = _far_end_m()
    first = _half(FIRST_HALF, 0.0, (0.0, 0.0))
    second = _half(SECOND_HALF, pi, north_m)
    side, side_length_m = _side_road(north_m)
    crossings = [
        _crossing(SOUTH, {0: Arm(FIRST_HALF, False), 1: Arm(SIDE_ROAD, False), 2: Arm(SECOND_HALF)}, (0.0, 0.0, 0.0)),
        _crossing(
            NORTH,
            {0: Arm(FIRST_HALF), 2: Arm(SECOND_HALF, False), 3: Arm(SIDE_ROAD)},
            (*north_m, HILLS_M[0][-1][1]),
        ),
    ]
    hold(side, side_length_m, Arm(SIDE_ROAD, False), 0, Rule.STOP, STOP_TO_JUNCTION_M)
    hold(side, side_length_m, Arm(SIDE_ROAD), 1, Rule.YIELD, STOP_TO_JUNCTION_M)
    roads, junctions = [first, second, side], []
    for number, crossing in enumerate(crossings, start=1):
        connecting, junction = turns(crossing, 100 * number)
        roads += connecting
        junctions.append(junction)
    return od.text(name, roads, junctions, origin_deg=ORIGIN_DEG)


def _crossing(junction_id: int, arms: dict[int, Arm], middle_m: tuple[float, float, float]) -> Crossing:
    return Crossing(junction_id, arms, middle_m, EDGE, (xodr.RoadType.rural, SPEED_KMH))


def _bend(radius_m: float, turn_rad: float) -> list[object]:
    """A bend to the left, or for a negative turn to the right, with clothoids at both ends."""
    curvature = 1 / radius_m if turn_rad > 0 else -1 / radius_m
    arc = xodr.Arc(curvature, length=abs(turn_rad) * radius_m - CLOTHOID_M)
    return [xodr.Spiral(0.0, curvature, length=CLOTHOID_M), arc, xodr.Spiral(curvature, 0.0, length=CLOTHOID_M)]


def _pieces() -> list[object]:
    """Half of the round: it turns by half a circle in all, so that the same once more leads back to its start."""
    return [
        xodr.Line(110.0),
        *_bend(250.0, radians(-40.0)),
        xodr.Line(60.0),
        *_bend(180.0, radians(110.0)),
        xodr.Line(150.0),
        *_bend(140.0, radians(110.0)),
        xodr.Line(300.0),
    ]


def _far_end_m() -> tuple[float, float]:
    """The middle of the northern junction, as the southern one is at the origin."""
    view = od.course(_pieces(), CORNER_M, 0.0, 0.0)
    x_m, y_m, _ = view.get_end_point()
    return float(x_m) - CORNER_M, float(y_m)


def _half(road_id: int, heading_rad: float, middle_m: tuple[float, float]) -> xodr.Road:
    """Half of the round from a junction on, with its hills, its speed limits and their signs."""
    x_m, y_m = middle_m
    start = x_m + CORNER_M * cos(heading_rad), y_m + CORNER_M * sin(heading_rad), heading_rad
    spec = od.RoadSpec(EDGE, EDGE, DASHES, xodr.RoadType.rural, SPEED_KMH)
    road = od.road(road_id, od.course(_pieces(), *start), spec)
    length_m = float(road.planview.get_total_length())
    _add_hills(road, length_m, HILLS_M[road_id - 1])
    begins, ends = (SOUTH, NORTH) if road_id == FIRST_HALF else (NORTH, SOUTH)
    road.add_predecessor(xodr.ElementType.junction, begins)
    road.add_successor(xodr.ElementType.junction, ends)
    if road_id == FIRST_HALF:
        slow_m, fast_m = (share * length_m for share in SLOW_SHARES)
        road.add_type(xodr.RoadType.rural, slow_m, "DE", SLOW_KMH, "km/h")
        road.add_type(xodr.RoadType.rural, fast_m, "DE", SPEED_KMH, "km/h")
        beside_m = LANE_M + SPEED_SIGN_TO_LANE_M
        for number, (s_m, lane_id, kmh) in enumerate(
            ((slow_m, -1, SLOW_KMH), (fast_m, -1, SPEED_KMH), (fast_m, 1, SLOW_KMH), (slow_m, 1, SPEED_KMH)), start=11
        ):
            od.add_sign(road, number, od.SPEED_LIMIT, s_m, lane_id * beside_m, SIGN_HEIGHT_M, lane_id, kmh)
    return road


def _add_hills(road: xodr.Road, length_m: float, knots: Sequence[tuple[float, float]]) -> None:
    """Height by cubics that are level at each knot, and level ground at both ends."""
    at_m = [LEVEL_M + share * (length_m - 2 * LEVEL_M) for share, _ in knots]
    road.add_elevation(0.0, knots[0][1], 0.0, 0.0, 0.0)
    for (start_m, end_m), ((_, low_m), (_, high_m)) in zip(pairwise(at_m), pairwise(knots), strict=True):
        rise_m, run_m = high_m - low_m, end_m - start_m
        road.add_elevation(start_m, low_m, 0.0, 3 * rise_m / run_m**2, -2 * rise_m / run_m**3)
    road.add_elevation(at_m[-1], knots[-1][1], 0.0, 0.0, 0.0)


def _side_road(north_m: tuple[float, float]) -> tuple[xodr.Road, float]:
    """From the southern junction north in a double bend to the northern one, and its length."""
    aside_m, ahead_m = north_m[0], north_m[1] - 2 * CORNER_M
    turn = -SIDE_TURN_RAD if aside_m > 0 else SIDE_TURN_RAD
    slant_m = (abs(aside_m) - 2 * SIDE_RADIUS_M * (1 - cos(turn))) / sin(abs(turn))
    straight_m = (ahead_m - 2 * SIDE_RADIUS_M * sin(abs(turn)) - slant_m * cos(turn)) / 2
    curvature = turn / abs(turn) / SIDE_RADIUS_M
    arc_m = SIDE_RADIUS_M * abs(turn)
    pieces = [
        xodr.Line(straight_m),
        xodr.Arc(curvature, length=arc_m),
        xodr.Line(slant_m),
        xodr.Arc(-curvature, length=arc_m),
        xodr.Line(straight_m),
    ]
    spec = od.RoadSpec(EDGE, EDGE, DASHES, xodr.RoadType.rural, SIDE_SPEED_KMH)
    road = od.road(SIDE_ROAD, od.course(pieces, 0.0, CORNER_M, pi / 2), spec)
    length_m = float(road.planview.get_total_length())
    _add_hills(road, length_m, ((0.0, 0.0), (1.0, HILLS_M[0][-1][1])))
    road.add_predecessor(xodr.ElementType.junction, SOUTH)
    road.add_successor(xodr.ElementType.junction, NORTH)
    return road, length_m
