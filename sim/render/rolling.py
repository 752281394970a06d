"""A rolling shutter: rows are exposed one after another, so what moves leans and what turns bends."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RollingShutter:
    """Readout of a sensor from the top row to the bottom row, which is exposed at the tick itself.

    Args:
        readout_s: from the first row to the end of the last; 0 is a global shutter.
    """

    readout_s: float = 0.0

    def earlier_s(self, row: NDArray[np.float32]) -> NDArray[np.float32]:
        """How long before the tick the middle of a row was exposed, for rows counted in shares of the height."""
        return np.asarray(self.readout_s * (1.0 - row), np.float32)

    def seen(
        self, rgb: NDArray[np.uint8], flow_px: NDArray[np.float32], depth_m: NDArray[np.float32], flow_s: float
    ) -> NDArray[np.uint8]:
        """(H, W, 3) the picture as read out row by row; nearer things cover farther ones.

        Args:
            rgb: (H, W, 3) all of it at the tick.
            flow_px: (H, W, 2) how far right and down each pixel came in the last `flow_s`.
            depth_m: (H, W).
            flow_s: above 0.
        """
        height, width = depth_m.shape
        flow_px_per_s = flow_px * np.float32(1.0 / flow_s)
        source = _on_top(self._moved_to(flow_px_per_s), depth_m)
        hole = source < 0
        source = _filled(source, depth_m)
        y, x = np.divmod(source, width)
        at_tick = np.stack([x, y], axis=-1).astype(np.float32)
        row, column = np.indices((height, width), np.float32)
        back = flow_px_per_s.reshape(-1, 2)[source] * self.earlier_s((row + 0.5) / height)[..., None]
        place = np.where(hole[..., None], at_tick, np.stack([column, row], axis=-1) + back)
        return np.asarray(cv2.remap(rgb, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def _moved_to(self, flow_px_per_s: NDArray[np.float32]) -> NDArray[np.intp]:
        """(H, W, 2) column and row at which each pixel's point was when that very row was exposed.

        With y' = y - speed * earlier(y'), which is linear in y', the row follows in closed form.
        """
        height, width = flow_px_per_s.shape[:2]
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        per_row = flow_px_per_s[..., 1] * np.float32(self.readout_s / height)
        row = (y - per_row * np.float32(height - 0.5)) / np.maximum(1.0 - per_row, 0.05)
        column = x - flow_px_per_s[..., 0] * self.earlier_s((row + 0.5) / height)
        limit = 4.0 * max(width, height)
        there = np.clip(np.rint(np.stack([column, row], axis=-1)), -limit, limit)
        return np.asarray(there, np.intp)


def _on_top(there: NDArray[np.intp], depth_m: NDArray[np.float32]) -> NDArray[np.intp]:
    """(H, W) number of the pixel that came to each place, the nearest of several; -1 where none came."""
    height, width = depth_m.shape
    # 16 bits of the depth's logarithm order it finely enough, and such numbers are sorted fastest
    steps = (np.log2(np.clip(depth_m, 0.01, 1e4)) * 3000.0 + 20_000.0).astype(np.uint16)
    order = np.argsort(steps.ravel(), kind="stable")[::-1]
    column, row = there.reshape(-1, 2)[order].T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    source = np.full((height, width), -1, np.intp)
    source[row[inside], column[inside]] = order[inside]
    return source


def _filled(source: NDArray[np.intp], depth_m: NDArray[np.float32]) -> NDArray[np.intp]:
    """Holes closed along their shorter way across, from the farther rim: what hid a thing was nearer than it."""
    across = _rims(source)
    down = tuple(side.T for side in _rims(source.T))
    is_short = across[2] <= down[2]
    first, second = (np.where(is_short, across[k], down[k]) for k in (0, 1))
    far_m = [np.where(rim < 0, np.float32(-1.0), depth_m.ravel()[rim]) for rim in (first, second)]
    rim = np.where(far_m[0] >= far_m[1], first, second)
    here = np.arange(source.size).reshape(source.shape)
    return np.where(source >= 0, source, np.where(rim >= 0, rim, here))


def _rims(source: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Sources at the last place with one to the left and the next to the right, -1 for none, and how far apart."""
    height, width = source.shape
    column = np.arange(width)[None, :]
    has = source >= 0
    left = np.maximum.accumulate(np.where(has, column, -1), axis=1)
    right = np.minimum.accumulate(np.where(has, column, width)[:, ::-1], axis=1)[:, ::-1]
    row = np.arange(height)[:, None]
    from_left = np.where(left >= 0, source[row, np.maximum(left, 0)], -1)
    from_right = np.where(right < width, source[row, np.minimum(right, width - 1)], -1)
    return from_left, from_right, right - left
