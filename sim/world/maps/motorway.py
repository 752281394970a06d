"""A straight motorway."""

from __future__ import annotations

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.urban import ORIGIN_DEG

LENGTH_M = 1400.0
LANE_M = 3.6
MEDIAN_M = 2.0
SHOULDER_M = 3.0
EDGE_LINE_M = 0.30  # RMS: wide line on motorways beside the hard shoulder
LANE_LINE_M = 0.15  # RMS: narrow line on motorways


def motorway(name: str) -> str:
    """1,400 m straight along x, three lanes a direction with hard shoulders, concrete barrier between, 130 km/h."""
    dashes = od.broken(6.0, 12.0, LANE_LINE_M)  # RMS: 6 m dash, 12 m gap
    side = (
        od.LaneSpec(xodr.LaneType.median, MEDIAN_M, od.solid(LANE_LINE_M)),
        od.driving(LANE_M, dashes),
        od.driving(LANE_M, dashes),
        od.driving(LANE_M, od.solid(EDGE_LINE_M)),
        od.LaneSpec(xodr.LaneType.shoulder, SHOULDER_M, od.no_mark()),
    )
    spec = od.RoadSpec(side, side, od.no_mark(), xodr.RoadType.motorway, 130)
    way = od.road(1, od.course([xodr.Line(LENGTH_M)]), spec)
    od.add_barrier(way, 1, "ConcreteBarrier", 0.0, (LENGTH_M, 0.6, 0.9))
    rail_t_m = MEDIAN_M + 3 * LANE_M + SHOULDER_M + 0.6
    od.add_barrier(way, 2, "GuardRail", rail_t_m, (LENGTH_M, 0.3, 0.75))
    od.add_barrier(way, 3, "GuardRail", -rail_t_m, (LENGTH_M, 0.3, 0.75))
    return od.text(name, [way], origin_deg=ORIGIN_DEG)
