"""A roundabout of one lane."""

from __future__ import annotations

from math import asin, cos, pi, sin, sqrt

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import Arm, Rule, furnish, street
from sim.world.maps.urban import LANE_M, ORIGIN_DEG, SIDE_WALK_M

INNER_RADIUS_M = 15.0
RING_LANE_M = 4.5
"""An outer diameter of 39 m: small roundabouts have 26 to 40 m (Merkblatt für die Anlage von Kreisverkehren)."""
ENTRY_RADIUS_M = 14.0
"""Of an entry's left edge: 10 m at the kerb, where the Merkblatt has 10 to 16 m."""
ENTRY_TURN_RAD = asin(ENTRY_RADIUS_M / (INNER_RADIUS_M + ENTRY_RADIUS_M))
"""Bearing from an arm to where its entry meets the ring: both arcs touch on the line between their middles."""
ARM_END_M = sqrt((INNER_RADIUS_M + ENTRY_RADIUS_M) ** 2 - ENTRY_RADIUS_M**2)
"""From the middle to where an arm ends and its entry begins to bend."""
OUT_M = 120.0
CORNER_RADIUS_M = 30.0
"""Each loop goes out to here and turns left with this radius, three times."""
RING_SPEED_KMH = 30
YIELD_LINE_M = (0.5, 0.25, 0.25)
"""Dash, gap and width of the line before which traffic yields (RMS: Wartelinie)."""
FIRST_JUNCTION_ID = 101
LOOPS, RING, ENTRY, EXIT, PASSAGE = 1, 11, 21, 31, 41
"""Road ids: each kind counts from its own, by the bearing of its arm in quarter turns."""
ARM_ROADS = {0: (1, False), 1: (1, True), 2: (2, False), 3: (2, True)}
"""Bearing of an arm -> its road, and whether the road ends (not starts) at the roundabout."""


def roundabout(name: str) -> str:
    """Four arms, yield signs, zebras; each arm leads round a block to the next one. 50 km/h, 30 in the ring."""
    roads = [_loop(LOOPS, 0), _loop(LOOPS + 1, 2), *(_ring(bearing) for bearing in range(4))]
    junctions = []
    for bearing in range(4):
        junction = xodr.Junction("roundabout_arm", FIRST_JUNCTION_ID + bearing)
        arm, ring_before = ARM_ROADS[bearing][0], RING + (bearing - 1) % 4
        for incoming, road in ((arm, _entry(bearing)), (ring_before, _exit(bearing)), (ring_before, _passage(bearing))):
            junction.add_connection(od.connection(incoming, road))
            roads.append(road)
        junctions.append(junction)
    return od.text(name, roads, junctions, origin_deg=ORIGIN_DEG)


def _loop(road_id: int, bearing: int) -> xodr.Road:
    """From one arm's mouth out, round the block to its left, and in by the next arm."""
    straight_m, block_m = OUT_M - CORNER_RADIUS_M - ARM_END_M, OUT_M - 2 * CORNER_RADIUS_M
    bend = xodr.Arc(1 / CORNER_RADIUS_M, length=CORNER_RADIUS_M * pi / 2)
    lines = [xodr.Line(length_m) for length_m in (straight_m, block_m, block_m, straight_m)]
    pieces = [lines[0], bend, lines[1], bend, lines[2], bend, lines[3]]
    heading_rad = bearing * pi / 2
    road = street(road_id, pieces, (ARM_END_M * cos(heading_rad), ARM_END_M * sin(heading_rad), heading_rad))
    road.add_predecessor(xodr.ElementType.junction, FIRST_JUNCTION_ID + bearing)
    road.add_successor(xodr.ElementType.junction, FIRST_JUNCTION_ID + bearing + 1)
    length_m = float(road.planview.get_total_length())
    furnish(road, length_m, Arm(road_id, ends_here=False), bearing, Rule.YIELD)
    furnish(road, length_m, Arm(road_id), bearing + 1, Rule.YIELD)
    return road


def _on_ring(turn_rad: float) -> tuple[float, float, float]:
    """The pose of the ring's inner edge at a bearing, counter-clockwise as the traffic goes."""
    return INNER_RADIUS_M * cos(turn_rad), INNER_RADIUS_M * sin(turn_rad), turn_rad + pi / 2


def _ring_arc(from_rad: float, turn_rad: float) -> xodr.PlanView:
    return od.course([xodr.Arc(1 / INNER_RADIUS_M, length=INNER_RADIUS_M * turn_rad)], *_on_ring(from_rad))


def _ring(bearing: int) -> xodr.Road:
    """The stretch of the ring from one arm to the next."""
    start_rad = bearing * pi / 2 + ENTRY_TURN_RAD
    lanes = od.driving(RING_LANE_M, od.kerb()), od.side_walk(SIDE_WALK_M)
    spec = od.RoadSpec((), lanes, od.kerb(), xodr.RoadType.town, RING_SPEED_KMH)
    road = od.road(RING + bearing, _ring_arc(start_rad, pi / 2 - 2 * ENTRY_TURN_RAD), spec)
    road.add_predecessor(xodr.ElementType.junction, FIRST_JUNCTION_ID + bearing)
    road.add_successor(xodr.ElementType.junction, FIRST_JUNCTION_ID + (bearing + 1) % 4)
    return road


def _passage(bearing: int) -> xodr.Road:
    """Past an arm, along the ring."""
    start_rad = bearing * pi / 2 - ENTRY_TURN_RAD
    lanes = (od.driving(RING_LANE_M, od.broken(*YIELD_LINE_M)),)
    road = _connecting(PASSAGE, bearing, _ring_arc(start_rad, 2 * ENTRY_TURN_RAD), lanes, od.kerb())
    od.connect(road, _ring_end(bearing - 1), (RING + bearing, xodr.ContactPoint.start))
    return road


def _entry(bearing: int) -> xodr.Road:
    """From an arm to the right onto the ring."""
    heading_rad = bearing * pi / 2
    start = ARM_END_M * cos(heading_rad), ARM_END_M * sin(heading_rad), heading_rad + pi
    road = _connecting(ENTRY, bearing, od.course([_mouth()], *start), _widening(LANE_M, RING_LANE_M), od.no_mark())
    od.connect(road, _arm_end(bearing), (RING + bearing, xodr.ContactPoint.start))
    return road


def _exit(bearing: int) -> xodr.Road:
    """From the ring to the right into an arm."""
    course = od.course([_mouth()], *_on_ring(bearing * pi / 2 - ENTRY_TURN_RAD))
    road = _connecting(EXIT, bearing, course, _widening(RING_LANE_M, LANE_M), od.no_mark())
    od.connect(road, _ring_end(bearing - 1), _arm_end(bearing))
    return road


def _connecting(
    kind: int, bearing: int, course: xodr.PlanView, lanes: tuple[od.LaneSpec, ...], center: xodr.RoadMark
) -> xodr.Road:
    spec = od.RoadSpec((), lanes, center, xodr.RoadType.town, RING_SPEED_KMH)
    return od.road(kind + bearing, course, spec, junction=FIRST_JUNCTION_ID + bearing)


def _mouth() -> xodr.Arc:
    return xodr.Arc(-1 / ENTRY_RADIUS_M, length=ENTRY_RADIUS_M * (pi / 2 - ENTRY_TURN_RAD))


def _widening(start_m: float, end_m: float) -> tuple[od.LaneSpec, ...]:
    """A lane whose width changes evenly along a mouth, and its side walk."""
    per_m = (end_m - start_m) / (ENTRY_RADIUS_M * (pi / 2 - ENTRY_TURN_RAD))
    return od.LaneSpec(xodr.LaneType.driving, start_m, od.kerb(), widening=per_m), od.side_walk(SIDE_WALK_M)


def _ring_end(bearing: int) -> od.End:
    return RING + bearing % 4, xodr.ContactPoint.end


def _arm_end(bearing: int) -> od.End:
    road_id, ends_here = ARM_ROADS[bearing]
    return road_id, Arm(road_id, ends_here).contact
