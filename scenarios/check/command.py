"""What `moosetest check-case` does and says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cv2
from joblib import Parallel, delayed
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenarios.case import Case, find_case
from scenarios.check.proofs import Checked, Proof, prove
from scenarios.check.sheet import contact_sheet
from scenarios.terminal import console

FILE = "checks.json"


def check_cases(
    case_ids: list[str], seed: int, out: Path | None, with_fused: bool, workers: int, as_json: bool
) -> bool:
    """Check, print, and with `out` keep the proofs and a sheet of each case; whether every proof holds.

    What `out` holds already of the same seed is not checked again: a run that was cut short goes on.
    """
    known = _known(out, seed)
    todo = [case_id for case_id in case_ids if case_id not in known]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=as_json, transient=True) as bar:
        task = bar.add_task("cases", total=len(todo))
        jobs = (delayed(_check)(case_id, seed, out, with_fused) for case_id in todo)
        for row in Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
            known[row["case"]] = row
            _keep(out, seed, known)
            bar.advance(task)
    rows = [known[case_id] for case_id in case_ids]
    print(json.dumps(rows, indent=2)) if as_json else _print(rows)
    return all(row["holds"] for row in rows)


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


def _known(out: Path | None, seed: int) -> dict[str, dict[str, Any]]:
    path = out / FILE if out is not None else None
    if path is None or not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {row["case"]: row for row in kept["cases"]} if kept["seed"] == seed else {}


def _keep(out: Path | None, seed: int, rows: dict[str, dict[str, Any]]) -> None:
    if out is None:
        return
    part = out / f".{FILE}.{os.getpid()}"
    part.write_text(json.dumps({"seed": seed, "cases": [rows[name] for name in sorted(rows)]}, indent=2), "utf-8")
    part.replace(out / FILE)


def _print(rows: list[dict[str, Any]]) -> None:
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
