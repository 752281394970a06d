"""Shares of a map on the target, on its cue and elsewhere, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moosetest.arrays import ContractError
from scenarios.measure.attribution import attribute


def mask(*pixels):
    found = np.zeros((2, 5), np.bool_)
    for row, column in pixels:
        found[row, column] = True
    return found


def test_shares_by_hand():
    """10 pixels: one of the target holds 3 of 8, two of the cue 4 of 8, the other seven 1 of 8."""
    importance = np.array([[3, 2, 2, 0, 0], [0, 0, 0, 0, 1]], np.float32)
    found = attribute(importance, mask((0, 0)), mask((0, 1), (0, 2)))
    assert (found.target.share, found.target.area) == pytest.approx((3 / 8, 0.1))
    assert found.target.enrichment == pytest.approx(3.75)
    assert found.cue.enrichment == pytest.approx(0.5 / 0.2)
    assert found.elsewhere.enrichment == pytest.approx(0.125 / 0.7)
    assert found.to_json()["target"] == {"share": 0.375, "area": 0.1, "enrichment": 3.75}


def test_a_map_of_nothing_has_no_shares_and_an_absent_cue_no_enrichment():
    assert attribute(np.zeros((2, 5), np.float32), mask((0, 0)), mask()) is None
    found = attribute(np.ones((2, 5), np.float32), mask((0, 0)), mask())
    assert found.target.enrichment == pytest.approx(1.0)
    assert found.cue.enrichment is None


def test_what_cannot_be_is_refused():
    flat = np.ones((2, 5), np.float32)
    with pytest.raises(ContractError, match="common pixels"):
        attribute(flat, mask((0, 0)), mask((0, 0)))
    with pytest.raises(ContractError, match="negative"):
        attribute(-flat, mask((0, 0)), mask())
    with pytest.raises(ContractError, match="masks"):
        attribute(flat[:1], mask((0, 0)), mask())


@given(
    arrays(np.float32, (6, 8), elements=st.floats(0, 100, width=32)),
    arrays(np.int8, (6, 8), elements=st.integers(0, 2)),
)
def test_the_parts_are_the_whole(importance, label):
    found = attribute(importance, label == 1, label == 2)
    if found is None:
        assert not importance.any()
        return
    parts = (found.target, found.cue, found.elsewhere)
    assert sum(part.share for part in parts) == pytest.approx(1.0, abs=1e-5)
    assert sum(part.area for part in parts) == pytest.approx(1.0)
