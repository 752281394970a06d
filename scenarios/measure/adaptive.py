"""Which run next: the few severities that say most about where a detector breaks. No clock and nothing at random."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from moosetest.arrays import FloatArray, require
from scenarios.measure.breakdown import breakdown_of
from scenarios.measure.posterior import Posterior, posterior
from scenarios.measure.prior import LEVEL_STEP
from scenarios.measure.psychometric import Counts

LEVELS = tuple(float(level) for level in np.arange(0.0, 1.0 + LEVEL_STEP / 2, LEVEL_STEP))
"""Severities that a search may ask for: multiples of 1/32, exact in binary, so that searches share their runs."""
FIRST_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The catalogue's grid, run first: without it a posterior would trust its prior for where to look."""


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """One drive to make: a seed of the case at a severity."""

    severity: float
    seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run: of `trials` frames, or of one drive, `hits` were right."""

    run: Run
    hits: int
    trials: int = 1


def next_by_bisection(passed: Mapping[float, bool]) -> float | None:
    """The next severity for a stack that does the same each time; None when the step is found or does not exist.

    Both ends first, then the middle between the last pass and the first failure, until they are neighbours on the grid:
    7 drives at most. A stack that fails the control is not searched: it is a base failure.

    Args:
        passed: severity to verdict, of all drives so far.
    """
    for end in (0.0, 1.0):
        if end not in passed:
            return end
        if passed[end] is (end == 1.0):
            return None
    first_failure = min(s for s, verdict in passed.items() if not verdict)
    last_pass = max(s for s, verdict in passed.items() if verdict and s < first_failure)
    between = [level for level in LEVELS if last_pass < level < first_failure]
    return between[(len(between) - 1) // 2] if between else None


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the breakdown point of a detector that chance moves.

    Args:
        seeds: of the case, in the order in which they are used.
        budget: how many runs it may make.
        first_seeds: how many of the seeds are run at each of `FIRST_LEVELS` before anything is chosen.
        paired_seeds: how many are run at severity 0 and 1 next: as many pairs with the cue and without it.
        settled: nothing more is run for a detector whose interval is this narrow, or lies beyond either end.
        guess: share found however hard it is.
    """

    seeds: tuple[int, ...] = tuple(range(8))
    budget: int = 40
    first_seeds: int = 4
    paired_seeds: int = 0
    settled: float = 0.0
    guess: float = field(default=0.0)

    def __post_init__(self) -> None:
        require(len(set(self.seeds)) == len(self.seeds) > 0, "Search.seeds: want one or more, each once")

    def next(self, results: Iterable[Result]) -> Run | None:
        """The next run, given all so far in any order; None when the budget is spent or every run is made."""
        return self.next_shared([list(results)])

    def next_shared(self, of_each: Sequence[Sequence[Result]]) -> Run | None:
        """The next run for several detectors that are judged by the same runs, given the results of each.

        It is the run that is expected to say most about all of those together that are not settled.
        """
        made = {result.run for results in of_each for result in results}
        if len(made) >= self.budget:
            return None
        missing = next((run for run in self._first() if run not in made), None)
        return missing if missing is not None else self._most_telling(of_each, made)

    def _first(self) -> Iterator[Run]:
        yield from (Run(level, seed) for seed in self.seeds[: self.first_seeds] for level in FIRST_LEVELS)
        yield from (Run(level, seed) for seed in self.seeds[: self.paired_seeds] for level in (0.0, 1.0))

    def _most_telling(self, of_each: Sequence[Sequence[Result]], made: set[Run]) -> Run | None:
        open_levels = [level for level in LEVELS if any(Run(level, seed) not in made for seed in self.seeds)]
        gains = [self._gain(results, open_levels) for results in of_each]
        gain = np.sum([one for one in gains if one is not None], axis=0)
        if not open_levels or not np.any(gain):
            return None
        level = open_levels[int(np.argmax(gain))]
        made_by_seed = {seed: sum(run.seed == seed for run in made) for seed in self.seeds}
        return Run(level, min((s for s in self.seeds if Run(level, s) not in made), key=made_by_seed.__getitem__))

    def _gain(self, results: Sequence[Result], levels: Sequence[float]) -> FloatArray | None:
        """(L,) of one detector at each of `levels`; None where nothing more need be known, or nothing was asked."""
        if not any(result.trials for result in results):
            return None
        counts = Counts.of_runs((r.run.seed, r.run.severity, r.hits, r.trials) for r in results)
        found = posterior(counts, self.guess)
        now = breakdown_of(found)
        if now.low >= 1.0 or now.high <= 0.0 or now.high - now.low <= self.settled:
            return None
        return expected_gain(found, np.array(levels))


def expected_gain(found: Posterior, severity: FloatArray) -> FloatArray:
    """(L,) by how much one more trial at each of (L,) severities is expected to lessen the variance of s50.

    The Psi method (Kontsevich and Tyler 1999) with what is asked for, s50 alone, in place of the whole curve, as Prins
    (2013) has it, and with variance in place of entropy: for a trial that passes or fails the expected drop is
    cov(s50, recall)^2 / (recall (1 - recall)), over the posterior.
    """
    mass, s50 = found.curve_mass, np.clip(found.s50, -0.5, 1.5)
    weighted = mass * (s50 - float((mass * s50).sum()))
    gain = np.empty(len(severity))
    for i, level in enumerate(severity):
        recall = found.recalls(float(level))
        mean = float((mass * recall).sum())
        gain[i] = float((weighted * recall).sum()) ** 2 / max(mean * (1.0 - mean), 1e-12)
    return gain
