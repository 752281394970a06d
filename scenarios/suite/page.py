"""`report.html`: one self-contained page, what got worse in its first line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.report.rendering import render
from scenarios.suite.baseline import spelled
from scenarios.suite.compare import Comparison
from scenarios.suite.results import family_counts
from scenarios.suite.store import PAGE, RESULTS, RUNS
from scenarios.suite.told import headline, subline, table_rows
from scenarios.writing import write_whole

_TEMPLATE = Path(__file__).parent / "page.html.j2"


def write_page(folder: Path, comparison: Comparison, identity: Mapping[str, Any]) -> Path:
    """Write the page of the suite in `folder`, which was asked `identity`; returns its path."""
    html = render(
        _TEMPLATE,
        headline=headline(comparison),
        subline=subline(comparison),
        against=bool(comparison.baseline),
        rows=[row | _link(folder, row["name"]) for row in table_rows(comparison)],
        families=family_counts(folder / RESULTS),
        about=list(spelled(identity)),
    )
    write_whole(folder / PAGE, html)
    return folder / PAGE


def _link(folder: Path, name: str) -> dict[str, str]:
    """To the run's bundle, or to its verdict where no bundle was kept; none of a run that was not driven now."""
    run = folder / RUNS / name
    if (run / "drive.mcap").exists():
        return {"link": f"{RUNS}/{name}/", "link_text": "bundle"}
    if (run / "verdict.json").exists():
        return {"link": f"{RUNS}/{name}/verdict.json", "link_text": "verdict"}
    return {"link": "", "link_text": ""}
