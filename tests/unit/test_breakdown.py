import numpy as np
import pytest

from moosetest.arrays import ContractError
from scenarios.measure.breakdown import breakdown, s50_quantiles
from scenarios.measure.posterior import posterior
from scenarios.measure.psychometric import Censoring, Counts, Curve

QUARTERS = [0.0, 0.25, 0.5, 0.75, 1.0]


def every_seed(hits, trials, seeds=6, severity=QUARTERS):
    return Counts(severity, [hits] * seeds, [[trials] * len(hits)] * seeds)


def expected_counts(curve, severity, trials, seeds):
    """Counts that lie on the curve, but for rounding."""
    return every_seed(np.rint(curve.recall(severity) * trials).astype(int).tolist(), trials, seeds, severity)


@pytest.mark.parametrize("curve", [Curve(0.4, 12.0, 0.05), Curve(0.7, 8.0, 0.0), Curve(0.25, 20.0, 0.1)])
def test_counts_on_a_curve_give_its_breakdown_point(curve):
    found = breakdown(expected_counts(curve, np.linspace(0, 1, 9), 200, 8))
    assert found.s50 == pytest.approx(curve.s50, abs=0.01)
    assert found.low < curve.s50 < found.high
    assert found.high - found.low < 0.06
    assert found.censoring is Censoring.NONE
    assert found.slope == pytest.approx(curve.slope, rel=0.15)
    assert found.lapse == pytest.approx(curve.lapse, abs=0.01)
    assert found.spread < 0.02


def test_a_known_guess_rate_is_no_recall():
    curve = Curve(0.5, 12.0, 0.05, guess=0.3)
    found = breakdown(expected_counts(curve, np.linspace(0, 1, 9), 200, 8), guess=0.3)
    assert found.s50 == pytest.approx(curve.s50, abs=0.015)


def test_a_step_lies_between_its_levels():
    found = breakdown(every_seed([1, 1, 0, 0, 0], 1))
    assert found.s50 == pytest.approx(0.375, abs=0.02)
    # a step anywhere between 0.25 and 0.5 makes the same counts, gentler curves only if they are away from both levels
    assert 0.25 < found.low < 0.3
    assert 0.45 < found.high < 0.5
    assert found.text().startswith("0.3")


def test_base_failure_is_left_censored():
    found = breakdown(every_seed([1, 0, 0, 0, 0], 10))
    assert (found.censoring, found.s50, found.low) == (Censoring.LEFT, None, 0.0)
    assert found.text().startswith("< 0")


def test_never_breaking_is_right_censored():
    found = breakdown(every_seed([10, 10, 9, 9, 9], 10))
    assert (found.censoring, found.s50, found.high) == (Censoring.RIGHT, None, 1.0)
    assert found.low > 0.7
    assert found.text().startswith("> 1")


def test_base_recall_of_six_tenths_is_no_base_failure():
    assert breakdown(every_seed([12, 12, 12, 2, 0], 20)).censoring is Censoring.NONE


def test_one_run_says_little_and_fits():
    found = breakdown(Counts([0.5], [[1]], [[1]]))
    assert found.high - found.low > 0.4


def test_seeds_that_differ_widen_the_interval():
    alike = every_seed([20, 20, 10, 0, 0], 20, seeds=6)
    early, late = [20, 10, 0, 0, 0], [20, 20, 20, 10, 0]
    apart = Counts(QUARTERS, [early, late] * 3, [[20] * 5] * 6)
    narrow, wide = breakdown(alike), breakdown(apart)
    assert narrow.s50 == pytest.approx(wide.s50, abs=0.03)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert wide.spread > 0.15 > narrow.spread


def test_drives_in_which_all_frames_agree_count_as_one_frame_each():
    """20 frames that are all hits or all misses say hardly more than one frame would."""
    one = np.random.default_rng(3).random((6, 5)) < Curve(0.5, 6.0).recall(QUARTERS)
    single = breakdown(Counts(QUARTERS, one, np.ones_like(one, dtype=int)))
    frames = breakdown(Counts(QUARTERS, 20 * one, np.full(one.shape, 20)))
    assert frames.high - frames.low > 0.75 * (single.high - single.low)


def test_recall_of_the_posterior_lies_on_the_counts():
    counts = expected_counts(Curve(0.4, 12.0, 0.05), np.linspace(0, 1, 9), 200, 8)
    share = counts.hits.sum(0) / counts.trials.sum(0)
    assert posterior(counts).recall(counts.severity) == pytest.approx(share, abs=0.02)


def test_the_breakdown_point_is_that_of_the_recall_over_all_seeds():
    """With lapses, seeds that differ move it: solved by averaging curves over many seeds' thresholds."""
    found = posterior(Counts(QUARTERS, [[10, 9, 5, 0, 0], [9, 9, 9, 6, 0]], [[10] * 5] * 2))
    spread, width = found.grid.spread.value, found.grid.width.value
    normal = np.random.default_rng(1).standard_normal(200_000)
    for i, k, w, e in [(0, 3, 2, 1), (3, 10, 8, 4), (5, 20, 5, 5)]:
        slope = 2 * np.log(19) / width[w]
        thresholds = found.grid.threshold.value[k] + spread[i] * normal
        lapse = found.grid.lapse.value[e]
        recall = (1 - lapse) / (1 + np.exp(np.clip(slope * (found.s50[i, k, w, e] - thresholds), -700, 700)))
        assert recall.mean() == pytest.approx(0.5, abs=0.01)


def test_a_guess_rate_of_one_half_is_refused():
    with pytest.raises(ContractError, match="guess"):
        breakdown(every_seed([1, 1, 1, 1, 0], 1), guess=0.5)


def test_quantiles_are_of_the_posterior():
    found = posterior(every_seed([10, 9, 6, 1, 0], 10))
    low, middle, high = s50_quantiles(found)
    s50, mass = found.s50, found.curve_mass
    # a cell's width is the resolution
    step = found.grid.threshold.step
    for tail, value in ((0.025, low), (0.5, middle), (0.975, high)):
        assert mass[s50 < value - step].sum() < tail < mass[s50 < value + step].sum()
