"""Procedural textures: smooth noise, and the grain of the ground. Made from fixed seeds."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

GROUND_SIZE_PX = 256
_SEED = 20240607

U8 = NDArray[np.uint8]


@cache
def cloud_noise() -> U8:
    """(256, 256) uint8 tileable noise of five octaves, mean one half."""
    return _to_bytes(_octaves(256, (8, 16, 32, 64, 128), 0.62, np.random.default_rng(_SEED + 1)), 0.19)


@cache
def ground_layers() -> U8:
    """(5, 256, 256, 4) uint8, 4 m a side: asphalt, slabs, grass, worn paint, concrete; 127.5 leaves the albedo."""
    rng = np.random.default_rng(_SEED + 2)
    layers = [_asphalt(rng), _slabs(rng), _grass(rng), _worn_paint(rng), _concrete(rng)]
    out = np.full((len(layers), GROUND_SIZE_PX, GROUND_SIZE_PX, 4), 255, dtype=np.uint8)
    for k, layer in enumerate(layers):
        out[k, :, :, :3] = np.clip(np.round(layer * 127.5), 0, 255).astype(np.uint8)
    return out


def _grey(layer: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.repeat(layer[:, :, None], 3, axis=2)


def _asphalt(rng: np.random.Generator) -> NDArray[np.float64]:
    stones = rng.normal(0.0, 0.17, (GROUND_SIZE_PX, GROUND_SIZE_PX))
    blotch = _octaves(GROUND_SIZE_PX, (4, 8, 16), 0.7, rng)
    crack = np.abs(_octaves(GROUND_SIZE_PX, (3, 6, 12, 24), 0.6, rng)) < 0.02
    layer = 1.0 + stones + 0.11 * blotch
    return _grey(layer * np.where(crack, 0.72, 1.0))


def _slabs(rng: np.random.Generator) -> NDArray[np.float64]:
    """Slabs of 0.5 m by 1 m in running bond."""
    row, column = np.mgrid[0:GROUND_SIZE_PX, 0:GROUND_SIZE_PX]
    course = row // 32
    shifted = (column + 32 * (course % 2)) % GROUND_SIZE_PX
    tone = rng.uniform(0.88, 1.10, (8, 4))[course, shifted // 64]
    joint = (row % 32 < 1) | (shifted % 64 < 1)
    grain = rng.normal(0.0, 0.06, tone.shape) + 0.05 * _octaves(GROUND_SIZE_PX, (4, 8, 16), 0.7, rng)
    return _grey((tone + grain) * np.where(joint, 0.55, 1.0))


def _grass(rng: np.random.Generator) -> NDArray[np.float64]:
    blades = rng.normal(0.0, 0.22, (GROUND_SIZE_PX, GROUND_SIZE_PX))
    tufts = _octaves(GROUND_SIZE_PX, (8, 16, 32, 64), 0.8, rng)
    layer = 1.0 + blades + 0.24 * tufts
    tint = np.stack([0.16 * tufts, 0.05 * tufts, 0.0 * tufts], axis=2)
    return _grey(layer) + tint


def _worn_paint(rng: np.random.Generator) -> NDArray[np.float64]:
    wear = _octaves(GROUND_SIZE_PX, (8, 16, 32, 64), 0.8, rng)
    grain = rng.normal(0.0, 0.05, wear.shape)
    return _grey(np.where(wear > 1.5, 0.45, 1.0) * (1.0 + grain + 0.05 * wear))


def _concrete(rng: np.random.Generator) -> NDArray[np.float64]:
    row, column = np.mgrid[0:GROUND_SIZE_PX, 0:GROUND_SIZE_PX]
    seam = (row % 128 < 1) | (column % 128 < 1)
    layer = 1.0 + 0.09 * _octaves(GROUND_SIZE_PX, (4, 8, 16, 32), 0.7, rng) + rng.normal(0.0, 0.04, row.shape)
    return _grey(layer * np.where(seam, 0.75, 1.0))


def _octaves(size: int, cells: tuple[int, ...], falloff: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """(size, size) tileable noise with zero mean and unit deviation."""
    total = np.zeros((size, size))
    for k, count in enumerate(cells):
        total += falloff**k * _smooth_tile(rng.uniform(-1.0, 1.0, (count, count)), size)
    return (total - total.mean()) / total.std()


def _smooth_tile(knots: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Interpolate periodic knots to (size, size) with smooth steps."""
    at = np.arange(size) * len(knots) / size
    low = np.floor(at).astype(int)
    t = at - low
    t = t * t * (3.0 - 2.0 * t)
    high = (low + 1) % len(knots)
    rows = knots[low] * (1.0 - t)[:, None] + knots[high] * t[:, None]
    return rows[:, low] * (1.0 - t)[None] + rows[:, high] * t[None]


def _to_bytes(noise: NDArray[np.float64], deviation: float) -> U8:
    return np.clip(np.round((0.5 + deviation * noise) * 255.0), 0, 255).astype(np.uint8)
