"""A country road through a tunnel."""

from __future__ import annotations

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import SIGN_HEIGHT_M
from sim.world.maps.rural import DASHES, SPEED_SIGN_TO_LANE_M
from sim.world.maps.urban import LANE_M, ORIGIN_DEG

SPEED_KMH, TUNNEL_SPEED_KMH = 100, 80
STRIP_M = 1.0
"""Between the edge line and the wall."""
BEFORE_M, TUNNEL_M, BEHIND_M = 100.0, 320.0, 60.0
"""Straight road before, in and behind the tunnel."""
SIGN_BEFORE_M = 60.0


def tunnel(name: str) -> str:
    """900 m with a bend before and behind a straight tunnel of 320 m, one lane a direction, 100 km/h, 80 inside."""
    left_per_m, right_per_m = 1 / 300.0, -1 / 250.0
    first = [
        xodr.Line(120.0),
        xodr.Spiral(0.0, left_per_m, length=40.0),
        xodr.Arc(left_per_m, length=60.0),
        xodr.Spiral(left_per_m, 0.0, length=40.0),
    ]
    second = [
        xodr.Spiral(0.0, right_per_m, length=40.0),
        xodr.Arc(right_per_m, length=60.0),
        xodr.Spiral(right_per_m, 0.0, length=40.0),
        xodr.Line(80.0),
    ]
    side = (od.driving(LANE_M, od.solid()), od.LaneSpec(xodr.LaneType.shoulder, STRIP_M, od.no_mark()))
    spec = od.RoadSpec(side, side, DASHES, xodr.RoadType.rural, SPEED_KMH)
    view = od.course([*first, xodr.Line(BEFORE_M + TUNNEL_M + BEHIND_M), *second])
    road = od.road(1, view, spec)
    start_m = float(od.course(first).get_total_length()) + BEFORE_M
    road.add_tunnel(xodr.Tunnel(start_m, TUNNEL_M, "1", "tunnel", xodr.TunnelType.standard, daylight=0.0, lighting=1.0))
    _add_limits(road, start_m - SIGN_BEFORE_M, start_m + TUNNEL_M + SIGN_BEFORE_M)
    return od.text(name, [road], origin_deg=ORIGIN_DEG)


def _add_limits(road: xodr.Road, first_m: float, last_m: float) -> None:
    """The tunnel's speed limit and its signs."""
    road.add_type(xodr.RoadType.rural, first_m, "DE", TUNNEL_SPEED_KMH, "km/h")
    road.add_type(xodr.RoadType.rural, last_m, "DE", SPEED_KMH, "km/h")
    beside_m = LANE_M + SPEED_SIGN_TO_LANE_M
    limits = (
        (first_m, -1, TUNNEL_SPEED_KMH),
        (last_m, -1, SPEED_KMH),
        (last_m, 1, TUNNEL_SPEED_KMH),
        (first_m, 1, SPEED_KMH),
    )
    for number, (s_m, lane_id, kmh) in enumerate(limits, start=11):
        od.add_sign(road, number, od.SPEED_LIMIT, s_m, lane_id * beside_m, SIGN_HEIGHT_M, lane_id, kmh)
