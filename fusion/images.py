"""Image boxes against tracks: which track a box shows, and which boxes show something that no track has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusion.association import Assignment, assign, image_iou, inside_boxes, mahalanobis
from fusion.monocular import MonocularPlaces, project_boxes, seen_from
from fusion.table import TrackTable
from moosetest.arrays import FloatArray
from moosetest.objects import ImageDetections
from moosetest.world import EgoState


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """How image boxes are matched.

    Args:
        min_iou: overlap with a track's projection that makes a pair possible; boxes of LiDAR clusters are loose.
        max_center_offset: or centres this near, in widths and heights of the larger box.
        max_range_ratio: ranges by picture and by track may differ by this factor.
        gate_chi2: a track that no LiDAR measured is matched by its place as well, 99.9 % of 2 dimensions.
        min_birth_score: weaker boxes only support tracks that exist.
        max_birth_range_m: farther the range of a box alone says little.
        own_room: no new track within this share of the range of a track.
        min_height_px, full_height_px: detectors see nothing below the first and miss little above the second.
    """

    min_iou: float = 0.15
    max_center_offset: float = 0.35
    max_range_ratio: float = 1.8
    gate_chi2: float = 13.8
    min_birth_score: float = 0.3
    max_birth_range_m: float = 90.0
    own_room: float = 0.12
    min_height_px: float = 8.0
    full_height_px: float = 28.0


@dataclass(frozen=True, slots=True, eq=False)
class Projected:
    """All tracks in one picture: boxes (M, 4), whether they are in it, and their near faces' range from the camera."""

    box_px: FloatArray
    is_inside: NDArray[np.bool_]
    range_m: FloatArray


def project_tracks(image: ImageDetections, table: TrackTable, ego: EgoState) -> Projected:
    """Project the tracks' boxes into `image`."""
    center = seen_from(ego.T_world_ego, np.column_stack([table.xy_m, table.z_m]))
    yaw = table.mean[:, 2] - ego.T_world_ego.yaw_rad
    box_px, is_inside = project_boxes(image, center, yaw, table.size_lwh_m)
    away = np.linalg.norm(center[:, :2] - image.T_ego_sensor.translation_m[:2], axis=1)
    return Projected(box_px, is_inside, np.maximum(away - table.size_lwh_m[:, :2].min(axis=1, initial=9.0) / 2.0, 0.5))


def match_image(
    image: ImageDetections,
    projected: Projected,
    places: MonocularPlaces,
    xy_world_m: FloatArray,
    cov_world_m2: FloatArray,
    table: TrackTable,
    config: ImageConfig,
) -> Assignment:
    """Which image box shows which track."""
    iou = image_iou(image.box_px, projected.box_px)
    size = np.maximum(_size(image.box_px)[:, None], _size(projected.box_px)[None])
    offset = np.abs(_middle(image.box_px)[:, None] - _middle(projected.box_px)[None]) / np.maximum(size, 1.0)
    near = (offset < config.max_center_offset).all(axis=2)
    ratio = np.abs(np.log(places.range_m[:, None] / projected.range_m[None]))
    similar = ratio < np.log(config.max_range_ratio)
    allowed = projected.is_inside[None] & similar & ((iou > config.min_iou) | near)
    delta = xy_world_m[:, None] - table.xy_m[None]
    S = cov_world_m2[:, None] + table.cov[None, :, :2, :2]
    d2, _ = mahalanobis(delta, S)
    by_place = (~table.has_extent)[None] & projected.is_inside[None] & (d2 < config.gate_chi2)
    cost = 1.0 - iou + 0.3 * ratio + 0.2 * offset.sum(axis=2)
    return assign(cost, allowed | by_place)


def crowded(xy_world_m: FloatArray, range_m: FloatArray, table: TrackTable, config: ImageConfig) -> NDArray[np.bool_]:
    """(N,) whether a place is that of a track already, as far as a picture can tell."""
    if not len(table):
        return np.zeros(len(xy_world_m), dtype=np.bool_)
    gap = inside_boxes(xy_world_m, table.xy_m, table.mean[:, 2], table.size_lwh_m[:, :2] / 2.0)
    return np.asarray((gap < np.maximum(0.5, config.own_room * range_m)[:, None]).any(axis=1))


def camera_visibility(projected: Projected, config: ImageConfig) -> FloatArray:
    """(M,) how well the tracks could be seen in the picture, by their height in it; 0 outside."""
    height = projected.box_px[:, 3] - projected.box_px[:, 1]
    share = (height - config.min_height_px) / (config.full_height_px - config.min_height_px)
    return np.where(projected.is_inside, np.clip(share, 0.0, 1.0), 0.0)


def _size(box_px: FloatArray) -> FloatArray:
    return box_px[:, 2:] - box_px[:, :2]


def _middle(box_px: FloatArray) -> FloatArray:
    return (box_px[:, 2:] + box_px[:, :2]) / 2.0
