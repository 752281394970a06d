import numpy as np
import pytest

from moosetest.arrays import ContractError
from scenarios.measure.area import recall_area, retained_area


def test_area_by_hand():
    # trapezoids 0.25 (1 + 0.5) / 2 + 0.75 (0.5 + 0.1) / 2
    assert recall_area([0.0, 0.25, 1.0], [1.0, 0.5, 0.1]) == pytest.approx(0.1875 + 0.225)


def test_constant_recall_is_its_own_area_whatever_the_levels():
    assert recall_area([0.3], [0.7]) == pytest.approx(0.7)
    assert recall_area([0.1, 0.2, 0.9], [0.7, 0.7, 0.7]) == pytest.approx(0.7)


def test_a_straight_fall_is_halved():
    levels = np.linspace(0, 1, 5)
    assert recall_area(levels, 1 - levels) == pytest.approx(0.5)


def test_retained_is_a_share_of_the_recall_at_the_start():
    assert retained_area([0.0, 1.0], [0.6, 0.3]) == pytest.approx(0.75)
    assert retained_area([0.0, 1.0], [0.0, 0.3]) == 0.0


@pytest.mark.parametrize(("severity", "recall"), [([], []), ([0.0, 0.0], [1, 1]), ([0, 2.0], [1, 1]), ([0.0], [1, 1])])
def test_bad_levels_are_refused(severity, recall):
    with pytest.raises(ContractError, match="recall_area"):
        recall_area(severity, recall)
