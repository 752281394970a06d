"""What `moosetest realism` does and says."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scenarios.realism.definition import nominal_set
from scenarios.realism.measure import JudgedFrame, tally
from scenarios.realism.misses import MissSheets
from scenarios.realism.table import histogram, print_result, rows_of


def judge(model: Path, out: Path | None, threads: int, as_json: bool) -> bool:
    """Measure, print, and write the sheets into `out`; whether every bound holds.

    Raises:
        ConfigError: `model` is no YOLOX network, or the definition of the set does not fit the catalogue.
    """
    nominal, sheets = nominal_set(), MissSheets()
    errors = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task("pictures", total=nominal.frames)

        def watch(judged: JudgedFrame) -> None:
            if out is not None:
                sheets.watch(judged)
            bar.advance(task)

        result = tally(nominal, model, threads, watch)
    rows = rows_of(nominal, result)
    written = sheets.write(out) if out is not None else []
    if as_json:
        table = [row.to_json() for row in rows]
        paths = [str(path) for path in written]
        text = {"frames": result.frames, "rows": table, "histogram": histogram(result), "sheets": paths}
        print(json.dumps(text, indent=2))
    else:
        print_result(result, rows)
        for path in written:
            errors.print(f"sheet: {path}")
    return all(row.holds for row in rows)
