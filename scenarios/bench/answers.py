"""What a detector answers about the target of a recorded frame, and whether that is right.

A frame asks: is the target there, and is it of its kind? Found is a box on it, in any sensor that can see it, of a
class that a car treats alike (a bus taken for a truck is found, a person taken for a car is not) or of no known class.
In a case that must not fool anybody (polarity F) right is that nothing else is seen on it: no person on a poster.

The boxes on a target: in a picture, intersection over union of 0.5 or more (PASCAL VOC, COCO's AP50) with the target's
true box or with the box of what can be seen of it; in space, a centre inside its true box grown by 1 m on each side
(nuScenes' strictest but one distance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.objects import Detections, ImageDetections, ObjectClass
from perception.camera.boxes import cover_matrix, iou_matrix
from scenarios.approach.recording import Frame, Recording, Scene
from scenarios.case import Polarity
from scenarios.drive.record import project_box_px

LEAST_IOU = 0.5
REACH_M = 1.0
LEAST_SIDE_PX = 10.0
"""A target smaller in the picture, by its longer side, is not asked for: the bound of the networks' own evaluation."""
LIDAR_RANGE_M = 75.0
"""Nor one farther away, by a LiDAR: a person there returns about a dozen points of the default rig's."""
LEAST_SCORE = 0.1
"""Boxes with less are as good as none: a detector that gives none better is sure that nothing is there."""
SURE = 0.5
"""A box of this score is one that a planner acts on."""
ON_TARGET = 0.7
"""A box is on a picture or a poster when so much of it is."""

_KINDS = (
    frozenset({ObjectClass.PERSON}),
    frozenset({ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE}),
    frozenset({ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK}),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """About one frame: right or not, and if not, whether the detector was sure of what it said."""

    right: bool
    is_sure: bool
    before_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """About one approach: an answer for each frame that asks, and every box handed on: its score, and if it is true."""

    frames: tuple[Answer, ...]
    score: FloatArray
    is_true: NDArray[np.bool_]

    @property
    def hits(self) -> int:
        """Frames answered rightly."""
        return sum(answer.right for answer in self.frames)

    @property
    def is_right(self) -> bool:
        """Whether the approach as a whole was: half of its frames or more."""
        return 2 * self.hits >= len(self.frames)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The boxes of one sensor in one frame against the actors there.

    `on` (D, N) which box is on which actor; `asks` whether the sensor can be asked for the target; `inside` (D,) the
    boxes that lie on the target's picture.
    """

    class_id: NDArray[np.int16]
    score: FloatArray
    on: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    asks: bool


def answers(recording: Recording, seen: Sequence[Sequence[Seen]], polarity: Polarity, gate: float) -> Answers:
    """The answers of a detector about an approach.

    Args:
        recording: the approach.
        seen: of each of its frames, what each sensor's boxes are on.
        polarity: what a failure is.
        gate: the least score with which the detector hands boxes on.
    """
    told = [
        _answer(frame, of_frame, recording.target, polarity, gate)
        for frame, of_frame in zip(recording.frames, seen, strict=True)
    ]
    boxes = [
        _trusted(frame.scene, one, gate)
        for frame, of_frame in zip(recording.frames, seen, strict=True)
        for one in of_frame
    ]
    score = np.concatenate([score for score, _ in boxes] or [np.zeros(0)])
    is_true = np.concatenate([true for _, true in boxes] or [np.zeros(0, np.bool_)])
    return Answers(tuple(answer for answer in told if answer is not None), score, is_true)


def in_picture(detections: ImageDetections, scene: Scene, target: str) -> Seen:
    """Boxes of a camera against the actors of a scene."""
    view = (detections.K_px, detections.image_size_px, detections.T_ego_sensor)
    true_px = [project_box_px(*view, scene.corners_ego_m(i)) for i in range(len(scene.role))]
    on = np.zeros((len(detections), len(true_px)), dtype=np.bool_)
    for i, box in enumerate(true_px):
        if box is not None:
            on[:, i] = iou_matrix(detections.box_px, box[None])[:, 0] >= LEAST_IOU
    if target not in scene.role:
        return Seen(detections.class_id, detections.score, on, np.zeros(len(detections), np.bool_), False)
    index = scene.role.index(target)
    visible, true = scene.visible_px.get(detections.sensor_id), true_px[index]
    if visible is not None:
        on[:, index] |= iou_matrix(detections.box_px, visible[None])[:, 0] >= LEAST_IOU
    inside = (
        np.zeros(len(on), np.bool_) if true is None else cover_matrix(detections.box_px, true[None])[:, 0] >= ON_TARGET
    )
    asks = true is not None and max(true[2:] - true[:2]) >= LEAST_SIDE_PX
    return Seen(detections.class_id, detections.score, on, inside, bool(asks))


def in_space(detections: Detections, scene: Scene, target: str, half_fov_rad: float) -> Seen:
    """Boxes of a LiDAR against the actors of a scene; it looks `half_fov_rad` to each side."""
    on = np.zeros((len(detections), len(scene.role)), dtype=np.bool_)
    for i in range(len(scene.role)):
        offset_m = (detections.center_ego_m - scene.center_ego_m[i]) @ scene.rotation_ego[i]
        on[:, i] = np.all(np.abs(offset_m) <= scene.size_lwh_m[i] / 2.0 + REACH_M, axis=1)
    if target not in scene.role:
        return Seen(detections.class_id, detections.score, on, np.zeros(len(detections), np.bool_), False)
    index = scene.role.index(target)
    x_m, y_m = scene.center_ego_m[index, :2]
    asks = np.hypot(x_m, y_m) <= LIDAR_RANGE_M and abs(np.arctan2(y_m, x_m)) <= half_fov_rad
    return Seen(detections.class_id, detections.score, on, on[:, index], bool(asks))


def _answer(frame: Frame, seen: Sequence[Seen], target: str, polarity: Polarity, gate: float) -> Answer | None:
    """None where no sensor can be asked."""
    asked = [one for one in seen if one.asks]
    if not asked:
        return None
    index = frame.scene.role.index(target)
    kinds = expected_classes(int(frame.scene.class_id[index]), polarity)
    if polarity is Polarity.FALSE_ALARM:
        wrong = np.concatenate([one.score[one.inside & ~np.isin(one.class_id, kinds)] for one in asked])
        wrong = wrong[wrong >= gate]
        return Answer(not len(wrong), bool(np.any(wrong >= SURE)), frame.before_s)
    on = [(one, one.on[:, index]) for one in asked]
    best = max(float(one.score[here & np.isin(one.class_id, kinds)].max(initial=0.0)) for one, here in on)
    other = max(float(one.score[here & ~np.isin(one.class_id, kinds)].max(initial=0.0)) for one, here in on)
    is_right = best >= gate
    return Answer(is_right, not is_right and (other >= SURE or max(best, other) < LEAST_SCORE), frame.before_s)


def expected_classes(class_id: int, polarity: Polarity) -> list[int]:
    """Classes of boxes that are right on a target of this one."""
    kinds = _accepted(class_id)
    if polarity is Polarity.FALSE_ALARM and len(kinds) == len(ObjectClass):
        # What is no actor of ours (a poster) may be given no class at all.
        return [int(ObjectClass.UNKNOWN)]
    return kinds


def _accepted(class_id: int) -> list[int]:
    """Classes that a target of this one may be given; for one of no known class, any."""
    kind = next((kind for kind in _KINDS if class_id in kind), frozenset(ObjectClass))
    return [int(c) for c in kind | {ObjectClass.UNKNOWN}]


def _trusted(scene: Scene, seen: Seen, gate: float) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Scores of the boxes handed on, and which are on an actor of their kind."""
    kept = seen.score >= gate
    fits = np.zeros(seen.on.shape, dtype=np.bool_)
    for i, class_id in enumerate(scene.class_id):
        fits[:, i] = seen.on[:, i] & np.isin(seen.class_id, _accepted(int(class_id)))
    is_true: NDArray[np.bool_] = np.any(fits, axis=1)
    return seen.score[kept], is_true[kept]
