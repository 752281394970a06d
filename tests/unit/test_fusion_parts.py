"""Association, class belief and existence, each by hand."""

import numpy as np
import pytest

from fusion.association import assign, image_iou, inside_boxes, mahalanobis, share_covered
from fusion.classes import ClassConfig, add_labels, class_belief, new_evidence
from fusion.lifecycle import LifecycleConfig, existence, hidden_share, in_view, next_status
from moosetest.objects import ObjectClass, TrackStatus

CLASSES = ClassConfig()
LIFE = LifecycleConfig()


def test_assignment_is_the_cheapest_and_never_a_forbidden_pair():
    cost = np.array([[1.0, 2.0], [1.5, 9.0]])
    pairs = assign(cost, np.ones((2, 2), dtype=bool))
    assert list(zip(pairs.detection, pairs.track, strict=True)) == [(0, 1), (1, 0)]
    only = assign(cost, np.array([[True, False], [True, False]]))
    assert list(zip(only.detection, only.track, strict=True)) == [(0, 0)]
    assert len(assign(np.zeros((0, 3)), np.zeros((0, 3), dtype=bool)).track) == 0


def test_mahalanobis_in_closed_form():
    S = np.array([[2.0, 0.5], [0.5, 1.0]])
    y = np.array([1.0, -2.0])
    d2, log_det = mahalanobis(y, S)
    assert d2 == pytest.approx(y @ np.linalg.solve(S, y))
    assert log_det == pytest.approx(np.log(np.linalg.det(S)))


def test_distance_to_turned_rectangle():
    gap = inside_boxes(
        np.array([[0.0, 1.9], [0.0, 3.0], [2.0, 0.0]]), np.zeros((1, 2)), np.array([np.pi / 2]), np.array([[2.0, 1.0]])
    )
    assert gap[:, 0] == pytest.approx([0.0, 1.0, 1.0])


def test_image_overlaps():
    a, b = np.array([[0.0, 0.0, 10.0, 10.0]]), np.array([[5.0, 0.0, 15.0, 10.0], [20.0, 0.0, 30.0, 10.0]])
    assert image_iou(a, b)[0] == pytest.approx([1 / 3, 0.0])
    assert share_covered(a, b)[0] == pytest.approx([0.5, 0.0])


def labelled(labels, weight=1.0, score=1.0):
    evidence = new_evidence(1, CLASSES)
    for label in labels:
        evidence = add_labels(evidence, np.array([label], dtype=np.int16), np.array([score]), weight, CLASSES)
    return class_belief(evidence)[0]


def test_a_new_track_is_unknown_and_one_sure_label_names_it():
    assert labelled([])[ObjectClass.UNKNOWN] == 1.0
    assert labelled([ObjectClass.PERSON]).argmax() == ObjectClass.PERSON


def test_flipping_labels_leave_a_mixed_belief():
    belief = labelled([ObjectClass.CAR, ObjectClass.UNKNOWN, ObjectClass.BICYCLE] * 10)
    assert belief.max() < 0.6
    assert belief.sum() == pytest.approx(1.0)


def test_nameless_detections_do_not_wash_a_name_away():
    named = labelled([ObjectClass.PERSON] * 5)
    later = labelled([ObjectClass.PERSON] * 5 + [ObjectClass.UNKNOWN] * 5, weight=0.7)
    assert later.argmax() == ObjectClass.PERSON
    assert later[ObjectClass.PERSON] > 0.6 * named[ObjectClass.PERSON]


def test_a_label_without_score_changes_nothing():
    once = new_evidence(1, CLASSES)
    again = add_labels(once, np.array([ObjectClass.CAR], dtype=np.int16), np.array([0.0]), 1.0, CLASSES)
    assert np.array_equal(once, again)


def test_two_good_hits_confirm_and_one_does_not():
    odds = LIFE.birth_log_odds + LIFE.lidar.hit(np.array([0.8]))
    assert existence(odds)[0] < LIFE.confirm_existence
    assert existence(odds + LIFE.lidar.hit(np.array([0.8])))[0] > LIFE.confirm_existence


def test_hits_are_always_worth_something_and_misses_never():
    scores = np.linspace(0.0, 1.0, 11)
    for belief in (LIFE.lidar, LIFE.radar, LIFE.camera):
        assert (belief.hit(scores) >= 0.2).all()
        assert (np.diff(belief.hit(scores)) >= 0).all()
        assert (belief.miss(np.linspace(0, 1, 5)) <= 0).all()
    assert LIFE.lidar.miss(np.zeros(1))[0] == 0.0


def test_view_ends_at_the_field_and_fades_with_range():
    places = np.array([[20.0, 0.0], [82.5, 0.0], [130.0, 0.0], [5.0, 20.0], [-20.0, 0.0]])
    assert in_view(places, LIFE.lidar) == pytest.approx([1.0, 0.5, 0.0, 0.0, 0.0])


def test_hidden_behind_a_nearer_solid_thing():
    places, half = np.array([[10.0, 0.0], [30.0, 0.0], [30.0, 15.0]]), np.array([1.0, 1.0, 1.0])
    solid = np.array([True, True, True])
    assert hidden_share(places, half, solid) == pytest.approx([0.0, 1.0, 0.0])
    assert hidden_share(places, half, np.array([False, True, True])) == pytest.approx([0.0, 0.0, 0.0])
    assert hidden_share(places[:1], half[:1], solid[:1]) == pytest.approx([0.0])


def test_status_by_what_saw_it():
    def status(before, odds, hits, solid, seen):
        i8 = np.array([before], dtype=np.int8)
        return next_status(i8, np.array([odds]), np.array([hits]), np.array([solid]), np.array([seen]), LIFE)[0]

    assert status(TrackStatus.TENTATIVE, 3.0, 2, 2, True) == TrackStatus.CONFIRMED
    assert status(TrackStatus.TENTATIVE, 3.0, 4, 0, True) == TrackStatus.TENTATIVE  # cameras alone need five
    assert status(TrackStatus.TENTATIVE, 3.0, 5, 0, True) == TrackStatus.CONFIRMED
    assert status(TrackStatus.CONFIRMED, -1.0, 9, 9, False) == TrackStatus.COASTED
