"""D-RISE: which parts of a picture a box rests on, found by covering parts of it at random (Petsiuk et al., CVPR 2021).

Random masks leave about half of the picture. Each is weighted by how much of the asked box the detector still gives:
intersection over union × class × score, of its best box. The map is the correlation of that weight with what each
place of the picture shows. It differs from the paper in three points. The weights' mean is taken off, which changes the
map by a constant and takes most of the noise of few masks off. What is covered becomes the picture's mean colour in
place of black, because at night black hides nothing. Cells are square, sixteen to the longer side: in a picture 640 by
192 px, cells of 40 by 12 px hid nothing whole, and the maps of 128 masks and 128 others agreed to 0.14 where they
agree to 0.52 (correlation).

Chance alone makes hills in such a map. How high they are is measured by shuffling the weights over the masks (the
greatest hill of each shuffled map: Westfall and Young 1993); what is lower counts for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray, require
from moosetest.objects import ImageDetections
from perception.camera.boxes import iou_matrix

Picture = NDArray[np.uint8]
Look = Callable[[Picture], ImageDetections]
"""A detector: picture (H, W, 3) RGB -> its boxes. Those of low score count too: let it hand them on."""

GRID = 16
"""Cells to the longer side of a mask: the paper's to each."""
KEPT = 0.5
"""Share of the cells that show the picture: the paper's."""
MASKS = 256
"""Of the shipped YOLO's maps shares of a region then vary by 0.02, one sigma, and two maps agree to 0.5 and more."""
POINTS_A_CELL = 3
"""The map is worked out at so many points to each side of a cell: masks are linear between cells."""
SHUFFLES, CHANCE = 200, 0.01
"""Of so many shuffled maps this share has a hill above the level that counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The box to explain: `box_px` (4,) left, top, right, bottom edges, and the classes that count as the same."""

    box_px: FloatArray
    class_ids: frozenset[int]

    def likeness(self, found: ImageDetections) -> float:
        """How much of it is found, 0 to 1: the best box's intersection over union times its score."""
        same = np.isin(found.class_id, sorted(self.class_ids))
        iou = iou_matrix(found.box_px[same], self.box_px[None])[:, 0]
        return float(np.max(iou * found.score[same], initial=0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """Where a box comes from.

    `map` (H, W) 0 to 1, 0 where no more than chance; 0 everywhere if nothing is. `peak` is the greatest correlation of
    what a place shows with the answer, `chance` the one that counts for nothing.
    """

    map: NDArray[np.float32]
    peak: float
    chance: float


def drise(picture: Picture, look: Look, asked: Asked, seed: int, masks: int = MASKS) -> Saliency:
    """The map of one box in one picture.

    Args:
        picture: (H, W, 3) RGB.
        look: the detector; called once a mask.
        asked: the box.
        seed: of the masks and the shuffles; the same seed makes the same map.
        masks: how many. The default is this project's: see `docs/why.md`.
    """
    require(masks >= 2, f"masks {masks}: want 2 or more")
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    cover = np.broadcast_to(picture.mean(axis=(0, 1), dtype=np.float64).astype(np.float32), picture.shape)
    # In floats once: what is shown and what covers are mixed for every mask.
    shown = picture.astype(np.float32) - cover
    rows, columns = _points(height, cell_px(height, width)), _points(width, cell_px(height, width))
    visible = np.empty((masks, len(rows), len(columns)), dtype=np.float64)
    weight = np.empty(masks)
    for i in range(masks):
        mask = random_mask(rng, height, width)
        visible[i] = mask[np.ix_(rows, columns)]
        weight[i] = asked.likeness(look(np.rint(cover + shown * mask[..., None]).astype(np.uint8)))
    correlation, chance = _correlation(weight, visible.reshape(masks, -1), rng)
    peak = float(correlation.max())
    if peak <= chance:
        return Saliency(np.zeros((height, width), np.float32), peak, chance)
    hills = np.where(correlation > chance, correlation, 0.0).reshape(len(rows), len(columns)) / peak
    return Saliency(_over(hills.astype(np.float32), rows, columns, height, width), peak, chance)


def random_mask(rng: np.random.Generator, height_px: int, width_px: int) -> NDArray[np.float32]:
    """(H, W) 0 to 1: random cells, drawn larger with linear edges, and shifted by a random part of a cell (RISE)."""
    cell = cell_px(height_px, width_px)
    n_rows, n_columns = math.ceil(height_px / cell) + 1, math.ceil(width_px / cell) + 1
    cells = (rng.random((n_rows, n_columns)) < KEPT).astype(np.float32)
    drawn = cv2.resize(cells, (n_columns * cell, n_rows * cell), interpolation=cv2.INTER_LINEAR)
    down, right = int(rng.integers(cell)), int(rng.integers(cell))
    return np.asarray(drawn[down : down + height_px, right : right + width_px], dtype=np.float32)


def cell_px(height_px: int, width_px: int) -> int:
    """Side of a mask's cells."""
    return math.ceil(max(height_px, width_px) / GRID)


def sharpest(pixels: NDArray[np.bool_], least: float) -> NDArray[np.float32]:
    """The map of a detector whose answer rests on these pixels alone and alike: as sharp as the masks allow.

    Masks are linear between cells, so that two places show together as a cubic B-spline of their distance in cells.

    Args:
        pixels: (H, W).
        least: of a map that reaches 1, what chance is cut off at.
    """
    kernel = _cubic_spline(cell_px(*pixels.shape))
    # Around the picture there is nothing.
    spread = cv2.sepFilter2D(pixels.astype(np.float32), -1, kernel, kernel, borderType=cv2.BORDER_CONSTANT)
    spread /= max(float(spread.max()), 1e-12)
    return np.where(spread > least, spread, np.float32(0.0))


def _points(size_px: int, cell: int) -> NDArray[np.intp]:
    """Pixels at which the map is worked out, the first and the last of the picture among them."""
    number = math.ceil(size_px / cell) * POINTS_A_CELL + 1
    return np.unique(np.rint(np.linspace(0, size_px - 1, number)).astype(np.intp))


def _correlation(weight: FloatArray, visible: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, float]:
    """(K,) of the weights (N,) with what K places show (N, K), and the level that chance reaches."""
    centred = visible - visible.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=0), 1e-12)
    weight = weight - weight.mean()
    size = float(np.linalg.norm(weight))
    if size == 0.0:
        return np.zeros(visible.shape[1]), 0.0
    weight = weight / size
    shuffled = np.stack([rng.permutation(weight) for _ in range(SHUFFLES)])
    return weight @ centred, float(np.quantile((shuffled @ centred).max(axis=1), 1.0 - CHANCE))


def _over(
    values: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp], height: int, width: int
) -> NDArray[np.float32]:
    """Values at points, drawn over the picture, linear between them."""
    across = np.stack([np.interp(np.arange(width), columns, row) for row in values])
    return np.stack([np.interp(np.arange(height), rows, column) for column in across.T], axis=1).astype(np.float32)


def _cubic_spline(cell: int) -> NDArray[np.float32]:
    """The cubic B-spline with knots a cell apart, at whole pixels; sums to 1."""
    reach = 2 * cell
    x = np.abs(np.arange(-reach, reach + 1)) / cell
    values = np.where(x < 1.0, 2.0 / 3.0 - x**2 + x**3 / 2.0, np.maximum(2.0 - x, 0.0) ** 3 / 6.0)
    return (values / values.sum()).astype(np.float32)
