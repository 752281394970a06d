"""The command line of `moosetest bench`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import INCONCLUSIVE, clear_errors
from scenarios.options import SELECTS, Json, check


def bench(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]…",
            help="A detector, a stack, FILE.onnx or NAME=FILE.onnx.",
            show_default="all that is shipped",
        ),
    ] = None,
    cases: Annotated[list[str] | None, typer.Option(metavar="SELECT", help=SELECTS, show_default="all")] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the card; one of the same models goes on where it was cut short.")
    ] = Path("bench"),
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of recorded approaches, shared between benches.", show_default="OUT/approaches"),
    ] = None,
    rig: Annotated[str, typer.Option(help="A rig by name, or a TOML file.")] = "default",
    approaches: Annotated[int, typer.Option(help="Recorded approaches a case, at most.")] = 20,
    seeds: Annotated[int, typer.Option(help="Seeds a case; each is one pair with the cue and without it.")] = 6,
    drives: Annotated[int, typer.Option(help="Drives of a stack in a case, at most.")] = 3,
    workers: Annotated[int, typer.Option(help="Cases at a time.", show_default="one a core")] = 0,
    as_json: Json = False,
) -> None:
    """Measure at which severity of which cue models break; draw the breakdown card."""
    with clear_errors(as_json):
        for name, number in (("--approaches", approaches), ("--seeds", seeds), ("--drives", drives)):
            check(number > 0, f"{name} {number}: want 1 or more", as_json)
        check(workers >= 0, f"--workers {workers}: want 1 or more, or 0 for one a core", as_json)
        from scenarios.bench.command import run_bench
        from scenarios.bench.job import Plan
        from scenarios.bench.modules import SHIPPED, one_name_each, parse_module
        from scenarios.selection import select_cases
        from sim.rig import load_rig

        cores = os.cpu_count() or 1
        at_a_time = workers or cores
        plan = Plan(
            modules=one_name_each([parse_module(text) for text in models or SHIPPED]),
            rig=load_rig(rig),
            approaches=approaches,
            seeds=seeds,
            drives=drives,
            threads=max(1, cores // at_a_time),
            data=data or out / "approaches",
            out=out,
        )
        is_whole = run_bench([case.case_id for case in select_cases(cases or ())], plan, at_a_time, as_json)
    raise SystemExit(0 if is_whole else INCONCLUSIVE)
