"""The main job in one command: three cases at both ends of severity with three stacks, a table and a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from scenarios.case import Case, find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome, Verdict
from scenarios.terminal import CountingBar, console

CASES = ("billboard_person", "cut_out_reveal", "tempe")
"""A false alarm, a reveal and a miss."""
STACKS = ("fused", "camera", "blind")
SEVERITIES = (0.0, 1.0)
_COLOR = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INCONCLUSIVE: "yellow"}


def run_demo(out: Path, seed: int, as_json: bool) -> int:
    """Drive all, write `out/index.html`, print the table; 0 when all have a verdict and the expected ones hold."""
    requests = list(_requests(out, seed))
    verdicts = _drive_all(requests, quiet=as_json)
    from scenarios.report.page import write_report

    page = write_report([request.out for request in requests if request.out is not None], out)
    broken = [
        text for request, verdict in zip(requests, verdicts, strict=True) if (text := _unexpected(request, verdict))
    ]
    if as_json:
        rows = [verdict.to_json() for verdict in verdicts]
        print(json.dumps({"runs": rows, "unexpected": broken, "report": str(page)}, indent=2))
    else:
        _print(verdicts, broken, page)
    inconclusive = any(verdict.outcome is Outcome.INCONCLUSIVE for verdict in verdicts)
    return 3 if inconclusive else int(bool(broken))


def _requests(out: Path, seed: int) -> Iterator[DriveRequest]:
    for case in map(find_case, CASES):
        for severity in SEVERITIES:
            for stack in STACKS:
                folder = out / "runs" / f"{case.case_id}-s{severity:g}-{stack}"
                yield DriveRequest(
                    case=case, severity=severity, seed=seed, stack=stack, out=folder, record_camera="cam_main"
                )


def _drive_all(requests: list[DriveRequest], quiet: bool) -> list[Verdict]:
    verdicts = []
    with CountingBar(quiet) as bar:
        task = bar.add_task("driving", total=len(requests))
        for request in requests:
            label = f"{request.case.case_id} s={request.severity:g} {request.stack}"
            bar.update(task, description=label)
            verdicts.append(drive(request))
            bar.advance(task)
    return verdicts


def _unexpected(request: DriveRequest, verdict: Verdict) -> str:
    """What an expected verdict was and is not; empty when it is as expected or nothing is expected."""
    expected = _expected(request.case, request.severity, request.stack)
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return f"{request.case.case_id} s={request.severity:g} {request.stack}: inconclusive, {verdict.why}"
    if expected is None or verdict.outcome is expected:
        return ""
    return (
        f"{request.case.case_id} s={request.severity:g} {request.stack}: {verdict.outcome.value}, "
        f"expected {expected.value} ({verdict.why})"
    )


def _expected(case: Case, severity: float, stack: str) -> Outcome | None:
    """What must come out at severity 0: blind fails what it has to react to, fused passes. The rest is measured."""
    if severity > 0:
        return None
    if stack == "blind":
        return Outcome.FAIL if case.polarity.must_react else Outcome.PASS
    return Outcome.PASS if stack == "fused" else None


def _print(verdicts: list[Verdict], broken: list[str], page: Path) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("case", "s", "factor", "stack", "verdict", "min gap", "why"):
        table.add_column(name, overflow="fold", justify="right" if name in ("s", "min gap") else "left")
    for verdict in verdicts:
        gap = "–" if verdict.min_gap_m == float("inf") else f"{verdict.min_gap_m:.1f} m"
        outcome = f"[{_COLOR[verdict.outcome]}]{verdict.outcome.value}[/]"
        row = (verdict.case, f"{verdict.severity:g}", verdict.factor, verdict.stack, outcome, gap, verdict.why)
        table.add_row(*row)
    screen = console()
    screen.print(table)
    for line in broken:
        screen.print(f"[red]not as expected:[/] {line}")
    if not broken:
        screen.print(f"{len(verdicts)} runs, every verdict that must hold holds")
    screen.print(f"report: {page}")
