"""How often the interval of a breakdown point holds the truth: simulated detectors whose breakdown points are known.

`python -m scenarios.measure.coverage` prints the table. The detectors are measured at the bench's budget, 5 to 8
severities with 4 to 8 seeds, by whole drives or by frames that agree with the frame before. They are not drawn from the
prior that the intervals start from: breakdown points from 0.1 to 0.9, slopes from 6 to 60, lapses up to 0.1, thresholds
that differ between seeds by a normal or a skewed distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit

from moosetest.arrays import FloatArray
from scenarios.measure.bootstrap import bootstrap_s50
from scenarios.measure.breakdown import breakdown
from scenarios.measure.psychometric import BROKEN_BELOW, Counts
from scenarios.measure.shares import Share
from scenarios.terminal import console

_CHANCES = (np.arange(1000) + 0.5) / 1000
NORMAL = stats.norm.ppf(_CHANCES)
"""How the thresholds of the thousand seeds of a case deviate from their mean, in standard deviations."""
SKEWED = (stats.beta(2, 5).ppf(_CHANCES) - stats.beta(2, 5).mean()) / stats.beta(2, 5).std()
"""The same where most seeds break early and a few late."""


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """One kind of detector and of run.

    Args:
        name: in the table.
        frames: how many a drive may have; one is a whole drive's verdict.
        spread: least and largest standard deviation of the threshold between seeds.
        deviation: of the seeds' thresholds, in their standard deviation.
        agreement: largest chance that a frame repeats the frame before.
    """

    name: str
    frames: tuple[int, ...]
    spread: tuple[float, float]
    deviation: FloatArray = field(default_factory=lambda: NORMAL)
    agreement: float = 0.8


REGIMES = (
    Regime("drives, seeds alike", (1,), (0.0, 0.0)),
    Regime("drives, seeds differ", (1,), (0.02, 0.2)),
    Regime("frames, seeds alike", (10, 20, 40), (0.0, 0.0)),
    Regime("frames, seeds differ", (10, 20, 40), (0.02, 0.2)),
    Regime("frames, seeds differ, skewed", (10, 20, 40), (0.02, 0.2), SKEWED),
)


@dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """A simulated detector: where it breaks, and what was counted of it."""

    s50: float
    counts: Counts


def simulated(regime: Regime, rng: np.random.Generator) -> Detector:
    """Draw a detector and run it."""
    severity = np.linspace(0.0, 1.0, rng.integers(5, 9))
    seeds, frames = int(rng.integers(4, 9)), int(rng.choice(regime.frames))
    s50, slope, lapse = (
        rng.uniform(0.1, 0.9),
        float(np.exp(rng.uniform(np.log(6.0), np.log(60.0)))),
        rng.uniform(0, 0.1),
    )
    spread, agreement = rng.uniform(*regime.spread), rng.uniform(0.0, regime.agreement)

    deviation = spread * regime.deviation
    own = _threshold(s50, slope, lapse, deviation) + rng.choice(deviation, seeds)
    recall = (1.0 - lapse) * expit(slope * (own[:, None] - severity))
    hits = _drives(recall, frames, agreement, rng)
    return Detector(s50, Counts(severity, hits, np.full_like(hits, frames)))


def _threshold(s50: float, slope: float, lapse: float, deviation: FloatArray) -> float:
    """The detector's threshold with which recall is one half at s50, averaged over seeds whose own deviate so."""

    def excess(threshold: float) -> float:
        return float(((1.0 - lapse) * expit(slope * (threshold + deviation - s50))).mean()) - BROKEN_BELOW

    return float(brentq(excess, -3.0, 4.0))


def _drives(recall: FloatArray, frames: int, agreement: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Hits of drives with that recall, of any shape, in which a frame may repeat the frame before."""
    hit = rng.random(recall.shape) < recall
    hits = hit.astype(np.int64)
    for _ in range(frames - 1):
        hit = np.where(rng.random(recall.shape) < agreement, hit, rng.random(recall.shape) < recall)
        hits += hit
    return hits


Interval = Callable[[Counts], tuple[float, float]]


def reported_interval(counts: Counts) -> tuple[float, float]:
    """The one that is reported."""
    found = breakdown(counts)
    return found.low, found.high


def bootstrap_interval(counts: Counts) -> tuple[float, float]:
    """Percentiles of the cluster bootstrap."""
    low, high = np.percentile(bootstrap_s50(counts, np.random.default_rng(0)), [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of simulated detectors, how many breakdown points lay in their interval, and how wide those were on average."""

    covered: Share
    mean_width: float


def coverage(detectors: Sequence[Detector], interval: Interval) -> Coverage:
    """How an interval does on detectors."""
    ends = np.array([interval(detector.counts) for detector in detectors])
    truth = np.array([detector.s50 for detector in detectors])
    inside = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    return Coverage(Share(int(inside.sum()), len(inside)), float((ends[:, 1] - ends[:, 0]).mean()))


def detectors_of(regime: Regime, count: int, seed: int) -> list[Detector]:
    """As many, the same for the same seed."""
    rng = np.random.default_rng([seed, *regime.name.encode()])
    return [simulated(regime, rng) for _ in range(count)]


def main(detectors: int = 1000, seed: int = 0) -> None:
    """Print how often the reported interval and the cluster bootstrap's hold the truth."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("simulated", "detectors", "covered", "95 %", "mean width", "bootstrap covered", "mean width"):
        table.add_column(name, justify="left" if name == "simulated" else "right")
    everyone: list[Detector] = []
    for regime in REGIMES:
        some = detectors_of(regime, detectors // len(REGIMES), seed)
        everyone += some
        table.add_row(regime.name, *_row(some))
    table.add_row("all", *_row(everyone))
    console().print(table)


def _row(detectors: Sequence[Detector]) -> list[str]:
    ours, theirs = coverage(detectors, reported_interval), coverage(detectors, bootstrap_interval)
    share, other = ours.covered, theirs.covered
    return [
        f"{share.of}",
        f"{share.value:.3f}",
        f"{share.low:.3f}-{share.high:.3f}",
        f"{ours.mean_width:.3f}",
        f"{other.value:.3f}",
        f"{theirs.mean_width:.3f}",
    ]


if __name__ == "__main__":
    typer.run(main)
