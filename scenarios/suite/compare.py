"""Two suites side by side: which runs got worse, by outcome or by a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from scenarios.suite.measured import measured
from scenarios.suite.results import Run, paired_runs


class Change(Enum):
    """What became of a run, the worst first. Only the first two are regressions."""

    FAILS_NOW = "fails now"
    WORSE = "worse"
    INCONCLUSIVE_NOW = "inconclusive now"
    NOT_DRIVEN = "not driven"
    NEW = "not in the baseline"
    CONCLUSIVE_NOW = "was inconclusive"
    PASSES_NOW = "passes now"
    BETTER = "better"
    SAME = "same"
    INCONCLUSIVE_STILL = "inconclusive still"

    @property
    def is_regression(self) -> bool:
        """Whether something got worse that can be told."""
        return self in (Change.FAILS_NOW, Change.WORSE)


@dataclass(frozen=True, slots=True)
class Pair:
    """One run then and now; `texts` say each number that changed, `degree` how far the worst did, in tolerances."""

    before: Run | None
    now: Run | None
    change: Change
    texts: tuple[str, ...] = ()
    degree: float = 0.0

    @property
    def run(self) -> Run:
        """As it is now, or was where it is not."""
        run = self.now or self.before
        assert run is not None
        return run


@dataclass(frozen=True, slots=True)
class Comparison:
    """All runs of a suite, each beside the baseline's, what got worse first.

    `baseline` names the suite that it is held against, and is empty without one; `differs` says what the two were asked
    differently.
    """

    pairs: tuple[Pair, ...]
    baseline: str = ""
    differs: tuple[str, ...] = ()

    @property
    def driven(self) -> list[Run]:
        """The runs of the suite itself."""
        return [pair.now for pair in self.pairs if pair.now is not None]

    @property
    def worse(self) -> list[Pair]:
        """Those that got worse."""
        return [pair for pair in self.pairs if pair.change.is_regression]

    @property
    def exit_code(self) -> int:
        """0 all passed (nothing got worse), 1 a failure (something did), 3 neither, but some run is inconclusive."""
        outcomes = [run["outcome"] for run in self.driven]
        if self.worse if self.baseline else "fail" in outcomes:
            return 1
        return 3 if "inconclusive" in outcomes else 0


def alone(results: Path) -> Comparison:
    """A suite without a baseline: failures first."""
    pairs = (Pair(None, now, Change.NEW) for now, _ in paired_runs(results, results))
    return Comparison(tuple(sorted(pairs, key=lambda pair: _OUTCOMES.index(pair.run["outcome"]))))


def compare(results: Path, before: Path, baseline: str, differs: Sequence[str]) -> Comparison:
    """A suite's results beside an earlier one's, which goes by the name `baseline`."""
    pairs = (_pair(now, before) for now, before in paired_runs(results, before))
    order = list(Change)
    ranked = sorted(pairs, key=lambda pair: (order.index(pair.change), -pair.degree))
    return Comparison(tuple(ranked), baseline, tuple(differs))


_OUTCOMES = ("fail", "inconclusive", "pass")


def _pair(now: Run | None, before: Run | None) -> Pair:
    change = _by_presence(now, before)
    if change is not None:
        return Pair(before, now, change)
    assert now is not None
    assert before is not None
    told = list(_changes(now, before))
    worst, best = max((d for d, _ in told), default=0.0), min((d for d, _ in told), default=0.0)
    change = _by_outcome(now["outcome"], before["outcome"]) or _by_numbers(worst, best)
    texts = tuple(text for degree, text in sorted(told, key=lambda one: -one[0]) if abs(degree) > 1.0)
    return Pair(before, now, change, texts, worst)


def _by_presence(now: Run | None, before: Run | None) -> Change | None:
    if now is None:
        return Change.NOT_DRIVEN
    if before is None:
        return Change.NEW
    unknown = [run["outcome"] == "inconclusive" for run in (before, now)]
    if unknown == [True, True]:
        return Change.INCONCLUSIVE_STILL
    if unknown[1]:
        return Change.INCONCLUSIVE_NOW
    return Change.CONCLUSIVE_NOW if unknown[0] else None


def _by_outcome(now: str, before: str) -> Change | None:
    if now == before:
        return None
    return Change.FAILS_NOW if now == "fail" else Change.PASSES_NOW


def _by_numbers(worst: float, best: float) -> Change:
    if worst > 1.0:
        return Change.WORSE
    return Change.BETTER if best < -1.0 else Change.SAME


def _changes(now: Run, before: Run) -> Iterator[tuple[float, str]]:
    """How much worse each number is, in tolerances, and both values in words."""
    then = {number.name: number for number in measured(before)}
    for number in measured(now):
        if number.name in then:
            yield number.worse_by(then[number.name]), number.change_text(then[number.name])
