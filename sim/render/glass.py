"""What lies on the glass before the lens, far too near to be sharp: dirt, and drops of rain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.film import developed, light_of_pixels

_MOST_SPOTS = 120
"""Of the dirtiest glass."""
_MOST_DROPS = 70
"""On glass that nobody wipes, in the heaviest rain."""
_DROP_LIFE_S = (2.0, 9.0)
"""From the fall of a drop until it runs off."""
_DIRT_RGB = np.array([0.42, 0.38, 0.31], np.float32)
"""Share of the light around that dried mud scatters into the lens."""


@dataclass(frozen=True, eq=False)
class Glass:
    """The glass before one camera.

    Args:
        size_px: width and height of the picture.
        dirt: 0 is clean, 1 hardly seen through.
        drops: share of the drops of heaviest rain that stay on it; 0 is dry.
        seed: says where dirt lies and drops fall.
    """

    size_px: tuple[int, int]
    dirt: float
    drops: float
    seed: int

    @property
    def is_clean(self) -> bool:
        """Whether it changes nothing, in any weather."""
        return self.dirt <= 0.0 and self.drops <= 0.0

    def seen(self, rgb: NDArray[np.uint8], precipitation: float, age_s: float) -> NDArray[np.uint8]:
        """(H, W, 3) a picture through it.

        Args:
            rgb: (H, W, 3) through clean glass, on the usual film.
            precipitation: share of the heaviest rain.
            age_s: time since the camera began, which drops count from.
        """
        drops = self.drops_at(precipitation, age_s)
        if self.dirt <= 0.0 and len(drops) == 0:
            return rgb
        light = light_of_pixels(rgb)
        if self.dirt > 0.0:
            light = self._through_dirt(light)
        return developed(_through_drops(light, drops) if len(drops) else light)

    def drops_at(self, precipitation: float, age_s: float) -> NDArray[np.float64]:
        """(N, 3) middle and radius, px, of the drops on the glass: each falls, grows, and gives way to the next."""
        count = round(_MOST_DROPS * min(max(self.drops * precipitation, 0.0), 1.0))
        drops = np.zeros((count, 3))
        width, height = self.size_px
        for place in range(count):
            life_s, phase = np.random.default_rng([self.seed, place]).uniform(
                (_DROP_LIFE_S[0], 0.0), (_DROP_LIFE_S[1], 1.0)
            )
            lives = age_s / life_s + phase
            x, y, size = np.random.default_rng([self.seed, place, int(lives)]).uniform(0.0, 1.0, 3)
            grown = min(1.0, 0.6 + 0.8 * (lives % 1.0))
            # sizes as of drops on a windscreen: many small ones, few large ones
            drops[place] = width * x, height * y, width * grown * (0.010 + 0.042 * size**3)
        return drops

    @cached_property
    def opacity(self) -> NDArray[np.float32]:
        """(H, W) share of the light that dirt holds back: soft spots, as wide as the lens's opening blurs them."""
        width, height = self.size_px
        rng = np.random.default_rng([self.seed, 1])
        clear = np.ones((height, width))
        for _ in range(round(_MOST_SPOTS * min(self.dirt, 1.0))):
            x, y = rng.uniform(0.0, 1.0, 2) * (width, height)
            radius_px, stretch = width * rng.uniform(0.02, 0.09), rng.uniform(1.0, 1.6)
            turn, thickness = rng.uniform(0.0, np.pi), rng.uniform(0.3, 0.95)
            window, p, q = _around(x, y, radius_px, clear.shape)
            along, across = np.cos(turn) * p + np.sin(turn) * q, np.cos(turn) * q - np.sin(turn) * p
            clear[window] *= 1.0 - thickness * (1.0 - _smooth(0.35, 1.0, np.hypot(along, across * stretch)))
        return np.asarray(1.0 - clear, np.float32)

    def _through_dirt(self, light: NDArray[np.float32]) -> NDArray[np.float32]:
        around = light.mean(axis=(0, 1)) * _DIRT_RGB
        hidden = self.opacity[..., None]
        return np.asarray(light * (1.0 - hidden) + around * hidden, np.float32)


def _through_drops(light: NDArray[np.float32], drops: NDArray[np.float64]) -> NDArray[np.float32]:
    """A drop is a small, strong lens: it shows the whole scene upside down, unsharp, with a dark rim."""
    height, width = light.shape[:2]
    scene = cv2.GaussianBlur(light, (0, 0), width / 80.0, borderType=cv2.BORDER_REPLICATE)
    seen = light.copy()
    for x, y, radius_px in drops:
        window, p, q = _around(x, y, radius_px, (height, width))
        off = np.hypot(p, q)
        place = np.stack([width * (0.5 - 0.45 * p), height * (0.5 - 0.45 * q)], axis=-1).astype(np.float32)
        inside = cv2.remap(scene, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        rim = 1.0 - 0.55 * _smooth(0.55, 1.0, off)
        share = (1.0 - _smooth(0.5, 1.0, off))[..., None].astype(np.float32)
        seen[window] += share * (inside * rim[..., None].astype(np.float32) - seen[window])
    return seen


def _around(
    x: float, y: float, radius_px: float, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], NDArray[np.float64], NDArray[np.float64]]:
    """The part of a picture within a radius of a place, and its pixels' ways right and down from there, in radii."""
    height, width = shape
    columns = slice(max(int(x - radius_px), 0), min(int(x + radius_px) + 2, width))
    rows = slice(max(int(y - radius_px), 0), min(int(y + radius_px) + 2, height))
    u, v = np.meshgrid(np.arange(columns.start, columns.stop) + 0.5, np.arange(rows.start, rows.stop) + 0.5)
    return (rows, columns), (u - x) / radius_px, (v - y) / radius_px


def _smooth(low: float, high: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))
