"""A motorway with an exit and an entry on each carriageway: a deceleration lane, a gore, a ramp, an entry lane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import SIGN_HEIGHT_M
from sim.world.maps.motorway import EDGE_LINE_M, LANE_LINE_M, LANE_M, MEDIAN_M, SHOULDER_M
from sim.world.maps.sections import Profile, Stretch, sectioned_road
from sim.world.maps.urban import ORIGIN_DEG

SPEED_KMH, RAMP_SPEED_KMH = 130, 60
BEFORE_M, BETWEEN_M, BEHIND_M = 480.0, 380.0, 440.0
"""Carriageway before the exit, between exit and entry, and behind the entry."""
TAPER_M, SPEED_LANE_M = 60.0, 190.0  # RAA: exit and entry lanes are 250 m long, with a taper of 60 m
GORE_RADIUS_M, BACK_RADIUS_M = 400.0, 250.0
GORE_M = sqrt(2 * GORE_RADIUS_M * SHOULDER_M)
"""So long after they part, a ramp and its motorway have the width of a hard shoulder between them."""
TWO_LINES_M = sqrt(2 * GORE_RADIUS_M * EDGE_LINE_M)
"""So long after they part, their edge lines are beside each other."""
SPREAD_M = 40.0
"""So much longer a ramp leads away."""
DRIVEN_M = 3 * LANE_M
RAIL_M, RAIL_TO_PAVING_M = (0.3, 0.75), 0.6  # width and height; as on the straight motorway
HATCHED_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Where the gore is wide enough, its corners at shares of its length."""
CUSHION_M = 14.0
"""A crash cushion stands so far behind the gore's end."""
FIRST_ROAD_ID = {
    "before": 1,
    "between": 2,
    "behind": 3,
    "ramp": 4,
    "past_exit": 5,
    "exit": 6,
    "past_entry": 7,
    "entry": 8,
}
SECOND_CARRIAGEWAY = 10
"""What is added to road ids there; junctions have ids from 100 on."""
MOTORWAY = (xodr.RoadType.motorway, SPEED_KMH)
RAMP = (xodr.RoadType.motorway, RAMP_SPEED_KMH)

DASHES, BLOCKS = od.broken(6.0, 12.0, LANE_LINE_M), od.broken(6.0, 6.0, EDGE_LINE_M)  # RMS
EDGE = od.solid(EDGE_LINE_M)
MEDIAN: Profile = {"median": od.LaneSpec(xodr.LaneType.median, MEDIAN_M, od.no_mark())}
LEFT_EDGE = (od.solid(LANE_LINE_M),)


@dataclass(frozen=True, slots=True)
class _Carriageway:
    """One direction of the motorway: the number added to its road ids, and where it begins."""

    number: int
    start: tuple[float, float, float]

    def road_id(self, name: str) -> int:
        return FIRST_ROAD_ID[name] + self.number

    def junction_id(self, name: str) -> int:
        return {"exit": 101, "entry": 102}[name] + self.number

    def at(self, ahead_m: float, left_m: float = 0.0) -> tuple[float, float, float]:
        """A pose on its reference line, the left edge of its leftmost lane."""
        x_m, y_m, heading_rad = self.start
        c, s = cos(heading_rad), sin(heading_rad)
        return x_m + ahead_m * c - left_m * s, y_m + ahead_m * s + left_m * c, heading_rad


def motorway_exit(name: str) -> str:
    """1,400 m along x, three lanes a direction, a ramp beside each from an exit to an entry. 130 km/h, ramps 60."""
    length_m = BEFORE_M + BETWEEN_M + BEHIND_M + 2 * GORE_M
    ways = _Carriageway(0, (0.0, -MEDIAN_M, 0.0)), _Carriageway(SECOND_CARRIAGEWAY, (length_m, MEDIAN_M, pi))
    roads = [road for way in ways for road in _roads(way)]
    junctions = [junction for way in ways for junction in _junctions(way, {road.id: road for road in roads})]
    return od.text(name, roads, junctions, origin_deg=ORIGIN_DEG)


def _profile(speed_lane: str = "none") -> Profile:
    """The lanes right of the reference line; that beside the three may be "none", "full", "begins" or "ends"."""
    driving, shoulder = xodr.LaneType.driving, od.LaneSpec(xodr.LaneType.shoulder, SHOULDER_M, od.no_mark())
    first, second = od.driving(LANE_M, DASHES), od.driving(LANE_M, DASHES)
    if speed_lane == "none":
        return {"first": first, "second": second, "third": od.driving(LANE_M, EDGE), "shoulder": shoulder}
    rise = LANE_M / TAPER_M
    start_m, grows = {"begins": (0.0, rise), "ends": (LANE_M, -rise)}.get(speed_lane, (LANE_M, 0.0))
    beside = od.LaneSpec(driving, start_m, EDGE, widening=grows)
    return {
        "first": first,
        "second": second,
        "third": od.driving(LANE_M, BLOCKS),
        "speed": beside,
        "shoulder": shoulder,
    }


def _roads(way: _Carriageway) -> Iterator[xodr.Road]:
    """The carriageway's three stretches, its ramp, and the ways through its exit and its entry."""
    yield _before(way)
    yield _between(way)
    yield _behind(way)
    yield _ramp(way)
    yield from _exit(way)
    yield from _entry(way)


def _stretch(way: _Carriageway, name: str, ahead_m: float, length_m: float, stretches: list[Stretch]) -> xodr.Road:
    course = od.course([xodr.Line(length_m)], *way.at(ahead_m))
    road = sectioned_road(way.road_id(name), course, stretches, MOTORWAY)
    _add_wall(way, road, length_m)
    return road


def _add_wall(way: _Carriageway, road: xodr.Road, length_m: float) -> None:
    """The wall in the middle of the median; the other carriageway's map has it already."""
    if not way.number:
        od.add_barrier(road, 1000 + road.id, "ConcreteBarrier", MEDIAN_M, (length_m, 0.6, 0.9))


def _add_rail(road: xodr.Road, number: int, span_m: tuple[float, float], paved_m: tuple[float, float]) -> None:
    """A guard rail on the right, beyond paving that reaches so far right of the reference line at its ends."""
    from_m, to_m = (-paved - RAIL_TO_PAVING_M for paved in paved_m)
    size_m = span_m[1] - span_m[0], *RAIL_M
    od.add_barrier(road, 2000 + 10 * road.id + number, "GuardRail", (from_m, to_m), size_m, span_m[0])


def _before(way: _Carriageway) -> xodr.Road:
    """To the exit, with the exit's lane."""
    full_m, taper_m = BEFORE_M - SPEED_LANE_M, BEFORE_M - SPEED_LANE_M - TAPER_M
    stretches = [
        Stretch(start_m, MEDIAN, _profile(lane), LEFT_EDGE)
        for start_m, lane in ((0.0, "none"), (taper_m, "begins"), (full_m, "full"))
    ]
    road = _stretch(way, "before", 0.0, BEFORE_M, stretches)
    road.add_successor(xodr.ElementType.junction, way.junction_id("exit"))
    narrow_m, wide_m = DRIVEN_M + SHOULDER_M, DRIVEN_M + SHOULDER_M + LANE_M
    _add_rail(road, 0, (0.0, taper_m), (narrow_m, narrow_m))
    _add_rail(road, 1, (taper_m, full_m), (narrow_m, wide_m))
    _add_rail(road, 2, (full_m, BEFORE_M), (wide_m, wide_m))
    return road


def _between(way: _Carriageway) -> xodr.Road:
    """From the exit to the entry."""
    road = _stretch(way, "between", BEFORE_M + GORE_M, BETWEEN_M, [Stretch(0.0, MEDIAN, _profile(), LEFT_EDGE)])
    road.add_predecessor(xodr.ElementType.junction, way.junction_id("exit"))
    road.add_successor(xodr.ElementType.junction, way.junction_id("entry"))
    paved_m = DRIVEN_M + SHOULDER_M
    od.add_crash_cushion(road, 3000 + road.id, CUSHION_M, -paved_m - _gap_m(CUSHION_M) / 2)
    _add_rail(road, 0, (60.0, BETWEEN_M - 60.0), (paved_m, paved_m))
    return road


def _gap_m(behind_m: float) -> float:
    """Grass between the motorway and a ramp, so far behind the gore's end."""
    return (GORE_M + behind_m) ** 2 / (2 * GORE_RADIUS_M) - SHOULDER_M


def _behind(way: _Carriageway) -> xodr.Road:
    """From the entry on, with the entry's lane."""
    start_m, end_m = SPEED_LANE_M, SPEED_LANE_M + TAPER_M
    stretches = [
        Stretch(at_m, MEDIAN, _profile(lane), LEFT_EDGE)
        for at_m, lane in ((0.0, "full"), (start_m, "ends"), (end_m, "none"))
    ]
    road = _stretch(way, "behind", BEFORE_M + BETWEEN_M + 2 * GORE_M, BEHIND_M, stretches)
    road.add_predecessor(xodr.ElementType.junction, way.junction_id("entry"))
    narrow_m, wide_m = DRIVEN_M + SHOULDER_M, DRIVEN_M + SHOULDER_M + LANE_M
    _add_rail(road, 0, (0.0, start_m), (wide_m, wide_m))
    _add_rail(road, 1, (start_m, end_m), (wide_m, narrow_m))
    _add_rail(road, 2, (end_m, BEHIND_M), (narrow_m, narrow_m))
    return road


RAMP_LANES: Profile = {
    "only": od.driving(LANE_M, EDGE),
    "shoulder": od.LaneSpec(xodr.LaneType.shoulder, SHOULDER_M, od.no_mark()),
}


def _away() -> list[object]:
    """From a gore's end away from the motorway and back to its direction."""
    turned_rad = (GORE_M + SPREAD_M) / GORE_RADIUS_M
    return [
        xodr.Arc(-1 / GORE_RADIUS_M, length=SPREAD_M),
        xodr.Arc(1 / BACK_RADIUS_M, length=BACK_RADIUS_M * turned_rad),
    ]


def _ramp(way: _Carriageway) -> xodr.Road:
    """From the exit to the entry, at some distance from the motorway."""
    gore = xodr.Arc(-1 / GORE_RADIUS_M, length=GORE_M)
    ahead_m = float(od.course([gore, *_away()]).get_end_point()[0])
    straight_m = BETWEEN_M + 2 * GORE_M - 2 * ahead_m
    there, back = _away(), _away()[::-1]
    x_m, y_m, heading_rad = od.course([gore], *way.at(BEFORE_M, -DRIVEN_M)).get_end_point()
    course = od.course([*there, xodr.Line(straight_m), *back], float(x_m), float(y_m), float(heading_rad))
    road = sectioned_road(way.road_id("ramp"), course, [Stretch(0.0, {}, RAMP_LANES, (EDGE,))], RAMP)
    length_m = float(course.get_total_length())
    road.add_predecessor(xodr.ElementType.junction, way.junction_id("exit"))
    road.add_successor(xodr.ElementType.junction, way.junction_id("entry"))
    _add_rail(road, 0, (0.0, length_m), (LANE_M + SHOULDER_M, LANE_M + SHOULDER_M))
    sign_t_m = -LANE_M - SHOULDER_M - 2 * RAIL_TO_PAVING_M
    od.add_sign(road, road.id, od.SPEED_LIMIT, 10.0, sign_t_m, SIGN_HEIGHT_M, -1, RAMP_SPEED_KMH)
    return road


def _past(way: _Carriageway, name: str, ahead_m: float, shoulder: od.LaneSpec) -> xodr.Road:
    """On along the motorway where a ramp parts or joins."""
    lanes = {**_profile(), "shoulder": shoulder}
    course = od.course([xodr.Line(GORE_M)], *way.at(ahead_m))
    stretch = Stretch(0.0, MEDIAN, lanes, LEFT_EDGE)
    junction_id = way.junction_id(name.removeprefix("past_"))
    road = sectioned_road(way.road_id(name), course, [stretch], MOTORWAY, junction_id)
    _add_wall(way, road, GORE_M)
    corners_m = [(share * GORE_M, -DRIVEN_M - _gore_m(share)) for share in HATCHED_SHARES]
    edge_m = -DRIVEN_M - EDGE_LINE_M
    first_m, last_m = corners_m[0][0], corners_m[-1][0]
    if name == "past_entry":
        corners_m = [(GORE_M - u, v) for u, v in reversed(corners_m)]
        first_m, last_m = corners_m[0][0], corners_m[-1][0]
    od.add_hatching(road, 4000 + road.id, 0.0, [(first_m, edge_m), *corners_m, (last_m, edge_m)])
    return road


def _gore_m(share: float) -> float:
    """Width of the gore, less the ramp's edge line and as much asphalt."""
    return share**2 * SHOULDER_M - EDGE_LINE_M


def _exit(way: _Carriageway) -> Iterator[xodr.Road]:
    """Where the exit parts: the gore grows with the square of the way."""
    kind = xodr.LaneType.shoulder
    gore = od.LaneSpec(kind, 0.0, od.no_mark(), curving=1 / (2 * GORE_RADIUS_M))
    on = _past(way, "past_exit", BEFORE_M, gore)
    before, between = (way.road_id("before"), xodr.ContactPoint.end), (way.road_id("between"), xodr.ContactPoint.start)
    od.connect(on, before, between, {-1: (-1, -1), -2: (-2, -2), -3: (-3, -3), -4: (-5, -4)})
    yield on
    course = od.course([xodr.Arc(-1 / GORE_RADIUS_M, length=GORE_M)], *way.at(BEFORE_M, -DRIVEN_M))
    stretch = Stretch(0.0, {}, RAMP_LANES, (od.no_mark(), od.solid(EDGE_LINE_M, TWO_LINES_M)))
    off = sectioned_road(way.road_id("exit"), course, [stretch], RAMP, way.junction_id("exit"))
    od.connect(off, before, (way.road_id("ramp"), xodr.ContactPoint.start), {-1: (-4, -1), -2: (-5, -2)})
    _add_rail(off, 0, (0.0, GORE_M), (LANE_M + SHOULDER_M, LANE_M + SHOULDER_M))
    yield off


def _entry(way: _Carriageway) -> Iterator[xodr.Road]:
    """Where the ramp joins."""
    kind, start_m = xodr.LaneType.shoulder, BEFORE_M + BETWEEN_M + GORE_M
    per_m2 = 1 / (2 * GORE_RADIUS_M)
    gore = od.LaneSpec(kind, SHOULDER_M, od.no_mark(), widening=-2 * GORE_M * per_m2, curving=per_m2)
    on = _past(way, "past_entry", start_m, gore)
    between, behind = (way.road_id("between"), xodr.ContactPoint.end), (way.road_id("behind"), xodr.ContactPoint.start)
    od.connect(on, between, behind, {-1: (-1, -1), -2: (-2, -2), -3: (-3, -3), -4: (-4, -5)})
    yield on
    # the exit's way back to front: its arc ends where the entry's lane begins
    turned_rad = GORE_M / GORE_RADIUS_M
    end_m, aside_m = GORE_RADIUS_M * sin(turned_rad), GORE_RADIUS_M * (1 - cos(turned_rad))
    x_m, y_m, heading_rad = way.at(start_m + GORE_M - end_m, -DRIVEN_M - aside_m)
    course = od.course([xodr.Arc(-1 / GORE_RADIUS_M, length=GORE_M)], x_m, y_m, heading_rad + turned_rad)
    stretch = Stretch(0.0, {}, RAMP_LANES, (EDGE, od.no_mark(GORE_M - TWO_LINES_M)))
    joins = sectioned_road(way.road_id("entry"), course, [stretch], RAMP, way.junction_id("entry"))
    od.connect(joins, (way.road_id("ramp"), xodr.ContactPoint.end), behind, {-1: (-1, -4), -2: (-2, -5)})
    _add_rail(joins, 0, (0.0, GORE_M), (LANE_M + SHOULDER_M, LANE_M + SHOULDER_M))
    yield joins


def _junctions(way: _Carriageway, roads: dict[int, xodr.Road]) -> Iterator[xodr.Junction]:
    """The exit and the entry."""
    ways = {
        "exit": (("before", "past_exit"), ("before", "exit")),
        "entry": (("between", "past_entry"), ("ramp", "entry")),
    }
    for name, pairs in ways.items():
        junction = xodr.Junction(name, way.junction_id(name))
        for incoming, through in pairs:
            junction.add_connection(od.connection(way.road_id(incoming), roads[way.road_id(through)]))
        yield junction
