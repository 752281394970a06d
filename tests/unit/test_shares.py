import numpy as np
import pytest
from scipy.stats import binomtest

from moosetest.arrays import ContractError
from scenarios.measure.shares import Share, wilson_interval


def test_wilson_by_hand():
    # 9 of 10: middle (0.9 + 3.8416 / 20) / 1.38416 = 0.78898; half 1.96 sqrt(0.009 + 0.009604) / 1.38416 = 0.19314
    share = Share(9, 10)
    assert (share.low, share.high) == pytest.approx((0.59584, 0.98212), abs=1e-4)
    assert share.value == 0.9


def test_nothing_of_nothing_may_be_anything():
    assert (Share(0, 0).value, Share(0, 0).low, Share(0, 0).high) == (None, 0.0, 1.0)


@pytest.mark.parametrize(("found", "of"), [(0, 4), (4, 4), (3, 8), (17, 20), (250, 1000)])
def test_wilson_is_scipys(found, of):
    golden = binomtest(found, of).proportion_ci(method="wilson")
    # z is 1.96 here and 1.959964 there
    assert (Share(found, of).low, Share(found, of).high) == pytest.approx((golden.low, golden.high), abs=2e-5)


def test_wilson_of_arrays_is_that_of_each():
    low, high = wilson_interval([[0, 9], [5, 0]], [[0, 10], [5, 3]])
    assert low.tolist() == [[0.0, Share(9, 10).low], [Share(5, 5).low, Share(0, 3).low]]
    assert high.tolist() == [[1.0, Share(9, 10).high], [1.0, Share(0, 3).high]]


def test_a_share_among_some():
    share = Share.where(np.array([True, True, False, False]), np.array([True, False, True, True]))
    assert (share.found, share.of) == (1, 3)


def test_more_found_than_there_were_is_an_error():
    with pytest.raises(ContractError, match="Share: 3 of 2"):
        Share(3, 2)
