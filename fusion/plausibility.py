"""Depiction or thing: whether what a camera names is there in space.

A picture of a person has no depth of its own, does not stand on the road, and moves with what carries it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusion.association import share_covered
from fusion.monocular import seen_from
from moosetest.arrays import FloatArray
from moosetest.objects import ImageDetections
from moosetest.sensing import LidarFrame

_CORE = 0.7
"""Share of a box's width and height that surely shows the thing itself, not what is beside it."""


@dataclass(frozen=True, slots=True)
class PlausibilityConfig:
    """When a picture is told from a thing.

    Args:
        carried_share: an image box lying to this share within a larger solid track's may be painted on it.
        carrier_ratio: that track covers at least this many times the box's area.
        in_front_m: a thing this much nearer than the carrier's face is in front of it, not on it; 3 sigma of a
            person's range by ground contact at 15 m.
        lidar_step_rad: horizontal and vertical angles between beams of the default rig.
        lidar_fov_rad: its half width, lowest and highest beam.
        min_expected: only where so many returns are expected does their absence say anything.
        ground_m: returns below are the road's.
        range_tolerance: returns within this share of the estimated range belong to the thing.
        passed_share: so many of the expected beams went on behind it: it is not there (fog, which swallows
            beams, proves nothing).
        plane_m: root mean square distance from a plane below which returns are a flat surface; LiDAR noise is 0.02 m
            and a person's front is rounded by 0.1 m.
        surface_share: so much of the returns in the box's wider surroundings continue the plane: a wall or a board.
    """

    carried_share: float = 0.8
    carrier_ratio: float = 2.5
    in_front_m: float = 2.0
    lidar_step_rad: tuple[float, float] = (0.00205, 0.00436)
    lidar_fov_rad: tuple[float, float, float] = (1.047, -0.227, 0.052)
    min_expected: int = 12
    ground_m: float = 0.3
    range_tolerance: float = 0.3
    passed_share: float = 0.5
    plane_m: float = 0.04
    surface_share: float = 0.4


def carried_by_solid(
    box_px: FloatArray,
    range_m: FloatArray,
    solid_box_px: FloatArray,
    solid_range_m: FloatArray,
    config: PlausibilityConfig,
) -> NDArray[np.bool_]:
    """(N,) whether image boxes lie on larger solid tracks (S): painted on them, or hidden by them."""
    if not len(solid_box_px) or not len(box_px):
        return np.zeros(len(box_px), dtype=np.bool_)
    within = share_covered(box_px, solid_box_px) >= config.carried_share
    # a box of the carrier's own size covers the box's area about once: carriers cover it many times over
    larger = 1.0 / np.maximum(share_covered(solid_box_px, box_px).T, 1e-6) >= config.carrier_ratio
    not_in_front = range_m[:, None] > solid_range_m[None] - config.in_front_m
    return np.asarray((within & larger & not_in_front).any(axis=1))


def no_body(
    image: ImageDetections, range_m: FloatArray, lidar: LidarFrame | None, config: PlausibilityConfig
) -> NDArray[np.bool_]:
    """(N,) whether the LiDAR's returns show that no body is in an image box: thin air, or a flat surface going on."""
    verdict = np.zeros(len(image), dtype=np.bool_)
    if lidar is None or not len(image):
        return verdict
    points_ego, pixel = _returns_in_picture(image, lidar)
    expected = _expected_returns(image, lidar, range_m, config)
    for i in np.flatnonzero(expected >= config.min_expected).tolist():
        near = np.flatnonzero(_within(pixel, image.box_px[i], 3.0))
        away_m = np.linalg.norm(points_ego[near, :2] - image.T_ego_sensor.translation_m[:2], axis=1)
        verdict[i] = _shows_no_body(
            points_ego[near], pixel[near], away_m, image.box_px[i], float(range_m[i]), float(expected[i]), config
        )
    return verdict


def _shows_no_body(
    points_ego_m: FloatArray,
    pixel: FloatArray,
    away_m: FloatArray,
    box_px: FloatArray,
    range_m: float,
    expected: float,
    config: PlausibilityConfig,
) -> bool:
    """Whether returns around one image box prove that the beams went through it or met a surface that goes on."""
    core = _within(pixel, box_px, _CORE)
    upright = points_ego_m[:, 2] > config.ground_m
    body = core & upright & (np.abs(away_m - range_m) < config.range_tolerance * range_m)
    if body.sum() < 3:
        behind = core & (away_m > (1.0 + config.range_tolerance) * range_m)
        return bool(behind.sum() >= config.passed_share * _CORE**2 * expected)
    if body.sum() < 8:
        return False
    around = upright & ~_within(pixel, box_px, 1.1)
    return _is_surface(points_ego_m[body], points_ego_m[around], config)


def _returns_in_picture(image: ImageDetections, lidar: LidarFrame) -> tuple[FloatArray, FloatArray]:
    """Returns (P, 3) in the ego frame that the camera looks at, and their pixels (P, 2)."""
    points_ego = lidar.T_ego_sensor.points(lidar.points_sensor_m)
    optical = seen_from(image.T_ego_sensor, points_ego)
    ahead = optical[:, 2] > 0.5
    points_ego, optical = points_ego[ahead], optical[ahead]
    focal_px, middle_px = image.K_px[[0, 1], [0, 1]], image.K_px[:2, 2]
    pixel = optical[:, :2] / optical[:, 2:] * focal_px + middle_px
    near = (np.abs(pixel - middle_px) < image.image_size_px).all(axis=1)
    return points_ego[near], pixel[near]


def _within(pixel: FloatArray, box_px: FloatArray, scale: float) -> NDArray[np.bool_]:
    center, half = (box_px[:2] + box_px[2:]) / 2.0, scale * (box_px[2:] - box_px[:2]) / 2.0
    inside = (np.abs(pixel[:, 0] - center[0]) <= half[0]) & (np.abs(pixel[:, 1] - center[1]) <= half[1])
    return np.asarray(inside)


def _expected_returns(
    image: ImageDetections, lidar: LidarFrame, range_m: FloatArray, config: PlausibilityConfig
) -> FloatArray:
    """(N,) beams that a solid box of this size at this range would stop."""
    height_m = float(lidar.T_ego_sensor.translation_m[2])
    focal = image.K_px[[0, 1], [0, 1]]
    wide = (image.box_px[:, 2] - image.box_px[:, 0]) / focal[0]
    tall_m = (image.box_px[:, 3] - image.box_px[:, 1]) / focal[1] * range_m
    half_fov, lowest, highest = config.lidar_fov_rad
    low = np.maximum(np.arctan2(config.ground_m - height_m, range_m), lowest)
    high = np.minimum(np.arctan2(tall_m - height_m, range_m), highest)
    middle = ((image.box_px[:, 0] + image.box_px[:, 2]) / 2.0 - image.K_px[0, 2]) / focal[0]
    sight = np.stack([middle, np.zeros_like(middle), np.ones_like(middle)], axis=1)
    heading = image.T_ego_sensor.vectors(sight)
    in_fov = np.abs(np.arctan2(heading[:, 1], heading[:, 0])) < half_fov
    beams = wide / config.lidar_step_rad[0] * np.maximum(high - low, 0.0) / config.lidar_step_rad[1]
    return np.where(in_fov, beams, 0.0)


def _is_surface(body_m: FloatArray, around_m: FloatArray, config: PlausibilityConfig) -> bool:
    """Whether the body's returns lie in an upright plane that goes on around it."""
    if len(around_m) < 8:
        return False
    center = body_m.mean(axis=0)
    _, singular, axes = np.linalg.svd(body_m - center, full_matrices=False)
    thickness = singular[2] / np.sqrt(len(body_m))
    normal = axes[2]
    if thickness > config.plane_m or abs(normal[2]) > 0.5:
        return False
    off = np.abs((around_m - center) @ normal)
    return bool((off < 3.0 * config.plane_m).mean() >= config.surface_share)
