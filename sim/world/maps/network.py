"""Reads OpenDRIVE into roads, lanes, marks, objects and signals, and says where each of their points is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import ArrayLike

from sim.world.maps.cubics import Course, Cubics, Floats
from sim.world.maps.soundness import check

UNITS_MPS = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}
DEFAULT_SPEED_MPS = 50 / 3.6  # § 3 StVO: the limit in towns where nothing else is posted

SAG_M = 0.005  # chords this near to the course look round, and wheels do not feel them
_UNTOLD_ORIGIN_DEG = 42.0, 2.0  # CARLA's clients have a map there that does not tell its origin
MAX_STEP_M = 20.0  # straight and level: only the cells of the scenery's chunks ask for more than the two ends


@dataclass(frozen=True, slots=True)
class Mark:
    """A line on a lane's outer edge from `start_m` (of the lane section) on; `gap_m` 0 is an unbroken line."""

    start_m: float
    kind: str
    width_m: float
    dash_m: float
    gap_m: float
    color: str


@dataclass(frozen=True, slots=True, eq=False)
class LaneRecord:
    """One lane of a lane section as OpenDRIVE has it."""

    lane_id: int
    kind: str
    width: Cubics
    height_m: tuple[float, float]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Lanes between two arc lengths; `lanes` by id, with 0 for the middle."""

    start_m: float
    end_m: float
    lanes: Mapping[int, LaneRecord]

    def edges_m(self, lane_id: int, s_m: Floats) -> tuple[Floats, Floats]:
        """Lateral offsets of a lane's inner and outer edge from the section's middle line, left positive."""
        sign = 1 if lane_id > 0 else -1
        inner = np.zeros_like(s_m)
        for other in range(sign, lane_id, sign):
            inner = inner + sign * self.width_m(other, s_m)
        return inner, inner + sign * self.width_m(lane_id, s_m)

    def width_m(self, lane_id: int, s_m: Floats) -> Floats:
        """Widths of a lane."""
        if lane_id == 0 or lane_id not in self.lanes:
            return np.zeros_like(s_m)
        return self.lanes[lane_id].width(s_m - self.start_m)


@dataclass(frozen=True, slots=True, eq=False)
class RoadObject:
    """A thing along a road in road coordinates; `corners_m` (K, 3) is its outline in its own axes, K may be 0."""

    number: str
    kind: str
    name: str
    s_m: float
    t_m: float
    z_m: float
    heading_rad: float
    size_m: tuple[float, float, float]
    corners_m: Floats
    repeats: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class RoadSignal:
    """A signal or sign along a road; `along` says whether it is for traffic towards +s, `value` is a sign's number."""

    number: str
    kind: str
    s_m: float
    t_m: float
    z_m: float
    along: bool
    value: float
    subtype: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RoadRecord:
    """One road: its course, height, lane sections and what stands beside it; tunnels have a start and a length."""

    road_id: int
    junction: int
    length_m: float
    kind: str
    speeds: tuple[tuple[float, float], ...]
    course: Course
    elevation: Cubics
    lane_offset: Cubics
    sections: tuple[Section, ...]
    objects: tuple[RoadObject, ...]
    signals: tuple[RoadSignal, ...]
    tunnels: tuple[tuple[float, float], ...] = ()

    def points(self, s_m: ArrayLike, t_m: ArrayLike, over_m: ArrayLike = 0.0) -> Floats:
        """(N, 3) world points at arc lengths, lateral offsets from the reference line and heights over the road."""
        s = np.atleast_1d(np.asarray(s_m, dtype=np.float64))
        xy, heading = self.course(s)
        t = np.broadcast_to(np.asarray(t_m, dtype=np.float64), s.shape)
        z = self.elevation(s) + np.asarray(over_m, dtype=np.float64)
        return np.stack([xy[:, 0] - t * np.sin(heading), xy[:, 1] + t * np.cos(heading), z], axis=-1)

    def headings(self, s_m: ArrayLike) -> Floats:
        """(N,) headings of the reference line."""
        return self.course(np.atleast_1d(np.asarray(s_m, dtype=np.float64)))[1]

    def lane_edges(self, section: Section, lane_id: int, s_m: Floats) -> tuple[Floats, Floats]:
        """Lateral offsets of a lane's inner and outer edge from the reference line."""
        inner, outer = section.edges_m(lane_id, s_m)
        offset = self.lane_offset(s_m)
        return inner + offset, outer + offset

    def paving_edge(self, section: Section, sign: int, s_m: Floats) -> Floats:
        """Lateral offset of the paving's edge, left of the road for `sign` +1, right for -1."""
        reach = np.zeros_like(s_m)
        edge = reach
        for lane_id in sorted((n for n in section.lanes if n * sign > 0), key=abs):
            reach = reach + sign * section.width_m(lane_id, s_m)
            if section.lanes[lane_id].kind != "none":
                edge = reach
        return edge + self.lane_offset(s_m)

    def speed_mps(self, s_m: float) -> float:
        """Speed limit at an arc length."""
        limit = DEFAULT_SPEED_MPS
        for start_m, speed in self.speeds:
            if s_m >= start_m - 1e-6:
                limit = speed
        return limit

    def samples(self, start_m: float, end_m: float) -> Floats:
        """Arc lengths from start to end, both in, so dense that chords leave the road's course by `SAG_M` at most."""
        marks = {start_m, end_m}
        rise_per_m = self._vertical_curvature_per_m()
        for begin, length, curvature_per_m in self.course.bends:
            lo, hi = max(begin, start_m), min(begin + length, end_m)
            if hi - lo < 1e-6:
                continue
            step_m = min(MAX_STEP_M, np.sqrt(8.0 * SAG_M / max(curvature_per_m, rise_per_m, 1e-9)))
            marks.update(np.linspace(lo, hi, int(np.ceil((hi - lo) / step_m)) + 1).tolist())
        s = np.array(sorted(marks))
        return s[np.concatenate([[True], np.diff(s) > 1e-6])]

    def _vertical_curvature_per_m(self) -> float:
        """At most so much does the elevation bend anywhere."""
        length_m = np.diff([*self.elevation.start_m, max(self.length_m, float(self.elevation.start_m[-1]))])
        _, _, c, d = self.elevation.coefficients.T
        return float(np.max(np.abs(2.0 * c) + np.abs(6.0 * d) * length_m))


@dataclass(frozen=True, slots=True)
class SignalController:
    """Signals of one controller show the same; those of one cycle, a junction's, get green in turn."""

    cycle: str
    turn: int


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """All roads of a map, in the order of their ids, and the controller of each signal that has one."""

    roads: tuple[RoadRecord, ...]
    controllers: Mapping[str, SignalController]
    origin_deg: tuple[float, float]

    def lanes(self) -> Iterator[tuple[RoadRecord, int, Section, LaneRecord]]:
        """Every lane but the middle ones, with its road, the number of its section and the section."""
        for road in self.roads:
            for number, section in enumerate(road.sections):
                for lane_id in sorted(section.lanes):
                    if lane_id:
                        yield road, number, section, section.lanes[lane_id]


def read_network(xodr: str) -> Network:
    """The network of an OpenDRIVE text; raises ValueError with one line when it is none."""
    try:
        root = ElementTree.fromstring(xodr)
    except ElementTree.ParseError as error:
        raise ValueError(f"OpenDRIVE: not XML ({error})") from None
    if root.tag != "OpenDRIVE" or root.find("road") is None:
        raise ValueError(f"OpenDRIVE: root <{root.tag}> with no <road>, want <OpenDRIVE> with at least one")
    check(root)
    roads = sorted((_road(element) for element in root.findall("road")), key=lambda road: road.road_id)
    return Network(tuple(roads), _controllers(root), _origin_deg(root))


def _controllers(root: Element) -> dict[str, SignalController]:
    """By signal; a signal of several controllers belongs to the first by name, a controller's turn is its sequence."""
    controllers = {element.get("id", ""): element for element in root.findall("controller")}
    turns: dict[str, list[str]] = {}
    for junction in root.findall("junction"):
        for reference in junction.findall("controller"):
            if reference.get("id", "") in controllers:
                turns.setdefault(f"junction {junction.get('id', '')}", []).append(reference.get("id", ""))
    placed = {number for numbers in turns.values() for number in numbers}
    turns.update({f"controller {number}": [number] for number in controllers if number not in placed})
    found: dict[str, tuple[str, SignalController]] = {}
    for cycle, numbers in turns.items():
        ordered = sorted(set(numbers), key=lambda number: (_number(controllers[number], "sequence"), number))
        for turn, number in enumerate(ordered):
            for control in controllers[number].findall("control"):
                signal = control.get("signalId", "")
                if signal not in found or number < found[signal][0]:
                    found[signal] = number, SignalController(cycle, turn)
    return {signal: controller for signal, (_, controller) in found.items()}


def _number(element: Element, key: str, default: float = 0.0) -> float:
    try:
        return float(element.get(key, default))
    except ValueError:
        return default


def _origin_deg(root: Element) -> tuple[float, float]:
    """Latitude and longitude of the origin; CARLA's own, as its clients have it, where the map does not tell both."""
    values: dict[str, float] = {}
    for word in root.findtext("header/geoReference", "").split():
        key, _, value = word.partition("=")
        if key in ("+lat_0", "+lon_0"):
            values[key] = float(value)
    return (values["+lat_0"], values["+lon_0"]) if len(values) == 2 else _UNTOLD_ORIGIN_DEG


def _road(element: Element) -> RoadRecord:
    length_m = _number(element, "length")
    speeds, kind = [], "unknown"
    for record in element.findall("type"):
        kind = record.get("type", kind)
        speed = record.find("speed")
        if speed is not None and speed.get("max", "").replace(".", "", 1).isdigit():
            unit_mps = UNITS_MPS.get(speed.get("unit", "m/s"), 1.0)
            speeds.append((_number(record, "s"), _number(speed, "max") * unit_mps))
    return RoadRecord(
        road_id=int(element.get("id", "0")),
        junction=int(element.get("junction", "-1")),
        length_m=length_m,
        kind=kind,
        speeds=tuple(sorted(speeds)),
        course=Course(tuple(element.findall("planView/geometry"))),
        elevation=Cubics.read(element.findall("elevationProfile/elevation"), "s"),
        lane_offset=Cubics.read(element.findall("lanes/laneOffset"), "s"),
        sections=_sections(element.findall("lanes/laneSection"), length_m),
        objects=tuple(_object(thing) for thing in element.findall("objects/object")),
        signals=tuple(_signal(thing) for thing in element.findall("signals/signal")),
        tunnels=_tunnels(element.findall("objects/tunnel"), length_m),
    )


def _tunnels(elements: list[Element], road_m: float) -> tuple[tuple[float, float], ...]:
    starts_m = [max(_number(element, "s"), 0.0) for element in elements]
    ends_m = [min(start_m + _number(one, "length"), road_m) for start_m, one in zip(starts_m, elements, strict=True)]
    return tuple((a, b - a) for a, b in zip(starts_m, ends_m, strict=True) if b > a)


def _sections(elements: list[Element], length_m: float) -> tuple[Section, ...]:
    starts = [_number(element, "s") for element in elements]
    ends = [*starts[1:], length_m]
    sections = []
    for element, start_m, end_m in zip(elements, starts, ends, strict=True):
        lanes = [_lane(lane) for lane in element.iter("lane")]
        sections.append(Section(start_m, end_m, {lane.lane_id: lane for lane in lanes}))
    return tuple(sections)


def _lane(element: Element) -> LaneRecord:
    height = element.find("height")
    height_m = (0.0, 0.0) if height is None else (_number(height, "inner"), _number(height, "outer"))
    marks = sorted((_mark(mark) for mark in element.findall("roadMark")), key=lambda mark: mark.start_m)
    return LaneRecord(
        lane_id=int(element.get("id", "0")),
        kind=element.get("type", "none"),
        width=Cubics.read(element.findall("width"), "sOffset"),
        height_m=height_m,
        marks=tuple(marks),
    )


def _mark(element: Element) -> Mark:
    line = element.find("type/line")
    dash_m, gap_m = (3.0, 6.0) if line is None else (_number(line, "length"), _number(line, "space"))
    kind = element.get("type", "none").replace("_", " ")
    return Mark(
        _number(element, "sOffset"),
        kind,
        _number(element, "width") or 0.12,
        dash_m,
        gap_m if "broken" in kind else 0.0,
        element.get("color", "standard"),
    )


def _object(element: Element) -> RoadObject:
    corners = [[_number(c, "u"), _number(c, "v"), _number(c, "z")] for c in element.iter("cornerLocal")]
    repeats = [{key: _number(r, key) for key in r.attrib} for r in element.findall("repeat")]
    return RoadObject(
        number=element.get("id", ""),
        kind=element.get("type", ""),
        name=element.get("name", ""),
        s_m=_number(element, "s"),
        t_m=_number(element, "t"),
        z_m=_number(element, "zOffset"),
        heading_rad=_number(element, "hdg"),
        size_m=(_number(element, "length"), _number(element, "width"), _number(element, "height")),
        corners_m=np.array(corners, dtype=np.float64).reshape(-1, 3),
        repeats=tuple(repeats),
    )


def _signal(element: Element) -> RoadSignal:
    return RoadSignal(
        number=element.get("id", ""),
        kind=element.get("type", ""),
        s_m=_number(element, "s"),
        t_m=_number(element, "t"),
        z_m=_number(element, "zOffset"),
        along=element.get("orientation", "+") != "-",
        value=_number(element, "value"),
        subtype=element.get("subtype", ""),
    )
