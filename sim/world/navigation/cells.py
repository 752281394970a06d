"""Cuts polygons that share borders into convex cells that share whole edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.world.navigation.areas import Area

RASTER_M = 0.01
"""Corners lie on whole centimetres: borders of neighbours then meet in the same corners, and areas are exact."""
MAX_CELL_M = 16.0
"""No cell is longer: the length of ways is judged from edge to edge, and slopes are followed from corner to corner."""
MAX_CORNERS = 6
"""Of a cell; the format's limit."""

Corners = tuple[int, ...]
Edge = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Convex cells in plan.

    Args:
        corner_world_m: (V, 2) corners, each once.
        polygons: corners of each cell, counter-clockwise.
        neighbors: the cell beyond each edge (from a corner to the next one), -1 where there is none.
        areas: (P,) kind of each cell.
    """

    corner_world_m: NDArray[np.float64]
    polygons: tuple[Corners, ...]
    neighbors: tuple[Corners, ...]
    areas: NDArray[np.int64]


def convex_cells(areas: Mapping[Area, shapely.Geometry]) -> Cells:
    """The cells of areas that do not overlap, in an order that only the areas decide."""
    triangles, kinds = _triangles(areas)
    corner_cm, triples = _numbered(triangles)
    polygons, merged_kinds = _merged([tuple(triple) for triple in triples.tolist()], kinds.tolist(), corner_cm.tolist())
    corner_world_m = corner_cm.astype(np.float64) * RASTER_M
    return Cells(corner_world_m, tuple(polygons), _neighbors(polygons), np.array(merged_kinds, dtype=np.int64))


def _triangles(areas: Mapping[Area, shapely.Geometry]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(T, 3, 2) corners and (T,) kinds; triangles of neighbours share whole edges."""
    borders = [shapely.boundary(area) for area in areas.values()]
    whole = shapely.union_all(list(areas.values()))
    lines = shapely.union_all([*borders, _raster(whole)], grid_size=RASTER_M)
    faces = np.array(shapely.get_parts(shapely.polygonize([lines])))
    middles = shapely.point_on_surface(faces)
    kind = np.zeros(len(faces), dtype=np.int64)
    for area, ground in areas.items():
        shapely.prepare(ground)
        kind[shapely.contains(ground, middles)] = area
    faces, kind = faces[kind > 0], kind[kind > 0]
    triangles, face = shapely.get_parts(shapely.constrained_delaunay_triangles(faces), return_index=True)
    return shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3], kind[face]


def _raster(ground: shapely.Geometry) -> shapely.Geometry:
    """Lines over the ground, `MAX_CELL_M` apart."""
    low_x, low_y, high_x, high_y = ground.bounds
    x, y = (
        np.arange(np.floor(lo / MAX_CELL_M), hi / MAX_CELL_M) * MAX_CELL_M
        for lo, hi in ((low_x, high_x), (low_y, high_y))
    )
    upright = [[[at, low_y], [at, high_y]] for at in x]
    level = [[[low_x, at], [high_x, at]] for at in y]
    return shapely.multilinestrings(shapely.linestrings(np.array(upright + level))) & ground


def _numbered(triangles: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(V, 2) corners in whole centimetres and (T, 3) their numbers, counter-clockwise."""
    grid = np.rint(triangles / RASTER_M).astype(np.int64)
    corners, numbers = np.unique(grid.reshape(-1, 2), axis=0, return_inverse=True)
    triples = numbers.reshape(-1, 3)
    (x0, y0), (x1, y1), (x2, y2) = (corners[triples[:, k]].T for k in range(3))
    clockwise = (x1 - x0) * (y2 - y0) < (x2 - x0) * (y1 - y0)
    triples[clockwise] = triples[clockwise][:, ::-1]
    return corners, triples


def _edges(polygon: Corners) -> list[Edge]:
    return list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))


def _merged(polygons: list[Corners], kinds: list[int], corner_cm: list[list[int]]) -> tuple[list[Corners], list[int]]:
    """Cells joined over the longest edges first, as long as they stay convex and of one kind."""
    owner: dict[Edge, int] = {edge: number for number, polygon in enumerate(polygons) for edge in _edges(polygon)}
    inner = [edge for edge in owner if edge[0] < edge[1] and edge[::-1] in owner]

    def length(edge: Edge) -> int:
        (xa, ya), (xb, yb) = corner_cm[edge[0]], corner_cm[edge[1]]
        return (xb - xa) ** 2 + (yb - ya) ** 2

    cells: list[Corners | None] = list(polygons)
    for edge in sorted(inner, key=lambda edge: (-length(edge), edge)):
        a, b = owner[edge], owner[edge[::-1]]
        first, second = cells[a], cells[b]
        if a == b or first is None or second is None or kinds[a] != kinds[b]:
            continue
        joined = _joined(first, second, edge)
        if len(joined) <= MAX_CORNERS and _is_convex(joined, corner_cm):
            cells[a], cells[b] = joined, None
            for moved in _edges(second):
                owner[moved] = a
    kept = [(cell, kind) for cell, kind in zip(cells, kinds, strict=True) if cell is not None]
    return [cell for cell, _ in kept], [kind for _, kind in kept]


def _joined(first: Corners, second: Corners, edge: Edge) -> Corners:
    """Two polygons as one, without the edge between them: `edge` in the first, against it in the second."""
    i, j = first.index(edge[0]), second.index(edge[1])
    around_first = first[i + 1 :] + first[: i + 1]
    around_second = second[j + 1 :] + second[: j + 1]
    return around_first + around_second[1:-1]


def _is_convex(polygon: Corners, corner_cm: list[list[int]]) -> bool:
    points = [corner_cm[corner] for corner in polygon]
    if len(set(polygon)) < len(polygon):
        return False
    for (xa, ya), (xb, yb), (xc, yc) in zip(points, points[1:] + points[:1], points[2:] + points[:2], strict=True):
        if (xb - xa) * (yc - yb) < (xc - xb) * (yb - ya):
            return False
    return True


def _neighbors(polygons: list[Corners]) -> tuple[Corners, ...]:
    owner = {edge: number for number, polygon in enumerate(polygons) for edge in _edges(polygon)}
    return tuple(tuple(owner.get(edge[::-1], -1) for edge in _edges(polygon)) for polygon in polygons)
