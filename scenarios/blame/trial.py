"""Does `blame` name what is known to be wrong? Faults are planted, runs that fail by them are blamed, and counted.

`python -m scenarios.blame.trial OUT [SELECT]… [--fault NAME]… [--severity S]… [--seed N]…`; the same command again goes
on where it was cut short.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from moosetest.registry import UnknownNameError, nearest_hint
from scenarios.blame.command import blame_run
from scenarios.blame.runs import InconclusiveTrialError
from scenarios.drive.bundle import read_verdict, write_verdict
from scenarios.drive.modules import Module
from scenarios.errors import clear_errors
from scenarios.options import Select
from scenarios.selection import select_cases
from scenarios.suite.driving import drive_task, verdict_of
from scenarios.suite.request import How, Job, jobs_of
from scenarios.terminal import CountingBar, console
from scenarios.workers import Lost, Task, Worker
from sim.faults.chain import FaultSpec

DRIVES = 8
"""Of one blame, about: it stops as soon as the answer is certain."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault with a known culprit; settings and faults as `DriveRequest` has them."""

    name: str
    culprit: Module
    settings: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def how(self, stack: str) -> How:
        """How a stack is driven with it."""
        return How(stack=stack, settings=self.settings, faults=tuple(map(FaultSpec.parse, self.faults)))


PLANTED = (
    Planted("camera-threshold", Module.CAMERA, settings={"camera": {"min_score": 0.9}}),
    Planted("lidar-yaw", Module.LIDAR, faults=("yaw=0.6@lidar_front",)),
    Planted("late-brakes", Module.CONTROL, settings={"actuation": {"brake_delay_s": 0.5}}),
)
"""A score that no far or covered thing reaches; 3 of the fault's 5 degrees; half a second."""


@dataclass(slots=True)
class Tally:
    """What came of one planted fault; a run counts that fails with it and passes without."""

    driven: int = 0
    failed: int = 0
    blamed: list[tuple[Job, str]] = field(default_factory=list)

    def named(self, culprit: Module) -> int:
        """How many of the runs that count are blamed on the culprit."""
        return sum(name == culprit.value for _, name in self.blamed)

    def others(self, culprit: Module) -> str:
        """What else was named, how often."""
        others = Counter(name for _, name in self.blamed if name != culprit.value)
        return ", ".join(f"{name} {count}" for name, count in sorted(others.items())) or "-"


class Trial:
    """One planted fault, driven until so many runs count.

    Args:
        out: each run's verdicts and blame are kept there.
        planted: the fault.
        stack: what is driven.
        worker: drives.
    """

    def __init__(self, out: Path, planted: Planted, stack: str, worker: Worker) -> None:
        self._out = out / planted.name
        self._with, self._without = planted.how(stack), How(stack=stack)
        self._worker = worker

    def runs(self, jobs: Sequence[Job], wanted: int) -> Iterator[Tally]:
        """The tally so far, after each job, until `wanted` runs count."""
        tally = Tally()
        for job in jobs:
            if len(tally.blamed) >= wanted:
                return
            self._add(job, tally)
            yield replace(tally)

    def _add(self, job: Job, tally: Tally) -> None:
        folder = self._out / job.name
        tally.driven += 1
        if self._outcome(job, self._with, folder) != "fail":
            return
        tally.failed += 1
        if self._outcome(job, self._without, folder / "without") == "pass" and (name := self._blamed(job, folder)):
            tally.blamed.append((job, name))

    def _outcome(self, job: Job, how: How, folder: Path) -> str:
        if (folder / "verdict.json").exists() and read_verdict(folder)["outcome"] != "inconclusive":
            return str(read_verdict(folder)["outcome"])
        verdict = verdict_of(job, how, self._worker.do(drive_task(job, how, None)))
        write_verdict(folder, verdict)
        return str(verdict["outcome"])

    def _blamed(self, job: Job, folder: Path) -> str:
        """The modules that are named, as the table says them; empty where a drive was inconclusive."""
        if not (folder / "blame.json").exists():
            limit_s = DRIVES * drive_task(job, self._with, None).limit_s
            if isinstance(self._worker.do(Task(job, _blame, (folder,), limit_s)), Lost):
                return ""
        if not (folder / "blame.json").exists():
            return ""
        report = json.loads((folder / "blame.json").read_text(encoding="utf-8"))
        return "+".join(report["blamed"]) or "none"


def _blame(folder: Path) -> None:
    try:
        blame_run(folder, quick=True, quiet=True)
    except InconclusiveTrialError:
        return


def try_blame(
    out: Annotated[Path, typer.Argument(help="Folder of the trial; one that was cut short goes on.")],
    select: Select = None,
    fault: Annotated[list[str] | None, typer.Option(help="Repeatable.", show_default="all")] = None,
    severity: Annotated[list[float] | None, typer.Option(help="Repeatable.", show_default="0 and 1")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Repeatable.", show_default="0 to 3")] = None,
    stack: Annotated[str, typer.Option(help="A stack of `moosetest list stacks`.")] = "fused",
    runs: Annotated[int, typer.Option(help="How many runs of each fault are blamed.")] = 10,
) -> None:
    """Plant faults, blame runs that fail with them and pass without, and count how often the right module is named."""
    with clear_errors():
        faults = [find_planted(name) for name in fault or [planted.name for planted in PLANTED]]
        cases = select_cases(select or ())
        jobs = sorted(jobs_of(cases, severity or [0.0, 1.0], seed or range(4)), key=_turn)
        tallies: dict[str, Tally] = {}
        worker = Worker()
        try:
            with CountingBar(quiet=False) as bar:
                for planted in faults:
                    tallies[planted.name] = _tried(Trial(out, planted, stack, worker), planted, jobs, runs, bar)
        finally:
            worker.end()
        _print(faults, tallies)


def find_planted(name: str) -> Planted:
    """A fault of `PLANTED` by its name.

    Raises:
        UnknownNameError: no such fault.
    """
    names = [planted.name for planted in PLANTED]
    if name not in names:
        raise UnknownNameError(f"unknown fault {name!r}: {nearest_hint(name, names)}")
    return PLANTED[names.index(name)]


def _turn(job: Job) -> tuple[int, float, str]:
    """Cases take turns, so that no ten runs are of one case where others fail, too."""
    return job.seed, job.severity, job.case_id


def _tried(trial: Trial, planted: Planted, jobs: Sequence[Job], wanted: int, bar: Progress) -> Tally:
    task = bar.add_task(planted.name, total=wanted)
    tally = Tally()
    for tally in trial.runs(jobs, wanted):
        what = f"{planted.name}: {tally.driven} driven, {tally.failed} failed"
        bar.update(task, completed=len(tally.blamed), description=what)
    return tally


def _print(faults: Sequence[Planted], tallies: Mapping[str, Tally]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("planted", "driven", "failed", "failed by it", "named rightly", "named otherwise", "cases"):
        table.add_column(name, overflow="fold")
    for planted in faults:
        tally = tallies[planted.name]
        counts = (tally.driven, tally.failed, len(tally.blamed), tally.named(planted.culprit))
        cases = sorted({job.case_id for job, _ in tally.blamed})
        table.add_row(planted.name, *map(str, counts), tally.others(planted.culprit), ", ".join(cases) or "-")
    console().print(table)


if __name__ == "__main__":
    typer.run(try_blame)
