"""Road markings as thin paint just above the road: lane lines, zebra crossings, stop lines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.assets.mesh import Material
from sim.world.maps.network import Mark, Network, RoadObject, RoadRecord, Section
from sim.world.maps.object_names import HATCHING, STOP_LINE
from sim.world.scenery.chunks import ROAD_LINE, Chunks, quads
from sim.world.scenery.hatching import hatching_cells

PAINT_OVER_ROAD_M = 0.01
PAINT_RGB = {
    "standard": (0.72, 0.72, 0.70),  # DIN EN 1436: fresh white paint has a luminance factor of 0.6 and more
    "white": (0.72, 0.72, 0.70),
    "yellow": (0.70, 0.46, 0.04),
    "red": (0.45, 0.05, 0.04),
    "blue": (0.05, 0.12, 0.40),
    "green": (0.05, 0.30, 0.10),
}
LINES = frozenset({"solid", "broken", "solid solid", "solid broken", "broken solid", "broken broken", "botts dots"})
ZEBRA_BAR_M = 0.5  # R-FGÜ 2001: bars and gaps of 0.50 m
CLEAR_OF_ZEBRA_M = 0.3
DASH_STEP_M = 3.0
"""Longest chord of a line in a bend: 0.6 cm off at a radius of 200 m."""

Floats = NDArray[np.float64]


def add_markings(chunks: Chunks, network: Network) -> None:
    """All paint of a map."""
    for road in network.roads:
        crossings = [thing for thing in road.objects if thing.kind == "crosswalk"]
        for section in road.sections:
            _add_section_lines(chunks, road, section, [_along(thing) for thing in crossings])
        for crossing in crossings:
            chunks.triangles(ROAD_LINE, zebra_bars(road, crossing), PAINT_RGB["standard"], Material.ROADMARK)
        for thing in road.objects:
            if thing.kind == "roadMark" and thing.name in AREAS:
                chunks.triangles(ROAD_LINE, AREAS[thing.name](road, thing), PAINT_RGB["standard"], Material.ROADMARK)


def _add_section_lines(chunks: Chunks, road: RoadRecord, section: Section, bare: list[tuple[float, float]]) -> None:
    for lane_id, lane in sorted(section.lanes.items()):
        for index, mark in enumerate(lane.marks):
            if mark.kind not in LINES:
                continue
            start_m = section.start_m + mark.start_m
            last = index + 1 == len(lane.marks)
            end_m = section.end_m if last else section.start_m + lane.marks[index + 1].start_m
            color = PAINT_RGB.get(mark.color, PAINT_RGB["standard"])
            for side_m, is_broken in _lines(mark):
                stretches = list(_painted(start_m, end_m, mark, is_broken, bare))
                if stretches:
                    ribbons = _ribbons(road, section, lane_id, stretches, (side_m, mark.width_m))
                    chunks.triangles(ROAD_LINE, ribbons, color, Material.ROADMARK)


def _lines(mark: Mark) -> list[tuple[float, bool]]:
    """Lateral offset and whether it is broken, of each line that a mark has; the left one first."""
    words = mark.kind.split(" ")
    if mark.kind == "botts dots":
        return [(0.0, True)]
    if len(words) == 1:
        return [(0.0, words[0] == "broken")]
    return [(mark.width_m, words[0] == "broken"), (-mark.width_m, words[1] == "broken")]


def _painted(
    start_m: float, end_m: float, mark: Mark, is_broken: bool, bare: list[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """Stretches with paint: dashes of a broken line, less the stretches that are kept bare."""
    period_m = mark.dash_m + mark.gap_m
    if is_broken and period_m > 0.0:
        starts = start_m + period_m * np.arange(int(np.ceil((end_m - start_m) / period_m)))
        stretches = [(float(s), min(float(s) + mark.dash_m, end_m)) for s in starts]
    else:
        stretches = [(start_m, end_m)]
    for lo_m, hi_m in bare:
        cut = [(a, min(b, lo_m)) for a, b in stretches] + [(max(a, hi_m), b) for a, b in stretches]
        stretches = sorted({(a, b) for a, b in cut if b - a > 0.1})
    yield from stretches


def _ribbons(
    road: RoadRecord,
    section: Section,
    lane_id: int,
    stretches: list[tuple[float, float]],
    line_m: tuple[float, float],
) -> Floats:
    """Triangles of one line's stretches along a lane's outer edge; `line_m` = (lateral offset, width)."""
    samples = [road.samples(*stretch) for stretch in stretches]
    s_m = np.concatenate(samples)
    edge_m = road.lane_edges(section, lane_id, s_m)[1]
    side_m, width_m = line_m
    left = road.points(s_m, edge_m + side_m + width_m / 2, PAINT_OVER_ROAD_M)
    right = road.points(s_m, edge_m + side_m - width_m / 2, PAINT_OVER_ROAD_M)
    cells = np.stack([right[:-1], right[1:], left[1:], left[:-1]], axis=1)
    gaps = np.cumsum([len(stretch) for stretch in samples])[:-1] - 1
    return quads(np.delete(cells, gaps, axis=0))


def outline_world_m(road: RoadRecord, thing: RoadObject) -> Floats:
    """(K, 3) corners of an object's outline in the world."""
    origin = road.points(thing.s_m, thing.t_m, thing.z_m)[0]
    angle = float(road.headings(thing.s_m)[0]) + thing.heading_rad
    cos, sin = np.cos(angle), np.sin(angle)
    u, v, z = thing.corners_m.T
    return origin + np.stack([cos * u - sin * v, sin * u + cos * v, z], axis=-1)


def _along(crossing: RoadObject) -> tuple[float, float]:
    """The stretch of road that a crossing covers, with a margin that lane lines keep."""
    if not len(crossing.corners_m):
        return crossing.s_m, crossing.s_m
    u, v = crossing.corners_m[:, 0], crossing.corners_m[:, 1]
    along = u * np.cos(crossing.heading_rad) - v * np.sin(crossing.heading_rad)
    return crossing.s_m + along.min() - CLEAR_OF_ZEBRA_M, crossing.s_m + along.max() + CLEAR_OF_ZEBRA_M


def zebra_bars(road: RoadRecord, crossing: RoadObject) -> Floats:
    """Triangles of a crossing's bars: across its long side, so along the traffic."""
    if len(crossing.corners_m) < 3:
        return np.zeros((0, 3, 3))
    lo, hi = crossing.corners_m[:, :2].min(axis=0), crossing.corners_m[:, :2].max(axis=0)
    long = int(np.argmax(hi - lo))
    count = int((hi[long] - lo[long]) // (2 * ZEBRA_BAR_M))
    first_m = (lo[long] + hi[long]) / 2 - (2 * count - 1) * ZEBRA_BAR_M / 2
    bars = []
    for number in range(count):
        a, b = lo.copy(), hi.copy()
        a[long] = first_m + 2 * number * ZEBRA_BAR_M
        b[long] = a[long] + ZEBRA_BAR_M
        bars.append([[a[0], a[1]], [b[0], a[1]], [b[0], b[1]], [a[0], b[1]]])
    return _placed(road, crossing, np.array(bars).reshape(-1, 4, 2))


def _stop_line(road: RoadRecord, line: RoadObject) -> Floats:
    length_m, width_m, _ = line.size_m
    corner = np.array([length_m, width_m]) / 2
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=np.float64)
    return _placed(road, line, (signs * corner)[None])


def _hatching(road: RoadRecord, area: RoadObject) -> Floats:
    triangles = [shapely.constrained_delaunay_triangles(shapely.Polygon(bar)) for bar in hatching_cells(area)]
    corners = [shapely.get_coordinates(shapely.orient_polygons(t))[:3] for bar in triangles for t in bar.geoms]
    if not corners:
        return np.zeros((0, 3, 3))
    return _on_road(road, area, np.array(corners))


AREAS = {STOP_LINE: _stop_line, HATCHING: _hatching}
"""Paint by the name of its OpenDRIVE object."""


def _placed(road: RoadRecord, thing: RoadObject, corners_m: Floats) -> Floats:
    """Cells (Q, 4, 2) in an object's axes -> triangles of paint in the world."""
    return quads(_on_road(road, thing, corners_m))


def _on_road(road: RoadRecord, thing: RoadObject, corners_m: Floats) -> Floats:
    """Corners (..., 2) in an object's axes -> (..., 3) just over the road."""
    origin = road.points(thing.s_m, thing.t_m, thing.z_m + PAINT_OVER_ROAD_M)[0]
    angle = float(road.headings(thing.s_m)[0]) + thing.heading_rad
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = corners_m @ turn.T + origin[:2]
    return np.concatenate([flat, np.full((*flat.shape[:-1], 1), origin[2])], axis=-1)
