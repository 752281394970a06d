"""What counts as found, what as a false box, and what as a box on nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ImageDetections, ObjectClass
from perception.camera.boxes import MERGED_CLASSES, cover_matrix, iou_matrix
from perception.metrics.matching import FALSE_ALARM, match
from scenarios.realism.truth import TrueObject

MATCH_IOU = 0.5
"""PASCAL VOC's overlap of a right box (Everingham et al. 2010)."""
EXCUSE_COVER = 0.5
"""COCO's rule of crowds: a box with half of itself on an object that need not be found is no false one."""
NOTHING_IOU = 0.25
"""A false box with less overlap with every object, of whatever class, is on nothing."""
MIN_SCORE = 0.3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FrameCount:
    """One picture: `found` (M,) of its objects; `false` and `on_nothing` (N,) of its boxes."""

    found: NDArray[np.bool_]
    false: NDArray[np.bool_]
    on_nothing: NDArray[np.bool_]


def count(objects: list[TrueObject], detections: ImageDetections) -> FrameCount:
    """Match the boxes of a picture with its objects, class by class; cars, trucks and buses are one class.

    Objects that do not count are never missed. They excuse boxes of their class that fit what is visible of them or
    what would be, or that lie on them with half of themselves. An animal where there is none is a false box, but not
    one of the boxes of road users on nothing.
    """
    boxes_px = detections.box_px.astype(np.float64)
    visible_px = np.array([o.visible_px for o in objects]).reshape(-1, 4)
    whole_px = np.array([o.whole_px for o in objects]).reshape(-1, 4)
    similarity = iou_matrix(boxes_px, visible_px)
    either = np.maximum(similarity, iou_matrix(boxes_px, whole_px))
    excuse = (either >= MATCH_IOU) | (cover_matrix(boxes_px, whole_px) >= EXCUSE_COVER)
    ignored = np.array([not o.counted for o in objects], dtype=np.bool_)
    true_group = _groups(np.array([int(o.class_id) for o in objects], dtype=np.int16))
    box_group = _groups(detections.class_id)

    found = np.zeros(len(objects), dtype=np.bool_)
    false = np.zeros(len(boxes_px), dtype=np.bool_)
    for group in np.unique(box_group):
        mine, there = np.flatnonzero(box_group == group), np.flatnonzero(true_group == group)
        pairs = np.ix_(mine, there)
        chosen = match(similarity[pairs], detections.score[mine], ignored[there], MATCH_IOU, excuse[pairs])
        found[there[chosen[chosen >= 0]]] = True
        false[mine[chosen == FALSE_ALARM]] = True
    on_nothing = false & (box_group != ObjectClass.UNKNOWN) & (either.max(axis=1, initial=0.0) < NOTHING_IOU)
    return FrameCount(found=found, false=false, on_nothing=on_nothing)


def _groups(class_id: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.where(np.isin(class_id, MERGED_CLASSES), np.int16(ObjectClass.CAR), class_id)
