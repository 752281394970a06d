"""What `moosetest check-case` does and says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
from rich.table import Table

from scenarios.case import Case, find_case
from scenarios.check.kept import Kept, MadeBy
from scenarios.check.proofs import Checked, Proof, prove
from scenarios.check.sheet import contact_sheet
from scenarios.code_version import code_version
from scenarios.terminal import CountingBar, console
from scenarios.workers import Lost, Task, done_by_children

LIMIT_S = 1800.0
"""For one case, on a busy machine: some twenty times the usual."""


def check_cases(
    case_ids: list[str], seed: int, out: Path | None, with_fused: bool, workers: int, as_json: bool
) -> bool:
    """Check, print, and with `out` keep the proofs and a sheet of each case; whether every proof holds.

    What `out` holds already of the same seed, code and stacks is not checked again: a run that was cut short goes on.

    Raises:
        ConfigError: `out` holds a file of that name that is something else.
    """
    kept = Kept(out, MadeBy(seed, code_version(), with_fused))
    todo = [case_id for case_id in case_ids if case_id not in kept.current]
    lost: dict[str, str] = {}
    with CountingBar(as_json) as bar:
        task = bar.add_task("cases", total=len(todo))
        for case_id, row in done_by_children(_tasks(todo, seed, out, with_fused), workers):
            bar.advance(task)
            if isinstance(row, Lost):
                lost[case_id] = row.why
                continue
            kept.add(row)
    rows = [kept.current[case_id] for case_id in case_ids if case_id in kept.current]
    print(json.dumps(rows, indent=2)) if as_json else _print(rows)
    for case_id, why in lost.items():
        print(f"{case_id}: {why}; the same command checks it again", file=sys.stderr)
    return not lost and all(row["holds"] for row in rows)


def _tasks(case_ids: list[str], seed: int, out: Path | None, with_fused: bool) -> list[Task[str]]:
    return [Task(case_id, _check, (case_id, seed, out, with_fused), LIMIT_S) for case_id in case_ids]


def _check(case_id: str, seed: int, out: Path | None, with_fused: bool) -> dict[str, Any]:
    case = find_case(case_id)
    checked = prove(case, seed, with_fused)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        sheet = out / f"{case_id}.jpg"
        cv2.imwrite(str(sheet), contact_sheet(case, seed)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    return _row(case, checked)


def _row(case: Case, checked: Checked) -> dict[str, Any]:
    proofs = [{"proof": proof.name, "holds": proof.holds, "text": proof.text} for proof in checked.proofs]
    return {
        "case": case.case_id,
        "family": case.family,
        "holds": checked.holds,
        "proofs": proofs,
        "measured": list(checked.measured),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("case", "family", *(proof["proof"] for proof in rows[0]["proofs"])):
        table.add_column(name, overflow="fold")
    for row in rows:
        marks = [_mark(Proof(p["proof"], p["holds"], p["text"])) for p in row["proofs"]]
        table.add_row(row["case"], row["family"], *marks)
    screen = console()
    screen.print(table)
    for row in rows:
        for proof in row["proofs"]:
            if proof["holds"] is False:
                screen.print(f"[red]{row['case']}, {proof['proof']}:[/] {proof['text']}")
    held = sum(row["holds"] for row in rows)
    screen.print(f"{held} of {len(rows)} cases prove what they say")


def _mark(proof: Proof) -> str:
    return {True: "[green]holds[/]", False: "[red]fails[/]", None: "–"}[proof.holds]
