import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from moosetest.arrays import ContractError
from scenarios.measure.adaptive import FIRST_LEVELS, LEVELS, Result, Run, Search, expected_gain, next_by_bisection
from scenarios.measure.breakdown import breakdown
from scenarios.measure.posterior import posterior
from scenarios.measure.psychometric import Counts


def bisected(passes):
    """All drives of a bisection of a stack that passes where `passes` says so."""
    passed = {}
    while (severity := next_by_bisection(passed)) is not None:
        assert severity not in passed
        passed[severity] = passes(severity)
    return passed


def test_bisection_by_hand():
    # breaks after 0.40: ends, then halves
    assert list(bisected(lambda s: s <= 0.40)) == [0.0, 1.0, 0.5, 0.25, 0.375, 0.4375, 0.40625]


@given(st.floats(0.0, 1.0, exclude_max=True))
def test_bisection_ends_beside_the_step(step):
    passed = bisected(lambda s: s <= step)
    last_pass = max(s for s, verdict in passed.items() if verdict)
    first_failure = min(s for s, verdict in passed.items() if not verdict)
    assert last_pass <= step < first_failure
    assert first_failure - last_pass == 1 / 32
    assert len(passed) <= 7


def test_bisection_of_a_base_failure_and_of_what_never_fails():
    assert list(bisected(lambda s: False)) == [0.0]
    assert list(bisected(lambda s: True)) == [0.0, 1.0]


def test_bisection_goes_for_the_first_failure_when_there_are_more():
    # passes again at 0.5, which it would never look at
    assert next_by_bisection({0.0: True, 0.25: False, 0.5: True, 1.0: False}) == 0.125


def simulated_search(search, threshold, slope, spread=0.0, frames=1, seed=0):
    rng = np.random.default_rng(seed)
    own = threshold + spread * rng.standard_normal(max(search.seeds) + 1)
    results = []
    while (run := search.next(results)) is not None:
        recall = expit(slope * (own[run.seed] - run.severity))
        results.append(Result(run, int(rng.binomial(frames, recall)), frames))
    return results


def counts_of(results):
    return Counts.of_runs((r.run.seed, r.run.severity, r.hits, r.trials) for r in results)


def test_a_search_begins_with_the_grid_of_every_seed():
    search = Search(seeds=(3, 1, 7), first_seeds=2, budget=12)
    runs = [result.run for result in simulated_search(search, 0.4, 20.0)]
    assert runs[:10] == [Run(s, 3) for s in FIRST_LEVELS] + [Run(s, 1) for s in FIRST_LEVELS]
    assert len(runs) == len(set(runs)) == 12
    assert all(run.severity in LEVELS and run.seed in search.seeds for run in runs)


def test_a_search_goes_where_the_detector_breaks():
    chosen = [r.run.severity for r in simulated_search(Search(budget=32), 0.6, 30.0)][20:]
    assert np.abs(np.array(chosen) - 0.6).max() < 0.15


def test_a_seed_used_less_is_used_first():
    chosen = [r.run.seed for r in simulated_search(Search(budget=24), 0.6, 30.0)][20:]
    assert sorted(chosen) == [4, 5, 6, 7]


def test_the_next_run_does_not_depend_on_the_order_of_results():
    results = simulated_search(Search(budget=22), 0.3, 20.0)
    assert Search().next(results) == Search().next(results[::-1])


def test_a_search_ends_when_every_run_is_made():
    search = Search(seeds=(0,), budget=1000, first_seeds=1)
    results = [Result(Run(level, 0), level < 0.5) for level in LEVELS]
    assert search.next(results[:-1]) == Run(LEVELS[-1], 0)
    assert search.next(results) is None


@pytest.mark.slow
def test_a_search_says_more_than_a_grid_of_as_many_runs():
    adaptive, grid = [], []
    for i in range(12):
        threshold = 0.2 + 0.05 * i
        found = breakdown(counts_of(simulated_search(Search(budget=40), threshold, 30.0, seed=i)))
        adaptive.append(found.high - found.low)
        rng = np.random.default_rng(i)
        severity = np.array(FIRST_LEVELS)
        hits = rng.random((8, 5)) < expit(30.0 * (threshold - severity))
        found = breakdown(Counts(severity, hits, np.ones((8, 5))))
        grid.append(found.high - found.low)
    assert np.mean(adaptive) < 0.85 * np.mean(grid)


def test_expected_gain_is_the_drop_of_variance_when_the_trial_is_made():
    """Against the two posteriors after a pass and after a failure, from counts of one more, independent seed."""
    counts = Counts([0.0, 0.5, 1.0], [[1, 1, 0], [1, 0, 0], [1, 1, 0]], np.ones((3, 3)))
    before = posterior(counts)
    chance = before.recall(0.5)[0]

    def variance(found):
        s50 = np.clip(found.s50, -0.5, 1.5)
        mean = (found.curve_mass * s50).sum()
        return (found.curve_mass * (s50 - mean) ** 2).sum()

    def after(hit):
        hits, trials = np.vstack([counts.hits, [0, hit, 0]]), np.vstack([counts.trials, [0, 1, 0]])
        return posterior(Counts(counts.severity, hits, trials))

    expected = chance * variance(after(1)) + (1 - chance) * variance(after(0))
    gain = expected_gain(before, np.array([0.5]))[0]
    # two grids differ by a percent of the variance
    assert variance(before) - expected == pytest.approx(gain, abs=0.015 * variance(before))
    assert gain > 0.03 * variance(before)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.05, 0.95), st.integers(0, 5))
def test_little_is_expected_where_the_outcome_is_known(threshold, seed):
    results = simulated_search(Search(budget=20), threshold, 60.0, seed=seed)
    gain = expected_gain(posterior(counts_of(results)), np.array(LEVELS))
    best = LEVELS[int(np.argmax(gain))]
    assert abs(best - threshold) < 0.3
    assert gain.min() >= 0.0


def test_seeds_given_twice_are_refused():
    with pytest.raises(ContractError, match=r"Search\.seeds"):
        Search(seeds=(1, 1))


def test_pairs_come_after_the_grid():
    search = Search(seeds=(0, 1, 2), first_seeds=1, paired_seeds=3, budget=9)
    results = []
    while (run := search.next(results)) is not None:
        results.append(Result(run, run.severity < 0.5))
    runs = [(result.run.seed, result.run.severity) for result in results]
    assert runs == [(0, s) for s in FIRST_LEVELS] + [(1, 0.0), (1, 1.0), (2, 0.0), (2, 1.0)]


def grid_results(threshold, seeds=range(4)):
    """Six frames a run, all found below the threshold and none above."""
    return [Result(Run(level, seed), 6 * (level < threshold), 6) for seed in seeds for level in FIRST_LEVELS]


def test_a_shared_search_asks_for_the_detector_that_is_not_settled():
    search = Search(first_seeds=4, budget=100, settled=0.1)
    never, breaks = grid_results(2.0), grid_results(0.6)
    assert search.next(never) is None  # it lies beyond 1 for sure
    alone, together = search.next(breaks), search.next_shared([never, breaks])
    assert alone == together
    assert 0.5 <= together.severity <= 0.75


def test_a_shared_search_ends_when_all_are_settled():
    search = Search(first_seeds=4, budget=100, settled=0.1)
    assert search.next_shared([grid_results(2.0), grid_results(2.0)]) is None


def test_a_detector_that_was_never_asked_asks_for_nothing():
    search = Search(first_seeds=1, budget=100)
    blind = [Result(Run(level, 0), 0, 0) for level in FIRST_LEVELS]
    assert search.next_shared([blind]) is None
    assert search.next_shared([blind, grid_results(0.6, seeds=(0,))]) == search.next(grid_results(0.6, seeds=(0,)))
