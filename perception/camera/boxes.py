"""Boxes in images: what a network found, overlap, and which of many overlapping ones to keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ImageDetections, ObjectClass
from moosetest.sensing import CameraFrame

MERGED_CLASSES = (int(ObjectClass.CAR), int(ObjectClass.BUS), int(ObjectClass.TRUCK))
"""Classes of which one thing is often found as several: they compete for it."""


@dataclass(frozen=True, slots=True)
class ImageBoxes:
    """Boxes in a picture: `box_px` (N, 4) edges, `class_id` (N,), `score` (N,), best first."""

    box_px: NDArray[np.float64]
    class_id: NDArray[np.int16]
    score: NDArray[np.float64]

    def of_frame(self, frame: CameraFrame) -> ImageDetections:
        """The boxes as a stage hands them on, clipped to the picture."""
        height, width = frame.image_rgb.shape[:2]
        limits = np.array([width, height, width, height]) - 0.5
        box_px = np.clip(self.box_px, -0.5, limits)
        seen = (box_px[:, 2] - box_px[:, 0] > 0.5) & (box_px[:, 3] - box_px[:, 1] > 0.5)
        return ImageDetections(
            sensor_id=frame.sensor_id,
            t_ns=frame.t_ns,
            box_px=box_px[seen],
            class_id=self.class_id[seen],
            score=self.score[seen],
            K_px=frame.K_px,
            T_ego_sensor=frame.T_ego_sensor,
            image_size_px=(width, height),
        )


def iou_matrix(a_px: NDArray[np.float64], b_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) intersection over union of boxes (N, 4) and (M, 4), each left, top, right, bottom."""
    shared = _intersection(a_px, b_px)
    union = area_px2(a_px)[:, None] + area_px2(b_px)[None] - shared
    return shared / np.maximum(union, 1e-12)


def cover_matrix(a_px: NDArray[np.float64], b_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) share of each box `a` that lies in each box `b`."""
    return _intersection(a_px, b_px) / np.maximum(area_px2(a_px)[:, None], 1e-12)


def area_px2(box_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) areas; 0 for boxes turned inside out."""
    return np.maximum(box_px[:, 2] - box_px[:, 0], 0.0) * np.maximum(box_px[:, 3] - box_px[:, 1], 0.0)


def suppress(
    box_px: NDArray[np.float64], score: NDArray[np.float64], class_id: NDArray[np.int16], max_iou: float
) -> NDArray[np.intp]:
    """Indices of the boxes to keep, best first: none overlaps a better one of its class by more than `max_iou`.

    Cars, buses and trucks compete with each other. Equal scores keep their order.
    """
    order = np.argsort(-score, kind="stable")
    group = np.where(np.isin(class_id, MERGED_CLASSES), -1, class_id)[order]
    rivals = (iou_matrix(box_px[order], box_px[order]) > max_iou) & (group[:, None] == group[None])
    alive = np.ones(len(order), dtype=np.bool_)
    for i in range(len(order)):
        if alive[i]:
            alive[i + 1 :] &= ~rivals[i, i + 1 :]
    return order[alive]


def _intersection(a_px: NDArray[np.float64], b_px: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.maximum(a_px[:, None, :2], b_px[None, :, :2])
    high = np.minimum(a_px[:, None, 2:], b_px[None, :, 2:])
    return np.prod(np.maximum(high - low, 0.0), axis=2)
