"""Sweeps and boxes as batches for the pillar network: mirrored, turned, thinned, seen through half a canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from moosetest.config import ConfigError
from moosetest.frames import wrap_rad_array
from perception.lidar.box_codec import CLASSES, STRIDE, Channel, encode, inside_footprint
from perception.lidar.canvas import Grid, canvas_of
from perception.training.dataset_format import DatasetReader, LidarSample

MIN_POINTS = 5
"""Objects with fewer returns are neither wanted nor punished."""
WINDOW_CELLS = 256
"""Length of the window of a canvas that is trained on: half of it, so that a batch holds more sweeps."""
BATCH_SIZE = 8
MAX_CACHED_SWEEPS = 4000
"""Of some 30,000 points each: 2 GB."""


@dataclass(frozen=True, slots=True, eq=False)
class LidarBatch:
    """Canvases (B, channels, X, Y) and the targets of `center_loss`."""

    canvas: torch.Tensor
    targets: Mapping[str, torch.Tensor]


def is_ignored(sample: LidarSample, grid: Grid) -> NDArray[np.bool_]:
    """(M,) which objects do not count: hardly hit, outside the grid, or of no class of the network."""
    x, y = sample.center_ego_m[:, 0], sample.center_ego_m[:, 1]
    outside = (x < grid.x_min_m) | (x >= grid.x_max_m) | (y < grid.y_min_m) | (y >= -grid.y_min_m)
    return (sample.n_points < MIN_POINTS) | outside | ~np.isin(sample.class_id, [int(c) for c in CLASSES])


class LidarSamples:
    """Draws training batches from a dataset.

    Raises:
        ConfigError: no dataset, or one without a sweep that hits an object.
    """

    def __init__(self, folder: Path, grid: Grid) -> None:
        self._reader = DatasetReader(folder, "train")
        self._grid = grid
        self.frames = [i for i in range(len(self._reader)) if self._reader.has_lidar(i)]
        self._cache: dict[int, LidarSample] = {}
        counts, per_frame = np.zeros(len(CLASSES)), []
        for frame in self.frames:
            sample = self._sample(frame)
            present = _channels(sample)[~is_ignored(sample, grid)]
            counts += np.bincount(present, minlength=len(CLASSES))
            per_frame.append(present)
        if not counts.sum():
            raise ConfigError(f"{folder}: no sweep hits an object; want boxes of {[c.name for c in CLASSES]}")
        rarity = np.sqrt(counts.sum() / np.maximum(counts, 1.0))
        weights = np.array([rarity[p].max() if len(p) else 0.5 for p in per_frame])
        self._frame_prob = weights / weights.sum()

    def batch(self, rng: np.random.Generator, progress: float) -> LidarBatch:
        """A batch of augmented windows; `progress` changes nothing."""
        del progress
        drawn = rng.choice(len(self.frames), size=BATCH_SIZE, p=self._frame_prob)
        windows = [self._window(augmented(self._sample(self.frames[i]), rng), rng) for i in drawn]
        canvases = np.stack([canvas_of(sample.points_ego_m, grid) for sample, grid in windows])
        return LidarBatch(torch.from_numpy(canvases), targets_of(windows))

    def _window(self, sample: LidarSample, rng: np.random.Generator) -> tuple[LidarSample, Grid]:
        """Half of the grid, four times in five with an object of random distance in it."""
        length_m = WINDOW_CELLS * self._grid.cell_m
        latest_m = self._grid.x_max_m - length_m
        counted = np.flatnonzero(~is_ignored(sample, self._grid))
        start_m = rng.uniform(self._grid.x_min_m, latest_m)
        if len(counted) and rng.random() < 0.8:
            start_m = float(sample.center_ego_m[rng.choice(counted), 0]) - rng.uniform(0.1, 0.9) * length_m
        # Whole output cells, so that windows sample the canvas as the whole grid does.
        step_m = STRIDE * self._grid.cell_m
        start_m = step_m * round(float(np.clip(start_m, self._grid.x_min_m, latest_m)) / step_m)
        return sample, replace(self._grid, x_min_m=start_m, n_x=WINDOW_CELLS)

    def _sample(self, frame: int) -> LidarSample:
        if frame not in self._cache:
            if len(self._cache) >= MAX_CACHED_SWEEPS:
                return self._reader.lidar(frame)
            self._cache[frame] = self._reader.lidar(frame)
        return self._cache[frame]


def augmented(sample: LidarSample, rng: np.random.Generator) -> LidarSample:
    """The sweep mirrored one time in two, turned by up to 12 degrees, scaled by up to 4 %, and thinned."""
    mirror = np.array([1.0, -1.0 if rng.random() < 0.5 else 1.0, 1.0])
    turn_rad, scale = rng.uniform(-0.2, 0.2), rng.uniform(0.96, 1.04)
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    rotation = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    to_new = scale * (rotation * mirror).T
    kept = np.ones(len(sample.points_ego_m), dtype=np.bool_)
    if rng.random() < 0.5:
        kept = rng.random(len(kept)) >= rng.uniform(0.0, 0.5)
    points = sample.points_ego_m[kept].astype(np.float64) @ to_new
    points += rng.normal(0.0, rng.uniform(0.0, 0.03), points.shape)
    return LidarSample(
        points_ego_m=points,
        intensity=sample.intensity[kept],
        center_ego_m=sample.center_ego_m @ to_new,
        size_lwh_m=sample.size_lwh_m * scale,
        yaw_ego_rad=wrap_rad_array(sample.yaw_ego_rad * mirror[1] + turn_rad),
        class_id=sample.class_id,
        n_points=np.floor(sample.n_points * kept.mean()).astype(np.int64),
    )


def targets_of(windows: list[tuple[LidarSample, Grid]]) -> dict[str, torch.Tensor]:
    """The targets of `center_loss` for sweeps and the grids they are seen through (of one size)."""
    n_x, n_y = windows[0][1].n_x // STRIDE, windows[0][1].n_y // STRIDE
    heat = np.zeros((len(windows), len(CLASSES), n_x, n_y), dtype=np.float32)
    counted = np.ones((len(windows), 1, n_x, n_y), dtype=np.float32)
    index, boxes = [], []
    for i, (sample, grid) in enumerate(windows):
        ignored = is_ignored(sample, grid)
        counted[i, 0][_cells_of(sample, ignored, grid)] = 0.0
        wanted = ~ignored
        center, size, yaw = sample.center_ego_m[wanted], sample.size_lwh_m[wanted], sample.yaw_ego_rad[wanted]
        cell, values = encode(center, size, yaw, grid)
        for (ix, iy), channel, (length_m, width_m) in zip(cell, _channels(sample)[wanted], size[:, :2], strict=True):
            # A third of the mean side, as CenterPoint's radius does for an overlap of 0.1, but a cell at least.
            sigma = max(0.7, (length_m + width_m) / 6.0 / (STRIDE * grid.cell_m))
            _paint(heat[i, channel], int(ix), int(iy), sigma)
        index.append(np.column_stack([np.full(len(cell), i), cell]))
        boxes.append(values)
    return {
        "heat": torch.from_numpy(heat),
        "counted": torch.from_numpy(counted),
        "index": torch.from_numpy(np.concatenate(index).astype(np.int64)),
        "box": torch.from_numpy(np.concatenate(boxes).reshape(-1, len(Channel))),
    }


def _channels(sample: LidarSample) -> NDArray[np.int64]:
    channel_of = {int(c): i for i, c in enumerate(CLASSES)}
    return np.array([channel_of.get(int(c), 0) for c in sample.class_id], dtype=np.int64)


def _cells_of(sample: LidarSample, chosen: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """(X, Y) output cells whose centre lies in a chosen box, widened by half a cell."""
    cell_m = STRIDE * grid.cell_m
    x = grid.x_min_m + (np.arange(grid.n_x // STRIDE) + 0.5) * cell_m
    y = grid.y_min_m + (np.arange(grid.n_y // STRIDE) + 0.5) * cell_m
    mask = np.zeros((len(x), len(y)), dtype=np.bool_)
    for k in np.flatnonzero(chosen):
        center, size = sample.center_ego_m[k, :2], sample.size_lwh_m[k, :2] + cell_m
        reach_m = float(np.hypot(*size)) / 2
        rows, columns = np.abs(x - center[0]) <= reach_m, np.abs(y - center[1]) <= reach_m
        if rows.any() and columns.any():
            places = np.stack(np.meshgrid(x[rows], y[columns], indexing="ij"), axis=-1)
            held = inside_footprint(places.reshape(-1, 2), center, size, float(sample.yaw_ego_rad[k]))
            mask[np.ix_(rows, columns)] |= held.reshape(places.shape[:2])
    return mask


def _paint(heat: NDArray[np.float32], ix: int, iy: int, sigma: float) -> None:
    """Raise the map to a Gaussian of peak 1 at one cell."""
    reach = int(np.ceil(3 * sigma))
    rows = np.arange(max(0, ix - reach), min(heat.shape[0], ix + reach + 1))
    columns = np.arange(max(0, iy - reach), min(heat.shape[1], iy + reach + 1))
    distance2 = (rows[:, None] - ix) ** 2 + (columns[None] - iy) ** 2
    part = heat[np.ix_(rows, columns)]
    heat[np.ix_(rows, columns)] = np.maximum(part, np.exp(-distance2 / (2 * sigma**2)))
