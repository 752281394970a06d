"""Pictures and boxes as batches for the camera network: crops at random scales, flipped and recoloured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from moosetest.config import ConfigError
from moosetest.objects import ObjectClass
from perception.training.dataset_format import CameraSample, DatasetReader

CLASSES = (
    ObjectClass.PERSON,
    ObjectClass.BICYCLE,
    ObjectClass.CAR,
    ObjectClass.MOTORCYCLE,
    ObjectClass.BUS,
    ObjectClass.TRUCK,
)
"""What a camera network tells apart, in the order of its channels."""

MIN_HEIGHT_PX = 8.0
"""Lower objects are neither wanted nor punished: one cell of the finest stride."""
MIN_VISIBLE_SHARE = 0.25
"""Objects with less to be seen are neither wanted nor punished; KITTI's "largely occluded" is about there."""
MIN_CROPPED_SHARE = 0.35
"""Objects of which a crop keeps less of the box are ignored in it."""
EXCUSE_COVER = 0.5
"""A detection with half of itself in an ignored box is not a false alarm."""

MAX_CACHED_PICTURES = 5000
"""Of the default rig's: 3 GB."""

CROP_WH_PX = (320, 192)
SIDE_MULTIPLE_PX = 32
"""Divides the sides of every picture of a batch: the coarsest stride of the networks."""
FULL_PHASE_PROGRESS = 0.75
"""From here on whole pictures are trained on, so that the network ends on what it will see; crops before, at native
scale and around an object mostly, show four times as many objects in the same time."""
CROP_SCALES = (0.55, 1.6)
WHOLE_SCALES = (0.8, 1.25)
"""Least and largest enlargement of a crop and of a whole picture."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """Where a picture is and what is wanted of it: boxes (N, 4), network class (N,), whether to ignore it (N,)."""

    frame: int
    sensor_id: str
    wh_px: tuple[int, int]
    box_px: NDArray[np.float32]
    channel: NDArray[np.int64]
    ignored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class CropLabels:
    """What is wanted of one picture of a batch, edges in pixels counted from the picture's corner.

    `box_px` (N, 4) float32 and `channel` (N,) of the objects to find; `ignored_px` (M, 4) float32 of those that are
    neither wanted nor punished.
    """

    box_px: NDArray[np.float32]
    channel: NDArray[np.int64]
    ignored_px: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CameraBatch:
    """Pictures (B, 3, H, W) float32 in [0, 1], what is wanted of each, and a seed for what else a loss draws."""

    planes: torch.Tensor
    labels: tuple[CropLabels, ...]
    seed: int


def is_ignored(sample: CameraSample) -> NDArray[np.bool_]:
    """(N,) which objects neither training nor evaluation counts: too low, too hidden, or of no class of the network."""
    foreign = ~np.isin(sample.class_id, [int(c) for c in CLASSES])
    return (sample.height_px < MIN_HEIGHT_PX) | (sample.visible_share < MIN_VISIBLE_SHARE) | foreign


class CameraSamples:
    """Draws training batches from a dataset.

    Args:
        folder: of the dataset.
        batch_pixels: pixels a batch: 8 crops or 2 whole pictures by default.

    Raises:
        ConfigError: no dataset, or one without a single object to learn.
    """

    def __init__(self, folder: Path, batch_pixels: int = 8 * CROP_WH_PX[0] * CROP_WH_PX[1]) -> None:
        self._reader = DatasetReader(folder, "train")
        self._batch_pixels = batch_pixels
        self._cache: dict[tuple[int, str], NDArray[np.uint8]] = {}
        self.pictures = [
            _label(i, sensor_id, self._reader.camera(i, sensor_id))
            for i in range(len(self._reader))
            for sensor_id in self._reader.camera_ids(i)
        ]
        counts = np.bincount(np.concatenate([p.channel[~p.ignored] for p in self.pictures]), minlength=len(CLASSES))
        if not counts.sum():
            raise ConfigError(f"{folder}: no picture shows an object; want boxes of {[c.name for c in CLASSES]}")
        self._rarity = np.sqrt(counts.sum() / np.maximum(counts, 1.0))
        weights = np.array([self._weight(p) for p in self.pictures])
        self._picture_prob = weights / weights.sum()

    def batch(self, rng: np.random.Generator, progress: float) -> CameraBatch:
        """A batch: crops first, whole pictures (of one camera's size) in the last quarter of the training."""
        whole = progress >= FULL_PHASE_PROGRESS
        prob = self._picture_prob
        wh = CROP_WH_PX
        if whole:
            like = self.pictures[rng.choice(len(prob), p=prob)].wh_px
            wh = (_next_multiple(like[0]), _next_multiple(like[1]))
            prob = prob * np.array([p.wh_px == like for p in self.pictures])
        size = max(1, self._batch_pixels // (wh[0] * wh[1]))
        drawn = rng.choice(len(prob), size=size, p=prob / prob.sum())
        scales = WHOLE_SCALES if whole else CROP_SCALES
        crops = [self._augmented(self.pictures[i], wh, scales, rng) for i in drawn]
        images = np.stack([image for image, _, _ in crops])
        # Still channels last in memory, which is what convolutions are quickest on: a step takes 0.7 of the time.
        planes = torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255.0)
        labels = tuple(_crop_labels(moved, kept) for _, moved, kept in crops)
        return CameraBatch(planes, labels, seed=int(rng.integers(2**31)))

    def _image(self, picture: LabelledPicture) -> NDArray[np.uint8]:
        key = (picture.frame, picture.sensor_id)
        if key not in self._cache:
            image = self._reader.picture(*key)
            if len(self._cache) >= MAX_CACHED_PICTURES:
                return image
            self._cache[key] = image
        return self._cache[key]

    def _weight(self, picture: LabelledPicture) -> float:
        """Pictures with rare classes are drawn more often, by the rarity's square root (as LVIS' repeat factor)."""
        wanted = picture.channel[~picture.ignored]
        return float(self._rarity[wanted].max()) if len(wanted) else 0.5

    def _augmented(
        self, picture: LabelledPicture, wh_px: tuple[int, int], scales: tuple[float, float], rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], LabelledPicture, NDArray[np.bool_]]:
        image = self._image(picture)
        scale = float(np.exp(rng.uniform(*np.log(scales))))
        window = _window(picture, wh_px, scale, self._rarity, rng)
        cropped = cv2.warpAffine(
            image, window, wh_px, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(114, 114, 114)
        )
        moved, kept = _move(picture, window, wh_px)
        return recolour(cropped, rng), moved, kept


def _label(frame: int, sensor_id: str, sample: CameraSample) -> LabelledPicture:
    channel_of = {int(c): i for i, c in enumerate(CLASSES)}
    channel = np.array([channel_of.get(int(c), 0) for c in sample.class_id], dtype=np.int64)
    height, width = sample.image_rgb.shape[:2]
    box_px = sample.box_px.astype(np.float32)
    return LabelledPicture(frame, sensor_id, (width, height), box_px, channel, is_ignored(sample))


def _next_multiple(side_px: int) -> int:
    return -(-side_px // SIDE_MULTIPLE_PX) * SIDE_MULTIPLE_PX


def _window(
    picture: LabelledPicture,
    wh_px: tuple[int, int],
    scale: float,
    rarity: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """(2, 3) affine map from the picture into a crop: random place and mirroring.

    Three crops in four hold an object, chosen by its class' rarity, anywhere within the crop.
    """
    width, height = picture.wh_px
    wanted = np.flatnonzero(~picture.ignored)
    if len(wanted) and rng.random() < 0.75:
        weights = rarity[picture.channel[wanted]]
        left, top, right, bottom = picture.box_px[rng.choice(wanted, p=weights / weights.sum())]
        focus = np.array([(left + right) / 2, (top + bottom) / 2])
        place = np.array(wh_px) * rng.uniform(0.15, 0.85, 2)
    else:
        focus = np.array([width, height]) * rng.random(2)
        place = np.array(wh_px) * 0.5
    offset = place - scale * focus
    # Stay within the picture as far as it is larger than the crop.
    low, high = np.array(wh_px) - scale * np.array([width, height]), np.zeros(2)
    offset = np.clip(offset, np.minimum(low, high), np.maximum(low, high))
    mirror = rng.random() < 0.5
    x_row = [-scale, 0.0, wh_px[0] - 1 - offset[0]] if mirror else [scale, 0.0, offset[0]]
    return np.array([x_row, [0.0, scale, offset[1]]])


def _move(
    picture: LabelledPicture, window: NDArray[np.float64], wh_px: tuple[int, int]
) -> tuple[LabelledPicture, NDArray[np.bool_]]:
    """The labels in the crop, and which of them lie in it at all."""
    x_px = picture.box_px[:, [0, 2]] * window[0, 0] + window[0, 2]
    y_px = picture.box_px[:, [1, 3]] * window[1, 1] + window[1, 2]
    whole = np.stack([x_px.min(axis=1), y_px.min(axis=1), x_px.max(axis=1), y_px.max(axis=1)], axis=1)
    limits = np.array([wh_px[0], wh_px[1], wh_px[0], wh_px[1]], dtype=np.float64) - 0.5
    inside = np.clip(whole, -0.5, limits)
    share = _area(inside) / np.maximum(_area(whole), 1e-6)
    ignored = picture.ignored | (share < MIN_CROPPED_SHARE) | (inside[:, 3] - inside[:, 1] < MIN_HEIGHT_PX)
    moved = replace(picture, box_px=inside.astype(np.float32), ignored=ignored)
    return moved, _area(inside) > 0


def _area(box_px: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(box_px[:, 2] - box_px[:, 0], 0) * np.maximum(box_px[:, 3] - box_px[:, 1], 0)


def recolour(image_rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another exposure, colour cast, contrast, sharpness and noise; returns a new picture."""
    image = image_rgb.astype(np.float32)
    image *= rng.uniform(0.65, 1.4) * rng.uniform(0.92, 1.08, 3).astype(np.float32)
    image = (image - 114.0) * np.float32(rng.uniform(0.75, 1.25)) + np.float32(114.0 + rng.uniform(-15, 15))
    grey = image.mean(axis=2, keepdims=True)
    image = grey + (image - grey) * np.float32(rng.uniform(0.3, 1.4))
    if rng.random() < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.4))
    if rng.random() < 0.3:
        image += rng.standard_normal(image.shape, dtype=np.float32) * np.float32(rng.uniform(1, 10))
    return np.clip(image, 0, 255).astype(np.uint8)


def _crop_labels(moved: LabelledPicture, kept: NDArray[np.bool_]) -> CropLabels:
    wanted = kept & ~moved.ignored
    # Edges at half integers: the left edge of the first pixel is -0.5 here and 0 for the networks.
    corner_px = moved.box_px + np.float32(0.5)
    return CropLabels(corner_px[wanted], moved.channel[wanted], corner_px[kept & moved.ignored])
