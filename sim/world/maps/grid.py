"""A quarter of three by three blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import CORNER_M, Arm, Crossing, Rule, furnish, street, turns
from sim.world.maps.urban import ORIGIN_DEG

BLOCKS = 3
PITCH_M = 100.0
BEND_RADIUS_M = 20.0
"""Of the middle line where the outer street turns at the corners of the quarter."""
FIRST_JUNCTION_ID = 101
FIRST_CONNECTING_ID = 1000
CONNECTING_STEP = 100

Node = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Link:
    """A street from one node to another; it leaves in direction `out`, in quarter turns, and may bend left once."""

    first: Node
    last: Node
    out: int
    bends: bool = False

    @property
    def back(self) -> int:
        """The bearing in which the street leaves its last node."""
        return (self.out + (3 if self.bends else 2)) % 4


def grid(name: str) -> str:
    """Two-lane streets round nine blocks of 100 m: four crossings with lights, eight T-junctions with yield signs."""
    nodes = [(i, j) for i, j in product(range(BLOCKS + 1), repeat=2) if not _is_corner((i, j))]
    crossings = {node: Crossing(FIRST_JUNCTION_ID + n, {}, (*_place_m(node), 0.0)) for n, node in enumerate(nodes)}
    streets = {}
    for road_id, link in enumerate(_links(), start=1):
        streets[road_id] = _laid(road_id, link, crossings)
    roads, junctions = [road for road, _ in streets.values()], []
    controllers: list[od.Controller] = []
    arm_number = 0
    for place, (node, crossing) in enumerate(crossings.items()):
        lights: tuple[list[int], list[int]] = [], []
        for bearing, arm in sorted(crossing.arms.items()):
            rule = _rule(node, bearing)
            furnish(*streets[arm.road_id], arm, arm_number, rule)
            arm_number += 1
            if rule is Rule.LIGHT:
                lights[bearing % 2].append(arm_number)
        connecting, junction = turns(crossing, FIRST_CONNECTING_ID + CONNECTING_STEP * place)
        roads += connecting
        junctions.append(junction)
        for turn, signals in enumerate(lights):
            if signals:
                number = len(controllers) + 1
                controllers.append(od.Controller(number, crossing.junction_id, turn, tuple(signals)))
    return od.text(name, roads, junctions, controllers, origin_deg=ORIGIN_DEG)


def _is_corner(node: Node) -> bool:
    return all(index in (0, BLOCKS) for index in node)


def _is_inside(node: Node) -> bool:
    return all(0 < index < BLOCKS for index in node)


def _place_m(node: Node) -> tuple[float, float]:
    return (node[0] - BLOCKS / 2) * PITCH_M, (node[1] - BLOCKS / 2) * PITCH_M


def _rule(node: Node, bearing: int) -> Rule:
    """Lights inside; on the outer street, which has priority, who comes from inside yields."""
    if _is_inside(node):
        return Rule.LIGHT
    along_y = node[0] in (0, BLOCKS)
    return Rule.PRIORITY if bearing % 2 == along_y else Rule.YIELD


def _links() -> Iterator[_Link]:
    """Straight streets between neighbours, then those round the corners of the quarter."""
    for i, j in product(range(BLOCKS + 1), repeat=2):
        for out, other in enumerate(((i + 1, j), (i, j + 1))):
            if max(other) <= BLOCKS and not _is_corner((i, j)) and not _is_corner(other):
                yield _Link((i, j), other, out)
    near, far, last = 1, BLOCKS - 1, BLOCKS
    yield _Link((far, 0), (last, near), 0, bends=True)
    yield _Link((last, far), (far, last), 1, bends=True)
    yield _Link((near, last), (0, far), 2, bends=True)
    yield _Link((0, near), (near, 0), 3, bends=True)


def _laid(road_id: int, link: _Link, crossings: Mapping[Node, Crossing]) -> tuple[xodr.Road, float]:
    """A street between two crossings, and its length; both crossings come to know it as an arm."""
    heading_rad = link.out * pi / 2
    x_m, y_m = _place_m(link.first)
    start = x_m + CORNER_M * cos(heading_rad), y_m + CORNER_M * sin(heading_rad), heading_rad
    pieces = [xodr.Line(PITCH_M - 2 * CORNER_M)]
    if link.bends:
        straight_m = PITCH_M - CORNER_M - BEND_RADIUS_M
        bend = xodr.Arc(1 / BEND_RADIUS_M, length=BEND_RADIUS_M * pi / 2)
        pieces = [xodr.Line(straight_m), bend, xodr.Line(straight_m)]
    road = street(road_id, pieces, start)
    road.add_predecessor(xodr.ElementType.junction, crossings[link.first].junction_id)
    road.add_successor(xodr.ElementType.junction, crossings[link.last].junction_id)
    crossings[link.first].arms[link.out] = Arm(road_id, ends_here=False)
    crossings[link.last].arms[link.back] = Arm(road_id)
    return road, float(road.planview.get_total_length())
