"""The bound of the breakdown point's interval: of detectors with known breakdown points it holds 93 to 97 %."""

import numpy as np
import pytest

from scenarios.measure.bootstrap import pooled_s50
from scenarios.measure.coverage import (
    REGIMES,
    Detector,
    Regime,
    bootstrap_interval,
    coverage,
    detectors_of,
    reported_interval,
    simulated,
)
from scenarios.measure.psychometric import Counts, Curve


def test_two_hundred_detectors():
    detectors = [d for regime in REGIMES for d in detectors_of(regime, 40, seed=1)]
    # 95 % of 200 is within 0.95 +- 2.58 sqrt(0.95 0.05 / 200) in 99 of 100 draws
    assert 0.91 <= coverage(detectors, reported_interval).covered.value <= 0.99


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_thousand_detectors():
    everyone = []
    for regime in REGIMES:
        detectors = detectors_of(regime, 200, seed=0)
        everyone += detectors
        covered = coverage(detectors, reported_interval).covered
        assert covered.high > 0.93, f"{regime.name}: covers too seldom, {covered.value}"
        assert covered.low < 0.97, f"{regime.name}: covers too often, {covered.value}"
    assert 0.93 <= coverage(everyone, reported_interval).covered.value <= 0.97


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_cluster_bootstrap_covers_too_seldom():
    """Why it is not what is reported: significantly below 93 %."""
    covered = coverage(detectors_of(REGIMES[3], 150, seed=0), bootstrap_interval).covered
    assert covered.high < 0.93


def test_a_known_detector_in_and_outside_of_an_interval():
    counts = Counts([0.0, 1.0], [[1, 0]], [[1, 1]])
    found = coverage([Detector(0.2, counts), Detector(0.7, counts)], lambda _: (0.1, 0.5))
    assert (found.covered.found, found.covered.of) == (1, 2)
    assert found.mean_width == pytest.approx(0.4)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.name)
def test_detectors_break_where_they_are_said_to(regime):
    """The recall of many runs is above one half before the breakdown point and below after it."""
    early, late = [], []
    for detector in detectors_of(regime, 200, seed=5):
        share = detector.counts.hits.sum(0) / detector.counts.trials.sum(0)
        ahead = detector.s50 - detector.counts.severity
        early += share[(ahead > 0) & (ahead < 0.1)].tolist()
        late += share[(ahead < 0) & (ahead > -0.1)].tolist()
    assert np.mean(early) > 0.6
    assert np.mean(late) < 0.4


def test_frames_repeat_the_frame_before_without_changing_the_recall():
    rng = np.random.default_rng(3)
    regime = Regime("agreeing", (30,), (0.0, 0.0), agreement=0.95)
    detector = simulated(regime, rng)
    assert detector.counts.trials.max() == 30
    assert 4 <= len(detector.counts.hits) <= 8
    assert 5 <= len(detector.counts.severity) <= 8


def test_many_fits_at_once_are_those_of_each_alone():
    rng = np.random.default_rng(0)
    severity = np.linspace(0, 1, 6)
    trials = np.full((7, 6), 40.0)
    hits = rng.binomial(40, Curve(0.45, 12.0, 0.05).recall(severity), size=(7, 6)).astype(float)
    together = pooled_s50(severity, hits, trials)
    alone = [pooled_s50(severity, hits[i : i + 1], trials[:1])[0] for i in range(7)]
    # the grids are not the same
    assert together == pytest.approx(alone, abs=0.003)
    assert together == pytest.approx(Curve(0.45, 12.0, 0.05).s50, abs=0.06)


def test_a_pooled_fit_is_psignifits():
    psignifit = pytest.importorskip("psignifit", reason="psignifit is not installed")
    severity = np.linspace(0, 1, 9)
    hits = np.rint(100 * Curve(0.4, 10.0, 0.04).recall(severity))
    # psignifit's curves rise
    data = np.stack([1.0 - severity, hits, np.full(9, 100.0)], axis=1)[::-1]
    golden = psignifit.psignifit(data, experiment_type="yes/no", sigmoid="logistic", fixed_parameters={"gamma": 0.0})
    s50 = 1.0 - float(np.squeeze(golden.threshold(0.5, unscaled=False, return_ci=False)))
    # theirs is the posterior's mode; its standard deviation is 0.01
    assert pooled_s50(severity, hits[None], np.full((1, 9), 100.0))[0] == pytest.approx(s50, abs=0.005)
