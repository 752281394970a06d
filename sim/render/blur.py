"""What is not sharp: things out of focus, far things in a hazy lens, and what moves while the shutter is open."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SENSOR_WIDTH_M = 0.02456
"""Of Unreal's camera, as wide as Super 35 film."""
_MOST_SHARE = 0.05
"""Largest circle of confusion, of the picture's width."""
_LEAST_PX = 0.5
"""Smaller circles and shorter smears are not seen."""
_LEVELS = 8
"""Sizes of circles between which a pixel's is interpolated."""
_NEARER = 0.9
"""Share of its distance within which something is before a pixel and not the same surface."""
_SAMPLES = 12
"""Of a smear, along its way."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Depth of field.

    Args:
        distance_m: where it is sharp; 0 for everywhere.
        fstop: focal length over the opening's diameter.
        min_fstop: the widest opening, which is round; smaller ones are polygons.
        blades: corners of the polygon.
        haze_half_km: distance at which haze has half of its blur.
        haze_radius_px: greatest blur by haze in a picture 1920 px wide.
    """

    distance_m: float = 0.0
    fstop: float = 1.4
    min_fstop: float = 1.2
    blades: int = 5
    haze_half_km: float = 1.0
    haze_radius_px: float = 0.0

    @property
    def blurs(self) -> bool:
        """Whether anything can be unsharp."""
        return self.distance_m > 0.0 or (self.haze_radius_px > 0.0 and self.haze_half_km > 0.0)

    def circle_px(self, depth_m: NDArray[np.float32], width_px: int, focal_px: float) -> NDArray[np.float32]:
        """Diameter of the circle of confusion of points at a depth: a thin lens focused at `distance_m`."""
        circle = np.zeros_like(depth_m)
        if self.distance_m > 0.0:
            focal_m = SENSOR_WIDTH_M * focal_px / width_px
            opening_m = focal_m / self.fstop
            far_m = opening_m * focal_m / max(self.distance_m - focal_m, 1e-3)
            circle = far_m * np.abs(depth_m - self.distance_m) / np.maximum(depth_m, 0.1) / SENSOR_WIDTH_M * width_px
        if self.haze_radius_px > 0.0 and self.haze_half_km > 0.0:
            gone = 1.0 - np.exp2(-depth_m / (1000.0 * self.haze_half_km))
            circle = np.maximum(circle, 2.0 * self.haze_radius_px * width_px / 1920.0 * gone)
        return np.minimum(circle, _MOST_SHARE * width_px).astype(np.float32)

    def applied(self, light: NDArray[np.float32], depth_m: NDArray[np.float32], focal_px: float) -> NDArray[np.float32]:
        """(H, W, 3) linear light with each pixel spread over its circle."""
        circle = self.circle_px(depth_m, light.shape[1], focal_px)
        largest = float(circle.max())
        if largest < _LEAST_PX:
            return light
        sizes = np.linspace(0.0, largest, _LEVELS)
        place = circle / largest * (_LEVELS - 1)
        blurred = light * np.maximum(1.0 - place, 0.0)[..., None]
        for k, size_px in enumerate(sizes[1:], start=1):
            spread = np.asarray(cv2.filter2D(light, -1, self.kernel(size_px), borderType=cv2.BORDER_REPLICATE))
            blurred = blurred + spread * np.maximum(1.0 - np.abs(place - k), 0.0)[..., None]
        return blurred.astype(np.float32)

    def kernel(self, diameter_px: float) -> NDArray[np.float32]:
        """The opening's image, summing to 1: a disc, or a polygon of as many corners as there are blades."""
        half = int(np.ceil(diameter_px / 2.0))
        x, y = np.meshgrid(np.arange(-half, half + 1.0), np.arange(-half, half + 1.0))
        distance = np.hypot(x, y)
        if self.fstop > self.min_fstop and self.blades >= 3:
            wedge = 2.0 * np.pi / self.blades
            within = (np.arctan2(x, -y) % wedge) - wedge / 2.0
            distance = distance * np.cos(within) / np.cos(wedge / 2.0)
        kernel = np.clip(diameter_px / 2.0 + 0.5 - distance, 0.0, 1.0)
        return np.asarray(kernel / kernel.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class Shutter:
    """Motion blur.

    Args:
        intensity: share of the time between two pictures for which the shutter is open; 0 for none.
        most_percent: longest smear, percent of the picture's width.
        least_object_percent: what is narrower, percent of the picture's width, smears only as the camera moves.
    """

    intensity: float = 0.0
    most_percent: float = 0.35
    least_object_percent: float = 0.1

    @property
    def blurs(self) -> bool:
        """Whether anything can smear."""
        return self.intensity > 0.0 and self.most_percent > 0.0

    def smear_px(self, flow_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """(H, W, 2) the way of each pixel while the shutter is open."""
        smear = flow_px * min(self.intensity, 1.0)
        longest_px = self.most_percent / 100.0 * flow_px.shape[1]
        length = np.maximum(np.hypot(smear[..., 0], smear[..., 1]), 1e-9)
        return np.asarray(smear * np.minimum(longest_px / length, 1.0)[..., None], np.float32)

    def steady_ids(self, instance_id: NDArray[np.uint32]) -> frozenset[int]:
        """Actors that are too small in the picture for a smear of their own."""
        least_px = self.least_object_percent / 100.0 * instance_id.shape[1]
        steady = set()
        for identity in np.unique(instance_id[instance_id > 0]):
            columns = np.flatnonzero((instance_id == identity).any(axis=0))
            if columns[-1] - columns[0] + 1 < least_px:
                steady.add(int(identity))
        return frozenset(steady)

    def applied(
        self, light: NDArray[np.float32], smear_px: NDArray[np.float32], depth_m: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(H, W, 3) linear light, each pixel the mean of what it saw: before, it saw what is farther on the way now."""
        longest_px = float(np.hypot(smear_px[..., 0], smear_px[..., 1]).max())
        if longest_px < _LEAST_PX:
            return light
        height, width = light.shape[:2]
        passing_px = _passing(smear_px, depth_m, int(np.ceil(longest_px)))
        here = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
        total = np.zeros_like(light)
        for share in np.linspace(0.0, 1.0, _SAMPLES, dtype=np.float32):
            place = here + share * passing_px
            total += cv2.remap(light, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(total / np.float32(_SAMPLES))


def _passing(smear_px: NDArray[np.float32], depth_m: NDArray[np.float32], reach_px: int) -> NDArray[np.float32]:
    """(H, W, 2) the smears, where something clearly nearer and faster may have passed by: its smear."""
    length = np.hypot(smear_px[..., 0], smear_px[..., 1])
    # the fastest pixel around each: length in thousandths and the pixel's number as one number, for a maximum filter
    key = np.round(length.astype(np.float64) * 1e3) * length.size + np.arange(length.size).reshape(length.shape)
    around = np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
    fastest = (np.asarray(cv2.dilate(key, around)) % length.size).astype(np.intp)
    passes = (depth_m.ravel()[fastest] < _NEARER * depth_m) & (length.ravel()[fastest] > length)
    return np.where(passes[..., None], smear_px.reshape(-1, 2)[fastest], smear_px).astype(np.float32)
