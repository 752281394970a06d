"""Overlap and suppression of boxes in a picture."""

from __future__ import annotations

import numpy as np
import pytest

from moosetest.objects import ObjectClass
from perception.camera.boxes import cover_matrix, iou_matrix, suppress
from perception.camera.one_camera import pad_to_multiple
from perception.camera.yolox import letterbox

CAR, TRUCK, PERSON = int(ObjectClass.CAR), int(ObjectClass.TRUCK), int(ObjectClass.PERSON)
A = np.array([[0.0, 0.0, 10.0, 10.0]])
HALF_A = np.array([[5.0, 0.0, 15.0, 10.0]])


def test_iou_of_half_overlap_is_a_third() -> None:
    assert iou_matrix(A, HALF_A) == pytest.approx(np.array([[50 / 150]]))


def test_cover_is_of_the_first_boxes_area() -> None:
    small = np.array([[2.0, 2.0, 4.0, 4.0]])
    assert cover_matrix(small, A)[0, 0] == 1.0
    assert cover_matrix(A, small)[0, 0] == pytest.approx(0.04)


def test_iou_of_no_boxes_is_empty() -> None:
    assert iou_matrix(np.zeros((0, 4)), A).shape == (0, 1)


def test_suppress_keeps_the_better_of_two_and_what_lies_apart() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]], dtype=np.float64)
    kept = suppress(boxes, np.array([0.5, 0.9, 0.1]), np.array([CAR] * 3, np.int16), 0.5)
    assert kept.tolist() == [1, 2]


def test_a_suppressed_box_suppresses_nothing() -> None:
    # IoU of neighbours is 2/3, of the ends 3/7: the middle one falls to the first, and the last one stays.
    boxes = np.array([[0, 0, 10, 10], [2, 0, 12, 10], [4, 0, 14, 10]], dtype=np.float64)
    kept = suppress(boxes, np.array([0.9, 0.8, 0.7]), np.array([CAR] * 3, np.int16), 0.5)
    assert kept.tolist() == [0, 2]


def test_car_and_truck_compete_but_a_person_before_a_car_stays() -> None:
    boxes = np.repeat(A, 3, axis=0)
    kept = suppress(boxes, np.array([0.9, 0.8, 0.7]), np.array([CAR, TRUCK, PERSON], np.int16), 0.5)
    assert kept.tolist() == [0, 2]


def test_suppress_of_equal_scores_keeps_the_first() -> None:
    kept = suppress(np.repeat(A, 2, axis=0), np.array([0.5, 0.5]), np.array([CAR, CAR], np.int16), 0.5)
    assert kept.tolist() == [0]


def test_padding_is_below_and_right_and_only_where_needed() -> None:
    image = np.zeros((33, 64, 3), np.uint8)
    padded = pad_to_multiple(image, 32)
    assert padded.shape == (64, 64, 3)
    assert (padded[33:] == 114).all()
    assert (padded[:33] == 0).all()
    whole = np.zeros((64, 32, 3), np.uint8)
    assert pad_to_multiple(whole, 32) is whole


def test_letterbox_keeps_the_aspect_and_swaps_to_bgr() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[..., 0] = 250  # red
    planes, scale = letterbox(image, (64, 64))
    assert scale == pytest.approx(0.32)
    assert planes[0, :, 0, 0].tolist() == [0.0, 0.0, 250.0]
    assert planes[0, :, 33, 0].tolist() == [114.0] * 3
