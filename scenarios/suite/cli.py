"""The command line of `moosetest suite`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import clear_errors
from scenarios.options import Faults, Json, OtherWeights, Select, Settings, check


def suite(
    select: Select = None,
    severity: Annotated[list[float] | None, typer.Option(help="Repeatable.", show_default="0 and 1")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Repeatable.", show_default="0")] = None,
    stack: Annotated[str, typer.Option(help="A stack of `moosetest list stacks`.")] = "fused",
    settings: Settings = None,
    fault: Faults = None,
    camera_weights: OtherWeights = None,
    lidar_weights: OtherWeights = None,
    workers: Annotated[
        int, typer.Option(help="Drives at a time; results do not depend on it.", show_default="one a core")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the suite; one that was cut short goes on.", show_default="suites/STACK-DIGEST"),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="NAME|DIR", help="An earlier suite, by its name in suites/ or its folder.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE.xml", help="Write the verdicts for CI there.")] = None,
    bundles: Annotated[
        bool, typer.Option("--bundles", help="Keep the whole log of every drive: tens of megabytes each.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Drive many cases, or all, keep every verdict as it falls, and say what got worse against an earlier suite.

    Without --baseline: exit code 0 all passed, 1 a run failed.

    With it: 0 nothing got worse, 1 a run did. One that failed before and fails no harder now did not.

    Both: 2 wrong use; 3 no failure, or nothing worse, but inconclusive runs.

    The same command again goes on where it was cut short, and drives inconclusive runs anew.
    """
    severities, seeds = severity or [0.0, 1.0], seed or [0]
    for value in severities:
        check(0.0 <= value <= 1.0, f"--severity {value}: want a number from 0 to 1", as_json)
    for number in seeds:
        check(number >= 0, f"--seed {number}: want a whole number from 0 on", as_json)
    check(workers >= 0, f"--workers {workers}: want 0 (one a core) or more", as_json)
    with clear_errors(as_json):
        from scenarios.drive.settings import parse_settings
        from scenarios.selection import select_cases
        from scenarios.suite.command import Wanted, run_suite
        from scenarios.suite.request import How, SuiteRequest, jobs_of
        from scenarios.workers import free_cores
        from sim.faults.chain import FaultSpec

        how = How(
            stack=stack,
            settings=parse_settings(settings or ()),
            faults=tuple(FaultSpec.parse(text) for text in fault or ()),
            camera_weights=camera_weights,
            lidar_weights=lidar_weights,
        )
        request = SuiteRequest(jobs_of(select_cases(select or ()), severities, seeds), how, bundles)
        code = run_suite(request, Wanted(out, baseline, junit, as_json), workers or free_cores())
    raise SystemExit(code)
