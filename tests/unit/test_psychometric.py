import math

import numpy as np
import pytest

from moosetest.arrays import ContractError
from scenarios.measure.psychometric import Counts, Curve


def test_recall_by_hand():
    # in the middle half of the fall is done; ln 3 / slope later the logistic is at 1 / 4
    curve = Curve(threshold=0.4, slope=10.0, lapse=0.1, guess=0.2)
    assert curve.recall(0.4) == pytest.approx(0.2 + 0.7 / 2)
    assert curve.recall(np.array([0.4 + math.log(3) / 10])).tolist() == pytest.approx([0.2 + 0.7 / 4])
    assert curve.recall(-100.0) == pytest.approx(0.9)


def test_s50_without_lapses_is_the_threshold():
    assert Curve(0.3, 12.0).s50 == pytest.approx(0.3)


def test_lapses_move_s50_before_the_threshold():
    # (1 - 0.1 - 0.5) / 0.5 = 0.8
    assert Curve(0.3, 10.0, lapse=0.1).s50 == pytest.approx(0.3 + math.log(0.8) / 10)


@pytest.mark.parametrize(("lapse", "guess"), [(0.0, 0.0), (0.3, 0.0), (0.05, 0.3)])
def test_recall_at_s50_is_one_half(lapse, guess):
    curve = Curve(0.6, 17.0, lapse, guess)
    assert curve.recall(curve.s50) == pytest.approx(0.5)


def test_half_lapsed_is_broken_at_any_severity():
    assert Curve(0.5, 10.0, lapse=0.5).s50 == -math.inf


def test_counts_of_runs_in_any_order():
    runs = [(7, 1.0, 0, 10), (3, 0.0, 10, 10), (7, 0.0, 4, 5), (7, 0.0, 5, 5), (3, 0.5, 6, 10)]
    counts = Counts.of_runs(runs)
    assert counts.severity.tolist() == [0.0, 0.5, 1.0]
    assert counts.hits.tolist() == [[10, 6, 0], [9, 0, 0]]
    assert counts.trials.tolist() == [[10, 10, 0], [10, 0, 10]]
    again = Counts.of_runs(runs[::-1])
    assert (again.hits == counts.hits).all()
    assert (again.trials == counts.trials).all()


@pytest.mark.parametrize(
    ("severity", "hits", "trials", "message"),
    [
        ([0.5, 0.5], [[1, 1]], [[1, 1]], "rising"),
        ([0.0, 1.1], [[1, 1]], [[1, 1]], "rising"),
        ([0.0, 1.0], [[2, 1]], [[1, 1]], "hits <= trials"),
        ([0.0, 1.0], [[0, 0]], [[0, 0]], "one trial"),
        ([0.0, 1.0], [[0]], [[1]], "shape"),
    ],
)
def test_bad_counts_are_refused(severity, hits, trials, message):
    with pytest.raises(ContractError, match=message):
        Counts(severity, hits, trials)
