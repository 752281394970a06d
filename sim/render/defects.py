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
    """What the failed photosites of one sensor do to its pictures.

    Args:
        at: (K,) the values that they spoil, each once: places in a flattened picture (H, W, 3).
        keep: (K,) share of such a value that is left.
        add: (K,) what comes on top, 0 to 255.
    """

    at: NDArray[np.intp]
    keep: NDArray[np.float32]
    add: NDArray[np.float32]

    def shown(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) a picture as the sensor gives it."""
        if len(self.at) == 0:
            return rgb
        spoilt = rgb.copy()
        values = spoilt.reshape(-1)
        values[self.at] = np.rint(self.keep * values.take(self.at) + self.add).astype(np.uint8)
        return spoilt


def failed_photosites(count: int, size_px: tuple[int, int], seed: int) -> Defects:
    """`count` different photosites of a sensor of `size_px` (width, height), half dead and half hot, by the seed."""
    width, height = size_px
    rng = np.random.default_rng([seed, 2])
    sites = rng.choice(width * height, size=min(count, width * height), replace=False)
    mixes: dict[int, tuple[float, float]] = {}
    for number, site in enumerate(sites.tolist()):
        row, column = divmod(site, width)
        channel = int(_BAYER[row % 2, column % 2])
        value = 255.0 * (number % 2)
        for dy, dx, weight in _SPREAD[1 if channel == 1 else 0]:
            if 0 <= row + dy < height and 0 <= column + dx < width:
                at = ((row + dy) * width + column + dx) * 3 + channel
                keep, add = mixes.get(at, (1.0, 0.0))
                mixes[at] = keep * (1.0 - weight), add * (1.0 - weight) + weight * value
    table = np.array(list(mixes.values()), np.float32).reshape(-1, 2).T
    return Defects(np.array(list(mixes), np.intp), table[0].copy(), table[1].copy())
