"""Places of things that one camera sees: range from where they touch the ground and from how tall their kind is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusion.models import CLASS_HEIGHT_SPREAD, CLASS_SIZE_M
from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.objects import ImageDetections

_FARTHEST_M = 250.0
_LITTLE = 1e-6


@dataclass(frozen=True, slots=True)
class MonocularConfig:
    """How well image boxes are placed.

    Args:
        edge_px: error of a box edge; detectors scatter by 1 to 2 px on small things.
        pitch_rad: error of the horizon through braking and bumps; 0.2 degrees.
        bearing_share: error of the bearing as a share of the box's width: boxes of half-hidden things are off centre.
        noise_caution: factor on the deviation of a range from picture to picture: some of it lasts for a few.
        border_px: a box this near to the picture's edge is cut off there.
        max_disagreement: ranges by ground contact and by height that differ by more than this factor contradict.
    """

    edge_px: float = 1.5
    pitch_rad: float = 0.0035
    bearing_share: float = 0.1
    noise_caution: float = 1.5
    border_px: float = 1.5
    max_disagreement: float = 1.7


@dataclass(frozen=True, slots=True, eq=False)
class MonocularPlaces:
    """Where image boxes are, in the ego frame.

    `xy_ego_m` (N, 2) centres on the ground plane with `cov_ego_m2` (N, 2, 2); `noise_ego_m2` (N, 2, 2) is the part of
    it that changes from picture to picture, the rest (an unusual height, a slope) stays. `range_m` (N,) from the camera
    to the near face; `is_consistent` (N,) is false where ground contact and height contradict each other or the box is
    cut off at a side: no new track is placed by such a box.
    """

    xy_ego_m: FloatArray
    cov_ego_m2: FloatArray
    noise_ego_m2: FloatArray
    range_m: FloatArray
    size_lwh_m: FloatArray
    is_consistent: NDArray[np.bool_]


def place(image: ImageDetections, config: MonocularConfig) -> MonocularPlaces:
    """Place each box of one picture; the ground is the ego frame's plane z = 0."""
    left, top, right, bottom = image.box_px.T
    focal_px = float(image.K_px[1, 1])
    camera = image.T_ego_sensor.translation_m
    foot = _rays_ego(image, np.stack([(left + right) / 2.0, bottom], axis=1))
    flat = foot[:, :2] / np.linalg.norm(foot[:, :2], axis=1, keepdims=True)
    size = CLASS_SIZE_M[image.class_id].copy()
    width_px, height_px = image.image_size_px
    cut_below = bottom > height_px - 0.5 - config.border_px
    cut_above = top < -0.5 + config.border_px
    cut_aside = (left < -0.5 + config.border_px) | (right > width_px - 0.5 - config.border_px)

    by_contact = np.maximum(-foot[:, 2] / np.linalg.norm(foot[:, :2], axis=1), 1e-4) / camera[2]
    contact_noise = np.full(len(image), np.hypot(config.edge_px / focal_px, config.pitch_rad) / camera[2])
    by_height = (bottom - top) / (focal_px * size[:, 2])
    height_noise = config.edge_px * np.sqrt(2.0) / (focal_px * size[:, 2])
    height_sd = np.hypot(CLASS_HEIGHT_SPREAD[image.class_id] * by_height, height_noise)
    # cut off below the contact is nearer than the border, cut off anywhere the thing is taller than its box
    weight_contact = np.where(cut_below, _LITTLE, 1.0) / contact_noise**2
    weight_height = np.where(cut_below | cut_above, _LITTLE, 1.0) / height_sd**2
    total = weight_contact + weight_height
    inverse = np.maximum((weight_contact * by_contact + weight_height * by_height) / total, 1.0 / _FARTHEST_M)
    range_m = 1.0 / inverse
    noise = np.hypot(weight_contact * contact_noise, weight_height * height_noise) / total / inverse**2

    ratio, factor = by_contact / np.maximum(by_height, 1e-6), config.max_disagreement
    agrees = cut_below | cut_above | ((ratio < factor) & (ratio > 1.0 / factor))
    # seen is the near face of a box that, for want of better, points where the car does
    depth = size[:, 0] / 2.0 * np.abs(flat[:, 0]) + size[:, 1] / 2.0 * np.abs(flat[:, 1])
    # of what reaches out of the picture at a side only an end is seen: its middle is anywhere beyond
    side_sd = (config.edge_px + config.bearing_share * (right - left)) / focal_px * range_m
    side_sd = side_sd + np.where(cut_aside, size[:, 0], 0.0)
    return MonocularPlaces(
        xy_ego_m=camera[:2] + flat * (range_m + depth)[:, None],
        cov_ego_m2=_polar_cov(flat, np.sqrt(1.0 / total) / inverse**2, side_sd),
        noise_ego_m2=_polar_cov(flat, config.noise_caution * noise, side_sd),
        range_m=range_m,
        size_lwh_m=size,
        is_consistent=agrees & ~cut_aside,
    )


def project_boxes(
    image: ImageDetections, center_ego_m: FloatArray, yaw_ego_rad: FloatArray, size_lwh_m: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Image boxes (M, 4) of boxes in space, clipped to the picture, and whether (M,) they are in it."""
    corners = _corners(center_ego_m, yaw_ego_rad, size_lwh_m)
    optical = seen_from(image.T_ego_sensor, corners)
    depth = np.maximum(optical[..., 2], 0.3)
    u = image.K_px[0, 0] * optical[..., 0] / depth + image.K_px[0, 2]
    v = image.K_px[1, 1] * optical[..., 1] / depth + image.K_px[1, 2]
    box = np.stack([u.min(axis=1), v.min(axis=1), u.max(axis=1), v.max(axis=1)], axis=1)
    width_px, height_px = image.image_size_px
    border = np.array([width_px, height_px, width_px, height_px]) - 0.5
    clipped = np.clip(box, -0.5, border)
    in_front = (optical[..., 2] > 0.3).sum(axis=1) >= 4
    area = (clipped[:, 2] - clipped[:, 0]) * (clipped[:, 3] - clipped[:, 1])
    return clipped, in_front & (area > 1.0)


def seen_from(T_dst_src: Transform, points_dst_m: FloatArray) -> FloatArray:
    """Points (..., 3) of `dst` in `src`: what the inverse transform does, without making and checking one."""
    return np.asarray((points_dst_m - T_dst_src.translation_m) @ T_dst_src.matrix[:3, :3])


def _rays_ego(image: ImageDetections, pixel: FloatArray) -> FloatArray:
    """(N, 3) directions in the ego frame, 1 m deep along the optical axis."""
    x = (pixel[:, 0] - image.K_px[0, 2]) / image.K_px[0, 0]
    y = (pixel[:, 1] - image.K_px[1, 2]) / image.K_px[1, 1]
    return image.T_ego_sensor.vectors(np.stack([x, y, np.ones_like(x)], axis=1))


def _polar_cov(sight: FloatArray, sd_along: FloatArray, sd_across: FloatArray) -> FloatArray:
    side = np.stack([-sight[:, 1], sight[:, 0]], axis=1)
    along = sd_along[:, None, None] ** 2 * sight[:, :, None] * sight[:, None, :]
    return along + np.maximum(sd_across, 0.05)[:, None, None] ** 2 * side[:, :, None] * side[:, None, :]


def _corners(center_m: FloatArray, yaw_rad: FloatArray, size_m: FloatArray) -> FloatArray:
    signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)]) / 2.0
    local = signs[None] * size_m[:, None]
    cos, sin = np.cos(yaw_rad)[:, None], np.sin(yaw_rad)[:, None]
    x = local[..., 0] * cos - local[..., 1] * sin
    y = local[..., 0] * sin + local[..., 1] * cos
    return center_m[:, None] + np.stack([x, y, local[..., 2]], axis=-1)
