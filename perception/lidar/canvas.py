"""A sweep as a picture from above: what the pillar network sees, in training and in a drive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.lidar.ground import heights_over_ground_m

BANDS_M = (0.15, 0.5, 1.0, 1.5, 2.2, 4.0)
"""Heights over ground between which returns are counted apart; outside them they are road or above all traffic."""
N_CHANNELS = len(BANDS_M) - 1 + 7


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a canvas: `n_x` ahead and `n_y` across, of `cell_m`, from `x_min_m`, symmetric about y = 0."""

    x_min_m: float = 0.0
    n_x: int = 512
    n_y: int = 256
    cell_m: float = 0.2

    @property
    def y_min_m(self) -> float:
        """Right edge."""
        return -0.5 * self.n_y * self.cell_m

    @property
    def x_max_m(self) -> float:
        """Far edge."""
        return self.x_min_m + self.n_x * self.cell_m


def canvas_of(points_ego_m: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """(N_CHANNELS, n_x, n_y) statistics of the returns over each cell; cells without any are 0.

    Channels: log counts in each height band, log count in all, mean, highest and lowest height over ground, mean
    offset from the cell's centre in x and y, distance. Intensity is left out: it depends on the sensor's make.
    """
    height_m = heights_over_ground_m(points_ego_m)
    ix = np.floor((points_ego_m[:, 0] - grid.x_min_m) / grid.cell_m).astype(np.int64)
    iy = np.floor((points_ego_m[:, 1] - grid.y_min_m) / grid.cell_m).astype(np.int64)
    inside = (ix >= 0) & (ix < grid.n_x) & (iy >= 0) & (iy < grid.n_y)
    inside &= (height_m >= BANDS_M[0]) & (height_m < BANDS_M[-1])
    ix, iy, height_m = ix[inside], iy[inside], height_m[inside]
    # Work on occupied cells only: a sweep fills a few thousand of the many.
    cells, owner = np.unique(ix * grid.n_y + iy, return_inverse=True)
    n = len(cells)
    count = np.maximum(np.bincount(owner, minlength=n), 1)
    band = np.searchsorted(BANDS_M, height_m, side="right") - 1
    in_band = np.bincount(owner * (len(BANDS_M) - 1) + band, minlength=n * (len(BANDS_M) - 1))
    highest, lowest = np.zeros(n), np.full(n, BANDS_M[-1])
    np.maximum.at(highest, owner, height_m)
    np.minimum.at(lowest, owner, height_m)
    center_x = grid.x_min_m + (cells // grid.n_y + 0.5) * grid.cell_m
    center_y = grid.y_min_m + (cells % grid.n_y + 0.5) * grid.cell_m
    values = (
        *np.log1p(in_band.reshape(n, len(BANDS_M) - 1)).T / 3.0,
        np.log1p(count) / 3.0,
        np.bincount(owner, height_m, minlength=n) / count / 2.0,
        highest / 2.0,
        lowest / 2.0,
        (np.bincount(owner, points_ego_m[inside, 0], minlength=n) / count - center_x) / grid.cell_m,
        (np.bincount(owner, points_ego_m[inside, 1], minlength=n) / count - center_y) / grid.cell_m,
        np.hypot(center_x, center_y) / 50.0,
    )
    canvas = np.zeros((N_CHANNELS, grid.n_x * grid.n_y), dtype=np.float32)
    canvas[:, cells] = np.stack(values)
    return canvas.reshape(N_CHANNELS, grid.n_x, grid.n_y)
