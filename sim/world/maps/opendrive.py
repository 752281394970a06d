"""Writes OpenDRIVE: lane profiles, roads, crossings, stop lines and signals, as text that is the same on every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from scenariogeneration import xodr

from sim.world.maps.object_names import BUS_STOP, CRASH_CUSHION, HATCHING, STOP_LINE

KERB_HEIGHT_M = 0.12  # EAÖ/RASt: kerbs of urban roads are 10 to 15 cm high
GEO_REFERENCE = "+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +vunits=m +no_defs"
FIXED_DATE = "2025-01-01T00:00:00"  # the header needs a date; the day of the run would change the map's digest
LANE_LINE_M = 0.12  # RMS: narrow line on roads other than motorways
TRAFFIC_LIGHT_TYPE = "1000001"  # what CARLA and its towns call a three-light signal
YIELD, STOP, SPEED_LIMIT = "205", "206", "274"  # numbers of the signs in the StVO, which CARLA's client knows

End = tuple[int, xodr.ContactPoint]
"""A road's id and one of its ends."""


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """One lane of a profile, from the middle outwards: its type, width, outer mark and height over the road.

    Its width after `s` metres is width_m + widening s + curving s^2.
    """

    kind: xodr.LaneType
    width_m: float
    mark: xodr.RoadMark
    height_m: float = 0.0
    widening: float = 0
    curving: float = 0


@dataclass(frozen=True, slots=True)
class RoadSpec:
    """What a road is apart from its course.

    Args:
        left: lanes left of the reference line, from the middle outwards; right likewise.
        center: mark on the reference line.
        kind: road type, for the speed record and for what stands beside the road.
        speed_kmh: speed limit, in the unit OpenDRIVE is given here.
    """

    left: tuple[LaneSpec, ...]
    right: tuple[LaneSpec, ...]
    center: xodr.RoadMark
    kind: xodr.RoadType
    speed_kmh: int


def solid(width_m: float = LANE_LINE_M, start_m: float = 0.0) -> xodr.RoadMark:
    """A line that must not be crossed, from `start_m` behind the begin of its lane section on."""
    return xodr.RoadMark(xodr.RoadMarkType.solid, width=width_m, soffset=start_m, laneChange=xodr.LaneChange.none)


def broken(dash_m: float, gap_m: float, width_m: float = LANE_LINE_M) -> xodr.RoadMark:
    """A dashed line: `dash_m` painted, then `gap_m` bare."""
    kind = xodr.RoadMarkType.broken
    return xodr.RoadMark(kind, width=width_m, length=dash_m, space=gap_m, laneChange=xodr.LaneChange.both)


def double_solid() -> xodr.RoadMark:
    """Two lines side by side that must not be crossed."""
    return xodr.RoadMark(xodr.RoadMarkType.solid_solid, width=LANE_LINE_M, laneChange=xodr.LaneChange.none)


def kerb() -> xodr.RoadMark:
    """The step between road and side walk."""
    return xodr.RoadMark(xodr.RoadMarkType.curb, width=0.15, laneChange=xodr.LaneChange.none)


def no_mark(start_m: float = 0.0) -> xodr.RoadMark:
    """No mark at all, or none any more."""
    return xodr.RoadMark(xodr.RoadMarkType.none, width=0.0, soffset=start_m)


def driving(width_m: float, mark: xodr.RoadMark) -> LaneSpec:
    """A lane for cars."""
    return LaneSpec(xodr.LaneType.driving, width_m, mark)


def side_walk(width_m: float) -> LaneSpec:
    """A raised lane for people."""
    return LaneSpec(xodr.LaneType.sidewalk, width_m, no_mark(), KERB_HEIGHT_M)


def lane(spec: LaneSpec) -> xodr.Lane:
    """One lane of a lane section."""
    made = xodr.Lane(spec.kind, a=spec.width_m, b=spec.widening, c=spec.curving)
    made.add_roadmark(spec.mark)
    if spec.height_m:
        made.add_height(spec.height_m)
    return made


def road(road_id: int, course: xodr.PlanView, spec: RoadSpec, junction: int = -1) -> xodr.Road:
    """A road of one lane section along `course`."""
    center = xodr.Lane()
    center.add_roadmark(spec.center)
    section = xodr.LaneSection(0, center)
    for one in spec.left:
        section.add_left_lane(lane(one))
    for one in spec.right:
        section.add_right_lane(lane(one))
    lanes = xodr.Lanes()
    lanes.add_lanesection(section)
    made = xodr.Road(road_id, course, lanes, road_type=junction, name=f"road_{road_id}")
    made.add_type(spec.kind, 0, "DE", spec.speed_kmh, "km/h")
    return made


def course(pieces: Sequence[object], x_m: float = 0.0, y_m: float = 0.0, heading_rad: float = 0.0) -> xodr.PlanView:
    """Geometries one after the other, from a pose on."""
    view = xodr.PlanView(x_m, y_m, heading_rad)
    for piece in pieces:
        view.add_geometry(piece)
    view.adjust_geometries()
    return view


def add_crosswalk(to: xodr.Road, number: int, s_m: float, walk_m: float, half_road_m: float) -> None:
    """A zebra crossing over the whole road, `walk_m` wide along it, its middle at `s_m`."""
    zebra = xodr.Object(s_m, 0.0, xodr.ObjectType.crosswalk, name="Zebra", length=walk_m, width=2 * half_road_m)
    outline = xodr.Outline(closed=True)
    half_m = walk_m / 2
    corners = (half_m, half_road_m), (-half_m, half_road_m), (-half_m, -half_road_m), (half_m, -half_road_m)
    for u, v in (*corners, corners[0]):  # carla.Map tells crossings apart by the first corner, which comes again
        outline.add_corner(xodr.CornerLocal(u, v, 0.0, 0.0))
    zebra.add_outline(outline)
    to.add_object(zebra)
    zebra.id = str(number)  # after adding: the library replaces ids that another map of this process has used


def _orientation(lane_id: int) -> xodr.Orientation:
    """For whom a thing beside the road is: traffic of right-hand lanes drives along the road's course."""
    return xodr.Orientation.positive if lane_id < 0 else xodr.Orientation.negative


def add_stop_line(to: xodr.Road, number: int, s_m: float, t_m: tuple[float, float], lane_id: int = -1) -> None:
    """A stop line across the lanes between lateral offsets `t_m` (greater, smaller), for the traffic of a lane."""
    line = xodr.Object(
        s_m,
        sum(t_m) / 2,
        xodr.ObjectType.roadMark,
        subtype="signalLines",
        name=STOP_LINE,
        orientation=_orientation(lane_id),
        length=0.5,  # RMS: stop lines are 0.50 m deep
        width=t_m[0] - t_m[1],
    )
    to.add_object(line)
    line.id = str(number)


def add_barrier(
    to: xodr.Road,
    number: int,
    name: str,
    t_m: float | tuple[float, float],
    size_m: tuple[float, float, float],
    start_m: float = 0.0,
) -> None:
    """A barrier `size_m` = (length along the road, width, height) from `start_m` on.

    Its lateral offset is `t_m`, or goes evenly from one value to the other.
    """
    length_m, width_m, height_m = size_m
    from_m, to_m = t_m if isinstance(t_m, tuple) else (t_m, t_m)
    kind = xodr.ObjectType.barrier
    wall = xodr.Object(start_m, from_m, kind, name=name, length=length_m, width=width_m, height=height_m)
    wall.repeat(length_m, 0.0, sStart=start_m, tStart=from_m, tEnd=to_m, widthStart=width_m, widthEnd=width_m)
    to.add_object(wall)
    wall.id = str(number)


def add_hatching(to: xodr.Road, number: int, s_m: float, corners_m: Sequence[tuple[float, float]]) -> None:
    """An area that nobody drives on, its corners (along, left) from the road's middle line at `s_m`."""
    area = xodr.Object(s_m, 0.0, xodr.ObjectType.roadMark, name=HATCHING)
    outline = xodr.Outline(closed=True)
    for u, v in corners_m:
        outline.add_corner(xodr.CornerLocal(u, v, 0.0, 0.0))
    area.add_outline(outline)
    to.add_object(area)
    area.id = str(number)


def add_crash_cushion(to: xodr.Road, number: int, s_m: float, t_m: float) -> None:
    """A crash cushion with its nose towards the traffic of right-hand lanes."""
    cushion = xodr.Object(s_m, t_m, xodr.ObjectType.none, name=CRASH_CUSHION, length=4.0, width=0.9, height=0.9)
    to.add_object(cushion)
    cushion.id = str(number)


def add_bus_stop(to: xodr.Road, number: int, s_m: float, t_m: float) -> None:
    """A bus stop with its shelter, whose open front is at lateral offset `t_m` and looks to the road."""
    stop = xodr.Object(s_m, t_m, xodr.ObjectType.none, name=BUS_STOP, length=4.0, width=1.6, height=2.5)
    to.add_object(stop)
    stop.id = str(number)


def add_traffic_light(
    to: xodr.Road, number: int, s_m: float, t_m: float, height_m: float, lanes: tuple[int, int] = (-1, -1)
) -> None:
    """A three-light signal beside the road for the traffic from one lane to another, both included."""
    light = xodr.Signal(
        s_m,
        t_m,
        "OpenDRIVE",
        TRAFFIC_LIGHT_TYPE,
        name="Signal_3Light_Post01",
        dynamic=xodr.Dynamic.yes,
        zOffset=height_m,
        orientation=_orientation(lanes[0]),
        height=0.9,
        width=0.35,
    )
    _add_signal(to, number, light, lanes)


def add_sign(
    to: xodr.Road, number: int, kind: str, s_m: float, t_m: float, height_m: float, lane_id: int, kmh: int | None = None
) -> None:
    """A sign beside the road for the traffic of one lane; `kmh` is the value of a speed limit."""
    sign = xodr.Signal(
        s_m,
        t_m,
        "DE",
        kind,
        subtype="-1" if kmh is None else str(kmh),
        name=f"Sign_{kind}",
        zOffset=height_m,
        orientation=_orientation(lane_id),
        value=kmh,
        unit=None if kmh is None else "km/h",
        height=0.6,
        width=0.6,
    )
    _add_signal(to, number, sign, (lane_id, lane_id))


def _add_signal(to: xodr.Road, number: int, signal: xodr.Signal, lanes: tuple[int, int]) -> None:
    signal.add_validity(min(lanes), max(lanes))
    to.add_signal(signal)
    signal.id = str(number)


def connect(road: xodr.Road, before: End, after: End, lanes: Mapping[int, tuple[int, int]] | None = None) -> None:
    """Links a connecting road of right-hand lanes to the road it comes from and the one that it leads to.

    Args:
        road: the connecting road.
        before: where it comes from.
        after: where it leads to.
        lanes: own lane id -> ids before and after; lanes that are counted alike from the middle when left out.
    """
    road.add_predecessor(xodr.ElementType.road, *before)
    road.add_successor(xodr.ElementType.road, *after)
    for one in road.lanes.lanesections[0].rightlanes:
        own = one.lane_id
        alike = own if before[1] is xodr.ContactPoint.end else -own, -own if after[1] is xodr.ContactPoint.end else own
        link_before, link_after = alike if lanes is None else lanes[own]
        one.add_link("predecessor", link_before)
        one.add_link("successor", link_after)


def connection(incoming_id: int, road: xodr.Road) -> xodr.Connection:
    """What a junction says of a connecting road whose lanes are linked."""
    made = xodr.Connection(incoming_id, road.id, xodr.ContactPoint.start)
    for one in road.lanes.lanesections[0].rightlanes:
        made.add_lanelink(one.get_linked_lane_id("predecessor"), one.lane_id)
    return made


@dataclass(frozen=True, slots=True)
class Controller:
    """Traffic lights that show the same; the controllers of a junction get green in the order of `sequence`."""

    number: int
    junction_id: int
    sequence: int
    signals: tuple[int, ...]


def _add_controllers(root: ElementTree.Element, controllers: Sequence[Controller]) -> None:
    """The controllers, and their junctions' references to them; the library has none."""
    junctions = root.findall("junction")
    for one in controllers:
        attributes = {"name": f"controller_{one.number}", "id": str(one.number), "sequence": str(one.sequence)}
        controller = ElementTree.Element("controller", attributes)
        for signal in one.signals:
            ElementTree.SubElement(controller, "control", {"signalId": str(signal), "type": ""})
        root.insert(list(root).index(junctions[0]), controller)
        for junction in junctions:
            if junction.get("id") == str(one.junction_id):
                link = {"id": str(one.number), "type": "", "sequence": str(one.sequence)}
                ElementTree.SubElement(junction, "controller", link)


def text(
    name: str,
    roads: Sequence[xodr.Road],
    junctions: Sequence[xodr.Junction] = (),
    controllers: Sequence[Controller] = (),
    origin_deg: tuple[float, float] = (0.0, 0.0),
) -> str:
    """The OpenDRIVE text of a map."""
    lat_deg, lon_deg = origin_deg
    whole = xodr.OpenDrive(name, geo_reference=GEO_REFERENCE.format(lat=lat_deg, lon=lon_deg))
    for one in roads:
        whole.add_road(one)
    for junction in junctions:
        whole.add_junction(junction)
    root = whole.get_element()
    header = root.find("header")
    assert header is not None
    header.set("date", FIXED_DATE)
    _add_controllers(root, controllers)
    for thing in root.iter("object"):
        for outlines in thing.findall("outlines"):  # carla reads outlines where OpenDRIVE 1.4 has them: right here
            thing.extend(list(outlines))
            thing.remove(outlines)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
