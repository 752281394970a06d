"""A country road without a junction."""

from __future__ import annotations

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.rural import DASHES, EDGE
from sim.world.maps.urban import ORIGIN_DEG

SPEED_KMH = 100
STRAIGHT_M = 520.0
RADIUS_M = 400.0
CLOTHOID_M, ARC_M, END_M = 60.0, 160.0, 120.0


def country_road(name: str) -> str:
    """900 m, level: 520 m straight along x, then a bend to the right of 400 m radius; two lanes, 100 km/h."""
    bend_per_m = -1.0 / RADIUS_M
    course = od.course(
        [
            xodr.Line(STRAIGHT_M),
            xodr.Spiral(0.0, bend_per_m, length=CLOTHOID_M),
            xodr.Arc(bend_per_m, length=ARC_M),
            xodr.Spiral(bend_per_m, 0.0, length=CLOTHOID_M),
            xodr.Line(END_M),
        ]
    )
    spec = od.RoadSpec(EDGE, EDGE, DASHES, xodr.RoadType.rural, SPEED_KMH)
    return od.text(name, [od.road(1, course, spec)], origin_deg=ORIGIN_DEG)
