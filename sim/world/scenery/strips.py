"""Lanes as strips of surface between two edge lines in the world frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.world.maps.network import LaneRecord, Network, RoadRecord, Section

WALKS = frozenset({"sidewalk", "walking", "curb"})
UNPAVED = frozenset({"none", "rail", "tram", "roadWorks"})
WALK_HEIGHT_M = 0.12  # for files that do not say how high their side walks are
ISLAND_HEIGHT_M = 0.05  # RASt 06: flat kerbs are 3 cm high, those of islands 8 to 12 cm
MIN_WIDTH_M = 0.02
"""Lanes that taper to nothing are left out where they are thinner."""
CELLS_A_PIECE = 24

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One lane's surface, from the start of its section to the end.

    Args:
        road: the road it belongs to.
        lane: its lane.
        s_m: (K,) arc lengths of the cross sections.
        inner_world_m: (K, 3) edge towards the middle of the road, at the lane's own height.
        outer_world_m: (K, 3) the other edge.
        step_m: height of the inner edge over the neighbour towards the middle.
    """

    road: RoadRecord
    lane: LaneRecord
    s_m: Floats
    inner_world_m: Floats
    outer_world_m: Floats
    step_m: float

    @property
    def is_walk(self) -> bool:
        """Whether people walk here, not cars."""
        return self.lane.kind in WALKS

    @property
    def is_island(self) -> bool:
        """Whether it is a raised median, on which nobody drives or walks."""
        return self.lane.kind == "median" and min(_heights(self.lane)) >= ISLAND_HEIGHT_M

    @property
    def left_world_m(self) -> Floats:
        """(K, 3) the edge on the left hand looking along +s."""
        return self.outer_world_m if self.lane.lane_id > 0 else self.inner_world_m

    @property
    def right_world_m(self) -> Floats:
        """(K, 3) the edge on the right hand looking along +s."""
        return self.inner_world_m if self.lane.lane_id > 0 else self.outer_world_m

    def quads(self) -> Floats:
        """(K - 1, 4, 3) cells, counter-clockwise from above."""
        right, left = self.right_world_m, self.left_world_m
        return np.stack([right[:-1], right[1:], left[1:], left[:-1]], axis=1)


def lane_strips(network: Network) -> list[Strip]:
    """Every lane that has a surface."""
    strips = []
    for road, _, section, lane in network.lanes():
        if lane.kind in UNPAVED or section.end_m - section.start_m < 1e-3:
            continue
        s_m = road.samples(section.start_m, section.end_m)
        inner_t, outer_t = road.lane_edges(section, lane.lane_id, s_m)
        if np.max(np.abs(outer_t - inner_t)) < MIN_WIDTH_M:
            continue
        heights = _heights(lane)
        inner = road.points(s_m, inner_t, heights[0])
        outer = road.points(s_m, outer_t, heights[1])
        strips.append(Strip(road, lane, s_m, inner, outer, heights[0] - _neighbour_height_m(section, lane)))
    return strips


def _heights(lane: LaneRecord) -> tuple[float, float]:
    if lane.kind in WALKS and not any(lane.height_m):
        return WALK_HEIGHT_M, WALK_HEIGHT_M
    return lane.height_m


def _neighbour_height_m(section: Section, lane: LaneRecord) -> float:
    neighbour = section.lanes.get(lane.lane_id - (1 if lane.lane_id > 0 else -1))
    return _heights(neighbour)[1] if neighbour is not None else 0.0


def footprint(strips: list[Strip]) -> shapely.Geometry:
    """The ground that strips cover, as one 2-D geometry without slivers between neighbours."""
    pieces = [piece for strip in strips for piece in _pieces(strip)]
    if not pieces:
        return shapely.MultiPolygon()
    gap_m = 0.01  # closes the seams that rounding leaves
    grown = shapely.buffer(np.array(pieces), gap_m, join_style="mitre")
    return shapely.union_all(grown).buffer(-gap_m, join_style="mitre")


def _pieces(strip: Strip) -> Iterator[shapely.Geometry]:
    """A strip's outline in few pieces, which is quick to join; cell by cell where a piece would cross itself."""
    right, left, cells = strip.right_world_m[:, :2], strip.left_world_m[:, :2], strip.quads()[..., :2]
    for first in range(0, len(cells), CELLS_A_PIECE):
        last = first + CELLS_A_PIECE
        piece = shapely.Polygon(np.concatenate([right[first : last + 1], left[first : last + 1][::-1]]))
        if shapely.is_valid(piece):
            yield piece
        else:
            yield from shapely.make_valid(shapely.polygons(cells[first:last]))
