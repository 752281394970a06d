"""Urban roads: straight ones and ones with bends, of two lanes and of four."""

from __future__ import annotations

from scenariogeneration import xodr

from sim.world.maps import opendrive as od

ORIGIN_DEG = (49.0, 9.0)  # where GNSS says the origin is: any place would do
SIDE_WALK_M = 3.0
LANE_M = 3.5
ZEBRA_WALK_M = 4.0  # R-FGÜ 2001: zebra crossings are at least 3 m, as a rule 4 m wide


def two_lanes(speed_kmh: int) -> od.RoadSpec:
    """A street with one lane a direction and side walks."""
    side = (od.driving(LANE_M, od.kerb()), od.side_walk(SIDE_WALK_M))
    return od.RoadSpec(side, side, od.broken(3.0, 6.0), xodr.RoadType.town, speed_kmh)


def urban_street(name: str) -> str:
    """440 m straight along x, one lane a direction, side walks, a zebra crossing in the middle, 50 km/h."""
    street = od.road(1, od.course([xodr.Line(440.0)]), two_lanes(50))
    od.add_crosswalk(street, 1, 220.0, ZEBRA_WALK_M, LANE_M)
    return od.text(name, [street], origin_deg=ORIGIN_DEG)


def four_lanes(speed_kmh: int) -> od.RoadSpec:
    """A street with two lanes a direction and side walks."""
    side = (
        od.driving(LANE_M, od.broken(3.0, 6.0)),
        od.driving(LANE_M, od.kerb()),
        od.side_walk(SIDE_WALK_M),
    )
    return od.RoadSpec(side, side, od.double_solid(), xodr.RoadType.town, speed_kmh)


def urban_avenue(name: str) -> str:
    """500 m straight along x, two lanes a direction, side walks, no crossing, 70 km/h."""
    avenue = od.road(1, od.course([xodr.Line(500.0)]), four_lanes(70))
    return od.text(name, [avenue], origin_deg=ORIGIN_DEG)


def urban_boulevard(name: str) -> str:
    """About 480 m with a long left bend of 300 m radius, two lanes a direction, a zebra crossing, 50 km/h."""
    left_per_m = 1 / 300.0
    pieces = [
        xodr.Line(140.0),
        xodr.Spiral(0.0, left_per_m, length=50.0),
        xodr.Arc(left_per_m, length=120.0),
        xodr.Spiral(left_per_m, 0.0, length=50.0),
        xodr.Line(120.0),
    ]
    boulevard = od.road(1, od.course(pieces), four_lanes(50))
    od.add_crosswalk(boulevard, 1, 400.0, ZEBRA_WALK_M, 2 * LANE_M)
    return od.text(name, [boulevard], origin_deg=ORIGIN_DEG)


def urban_crescent(name: str) -> str:
    """About 400 m round a right bend of 110 m radius, two zebra crossings, 30 km/h."""
    right_per_m = -1 / 110.0
    pieces = [
        xodr.Line(90.0),
        xodr.Spiral(0.0, right_per_m, length=30.0),
        xodr.Arc(right_per_m, length=150.0),
        xodr.Spiral(right_per_m, 0.0, length=30.0),
        xodr.Line(100.0),
    ]
    street = od.road(1, od.course(pieces), two_lanes(30))
    for number, s_m in ((1, 50.0), (2, 340.0)):
        od.add_crosswalk(street, number, s_m, ZEBRA_WALK_M, LANE_M)
    return od.text(name, [street], origin_deg=ORIGIN_DEG)


def urban_bend(name: str) -> str:
    """About 520 m with a left bend of 200 m radius and a right bend of 160 m, clothoids between, 50 km/h."""
    left_per_m, right_per_m = 1 / 200.0, -1 / 160.0
    pieces = [
        xodr.Line(80.0),
        xodr.Spiral(0.0, left_per_m, length=40.0),
        xodr.Arc(left_per_m, length=100.0),
        xodr.Spiral(left_per_m, 0.0, length=40.0),
        xodr.Line(40.0),
        xodr.Spiral(0.0, right_per_m, length=40.0),
        xodr.Arc(right_per_m, length=80.0),
        xodr.Spiral(right_per_m, 0.0, length=40.0),
        xodr.Line(60.0),
    ]
    street = od.road(1, od.course(pieces), two_lanes(50))
    od.add_crosswalk(street, 1, 280.0, ZEBRA_WALK_M, LANE_M)
    return od.text(name, [street], origin_deg=ORIGIN_DEG)
