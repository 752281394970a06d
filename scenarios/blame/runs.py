"""The drives behind a blame: a failed run again, with truth in place of some modules; each is driven once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from scenarios.blame.attribution import Set, Trial
from scenarios.blame.margin import margins, restored
from scenarios.case import Arm, find_case
from scenarios.code_version import code_version
from scenarios.drive.bundle import read_verdict
from scenarios.drive.loop import DriveRequest, Progress, drive
from scenarios.drive.modules import Module, modules_of
from scenarios.staging import Staging
from scenarios.writing import write_whole
from sim.faults.chain import FaultSpec

FOLDER, CODE_FILE = "blame", "code"
SAME = ("case", "severity", "seed", "arm", "stack", "rig", "camera_weights", "lidar_weights", "settings", "faults")
"""What two runs have in common that differ by their swaps alone."""


class InconclusiveTrialError(RuntimeError):
    """The harness failed in one of the drives: nothing can be said of it, and it is driven anew the next time."""


class Trials:
    """The drives of one failed run.

    Args:
        run: its folder; the drives are kept in `blame/` in it.

    Raises:
        ConfigError: no verdict there, no failure, not of the embedded server, or one of these drives itself.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.verdict = read_verdict(run)
        _check(run, self.verdict)
        self.modules = modules_of(self.verdict["stack"])
        self._case = find_case(self.verdict["case"])
        self._code = code_version()
        self._verdicts: dict[Set, Mapping[str, Any]] = {}

    @property
    def staging(self) -> Staging:
        """The scene."""
        return self._case.staging(self.verdict["severity"], self.verdict["seed"], Arm(self.verdict["arm"]))

    @property
    def driven(self) -> list[Set]:
        """The sets whose drives are there."""
        return list(self._verdicts)

    @property
    def repeated(self) -> bool:
        """Whether the drive without any swap is the run that failed, to the byte."""
        return bool(self._verdicts[frozenset()]["digest"] == self.verdict["digest"])

    def folder(self, swapped: Set) -> Path:
        """Where a drive is kept."""
        return self.run / FOLDER / ("+".join(module.value for module in sorted(swapped)) or "nothing")

    def have(self, swapped: Set, progress: Progress | None = None) -> Mapping[str, Any]:
        """The verdict with truth in place of `swapped`: as it was kept, or driven now.

        Raises:
            InconclusiveTrialError: the harness failed.
        """
        if swapped not in self._verdicts:
            verdict = self._kept(swapped) or self._driven(swapped, progress)
            if verdict["outcome"] == "inconclusive":
                raise InconclusiveTrialError(f"{self.folder(swapped)}: {verdict['why']}")
            self._verdicts[swapped] = verdict
        return self._verdicts[swapped]

    def results(self) -> dict[Set, Trial]:
        """All drives so far, measured against the one without any swap."""
        before = margins(self._verdicts[frozenset()], self.staging)
        return {
            swapped: Trial(verdict["outcome"] == "pass", restored(before, margins(verdict, self.staging)))
            for swapped, verdict in self._verdicts.items()
        }

    def _faults(self) -> tuple[FaultSpec, ...]:
        """Those that were asked for: the case's own come again by themselves."""
        own = {str(FaultSpec.parse(text)) for text in self.staging.faults}
        return tuple(FaultSpec.parse(text) for text in self.verdict["faults"] if text not in own)

    def _kept(self, swapped: Set) -> Mapping[str, Any] | None:
        try:
            kept, code = read_verdict(self.folder(swapped)), (self.folder(swapped) / CODE_FILE).read_text()
        except (ConfigError, FileNotFoundError):
            return None
        names = [module.value for module in sorted(swapped)]
        is_of_this_run = all(kept[key] == self.verdict[key] for key in SAME) and kept["truth_for"] == names
        return kept if code == self._code and is_of_this_run and kept["outcome"] != "inconclusive" else None

    def _driven(self, swapped: Set, progress: Progress | None) -> Mapping[str, Any]:
        run = self.verdict
        request = DriveRequest(
            case=self._case,
            severity=run["severity"],
            seed=run["seed"],
            stack=run["stack"],
            arm=Arm(run["arm"]),
            rig_name=run["rig"],
            out=self.folder(swapped),
            camera_weights=_path(run["camera_weights"]),
            lidar_weights=_path(run["lidar_weights"]),
            faults=self._faults(),
            settings=run["settings"],
            truth_for=swapped,
        )
        verdict = drive(request, progress).to_json()
        write_whole(self.folder(swapped) / CODE_FILE, self._code)
        return verdict


def _check(run: Path, verdict: Mapping[str, Any]) -> None:
    if missing := [key for key in (*SAME, "outcome", "why", "server", "digest", "truth_for") if key not in verdict]:
        raise ConfigError(f"{run / 'verdict.json'}: says nothing of {', '.join(missing)}; want a run of this version")
    if verdict["outcome"] != "fail":
        raise ConfigError(
            f"{run}: nobody is to blame, its verdict is {verdict['outcome']} ({verdict['why']}); want a run that failed"
        )
    if verdict["server"] != "embedded":
        raise ConfigError(
            f"{run}: driven on {verdict['server']}; want a run of the embedded server, which repeats to the byte"
        )
    if verdict["truth_for"]:
        raise ConfigError(
            f"{run}: driven with truth for {', '.join(verdict['truth_for'])}; want a run of a whole stack"
        )


def label(swapped: Set) -> str:
    """What is swapped, as a table says it."""
    return " + ".join(module.value for module in sorted(swapped)) or "nothing"


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def all_sets(modules: tuple[Module, ...]) -> list[Set]:
    """Every set of modules, the smallest first."""
    return [frozenset(members) for size in range(len(modules) + 1) for members in combinations(modules, size)]
