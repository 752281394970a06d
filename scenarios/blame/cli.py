"""The command line of `moosetest blame`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import INCONCLUSIVE, clear_errors, stop
from scenarios.options import Json


def blame(
    run: Annotated[Path, typer.Argument(help="Folder of a run that failed.")],
    every_set: Annotated[
        bool, typer.Option("--every-set", help="Drive all sets of modules, for each one's fair share.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Stop as soon as the answer is certain.")] = False,
    as_json: Json = False,
) -> None:
    """Find the module whose error made a run fail, by driving it again with truth in place of one after the other."""
    with clear_errors(as_json):
        from scenarios.blame.command import blame_run
        from scenarios.blame.runs import InconclusiveTrialError

        try:
            report = blame_run(run, every_set, quick, quiet=as_json)
        except InconclusiveTrialError as error:
            stop(str(error), INCONCLUSIVE, as_json)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
