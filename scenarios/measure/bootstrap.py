"""The breakdown point of many counts at once, and its interval by resampling seeds.

The cluster bootstrap is what is commonly asked for. With 4 to 8 seeds it covers too seldom, which `coverage.py`
measures beside `breakdown.py`: the interval that is reported comes from there, this is what it is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from moosetest.arrays import FloatArray
from scenarios.measure.posterior import POWERS
from scenarios.measure.prior import LAPSE, THRESHOLD, WIDTH, Axis, whole
from scenarios.measure.psychometric import WIDTH_TIMES_SLOPE, Counts, s50_of

RESAMPLES = 2_000
CHUNK = 500
"""Fits at a time: their posteriors fit into a processor's cache or nearly."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """All curves of three axes, flattened: (C, L) log recall and log miss, (C,) log prior and s50."""

    log_recall: FloatArray
    log_miss: FloatArray
    log_prior: FloatArray
    s50: FloatArray


def pooled_s50(severity: FloatArray, hits: FloatArray, trials: FloatArray) -> FloatArray:
    """(B,) posterior mean of s50 for each row of (B, L) hits and trials, all trials taken for independent.

    A coarse grid over all of the prior, with less weight on the counts lest it miss a narrow peak, finds the part that
    any of the fits needs; a finer one covers that.
    """
    threshold, width, lapse = axes = whole(THRESHOLD, 32), whole(WIDTH, 10), whole(LAPSE, 5)
    power = POWERS[0]
    most = _posteriors(_curves(axes, severity), power * hits, power * trials).max(axis=0)
    mass = most.reshape(threshold.size, width.size, lapse.size)
    fine = (
        threshold.narrowed(mass.max(axis=(1, 2)), 64),
        width.narrowed(mass.max(axis=(0, 2)), 16),
        lapse.narrowed(mass.max(axis=(0, 1)), 6),
    )
    curves = _curves(fine, severity)
    parts = [slice(start, start + CHUNK) for start in range(0, len(hits), CHUNK)]
    return np.concatenate([_posteriors(curves, hits[part], trials[part]) @ curves.s50 for part in parts])


def bootstrap_s50(counts: Counts, rng: np.random.Generator, resamples: int = RESAMPLES) -> FloatArray:
    """(resamples,) breakdown points of as many seeds drawn from `counts` with replacement (cluster bootstrap)."""
    seeds = len(counts.hits)
    drawn = rng.multinomial(seeds, np.full(seeds, 1.0 / seeds), size=resamples).astype(np.float64)
    return pooled_s50(counts.severity, drawn @ counts.hits, drawn @ counts.trials)


def _curves(axes: tuple[Axis, Axis, Axis], severity: FloatArray) -> Curves:
    threshold, width, lapse = (v.ravel() for v in np.meshgrid(*(axis.value for axis in axes), indexing="ij"))
    prior = sum(np.meshgrid(*(axis.log_prior for axis in axes), indexing="ij"))
    slope = WIDTH_TIMES_SLOPE / width
    recall = (1.0 - lapse[:, None]) * expit(slope[:, None] * (threshold[:, None] - severity))
    recall = np.clip(recall, 1e-12, 1.0 - 1e-12)
    return Curves(np.log(recall), np.log1p(-recall), np.asarray(prior).ravel(), s50_of(threshold, slope, lapse))


def _posteriors(curves: Curves, hits: FloatArray, trials: FloatArray) -> FloatArray:
    """(B, C), each row summing to 1."""
    log_mass = hits @ curves.log_recall.T + (trials - hits) @ curves.log_miss.T + curves.log_prior
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))
