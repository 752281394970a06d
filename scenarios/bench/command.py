"""What `moosetest bench` does and says."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import pyarrow
import pyarrow.parquet
from rich.table import Table

from scenarios.approach.rails import MissingFrameError
from scenarios.approach.recording import Request, recorded
from scenarios.bench.card import Grid, cell_text, headline, write_card, write_picture
from scenarios.bench.job import CaseBench, Plan
from scenarios.bench.log import RunLog
from scenarios.bench.modules import Eyes
from scenarios.bench.stills import draw_still
from scenarios.bench.summary import Row, row
from scenarios.bench.whys import draw_why
from scenarios.case import Arm, Case, find_case
from scenarios.terminal import CountingBar, console
from scenarios.workers import Lost, Task, done_by_children
from scenarios.writing import whole_file
from sim.embedded import ServerUnavailableError

STILL_QUALITY = 82
LIMIT_S = 7200.0
"""For one case, on a busy machine: some twenty times the usual."""
MOST_TRIES = 2
"""What went wrong twice in one case is no accident."""


def run_bench(case_ids: Sequence[str], plan: Plan, workers: int, as_json: bool) -> bool:
    """Run what is not run yet, write the card into `plan.out`, and print the table.

    Args:
        case_ids: the cases.
        plan: modules, budgets, folders.
        workers: cases at a time.
        as_json: print rows in place of the table, and no progress.

    Returns:
        Whether every case could be run.

    Raises:
        ConfigError: `plan.out` holds results of other models or other code.
    """
    for case_id in case_ids:
        _log(find_case(case_id), plan)  # what is there of other models is not written over
    lost = _run(case_ids, plan, workers, as_json)
    rows = [one for case_id in case_ids for one in _rows(find_case(case_id), plan)]
    if rows:
        _write(rows, plan, len(case_ids) - len(lost))
    print(json.dumps([one.to_row() for one in rows], indent=2)) if as_json else _print(rows, plan)
    for case_id, why in lost.items():
        print(f"{case_id}: {why}; the same command goes on there", file=sys.stderr)
    return not lost


def _run(case_ids: Sequence[str], plan: Plan, workers: int, quiet: bool) -> dict[str, str]:
    """Have every case run by children, one that is lost again; why there is none, of those lost for good."""
    tries = dict.fromkeys(case_ids, 0)
    lost: dict[str, str] = {}
    with CountingBar(quiet) as bar:
        task = bar.add_task("cases", total=len(tries))
        while tries:
            todo = [Task(case_id, _bench_case, (case_id, plan), LIMIT_S) for case_id in tries]
            for case_id, result in done_by_children(todo, workers):
                tries[case_id] += 1
                if isinstance(result, Lost):
                    if tries[case_id] < MOST_TRIES:
                        continue
                    lost[case_id] = result.why
                tries.pop(case_id)
                bar.advance(task)
    return lost


def _bench_case(case_id: str, plan: Plan) -> Lost | None:
    case = find_case(case_id)
    try:
        CaseBench(case, plan).run()
        _draw_stills(case, plan)
    except (MissingFrameError, ServerUnavailableError) as error:
        return Lost(str(error))
    return None


def _rows(case: Case, plan: Plan) -> list[Row]:
    log = _log(case, plan)
    return [one for module in plan.modules if (one := row(case, module, log)) is not None]


def _log(case: Case, plan: Plan) -> RunLog:
    return RunLog(plan.out / "runs" / f"{case.case_id}.jsonl", plan.key)


def _draw_stills(case: Case, plan: Plan) -> None:
    folder = plan.out / "stills"
    folder.mkdir(parents=True, exist_ok=True)
    for one in _rows(case, plan):
        if one.broken is None:
            continue
        request = Request(case, one.broken.severity, one.broken.seed, Arm.CASE, plan.rig)
        approach = recorded(request, plan.data)
        frame = approach.frames[one.broken.frame]
        eyes = None if one.module.is_stack else Eyes(one.module, plan.rig, plan.threads)
        still = draw_still(frame, approach.target, eyes.detect(frame) if eyes else [], eyes.gate if eyes else 0.0)
        path = folder / f"{case.case_id}-{one.module.name}.jpg"
        cv2.imwrite(str(path), still[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, STILL_QUALITY])
        draw_why(one, frame, approach.target, plan)


def _write(rows: Sequence[Row], plan: Plan, n_cases: int) -> None:
    grid = Grid.of(rows, [module.name for module in plan.modules])
    _parquet([one.to_row() for one in rows], plan.out / "breakdown.parquet")
    write_picture(grid, plan.out / "breakdown.png")
    text = (
        f"{n_cases} cases, rig {plan.rig.name}; detectors on at most {plan.approaches} recorded approaches a case over "
        f"{plan.seeds} seeds, stacks in at most {plan.drives} drives. Intervals are of 95 %."
    )
    write_card(grid, plan.out, {"text": text})


def _parquet(rows: list[dict[str, Any]], path: Path) -> None:
    with whole_file(path) as part:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), part)


def _print(rows: Sequence[Row], plan: Plan) -> None:
    grid = Grid.of(rows, [module.name for module in plan.modules])
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("case", "family", "factor", *grid.modules):
        table.add_column(name)
    for case in grid.cases:
        cells = [_cell(grid.rows.get((case.case_id, module))) for module in grid.modules]
        table.add_row(case.case_id, case.family, case.factor.name, *cells)
    screen = console()
    screen.print(table)
    screen.print(headline(grid))
    screen.print(f"card: {plan.out / 'index.html'}")


def _cell(one: Row | None) -> str:
    if one is None or one.outcome.breakdown.s50 is None:
        return cell_text(one)
    found = one.outcome.breakdown
    return f"{found.s50:.2f} ({found.low:.2f}–{found.high:.2f})"
