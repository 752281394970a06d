"""Evaluation by class, distance and condition, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from moosetest.objects import ObjectClass
from perception.metrics.evaluation import (
    ScoredFrame,
    class_scores,
    match_class,
    recall_by_condition,
    recall_by_distance,
)

CAR, PERSON = int(ObjectClass.CAR), int(ObjectClass.PERSON)


def _frame(
    found: list[tuple[int, float, list[float]]], true: list[tuple[int, float, bool]], **conditions: str
) -> ScoredFrame:
    similarity = np.array([row for _, _, row in found]).reshape(len(found), len(true))
    return ScoredFrame(
        similarity=similarity,
        excuse=similarity >= 0.5,
        score=np.array([s for _, s, _ in found]),
        class_id=np.array([c for c, _, _ in found], dtype=np.int16),
        true_class_id=np.array([c for c, _, _ in true], dtype=np.int16),
        true_distance_m=np.array([d for _, d, _ in true]),
        ignored=np.array([i for _, _, i in true], dtype=np.bool_),
        conditions=conditions,
    )


FRAMES = [
    _frame(
        [(CAR, 0.9, [0.8, 0.0]), (CAR, 0.4, [0.0, 0.7])], [(CAR, 5.0, False), (PERSON, 25.0, False)], weather="rain"
    ),
    _frame(
        [(CAR, 0.2, [0.9, 0.0]), (PERSON, 0.9, [0.0, 0.9])], [(CAR, 35.0, False), (CAR, 90.0, True)], weather="clear"
    ),
]


def test_wrong_class_is_a_false_alarm_and_a_miss() -> None:
    scores = {s.name: s for s in class_scores(FRAMES, list(ObjectClass), 0.5, min_score=0.3)}
    assert set(scores) == {"PERSON", "CAR"}
    assert scores["CAR"].n_truth == 2
    assert (scores["CAR"].precision, scores["CAR"].recall) == (0.5, 0.5)  # 0.9 right, 0.4 on a person; 0.2 too low
    assert (scores["PERSON"].average_precision, scores["PERSON"].recall) == (0.0, 0.0)


def test_ignored_object_excuses_detections_of_any_class() -> None:
    assert len(match_class(FRAMES, PERSON, 0.5).hits.score) == 0


def test_recall_by_distance_puts_each_object_into_its_slice() -> None:
    slices = {s.name: (s.n_truth, s.recall) for s in recall_by_distance(match_class(FRAMES, CAR, 0.5), 0.3)}
    assert slices == {"0 to 10 m": (1, 1.0), "30 to 50 m": (1, 0.0)}


def test_recall_by_condition_counts_any_class() -> None:
    slices = {s.name: (s.n_truth, s.recall) for s in recall_by_condition(FRAMES, 0.5, 0.3)}
    assert slices == {"weather: clear": (1, 0.0), "weather: rain": (2, pytest.approx(1.0))}
