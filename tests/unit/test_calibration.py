import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moosetest.arrays import ContractError
from scenarios.measure.calibration import growth, reliability

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def test_error_by_hand():
    # bin (0.8, 0.9]: 0.9, 0.9 and 1 right of 2: |1 - 1.8| = 0.8; bin (0.1, 0.2]: 0.2 and right: 0.8; over 3 answers
    found = reliability([0.9, 0.9, 0.2], [True, False, True])
    assert found.error == pytest.approx(1.6 / 3)
    assert found.count.tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 2, 0]


def test_edges_belong_below_and_the_ends_inside():
    found = reliability([0.0, 0.1, 0.1000001, 1.0], [True] * 4)
    assert found.count.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_sure_and_right_is_no_error_and_sure_and_wrong_is_all():
    assert reliability([1.0, 0.0], [True, False]).error == 0.0
    assert reliability([1.0, 0.0], [False, True]).error == 1.0


def test_nothing_said_is_no_error():
    assert reliability([], []).error == 0.0


def test_earned_confidence_has_little_error():
    rng = np.random.default_rng(2)
    confidence = rng.random(200_000)
    # a bin of 20,000 misses by 0.003 by chance
    assert reliability(confidence, rng.random(200_000) < confidence).error < 0.005


def test_growth_is_of_a_confidence_that_stays_while_answers_go_wrong():
    control = reliability([0.9] * 10, [True] * 9 + [False])
    case = reliability([0.9] * 10, [True] * 3 + [False] * 7)
    assert growth(control, case) == pytest.approx(0.6)


@given(ANSWERS)
def test_order_of_answers_does_not_matter(answers):
    confidence, right = np.array([a[0] for a in answers]), np.array([a[1] for a in answers])
    one, other = reliability(confidence, right), reliability(confidence[::-1], right[::-1])
    assert one.error == pytest.approx(other.error, abs=1e-12)
    assert 0.0 <= one.error <= 1.0


@given(ANSWERS)
def test_finer_bins_never_hide_error(answers):
    """Bins that nest: by the triangle inequality the finer ones show at least as much."""
    confidence, right = [a[0] for a in answers], [a[1] for a in answers]
    assert reliability(confidence, right, bins=20).error >= reliability(confidence, right, bins=10).error - 1e-12


def test_bins_are_those_of_scikit_learn():
    calibration = pytest.importorskip("sklearn.calibration", reason="scikit-learn is not installed")
    rng = np.random.default_rng(5)
    confidence, right = rng.random(500), rng.random(500) < 0.4
    share, mean = calibration.calibration_curve(right, confidence, n_bins=10)
    found = reliability(confidence, right)
    assert found.right / found.count == pytest.approx(share)
    assert found.confidence_sum / found.count == pytest.approx(mean)


@pytest.mark.parametrize(("confidence", "right"), [([0.5], []), ([1.5], [True]), ([-0.1], [True])])
def test_bad_answers_are_refused(confidence, right):
    with pytest.raises(ContractError, match="reliability"):
        reliability(confidence, right)
