"""What `moosetest suite` does and says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from scenarios.suite.baseline import asked_differently, find_baseline
from scenarios.suite.compare import alone, compare
from scenarios.suite.crew import drive_all
from scenarios.suite.junit import write_junit
from scenarios.suite.page import write_page
from scenarios.suite.request import SuiteRequest, default_folder
from scenarios.suite.results import write_results
from scenarios.suite.store import RESULTS, SuiteStore
from scenarios.suite.table import print_table
from scenarios.suite.told import as_json


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the results of a suite go, and what they are held against."""

    out: Path | None = None
    baseline: Path | None = None
    junit: Path | None = None
    as_json: bool = False


def run_suite(request: SuiteRequest, wanted: Wanted, workers: int) -> int:
    """Drive what is not there yet, write results, page and JUnit file, print the table; the exit code.

    Raises:
        ConfigError, UnknownNameError: a user's mistake, found before the first drive where it can be.
    """
    request.how.check()
    identity = request.identity()
    before = find_baseline(wanted.baseline, identity) if wanted.baseline is not None else None
    folder = wanted.out or default_folder(identity)
    results = folder / RESULTS
    verdicts = drive_all(request, SuiteStore(folder, identity), workers, quiet=wanted.as_json)
    write_results(results, [(job.name, verdicts[job]) for job in request.jobs])
    if before is None:
        comparison = alone(results)
    else:
        differs = asked_differently(identity, before.identity)
        comparison = compare(results, before.folder / RESULTS, str(before.folder), differs)
    page = write_page(folder, comparison, identity)
    if wanted.junit is not None:
        write_junit(wanted.junit, comparison, folder.name)
    if wanted.as_json:
        print(json.dumps(as_json(comparison) | {"report": str(page)}, indent=2, allow_nan=False))
    else:
        print_table(comparison, page)
    return comparison.exit_code
