"""How high the ground is anywhere, quickly: wheels ask for it thousands of times a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.world.scenery.strips import Strip
from sim.world.scenery.terrain import Terrain

CELL_M = 0.1
"""A kerb then is a ramp of one cell: a wheel of 0.3 m radius climbs it in 0.25 m."""
MAX_CELLS = 6_000_000
"""Larger maps get larger cells: 24 MB of heights are enough."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Heights of all paving on a raster (NaN beside it), and the terrain for the rest."""

    corner_world_m: Floats
    cell_m: float
    height_m: NDArray[np.float32]
    terrain: Terrain

    def z_m(self, xy_world_m: Floats) -> Floats:
        """Height of road, side walk or terrain under points (N, 2)."""
        xy = np.asarray(xy_world_m, dtype=np.float64)
        cell = np.floor((xy - self.corner_world_m) / self.cell_m).astype(np.int64)
        columns, rows = self.height_m.shape
        inside = (cell[:, 0] >= 0) & (cell[:, 0] < columns) & (cell[:, 1] >= 0) & (cell[:, 1] < rows)
        z = np.full(len(xy), np.nan)
        z[inside] = self.height_m[cell[inside, 0], cell[inside, 1]]
        bare = np.isnan(z)
        if bare.any():
            z[bare] = self.terrain.height_m(xy[bare])
        return z


def make_ground(strips: list[Strip], terrain: Terrain) -> Ground:
    """The heights of a map; where strips lie over each other the highest counts."""
    cells = np.concatenate([strip.quads() for strip in strips])
    low, high = cells[..., :2].min(axis=(0, 1)), cells[..., :2].max(axis=(0, 1))
    cell_m = max(CELL_M, float(np.sqrt(np.prod(high - low) / MAX_CELLS)))
    columns, rows = np.ceil((high - low) / cell_m).astype(int) + 1
    height = np.full((columns, rows), np.nan, dtype=np.float32)
    for cell in cells:
        _fill(height, (cell - [*low, 0.0]) / [cell_m, cell_m, 1.0])
    return Ground(low, cell_m, height, terrain)


def _fill(height: NDArray[np.float32], quad: Floats) -> None:
    """Writes one quad (4, 3), x and y in cells, into the raster: its plane, where its cell centres are inside."""
    first = np.maximum(np.floor(quad[:, :2].min(axis=0)).astype(int), 0)
    last = np.ceil(quad[:, :2].max(axis=0)).astype(int) + 1
    window = height[first[0] : last[0], first[1] : last[1]]
    x = first[0] + 0.5 + np.arange(window.shape[0])[:, None]
    y = first[1] + 0.5 + np.arange(window.shape[1])[None, :]
    inside = np.ones(window.shape, dtype=bool)
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        inside &= (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= -0.5 * np.hypot(*(b - a)[:2])
    middle, (u, v) = quad.mean(axis=0), (quad[1] - quad[0], quad[3] - quad[0])
    normal = np.cross(u, v)
    slope = -normal[:2] / normal[2] if abs(normal[2]) > 1e-9 else np.zeros(2)
    z = middle[2] + slope[0] * (x - middle[0]) + slope[1] * (y - middle[1])
    window[inside] = np.fmax(window[inside], z[inside].astype(np.float32))
