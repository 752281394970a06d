"""What the glass does: radial distortion and chromatic aberration, as a map of where each pixel looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.view import Images

T = TypeVar("T", bound=np.generic)
_FRINGE_RGB = np.array([1.0, 0.578, 0.0])
"""How far red, green and blue light (611, 549, 464 nm) are shifted, linear in the wavelength."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens by CARLA's attributes.

    A pixel at `d` (-1 to 1 across and up the picture), `r = |d| / sqrt(2)` of the way to the corner, shows what
    a pinhole camera sees at `d * (1 + size * multiplier * r ** falloff * (k + kcube * r))`. CARLA publishes no formula;
    this one has its known properties: without `multiplier` there is no distortion, it grows with `falloff` towards
    the rim, and `size` scales it along each axis.

    Args:
        multiplier: 0 for none.
        falloff: exponent.
        k: below 0 magnifies the rim.
        kcube: the same, stronger at the rim.
        size_xy: along x and y.
        fringe: percent by which red light is shifted at the corner.
        fringe_from: share of the way to the corner at which the shift begins.
    """

    multiplier: float = 0.0
    falloff: float = 5.0
    k: float = -1.0
    kcube: float = 0.0
    size_xy: tuple[float, float] = (0.08, 0.08)
    fringe: float = 0.0
    fringe_from: float = 0.0

    @property
    def distorts(self) -> bool:
        """Whether any pixel moves."""
        return self.multiplier != 0.0 and (self.k, self.kcube) != (0.0, 0.0) and self.size_xy != (0.0, 0.0)

    def source(self, d: NDArray[np.float64]) -> NDArray[np.float64]:
        """(..., 2) where the pinhole picture shows what this lens shows at `d`."""
        r = np.hypot(d[..., 0], d[..., 1])[..., None] / np.sqrt(2.0)
        bend = self.multiplier * r**self.falloff * (self.k + self.kcube * r)
        return np.asarray(d * (1.0 + np.array(self.size_xy) * bend)) if self.distorts else d

    def fringed(self, d: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        """(..., 2) `d` moved towards the middle as light is of which `share` is the part of the full shift."""
        r = np.hypot(d[..., 0], d[..., 1])[..., None] / np.sqrt(2.0)
        rise = np.clip((r - self.fringe_from) / max(1.0 - self.fringe_from, 1e-6), 0.0, None)
        return np.asarray(d * (1.0 - 0.01 * self.fringe * share * rise))


class LensMap:
    """A lens before a picture of one size."""

    def __init__(self, lens: Lens, width_px: int, height_px: int) -> None:
        self._distorts, self._fringes = lens.distorts, lens.fringe != 0.0
        half_px = np.array([width_px, height_px]) / 2.0
        self._maps: list[NDArray[np.float32]] = []
        if self._distorts or self._fringes:
            u, v = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
            d = lens.source(np.stack([u, v], axis=-1) / half_px - 1.0)
            places = [d, *(lens.fringed(d, share) for share in _FRINGE_RGB)] if self._fringes else [d]
            # what looks far past the rim sees the rim
            self._maps = [((np.clip(d, -3.0, 3.0) + 1.0) * half_px - 0.5).astype(np.float32) for d in places]

    def seen(self, images: Images) -> Images:
        """What the camera shows of pinhole pictures; truth is taken from the nearest pixel."""
        if not self._maps:
            return images
        return replace(
            images,
            rgb=None if images.rgb is None else self._color(images.rgb),
            depth_m=self._truth(images.depth_m),
            tag=self._truth(images.tag),
            instance_id=self._truth(images.instance_id),
            normal_world=self._truth(images.normal_world),
        )

    def truth(self, image: NDArray[T]) -> NDArray[T]:
        """What the camera shows of any image of the pinhole picture's size, from the nearest pixel."""
        seen = self._truth(image)
        return image if seen is None else seen

    def _color(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if not self._fringes:
            return np.asarray(_remap(rgb, self._maps[0]), np.uint8)
        return np.stack([_remap(rgb[:, :, k], self._maps[1 + k]) for k in range(3)], axis=-1).astype(np.uint8)

    def _truth(self, image: NDArray[T] | None) -> NDArray[T] | None:
        if image is None or not self._distorts:
            return image
        height, width = image.shape[:2]
        at = np.rint(self._maps[0]).astype(np.intp)
        seen: NDArray[T] = image[np.clip(at[..., 1], 0, height - 1), np.clip(at[..., 0], 0, width - 1)]
        return seen


def _remap(image: NDArray[np.uint8], place: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(cv2.remap(image, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
