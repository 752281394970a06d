"""The ways through a right-angled crossing of roads with several lanes: from each mouth to the right, on and left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import Arm

RIGHT, ON, LEFT = 1, 2, 3
"""A turn by the arm that it leads to, in arms counted counter-clockwise from its own."""


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """A driving lane at a mouth.

    Args:
        place: its number, counted from the middle of its road.
        right_m: from the middle of the road to its left edge, in driving direction.
        width_m: its width.
    """

    place: int
    right_m: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Mouth:
    """A road where it meets a crossing; its side walks lie next to its outermost lanes.

    Args:
        arm: which road, and which end of it.
        reach_m: middle of the crossing to the mouth.
        into: lanes that lead into the crossing, the outermost last. Who turns left comes from the first one, who turns
            right from the last one.
        out: lanes that lead out, likewise.
    """

    arm: Arm
    reach_m: float
    into: tuple[LaneEnd, ...]
    out: tuple[LaneEnd, ...]


@dataclass(frozen=True, slots=True)
class MouthCrossing:
    """A crossing of four mouths, by their bearing in quarter turns, round (x, y); ways have a road type and a limit."""

    junction_id: int
    middle_m: tuple[float, float]
    mouths: Sequence[Mouth]
    kind: tuple[xodr.RoadType, int]
    side_walk_m: float


def ways(crossing: MouthCrossing, first_road_id: int) -> tuple[list[xodr.Road], xodr.Junction]:
    """The connecting roads of a crossing, with ids from `first_road_id` on, ten a mouth, and its junction."""
    meeting = xodr.Junction("crossing", crossing.junction_id)
    roads = []
    for bearing, before in enumerate(crossing.mouths):
        for quarters in (RIGHT, ON, LEFT):
            road = _way(crossing, bearing, quarters, first_road_id + 10 * bearing + quarters)
            meeting.add_connection(od.connection(before.arm.road_id, road))
            roads.append(road)
    return roads, meeting


def _way(crossing: MouthCrossing, bearing: int, quarters: int, road_id: int) -> xodr.Road:
    """One way; its reference line is the left edge of its leftmost lane, and those who turn right pass a side walk."""
    before, after = crossing.mouths[bearing], crossing.mouths[(bearing + quarters) % 4]
    pairs = list(_pairs(before, after, quarters))
    (first, last), into, out = pairs[0], before.arm.inward, -after.arm.inward
    pieces = _pieces(before.reach_m, after.reach_m, (first.right_m, last.right_m), quarters)
    view = od.course(pieces, *_start(crossing, bearing, first))
    length_m = float(view.get_total_length())
    lanes = [
        od.LaneSpec(xodr.LaneType.driving, a.width_m, od.no_mark(), widening=(b.width_m - a.width_m) / length_m)
        for a, b in pairs
    ]
    links = {-own: (into * a.place, out * b.place) for own, (a, b) in enumerate(pairs, start=1)}
    if quarters == RIGHT:
        lanes.append(od.side_walk(crossing.side_walk_m))
        links[-2] = into * (first.place + 1), out * (last.place + 1)
    spec = od.RoadSpec((), tuple(lanes), od.no_mark(), *crossing.kind)
    road = od.road(road_id, view, spec, junction=crossing.junction_id)
    od.connect(road, (before.arm.road_id, before.arm.contact), (after.arm.road_id, after.arm.contact), links)
    return road


def _pairs(before: Mouth, after: Mouth, quarters: int) -> Iterator[tuple[LaneEnd, LaneEnd]]:
    """Which lane leads to which."""
    if quarters == RIGHT:
        yield before.into[-1], after.out[-1]
    elif quarters == LEFT:
        yield before.into[0], after.out[0]
    else:
        yield from zip(before.into[-len(after.out) :], after.out, strict=True)


def _start(crossing: MouthCrossing, bearing: int, lane: LaneEnd) -> tuple[float, float, float]:
    """The left edge of a lane that leads in: x, y and heading."""
    away_rad, reach_m = bearing * pi / 2, crossing.mouths[bearing].reach_m
    x_m = crossing.middle_m[0] + reach_m * cos(away_rad) - lane.right_m * sin(away_rad)
    y_m = crossing.middle_m[1] + reach_m * sin(away_rad) + lane.right_m * cos(away_rad)
    return x_m, y_m, away_rad + pi


def _pieces(before_m: float, after_m: float, right_m: tuple[float, float], quarters: int) -> list[object]:
    """Straight on, or a quarter of the largest circle that fits, with a straight before or behind it."""
    if quarters == ON:
        return [xodr.Line(before_m + after_m)]
    left = 1.0 if quarters == LEFT else -1.0
    ahead_m, aside_m = before_m + left * right_m[1], after_m + left * right_m[0]
    radius_m = min(ahead_m, aside_m)
    pieces: list[object] = [xodr.Arc(left / radius_m, length=radius_m * pi / 2)]
    if ahead_m > aside_m:
        pieces.insert(0, xodr.Line(ahead_m - radius_m))
    elif aside_m > ahead_m:
        pieces.append(xodr.Line(aside_m - radius_m))
    return pieces
