"""A T-junction without lights: a street with bends has priority over one that comes from the side."""

from __future__ import annotations

from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import CORNER_M, Arm, Crossing, Rule, furnish, street, turns
from sim.world.maps.urban import ORIGIN_DEG

JUNCTION_ID = 100
STRAIGHT_M, CLOTHOID_M, BEND_M, OUTER_M = 60.0, 30.0, 70.0, 60.0
BENDS_PER_M = {0: 1 / 140.0, 2: 1 / 180.0, 3: -1 / 120.0}
"""Curvature of each arm as seen from the junction, by its bearing in quarter turns; left is positive."""


def t_junction(name: str) -> str:
    """Three arms of 250 m with a bend each, one lane a direction, zebras, a yield sign for who comes from the south."""
    arms = {bearing: Arm(number, ends_here=False) for number, bearing in enumerate(BENDS_PER_M, start=1)}
    roads = [_arm(arm, bearing) for bearing, arm in arms.items()]
    connecting, meeting = turns(Crossing(JUNCTION_ID, arms), 10)
    return od.text(name, roads + connecting, [meeting], origin_deg=ORIGIN_DEG)


def _arm(arm: Arm, bearing: int) -> xodr.Road:
    """An arm from the junction outwards."""
    bend_per_m, heading_rad = BENDS_PER_M[bearing], bearing * pi / 2
    pieces = [
        xodr.Line(STRAIGHT_M),
        xodr.Spiral(0.0, bend_per_m, length=CLOTHOID_M),
        xodr.Arc(bend_per_m, length=BEND_M),
        xodr.Spiral(bend_per_m, 0.0, length=CLOTHOID_M),
        xodr.Line(OUTER_M),
    ]
    road = street(arm.road_id, pieces, (CORNER_M * cos(heading_rad), CORNER_M * sin(heading_rad), heading_rad))
    road.add_predecessor(xodr.ElementType.junction, JUNCTION_ID)
    length_m = float(road.planview.get_total_length())
    furnish(road, length_m, arm, arm.road_id - 1, Rule.YIELD if bearing % 2 else Rule.PRIORITY)
    return road
