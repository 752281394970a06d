"""A drive with live progress in the terminal, and its verdict as a few lines."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.stack import StackOutput
from scenarios.drive.verdict import Outcome, Verdict
from scenarios.terminal import console

_COLOR = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INCONCLUSIVE: "yellow"}


def drive_shown(request: DriveRequest, quiet: bool = False) -> Verdict:
    """Drive with a progress bar that shows the planner's reason, then print the verdict; `quiet` prints nothing."""
    if quiet:
        return drive(request)
    screen = console()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[now]}"), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(f"{request.case.case_id} · {request.stack}", total=None, now="starting")

        def show(t_s: float, duration_s: float, output: StackOutput) -> None:
            speed_kmh = output.ego.speed_mps * 3.6
            now = f"{t_s:4.1f} s  {speed_kmh:3.0f} km/h  {output.plan.reason[:60]}"
            bar.update(task, total=duration_s, completed=t_s, now=now)

        verdict = drive(request, show)
    print_verdict(verdict, request, screen)
    return verdict


def print_verdict(verdict: Verdict, request: DriveRequest, screen: Console) -> None:
    """The lines that a person reads: outcome, margins, where the bundle is."""
    color = _COLOR[verdict.outcome]
    arm = "" if verdict.arm == "case" else " (control)"
    screen.print(
        f"[bold {color}]{verdict.outcome.value.upper()}[/] {verdict.case}{arm}  s={verdict.severity:g} "
        f"({verdict.factor})  seed {verdict.seed}  stack {verdict.stack}"
    )
    for finding in verdict.findings:
        mark = "held" if finding.passed else "broken"
        screen.print(f"  {finding.code} {mark}: {finding.text}")
    if verdict.outcome is Outcome.INCONCLUSIVE:
        screen.print(f"  {verdict.why}")
    screen.print(
        f"  min gap to {verdict.target} {verdict.min_gap_m:.1f} m · min TTC {verdict.min_ttc_s:.1f} s · "
        f"hardest braking {verdict.max_braking_mps2:.1f} m/s²"
    )
    screen.print(f"  {verdict.duration_s:.1f} s driven at {verdict.real_time_factor:.2f} × real time")
    seen = ", ".join(f"{sensor} {t_s:.1f} s" for sensor, t_s in verdict.first_seen_s.items()) or "by no sensor"
    screen.print(f"  first seen: {seen}")
    for fault, effect in verdict.faults.items():
        screen.print(f"  fault {fault}: {effect}", markup=False)
    for sensor_id, toll in verdict.fault_toll.items():
        screen.print(f"  {sensor_id} ticks: " + ", ".join(f"{count} {what}" for what, count in toll.items()))
    screen.print(f"  digest {verdict.digest[:16]}")
    if request.out is not None:
        screen.print(f"  bundle {request.out}")
