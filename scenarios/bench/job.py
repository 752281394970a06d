"""All modules in one case: run after run, where it says most, until the budget is spent or all is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from scenarios.approach.recording import Recording, Request, recorded
from scenarios.bench.answers import Answers
from scenarios.bench.log import Line, RunLog
from scenarios.bench.modules import Eyes, Module
from scenarios.bench.stacks import drive_line, search_breakdown
from scenarios.case import Arm, Case, Polarity
from scenarios.code_version import code_version
from scenarios.measure.adaptive import Search
from sim.rig import Rig


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is run.

    Args:
        modules: what is benched.
        rig: the car's sensors.
        approaches: recorded ones a case, at most, not counting a control arm of its own.
        seeds: of each case; detectors are run with the cue and without it at all of them.
        drives: of each stack in a case, at most.
        threads: of each network.
        data: folder of the recorded approaches.
        out: folder of results.
    """

    modules: tuple[Module, ...]
    rig: Rig
    approaches: int
    seeds: int
    drives: int
    threads: int
    data: Path
    out: Path

    @property
    def search(self) -> Search:
        """Which approaches are asked for."""
        return Search(
            seeds=tuple(range(self.seeds)),
            budget=self.approaches,
            first_seeds=min(2, self.seeds),
            paired_seeds=self.seeds,
            settled=0.1,
        )

    @property
    def key(self) -> str:
        """Digest of what results depend on besides the scene."""
        return _key(self.modules, self.rig)


@cache
def _key(modules: tuple[Module, ...], rig: Rig) -> str:
    parts = (rig, [(m.name, m.part, m.digest) for m in modules], code_version())
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class CaseBench:
    """The modules of a plan in one case.

    Args:
        case: the case.
        plan: what to run.
        done: hears of each run that ends.
    """

    def __init__(self, case: Case, plan: Plan, done: Callable[[], None] = lambda: None) -> None:
        self._case, self._plan, self._done = case, plan, done
        self.log = RunLog(plan.out / "runs" / f"{case.case_id}.jsonl", plan.key)

    def run(self) -> RunLog:
        """Make every run that is not made yet."""
        if self._detectors and self._case.polarity is not Polarity.RULE:
            self._search()
            if self._case.own_control:
                for seed in range(self._plan.seeds):
                    self._look(0.0, seed, Arm.CONTROL)
        for stack in (m.name for m in self._plan.modules if m.is_stack):
            search_breakdown(self._case, stack, 0, self._plan.drives, self.log)
            if self._case.own_control and self.log.find(stack, 0.0, 0, Arm.CONTROL) is None:
                self.log.add(drive_line(self._case, stack, 0.0, 0, Arm.CONTROL))
        return self.log

    @property
    def _detectors(self) -> Sequence[Module]:
        return [module for module in self._plan.modules if not module.is_stack]

    @cached_property
    def _eyes(self) -> dict[str, Eyes]:
        return {m.name: Eyes(m, self._plan.rig, self._plan.threads) for m in self._detectors}

    def _search(self) -> None:
        for begun in sorted({line.result.run for m in self._detectors for line in self.log.of(m.name)}):
            self._look(begun.severity, begun.seed, Arm.CASE)  # killed between two detectors
        while True:
            of_each = [[line.result for line in self.log.of(m.name)] for m in self._detectors]
            run = self._plan.search.next_shared(of_each)
            if run is None:
                return
            self._look(run.severity, run.seed, Arm.CASE)

    def _look(self, severity: float, seed: int, arm: Arm) -> None:
        missing = [m for m in self._detectors if self.log.find(m.name, severity, seed, arm) is None]
        if not missing:
            return
        approach = recorded(Request(self._case, severity, seed, arm, self._plan.rig), self._plan.data)
        for module in missing:
            told = self._eyes[module.name].look(approach, self._case.polarity)
            self.log.add(_line(module.name, severity, seed, arm, told, approach))
        self._done()


def _line(module: str, severity: float, seed: int, arm: Arm, told: Answers, approach: Recording) -> Line:
    wrong = [answer.before_s for answer in told.frames if not answer.right]
    number = next((i for i, frame in enumerate(approach.frames) if wrong and frame.before_s == wrong[0]), -1)
    return Line(
        module=module,
        severity=severity,
        seed=seed,
        arm=arm.value,
        hits=told.hits,
        trials=len(told.frames),
        sure=sum(answer.is_sure and not answer.right for answer in told.frames),
        first_wrong=number,
        score=tuple(round(float(score), 4) for score in told.score),
        is_true=tuple(bool(true) for true in told.is_true),
    )
