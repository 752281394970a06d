"""The folder of a suite: what was asked, and each run's verdict as soon as there is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from scenarios.drive.bundle import read_verdict, write_verdict
from scenarios.drive.verdict import Outcome
from scenarios.suite.request import Job
from scenarios.writing import write_whole

SUITES = Path("suites")
"""Where a suite that is given by name alone lies."""
ASKED = "suite.json"
RUNS = "runs"
RESULTS = "results.parquet"
PAGE = "report.html"


class SuiteStore:
    """Keeps the runs of one suite; one that was cut short goes on where it was.

    Args:
        folder: made by `begin`.
        identity: of the request, as `SuiteRequest.identity` gives it.

    Raises:
        ConfigError: the folder holds another suite, or something else.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        self.folder = folder
        self._identity = dict(identity)
        asked = read_identity(folder) if (folder / ASKED).exists() else None
        if asked is None and folder.exists() and any(folder.iterdir()):
            raise ConfigError(f"{folder}: holds something else than a suite; want another --out")
        if asked is not None and asked != self._identity and (folder / RUNS).exists():
            differs = ", ".join(sorted(key for key in {*asked, *identity} if asked.get(key) != identity.get(key)))
            raise ConfigError(f"{folder}: holds a suite of other {differs}; want another --out, or that folder gone")

    def run_folder(self, job: Job) -> Path:
        """Of one run, like the bundle that `moosetest run` writes."""
        return self.folder / RUNS / job.name

    def finished(self, job: Job) -> dict[str, Any] | None:
        """The verdict that is there; None where there is none, or an inconclusive one, which is no verdict to keep."""
        folder = self.run_folder(job)
        if not (folder / "verdict.json").exists():
            return None
        verdict = read_verdict(folder)
        return None if verdict["outcome"] == Outcome.INCONCLUSIVE.value else verdict

    def begin(self) -> None:
        """Say what is asked, before the first run."""
        write_whole(self.folder / ASKED, json.dumps(self._identity, indent=2) + "\n")

    def keep(self, job: Job, verdict: dict[str, Any]) -> None:
        """Write a run's verdict, whole."""
        write_verdict(self.run_folder(job), verdict)


def read_identity(folder: Path) -> dict[str, Any]:
    """What the suite in `folder` was asked."""
    return dict(json.loads((folder / ASKED).read_text(encoding="utf-8")))
