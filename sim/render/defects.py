"""Photosites that fail: some give nothing, some give all, and the mosaic's interpolation spreads it to neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BAYER = np.array([[0, 1], [1, 2]])
"""Colour, as a channel, of the photosites of each 2 x 2 cell: red, green, green, blue."""
_SPREAD = {
    1: ((0, 0, 1.0), (-1, 0, 0.25), (1, 0, 0.25), (0, -1, 0.25), (0, 1, 0.25)),
    0: tuple((dy, dx, 0.5 ** (abs(dy) + abs(dx))) for dy in (-1, 0, 1) for dx in (-1, 0, 1)),
}
"""Rows, columns and weight with which bilinear interpolation of the mosaic uses a photosite: green, and the others."""


@dataclass(frozen=True, slots=True, eq=False)
class Defects:
    """Failed photosites of one sensor.

    Args:
        row, column, channel: (K,) the pixels and colours that they spoil.
        weight: (K,) share of the pixel's colour that comes from the failed photosite.
        value: (K,) what it gives: 0 or 255.
    """

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    channel: NDArray[np.intp]
    weight: NDArray[np.float32]
    value: NDArray[np.float32]

    def shown(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) a picture as the sensor gives it."""
        if len(self.row) == 0:
            return rgb
        spoilt = rgb.copy()
        for row, column, channel, weight, value in zip(
            self.row, self.column, self.channel, self.weight, self.value, strict=True
        ):
            good = float(spoilt[row, column, channel])
            spoilt[row, column, channel] = round(good + float(weight) * (float(value) - good))
        return spoilt


def failed_photosites(count: int, size_px: tuple[int, int], seed: int) -> Defects:
    """`count` different photosites of a sensor of `size_px` (width, height), half dead and half hot, by the seed."""
    width, height = size_px
    rng = np.random.default_rng([seed, 2])
    sites = rng.choice(width * height, size=min(count, width * height), replace=False)
    rows: list[tuple[int, int, int, float, float]] = []
    for number, site in enumerate(sites.tolist()):
        row, column = divmod(site, width)
        channel = int(_BAYER[row % 2, column % 2])
        value = 255.0 * (number % 2)
        for dy, dx, weight in _SPREAD[1 if channel == 1 else 0]:
            if 0 <= row + dy < height and 0 <= column + dx < width:
                rows.append((row + dy, column + dx, channel, weight, value))
    table = np.array(rows, np.float64).reshape(-1, 5).T
    place = table[:3].astype(np.intp)
    return Defects(place[0], place[1], place[2], table[3].astype(np.float32), table[4].astype(np.float32))
