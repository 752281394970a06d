"""`moosetest blame`: drives what has to be driven, prints the table, writes `blame.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenarios.blame.attribution import Blame, Kind, Set, Trial, decide, settled, shapley, wanted
from scenarios.blame.runs import Trials, all_sets, label
from scenarios.blame.signatures import Evidence, erring, evidence
from scenarios.drive.bundle import read_states
from scenarios.drive.modules import Module
from scenarios.drive.stack import StackOutput
from scenarios.terminal import console
from scenarios.writing import write_whole
from sim.rig import load_rig

SCHEMA_VERSION = 1


def blame_run(run: Path, every_set: bool = False, quick: bool = False, quiet: bool = False) -> dict[str, Any]:
    """Find who is to blame for a failed run, say it, and write `blame.json` beside its verdict.

    Args:
        run: the run's folder.
        every_set: drive all sets of modules, for each one's fair share.
        quick: stop as soon as the answer is certain.
        quiet: print nothing.

    Raises:
        ConfigError: nothing there that failed on the embedded server.
        InconclusiveTrialError: the harness failed in one of the drives.
    """
    trials = Trials(run)
    screen = console() if not quiet else Console(quiet=True)
    found = _drive_all(trials, every_set, quick, screen)
    results = trials.results()
    blame = decide(trials.modules, results, erring(found))
    report = _report(trials, results, found, blame)
    write_whole(run / "blame.json", json.dumps(report, indent=2) + "\n")
    _print(trials, results, found, blame, screen)
    return report


def _drive_all(trials: Trials, every_set: bool, quick: bool, screen: Console) -> list[Evidence]:
    """Drive what has to be, with a bar that tells which drive it is; the errors measured in the first one."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[now]}"), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("blame", total=None, now="")

        def have(swapped: Set) -> None:
            driven = len(trials.driven)
            bar.update(task, completed=driven, now=f"truth for {label(swapped)}")

            def show(t_s: float, duration_s: float, output: StackOutput) -> None:
                bar.update(task, completed=driven + t_s / duration_s)

            trials.have(swapped, show)

        have(frozenset())
        states = list(read_states(trials.folder(frozenset())))
        found = evidence(states, load_rig(trials.verdict["rig"]), trials.modules)
        suspects = erring(found) if quick else ()
        while missing := _missing(trials, suspects, every_set):
            bar.update(task, total=len(trials.driven) + len(missing))
            for swapped in missing:
                have(swapped)
    return found


def _missing(trials: Trials, suspects: Sequence[Module], every_set: bool) -> list[Set]:
    done = trials.results()
    if suspects and (way := settled(done, suspects)) is not None:
        return way
    if missing := wanted(trials.modules, done):
        return missing
    return [swapped for swapped in all_sets(trials.modules) if swapped not in done] if every_set else []


def _report(trials: Trials, results: dict[Set, Trial], found: Sequence[Evidence], blame: Blame) -> dict[str, Any]:
    shares = shapley(trials.modules, results)
    return {
        "schema_version": SCHEMA_VERSION,
        "run": {key: trials.verdict[key] for key in ("case", "severity", "arm", "seed", "stack", "why", "digest")},
        "repeated": trials.repeated,
        "kind": blame.kind.value,
        "blamed": [module.value for module in blame.modules],
        "cures": [module.value for module in blame.cures],
        "why": blame.why,
        "signature": [item.text for item in found if item.module in blame.modules and item.is_beyond],
        "trials": [
            {
                "truth_for": [module.value for module in sorted(swapped)],
                "passed": trial.passed,
                "restored": round(trial.restored, 4),
                "why": trials.have(swapped)["why"],
            }
            for swapped, trial in _ordered(results)
        ],
        "shares": None if shares is None else {module.value: round(share, 4) for module, share in shares.items()},
        "evidence": [
            {
                "module": item.module.value,
                "what": item.what,
                "value": round(item.value, 4),
                "unit": item.unit,
                "usual": item.usual,
                "norm": item.norm,
                "excess": round(item.excess, 4),
                "is_beyond": item.is_beyond,
                "text": item.text,
            }
            for item in found
        ],
    }


def _ordered(results: dict[Set, Trial]) -> list[tuple[Set, Trial]]:
    return sorted(results.items(), key=lambda item: (len(item[0]), sorted(item[0])))


def _print(trials: Trials, results: dict[Set, Trial], found: Sequence[Evidence], blame: Blame, screen: Console) -> None:
    run = trials.verdict
    drive = f"{run['case']}  s={run['severity']:g}  seed {run['seed']}  stack {run['stack']}"
    screen.print(f"[bold red]FAIL[/] {drive}: {run['why']}")
    if not trials.repeated:
        screen.print("  [yellow]driven again it is not the same run: other code, or other weights[/]")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("truth in place of", "verdict", "margin restored", "why"):
        table.add_column(name, overflow="fold")
    for swapped, trial in _ordered(results):
        verdict = "[green]pass[/]" if trial.passed else "[red]fail[/]"
        name = "all of them" if swapped == frozenset(trials.modules) else label(swapped)
        table.add_row(name, verdict, f"{trial.restored:+.0%}", trials.have(swapped)["why"])
    screen.print(table)
    if (shares := shapley(trials.modules, results)) is not None:
        screen.print("fair shares: " + ", ".join(f"{module.value} {share:+.0%}" for module, share in shares.items()))
    screen.print("errors measured in the run:")
    for item in found:
        mark = "[red]beyond its norm[/]" if item.is_beyond else ""
        screen.print(f"  {item.module.value:8}{item.text}  {mark}")
    screen.print(_sentence(blame, found))
    screen.print(f"  {trials.run / 'blame.json'}")


def _sentence(blame: Blame, found: Sequence[Evidence]) -> str:
    if blame.kind is Kind.NOT_PASSABLE:
        reason = f"{blame.why}: the case, the stack's sensors or the planner's rules do not let it pass"
        return f"[bold]no module is to blame[/]: {reason}"
    names = " + ".join(module.value for module in blame.modules)
    return f"[bold]to blame: {names}[/]: {blame.why}{_calibration(blame.modules, found)}"


def _calibration(modules: Sequence[Module], found: Sequence[Evidence]) -> str:
    turned = [item for item in found if item.module in modules and item.what == "yaw offset" and item.is_beyond]
    return "".join(f"; calibration: {item.text.partition(':')[0]}" for item in turned)
