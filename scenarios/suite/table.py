"""A suite on the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from scenarios.suite.compare import Comparison
from scenarios.suite.told import headline, subline, table_rows
from scenarios.terminal import console

_COLOR = {"pass": "green", "fail": "red", "inconclusive": "yellow", "": "dim"}


def print_table(comparison: Comparison, page: Path) -> None:
    """One line a run, what got worse first, and the headline where the eye ends."""
    columns = ("change", "case", "s", "factor", "verdict", "before", "margin", "why")
    shown = [name for name in columns if comparison.baseline or name not in ("change", "before")]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in shown:
        table.add_column(name, overflow="fold", justify="right" if name in ("s", "margin") else "left")
    for row in table_rows(comparison):
        cells = {
            "change": f"[red]{row['change']}[/]" if row["regression"] else row["change"],
            "case": row["case"] + (f" seed {row['seed']}" if row["seed"] != "0" else ""),
            "s": row["severity"],
            "factor": row["factor"],
            "verdict": f"[{_COLOR[row['outcome']]}]{row['outcome'] or '–'}[/]",
            "before": row["before"] or "–",
            "margin": row["margin"],
            "why": escape("; ".join((*row["texts"], row["why"]))),
        }
        table.add_row(*(cells[name] for name in shown))
    screen = console()
    screen.print(table)
    if comparison.baseline:
        screen.print(subline(comparison), markup=False)
    screen.print(headline(comparison), markup=False, style="bold")
    screen.print(f"report: {page}", markup=False)
