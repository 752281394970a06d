"""How high the ground is anywhere, quickly: wheels ask for it thousands of times a second."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.world.scenery.strips import Strip

CELL_M = 0.1
"""A kerb then is a ramp of one cell: a wheel of 0.3 m radius climbs it in 0.25 m."""
TILE_CELLS = 128
TILE_M = TILE_CELLS * CELL_M
MAX_TILES_KEPT = 2048
"""128 MB of cells: 15 km of two-lane road."""
MAX_TILES = 6_000_000
"""Of the rectangle round a map: 31 km a side; the places of clients, in single precision, are good to 2 mm there."""
SLACK_CELLS = 0.5
"""A cell belongs to a surface from half a cell outside on: neighbours leave no seam."""
UNKNOWN = -1

_CENTERS = 0.5 + np.arange(TILE_CELLS)

Floats = NDArray[np.float64]
Heights = Callable[[Floats], Floats]


class Ground:
    """Heights of all paving, and those of the terrain for the rest.

    Squares of paving are turned into cells, which know the surface that covers them, when somebody first asks there.
    Any thread may ask.

    Args:
        strips: the paving; where strips lie over each other the highest counts.
        terrain_height_m: heights (N,) of the bare ground at places (N, 2).

    Raises:
        ValueError: the strips are spread too far.
    """

    def __init__(self, strips: list[Strip], terrain_height_m: Heights) -> None:
        self._quads = np.concatenate([strip.quads() for strip in strips]) if strips else np.zeros((0, 4, 3))
        self._planes = _planes(self._quads)
        self._quad_tree = shapely.STRtree(shapely.box(*_bounds(self._quads)))
        self._terrain_height_m = terrain_height_m
        low, high = _extent(self._quads)
        self._corner_m = low
        self._shape = np.floor((high - low) / TILE_M).astype(np.int64) + 1
        if np.prod(self._shape.astype(np.float64)) > MAX_TILES:
            wide_km, deep_km = (high - low) / 1000.0
            raise ValueError(f"roads are spread over {wide_km:.0f} x {deep_km:.0f} km; about 31 x 31 km are the most")
        self._slots = np.full(tuple(self._shape), UNKNOWN, dtype=np.int32)
        self._cells = np.full((8, TILE_CELLS, TILE_CELLS), UNKNOWN, dtype=np.int32)
        self._count = 0
        self._lock = threading.Lock()

    def z_m(self, xy_world_m: Floats) -> Floats:
        """Height of road, side walk or terrain under points (N, 2)."""
        xy = np.asarray(xy_world_m, dtype=np.float64)
        with self._lock:
            surface = self._surface(xy)
        a, b, c, x, y = self._planes[surface].T
        z = a + b * (xy[:, 0] - x) + c * (xy[:, 1] - y)
        bare = surface == UNKNOWN
        if bare.any():
            z[bare] = self._terrain_height_m(xy[bare])
        return z

    def _surface(self, xy: Floats) -> NDArray[np.int64]:
        """(N,) number of the quad on top at each place, `UNKNOWN` for none."""
        cell = np.floor((xy - self._corner_m) / CELL_M).astype(np.int64)
        tile = cell // TILE_CELLS
        inside = np.all((tile >= 0) & (tile < self._shape), axis=1)
        tile[~inside] = 0
        slot = self._slots[tile[:, 0], tile[:, 1]]
        missing = inside & (slot == UNKNOWN)
        if missing.any():
            self._make(np.unique(tile[missing], axis=0))
            slot = self._slots[tile[:, 0], tile[:, 1]]
        i, j = (cell - tile * TILE_CELLS).T % TILE_CELLS
        return np.where(inside, self._cells[slot, i, j], UNKNOWN)

    def _make(self, tiles: NDArray[np.int64]) -> None:
        """Fills the cells of tiles (T, 2)."""
        if self._count + len(tiles) > MAX_TILES_KEPT:
            self._slots[:] = UNKNOWN
            self._count = 0
        while len(self._cells) < self._count + len(tiles):
            self._cells = np.concatenate([self._cells, np.full_like(self._cells, UNKNOWN)])
        for i, j in tiles.tolist():
            corner = self._corner_m + TILE_M * np.array([i, j])
            cells = np.full((TILE_CELLS, TILE_CELLS), UNKNOWN, dtype=np.int32)
            height = np.full((TILE_CELLS, TILE_CELLS), -np.inf)
            for number in np.sort(self._quad_tree.query(shapely.box(*corner, *(corner + TILE_M)))).tolist():
                self._fill(cells, height, number, corner)
            self._cells[self._count] = cells
            self._slots[i, j] = self._count
            self._count += 1

    def _fill(self, cells: NDArray[np.int32], height: Floats, number: int, corner: Floats) -> None:
        """Writes the number of one quad into a tile where cell centres are inside it, and it is the highest."""
        quad = ((self._quads[number, :, :2] - corner) / CELL_M).tolist()
        (first_u, last_u), (first_v, last_v) = (_window(values) for values in zip(*quad, strict=True))
        window = np.s_[first_u:last_u, first_v:last_v]
        u, v = _CENTERS[first_u:last_u, None], _CENTERS[None, first_v:last_v]
        a, b, c, x, y = self._planes[number].tolist()
        z = a + b * (corner[0] + CELL_M * u - x) + c * (corner[1] + CELL_M * v - y)
        above = z > height[window]
        for (ax, ay), (bx, by) in zip(quad, [*quad[1:], quad[0]], strict=True):
            slack = -SLACK_CELLS * math.hypot(bx - ax, by - ay)
            above &= (bx - ax) * (v - ay) - (by - ay) * (u - ax) >= slack
        np.copyto(cells[window], number, where=above)
        np.copyto(height[window], z, where=above)


def _window(along: tuple[float, ...]) -> tuple[int, int]:
    """The first cell of a tile that a quad can cover along one axis, and the one after the last."""
    first, last = math.floor(min(along)), math.ceil(max(along)) + 1
    return min(max(first, 0), TILE_CELLS), min(max(last, 0), TILE_CELLS)


def _planes(quads: Floats) -> Floats:
    """(Q + 1, 5) height in the middle, slopes along x and y, and the middle's place, of quads (Q, 4, 3)."""
    middle = quads.mean(axis=1)
    normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
    upright = np.abs(normal[:, 2:]) > 1e-9
    slope = np.where(upright, -normal[:, :2] / np.where(upright, normal[:, 2:], 1.0), 0.0)
    nothing = np.zeros((1, 5))  # what `UNKNOWN` points at
    return np.concatenate([np.concatenate([middle[:, 2:], slope, middle[:, :2]], axis=1), nothing])


def _bounds(quads: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    low, high = quads[..., :2].min(axis=1), quads[..., :2].max(axis=1)
    margin_m = CELL_M  # half a cell of slack on every side
    return low[:, 0] - margin_m, low[:, 1] - margin_m, high[:, 0] + margin_m, high[:, 1] + margin_m


def _extent(quads: Floats) -> tuple[Floats, Floats]:
    if not len(quads):
        return np.zeros(2), np.zeros(2)
    margin_m = 1.5 * CELL_M  # centres of cells, not their borders, lie on the edges of straight roads
    return quads[..., :2].min(axis=(0, 1)) - margin_m, quads[..., :2].max(axis=(0, 1)) + margin_m
