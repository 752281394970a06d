import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from moosetest.arrays import ContractError
from scenarios.measure.paired import (
    Difference,
    Flips,
    best_single,
    confident_wrong,
    flips,
    harm_rate,
    mean_difference,
    rescue_rate,
)

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def test_flips_by_hand():
    control = [True, True, True, True, False, False]
    case = [False, False, False, True, True, False]
    found = flips(control, case)
    assert found == Flips(both=1, broken=3, mended=1, neither=1)
    assert (found.flip_rate.found, found.flip_rate.of) == (3, 4)
    assert found.effect.mean == pytest.approx((1 - 3) / 6)


def test_mcnemar_by_hand():
    # 3 of 4 heads or more extreme on either side: 2 (4 + 1) / 16
    assert Flips(1, 3, 1, 1).p_value == pytest.approx(10 / 16)
    # 6 of 6: 2 / 64
    assert Flips(0, 6, 0, 0).p_value == pytest.approx(2 / 64)
    assert Flips(5, 0, 0, 5).p_value == 1.0


@pytest.mark.parametrize("cells", [(10, 9, 2, 4), (30, 3, 12, 1), (0, 1, 0, 0), (7, 5, 5, 7)])
def test_mcnemar_is_that_of_statsmodels(cells):
    tables = pytest.importorskip("statsmodels.stats.contingency_tables", reason="statsmodels is not installed")
    both, broken, mended, neither = cells
    golden = tables.mcnemar([[both, broken], [mended, neither]], exact=True).pvalue
    assert Flips(*cells).p_value == pytest.approx(float(golden), rel=1e-9)


def test_effect_interval_by_hand():
    # 20 pairs, 8 broken, 2 mended: with half a pair more in each cell (2.5 - 8.5) / 22, variance (11 - 36 / 22) / 22^2
    found = Flips(6, 8, 2, 4).effect
    half = 1.959964 * math.sqrt(11 - 36 / 22) / 22
    assert found.mean == pytest.approx(-0.3)
    assert (found.low, found.high) == pytest.approx((-6 / 22 - half, -6 / 22 + half), abs=1e-6)


@pytest.mark.parametrize("chances", [(0.6, 0.3, 0.05, 0.05), (0.4, 0.1, 0.1, 0.4), (0.9, 0.08, 0.0, 0.02)])
@pytest.mark.parametrize("pairs", [8, 20, 60])
def test_effect_interval_covers(chances, pairs):
    """Exact: summed over all outcomes of a multinomial."""
    truth, covered = chances[2] - chances[1], 0.0
    for broken in range(pairs + 1):
        for mended in range(pairs + 1 - broken):
            rest = pairs - broken - mended
            chance = stats.multinomial.pmf(
                [broken, mended, rest], pairs, [chances[1], chances[2], chances[0] + chances[3]]
            )
            effect = Flips(rest, broken, mended, 0).effect
            covered += chance * (effect.low <= truth <= effect.high)
    # Agresti and Min (2005) find 0.93 and more
    assert covered > 0.93


@given(PAIRS)
def test_order_of_pairs_does_not_matter(pairs):
    control, case = np.array(pairs).T
    assert flips(control, case) == flips(control[::-1], case[::-1])


@given(PAIRS)
def test_swapping_arms_turns_the_effect_round(pairs):
    control, case = np.array(pairs).T
    one, other = flips(control, case), flips(case, control)
    assert one.p_value == other.p_value
    assert (one.effect.mean, one.effect.low) == pytest.approx((-other.effect.mean, -other.effect.high))


@given(PAIRS)
def test_effect_and_rates_lie_within_their_intervals(pairs):
    found = flips(*np.array(pairs).T)
    assert -1 <= found.effect.low <= found.effect.high <= 1
    assert 0 <= found.flip_rate.low <= (found.flip_rate.value or 0.0) + 1e-12
    assert found.pairs == len(pairs)


def test_mean_difference_by_hand():
    # differences -1, -2, -3: mean -2, sd 1, t(0.975, 2) = 4.302653
    found = mean_difference([5.0, 5.0, 5.0], [4.0, 3.0, 2.0])
    half = 4.302653 / math.sqrt(3)
    assert (found.mean, found.low, found.high) == pytest.approx((-2.0, -2.0 - half, -2.0 + half))


def test_equal_differences_leave_no_doubt():
    assert mean_difference([1.0, 2.0], [1.5, 2.5]) == Difference(0.5, 0.5, 0.5)


def test_confident_wrong_counts_the_wrong_that_are_sure():
    found = confident_wrong([True, False, False, False], [0.9, 0.9, 0.5, 0.49])
    assert (found.found, found.of) == (2, 4)
    assert confident_wrong([True, False, False, False], [0.9, 0.9, 0.5, 0.49], least=0.6).found == 1


def test_rescue_and_harm_by_hand():
    fused = [True, True, False, False, True]
    camera = [False, True, False, True, False]
    assert (rescue_rate(fused, camera).found, rescue_rate(fused, camera).of) == (2, 3)
    assert (harm_rate(fused, camera).found, harm_rate(fused, camera).of) == (1, 2)


def test_no_run_to_rescue_is_no_rate():
    assert rescue_rate([True], [True]).value is None


def test_best_single_is_the_most_often_right_and_then_the_first_by_name():
    right = {"radar": [True, True, False], "camera": [True, False, True], "lidar": [False, False, True]}
    assert best_single(right) == "camera"


def test_what_is_not_paired_is_refused():
    with pytest.raises(ContractError, match="differ"):
        flips([True], [True, False])
    with pytest.raises(ContractError, match="no pairs"):
        _ = Flips(0, 0, 0, 0).effect
    with pytest.raises(ContractError, match="2 or more"):
        mean_difference([1.0], [2.0])
