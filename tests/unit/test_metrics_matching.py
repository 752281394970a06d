"""Matching and average precision, by hand and against COCO's own tool."""

from __future__ import annotations

import numpy as np
import pytest

from perception.camera.boxes import cover_matrix, iou_matrix
from perception.metrics.matching import EXCUSED, FALSE_ALARM, ScoredHits, match

NONE_IGNORED = np.zeros(2, np.bool_)


def test_best_score_chooses_first() -> None:
    similarity = np.array([[0.9, 0.0], [0.8, 0.0]])
    assert match(similarity, np.array([0.3, 0.7]), NONE_IGNORED, 0.5).tolist() == [FALSE_ALARM, 0]


def test_second_detection_takes_what_is_left() -> None:
    similarity = np.array([[0.9, 0.6], [0.8, 0.7]])
    assert match(similarity, np.array([0.9, 0.8]), NONE_IGNORED, 0.5).tolist() == [0, 1]


def test_ignored_object_excuses_any_number_and_counts_for_nothing() -> None:
    similarity = np.array([[0.9], [0.8], [0.2]])
    found = match(similarity, np.array([0.9, 0.8, 0.7]), np.array([True]), 0.5)
    assert found.tolist() == [EXCUSED, EXCUSED, FALSE_ALARM]


def test_counted_object_is_preferred_to_a_more_similar_ignored_one() -> None:
    similarity = np.array([[0.6, 0.95]])
    assert match(similarity, np.array([0.9]), np.array([False, True]), 0.5).tolist() == [0]


def test_match_with_nothing_to_find_is_all_false_alarms() -> None:
    assert match(np.zeros((2, 0)), np.array([0.9, 0.8]), np.zeros(0, np.bool_), 0.5).tolist() == [FALSE_ALARM] * 2


def test_average_precision_by_hand() -> None:
    # Hits and misses by score: hit, miss, hit, hit of 3. Precision 1, 1/2, 2/3, 3/4 at recall 1/3, 1/3, 2/3, 1.
    # Best precision from there on: 1 up to recall 1/3 (34 of the 101 steps), 3/4 for the 67 others.
    hits = ScoredHits(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]), 3)
    assert hits.average_precision() == pytest.approx((34 + 67 * 0.75) / 101, abs=1e-12)


def test_average_precision_counts_what_is_never_found() -> None:
    hits = ScoredHits(np.array([0.9]), np.array([True]), 2)
    assert hits.average_precision() == pytest.approx(51 / 101, abs=1e-12)  # recalls 0.00 to 0.50


@pytest.mark.parametrize(("n_truth", "scores"), [(0, [0.9]), (3, [])])
def test_average_precision_without_objects_or_detections_is_zero(n_truth: int, scores: list[float]) -> None:
    assert ScoredHits(np.array(scores), np.zeros(len(scores), np.bool_), n_truth).average_precision() == 0.0


def test_precision_and_recall_at_a_score() -> None:
    hits = ScoredHits(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]), 3)
    assert hits.at(0.65) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert hits.at(0.95) == (1.0, 0.0)


def test_best_min_score_has_the_largest_f1() -> None:
    # F1 by least score: 0.9: 1/2, 0.8: 2/5, 0.7: 2/3, 0.6: 6/7, 0.5: 3/4.
    hits = ScoredHits(np.array([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([True, False, True, True, False]), 3)
    assert hits.best_min_score() == 0.6


def _random_boxes(rng: np.random.Generator, n: int) -> np.ndarray:
    corner = rng.uniform(0, 200, (n, 2))
    return np.concatenate([corner, corner + rng.uniform(10, 80, (n, 2))], axis=1)


def test_agrees_with_faster_coco_eval() -> None:
    peer = pytest.importorskip("faster_coco_eval")
    rng = np.random.default_rng(7)
    scores, hits, n_truth = [], [], 0
    images, annotations, results = [], [], []
    for image_id in range(1, 41):
        true_px = _random_boxes(rng, 6)
        ignored = rng.random(6) < 0.25
        jittered = true_px[rng.random(6) < 0.8]
        found_px = np.concatenate([jittered + rng.normal(0, 4, jittered.shape), _random_boxes(rng, 3)])
        score = np.round(rng.random(len(found_px)), 3) + image_id * 1e-5 + np.arange(len(found_px)) * 1e-7
        chosen = match(iou_matrix(found_px, true_px), score, ignored, 0.5, cover_matrix(found_px, true_px) >= 0.5)
        scores.append(score[chosen != EXCUSED])
        hits.append(chosen[chosen != EXCUSED] >= 0)
        n_truth += int((~ignored).sum())
        images.append({"id": image_id, "width": 300, "height": 300})
        for box, crowd in zip(true_px, ignored, strict=True):
            wh = box[2:] - box[:2]
            row = {"id": len(annotations) + 1, "image_id": image_id, "category_id": 1, "iscrowd": int(crowd)}
            annotations.append({**row, "bbox": [*box[:2], *wh], "area": float(np.prod(wh))})
        for box, s in zip(found_px, score, strict=True):
            bbox = [*map(float, box[:2]), *map(float, box[2:] - box[:2])]
            results.append({"image_id": image_id, "category_id": 1, "bbox": bbox, "score": float(s)})
    truth = peer.COCO({"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "thing"}]})
    run = peer.COCOeval_faster(truth, truth.loadRes(results), "bbox")
    run.params.iouThrs = np.array([0.5])
    run.evaluate()
    run.accumulate()
    precision = run.eval["precision"][0, :, 0, 0, -1]
    ours = ScoredHits(np.concatenate(scores), np.concatenate(hits), n_truth).average_precision()
    # The peer adds a tiny epsilon to its denominators.
    assert ours == pytest.approx(float(precision.mean()), abs=1e-9)
    assert 0.2 < ours < 0.95
