"""What holds for any boxes: matching and suppression."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from perception.camera.boxes import iou_matrix, suppress
from perception.metrics.matching import ScoredHits, match

SEEDS = st.integers(0, 10_000)


def _boxes(rng: np.random.Generator, n: int) -> np.ndarray:
    corner = rng.integers(0, 40, (n, 2)).astype(float)
    return np.concatenate([corner, corner + rng.integers(1, 30, (n, 2))], axis=1)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 25), st.sampled_from([0.3, 0.5, 0.7]))
def test_suppression_leaves_no_rivals_and_drops_only_rivals(seed: int, n: int, max_iou: float) -> None:
    rng = np.random.default_rng(seed)
    boxes, score = _boxes(rng, n), rng.random(n)
    class_id = rng.choice([1, 3, 6], n).astype(np.int16)
    kept = suppress(boxes, score, class_id, max_iou)
    group = np.where(class_id == 1, 1, 0)
    rivals = (iou_matrix(boxes, boxes) > max_iou) & (group[:, None] == group[None])
    assert rivals[np.ix_(kept, kept)].sum() == len(kept)  # each only with itself
    for i in set(range(n)) - set(kept.tolist()):
        assert any(rivals[i, k] and score[k] >= score[i] for k in kept)
    assert np.all(np.diff(score[kept]) <= 0)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 12), st.integers(0, 8))
def test_matching_is_one_to_one_and_does_not_depend_on_the_order(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    similarity, score, ignored = rng.random((n, m)), rng.permutation(n) / 20.0, rng.random(m) < 0.3
    chosen = match(similarity, score, ignored, 0.5)
    found = chosen[chosen >= 0]
    assert len(set(found.tolist())) == len(found)
    assert not ignored[found].any()
    assert (similarity[chosen >= 0, found] >= 0.5).all()
    order = rng.permutation(n)
    assert match(similarity[order], score[order], ignored, 0.5).tolist() == chosen[order].tolist()


@settings(derandomize=True, max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 30))
def test_average_precision_is_a_share_and_grows_with_a_hit_on_top(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    score, hit = rng.random(n), rng.random(n) < 0.5
    n_truth = int(hit.sum()) + 1
    before = ScoredHits(score, hit, n_truth).average_precision()
    after = ScoredHits(np.append(score, 2.0), np.append(hit, True), n_truth).average_precision()
    assert 0.0 <= before <= after <= 1.0
