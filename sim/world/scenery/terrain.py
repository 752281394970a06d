"""The ground beside the roads: meets their edges, is level near them and rolls gently further out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sim.assets.mesh import Material
from sim.world.scenery.chunks import TERRAIN, Chunks, quads
from sim.world.scenery.strips import Strip, footprint

REACH_M = 300.0
GRASS_RGB = (0.105, 0.150, 0.045)
BOUNDARY_STEP_M = 3.0
RINGS_M = ((0.0, 6.0), (20.0, 15.0), (80.0, 40.0))
"""From each distance to the paving on, the distance between ground points."""
MAX_GRID_POINTS = 2_000_000
"""Maps of more than 8 km a side get a coarser ground."""
CLEAR_M = 2.0  # ground points keep clear of the paving's edge, so that triangles follow the edge
SEAM_M = 0.05
SLIVER_M2 = 1e-7
LEVEL_M = 60.0
HILL_M = 9.0
HILL_WAVE_M = 170.0
RIM_COS = 0.64
"""Cosine of 50 degrees: no hill is so steep."""
RIM_THIN = 0.2
"""Height over length of slivers that hide steep ones behind them."""
BELOW_PAVING_M = 0.25
"""Ground under the paving: what is seen through a seam of a pixel is earth, not sky."""
STEP_M = 0.03
TOGETHER_M = 0.001
"""Edges that lie so near to each other are one: a kerb's, which has two heights."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Terrain:
    """Triangulated ground over the whole map; build with `make_terrain`."""

    points_world_m: Floats
    paved: shapely.Geometry
    stepped: tuple[int, ...] = ()
    """Rows of the points at which paving of two heights ends, as a carriageway beside its kerb."""

    @cached_property
    def corners_world_m(self) -> Floats:
        """(T, 3, 3) triangles, counter-clockwise from above."""
        corners: Floats = self.points_world_m[self._triangulation.simplices]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        twice_area_m2 = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        corners[twice_area_m2 < 0] = corners[twice_area_m2 < 0][:, ::-1]
        return corners[np.abs(twice_area_m2) > SLIVER_M2]

    @cached_property
    def _triangulation(self) -> Any:
        from scipy.spatial import Delaunay  # late: it takes longer to import than the server to start

        found = Delaunay(self.points_world_m[:, :2])
        # What `find_simplex` needs takes a small LAPACK call a triangle, at each of which threads would wait for each
        # other in a loop without sleep: up to a thousand times slower when other processes want the cores.
        with threadpool_limits(1, user_api="blas"):
            _ = found.transform
        return found

    @cached_property
    def _nearest(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self.points_world_m[:, :2])

    def height_m(self, xy_world_m: Floats) -> Floats:
        """Height of the ground (N,) under points (N, 2); beyond the map that of the nearest ground point."""
        xy = np.asarray(xy_world_m, dtype=np.float64)
        triangle = self._triangulation.find_simplex(xy)
        corner = self.points_world_m[self._triangulation.simplices[triangle]]
        a, b = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
        twice_area_m2 = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        beyond = (triangle < 0) | (np.abs(twice_area_m2) <= SLIVER_M2)
        slope_x = a[:, 2] * b[:, 1] - b[:, 2] * a[:, 1]
        slope_y = b[:, 2] * a[:, 0] - a[:, 2] * b[:, 0]
        away = xy - corner[:, 0, :2]
        rise = (slope_x * away[:, 0] + slope_y * away[:, 1]) / np.where(beyond, 1.0, twice_area_m2)
        height: Floats = corner[:, 0, 2] + rise
        if beyond.any():
            height[beyond] = self.points_world_m[self._nearest.query(xy[beyond])[1], 2]
        return height

    def triangles(self) -> Floats:
        """(T, 3, 3) counter-clockwise from above; those under paving are sunk."""
        corners = self.corners_world_m.copy()
        middle = corners[:, :, :2].mean(axis=1)
        shapely.prepare(self.paved)
        under = shapely.contains_xy(self.paved, middle[:, 0], middle[:, 1])
        corners[under, :, 2] -= BELOW_PAVING_M
        return np.concatenate([corners[~self._on_the_rim], self._banks()])

    @cached_property
    def _on_the_rim(self) -> NDArray[np.bool_]:
        """(T,) steep and thin slivers at the end of the ground: they join hills that have nothing between them."""
        simplices, neighbours = self._triangulation.simplices, self._triangulation.neighbors
        corners = self.points_world_m[simplices]
        upward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        twice_area_m2 = np.abs(upward[:, 2])
        has_area = twice_area_m2 > SLIVER_M2
        sides_m = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
        is_sliver = twice_area_m2 < RIM_COS * np.linalg.norm(upward, axis=1)
        is_sliver |= twice_area_m2 < RIM_THIN * sides_m.max(axis=1) ** 2
        is_open = np.append(np.zeros(len(simplices), np.bool_), True)  # the last is what neighbours call -1
        while (bare := ~is_open[:-1] & (is_sliver | ~has_area) & is_open[neighbours].any(axis=1)).any():
            is_open[:-1] |= bare
        return is_open[:-1][has_area]

    def _banks(self) -> Floats:
        """(B, 3, 3) upright earth beside the points where paving of two heights ends, as at a road's end by its kerb.

        The ground meets the higher one and is a step too high over the other: one would see the sky through the gap.
        """
        if not self.stepped:
            return np.zeros((0, 3, 3))
        simplices, neighbours = self._triangulation.simplices, self._triangulation.neighbors
        middle = self.points_world_m[simplices, :2].mean(axis=1)
        shapely.prepare(self.paved)
        under = shapely.contains_xy(self.paved, middle[:, 0], middle[:, 1])
        inner, opposite = np.nonzero(~under[:, None] & (neighbours >= 0) & under[neighbours])
        # triangles run counter-clockwise: the paving is on the right of the way from `a` to `b`
        start, end = simplices[inner, (opposite + 1) % 3], simplices[inner, (opposite + 2) % 3]
        steps = np.isin(start, self.stepped) | np.isin(end, self.stepped)
        a, b = self.points_world_m[start[steps]], self.points_world_m[end[steps]]
        down = np.array([0.0, 0.0, BELOW_PAVING_M])
        return quads(np.stack([a - down, b - down, b, a], axis=1))


def make_terrain(strips: list[Strip], plates: Iterable[shapely.Geometry], rng: np.random.Generator) -> Terrain:
    """The ground of a map, `REACH_M` beyond its roads; `plates` are paved where no strip is."""
    paved = _filled(footprint(strips), plates)
    edge = _Edge(paved)
    highest_m, lowest_m = edge_heights_m(strips, edge.points_m)
    edge_world_m = np.column_stack([edge.points_m, highest_m])
    stepped = tuple(int(row) for row in np.flatnonzero(highest_m - lowest_m > STEP_M))
    ground_xy, distance_m = _ground_points(edge, rng)
    ground_z = _ground_heights_m(ground_xy, distance_m, edge_world_m, rng)
    return Terrain(np.concatenate([edge_world_m, np.column_stack([ground_xy, ground_z])]), paved, stepped)


def _filled(paved: shapely.Geometry, plates: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Paving without the holes that a plate covers."""
    tree = shapely.STRtree([plate.buffer(SEAM_M) for plate in plates])
    parts = []
    for part in shapely.get_parts(paved):
        holes = [ring for ring in part.interiors if not len(tree.query(shapely.Polygon(ring), predicate="covered_by"))]
        parts.append(part if len(holes) == len(part.interiors) else shapely.Polygon(part.exterior, holes))
    return shapely.multipolygons(parts) if len(parts) > 1 else parts[0]


def edge_heights_m(strips: list[Strip], xy_world_m: Floats) -> tuple[Floats, Floats]:
    """Highest and lowest height of the nearest strip edges (N,), (N,) at points (N, 2) on the paving's outline."""
    lines = [line for strip in strips for line in (strip.inner_world_m, strip.outer_world_m)]
    a = np.concatenate([line[:-1] for line in lines])
    b = np.concatenate([line[1:] for line in lines])
    segments = shapely.linestrings(np.stack([a[:, :2], b[:, :2]], axis=1))
    tree, places = shapely.STRtree(segments), shapely.points(xy_world_m)
    (_, nearest), near_m = tree.query_nearest(places, return_distance=True, all_matches=False)
    del nearest
    point, segment = tree.query(places, predicate="dwithin", distance=near_m + TOGETHER_M)
    along = shapely.line_locate_point(segments[segment], places[point], normalized=True)
    z = a[segment, 2] + np.nan_to_num(along) * (b[segment, 2] - a[segment, 2])
    highest, lowest = np.full(len(xy_world_m), -np.inf), np.full(len(xy_world_m), np.inf)
    np.maximum.at(highest, point, z)
    np.minimum.at(lowest, point, z)
    return highest, lowest


def _ground_points(edge: _Edge, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Jittered grids, the finer the nearer to the paving: places (N, 2), and how far (N,) they are from it."""
    places, distances_m = [], []
    limits_m = [start for start, _ in RINGS_M[1:]] + [REACH_M + 20.0]
    for (start_m, step_m), end_m in zip(RINGS_M, limits_m, strict=True):
        x0, y0, x1, y1 = edge.paved.bounds
        wide_m, deep_m = x1 - x0 + 2 * end_m, y1 - y0 + 2 * end_m
        step = max(step_m, float(np.sqrt(wide_m * deep_m / MAX_GRID_POINTS)))
        x = np.arange(x0 - end_m, x1 + end_m + step, step)
        y = np.arange(y0 - end_m, y1 + end_m + step, step)
        grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
        grid = grid + rng.uniform(-0.25, 0.25, grid.shape) * step
        grid, distance_m = edge.within(grid, end_m)
        keep = (distance_m > max(start_m, CLEAR_M)) & (distance_m <= end_m)
        places.append(grid[keep])
        distances_m.append(distance_m[keep])
    return np.concatenate(places), np.concatenate(distances_m)


class _Edge:
    """The outline of the paving, and how far places are from it."""

    def __init__(self, paved: shapely.Geometry) -> None:
        self.paved = paved
        shapely.prepare(paved)
        lines = shapely.segmentize(paved.boundary, BOUNDARY_STEP_M)
        self.points_m = np.unique(np.round(shapely.get_coordinates(lines), 4), axis=0)
        ring, number = shapely.get_coordinates(shapely.get_parts(paved.boundary), return_index=True)
        together = number[1:] == number[:-1]
        self._tree = shapely.STRtree(shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1)[together]))

    def within(self, xy: Floats, reach_m: float) -> tuple[Floats, Floats]:
        """Those of the places (N, 2) that are nearer than `reach_m` and not on the paving, and their distances."""
        xy = xy[self._is_near(xy, reach_m)]
        xy = xy[~shapely.contains_xy(self.paved, xy[:, 0], xy[:, 1])]
        (point, _), distance_m = self._tree.query_nearest(
            shapely.points(xy), max_distance=reach_m, return_distance=True, all_matches=False
        )
        return xy[point], distance_m

    def _is_near(self, xy: Floats, reach_m: float) -> NDArray[np.bool_]:
        """(N,) False for places that are surely further than `reach_m`: most of a large map."""
        bin_m = reach_m + BOUNDARY_STEP_M
        low = np.minimum(self.points_m.min(axis=0), xy.min(axis=0)) - bin_m
        shape = tuple(((np.maximum(self.points_m.max(axis=0), xy.max(axis=0)) - low) / bin_m).astype(int) + 2)
        near = np.zeros(shape, dtype=bool)
        i, j = ((self.points_m - low) / bin_m).astype(int).T
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                near[i + di, j + dj] = True
        i, j = ((xy - low) / bin_m).astype(int).T
        found: NDArray[np.bool_] = near[i, j]
        return found


def _ground_heights_m(xy: Floats, distance_m: Floats, edge_world_m: Floats, rng: np.random.Generator) -> Floats:
    """As high as the nearest edges, with hills that begin `LEVEL_M` away."""
    from scipy.spatial import cKDTree

    edge_m, nearest = cKDTree(edge_world_m[:, :2]).query(xy, k=min(8, len(edge_world_m)))
    weight = 1.0 / (edge_m + 1.0) ** 2
    base_m = np.sum(weight * edge_world_m[nearest, 2], axis=1) / np.sum(weight, axis=1)
    rise = np.clip((distance_m - LEVEL_M) / (REACH_M - LEVEL_M), 0.0, 1.0)
    phase = rng.uniform(0.0, 2.0 * np.pi, 4)
    wave = xy * (2.0 * np.pi / HILL_WAVE_M)
    hills = np.sin(wave[:, 0] + phase[0]) * np.cos(wave[:, 1] + phase[1])
    hills += 0.5 * np.sin(1.7 * wave[:, 0] - wave[:, 1] + phase[2]) + 0.5 * np.cos(0.6 * wave[:, 1] + phase[3])
    return base_m + HILL_M * rise**2 * (hills + 1.0)


def add_terrain(chunks: Chunks, terrain: Terrain) -> None:
    """The ground as grass."""
    corners = terrain.triangles()
    chunks.triangles(TERRAIN, corners, GRASS_RGB, Material.GRASS)
