"""The breakdown card: one page and one picture, cases × modules, that need nothing but themselves."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from scenarios.bench.summary import Row
from scenarios.bench.whys import why_of
from scenarios.case import Case
from scenarios.measure.breakdown import Breakdown
from scenarios.measure.paired import Flips
from scenarios.measure.psychometric import Censoring
from scenarios.measure.shares import wilson_interval
from scenarios.report.rendering import render
from scenarios.writing import write_whole

matplotlib.use("agg")
_TEMPLATE = Path(__file__).parent / "card.html.j2"
CHART_PX = (240, 90)
EARLY_RGB, LATE_RGB = (178, 45, 20), (240, 236, 226)
NEVER_RGB, BASE_RGB = (70, 130, 150), (60, 20, 30)
"""Colours that red-green blindness tells apart: breaks early to late, never breaks, fails with nothing broken."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows by case and module; cases by what breaks earliest, modules in the order asked for."""

    cases: tuple[Case, ...]
    modules: tuple[str, ...]
    rows: dict[tuple[str, str], Row]

    @classmethod
    def of(cls, rows: Sequence[Row], modules: Sequence[str]) -> Grid:
        """Sort them."""
        by_key = {(row.case.case_id, row.module.name): row for row in rows}
        cases = {row.case.case_id: row.case for row in rows}

        def order(case_id: str) -> tuple[float, float, str]:
            s50s = [sortable_s50(by_key[case_id, m]) for m in modules if (case_id, m) in by_key]
            return min(s50s), float(np.mean(s50s)), case_id

        return cls(tuple(cases[c] for c in sorted(cases, key=order)), tuple(modules), by_key)


def sortable_s50(row: Row) -> float:
    """The breakdown point for sorting alone: below 0 where the base fails, above 1 where nothing breaks."""
    found = row.outcome.breakdown
    if found.s50 is not None:
        return found.s50
    return -1.0 if found.censoring is Censoring.LEFT else 2.0


def cell_text(row: Row | None) -> str:
    """What a cell says, short."""
    if row is None:
        return "–"
    found = row.outcome.breakdown
    return f"{found.s50:.2f}" if found.s50 is not None else "base" if found.censoring is Censoring.LEFT else "> 1"


def cell_rgb(row: Row | None) -> tuple[int, int, int]:
    """A cell's colour."""
    if row is None:
        return 255, 255, 255
    found = row.outcome.breakdown
    if found.s50 is None:
        return BASE_RGB if found.censoring is Censoring.LEFT else NEVER_RGB
    early, late = np.array(EARLY_RGB), np.array(LATE_RGB)
    mixed = early + (late - early) * found.s50
    return int(mixed[0]), int(mixed[1]), int(mixed[2])


def write_card(grid: Grid, folder: Path, about: dict[str, Any]) -> Path:
    """Write `folder/index.html`; pictures of `folder/stills` go into it. Returns its path."""
    html = render(
        _TEMPLATE,
        about=about,
        headline=headline(grid),
        modules=grid.modules,
        totals=[_total(grid, module) for module in grid.modules],
        cases=[_case(grid, case, folder) for case in grid.cases],
        chart=CHART_PX,
    )
    write_whole(folder / "index.html", html)
    return folder / "index.html"


def write_picture(grid: Grid, path: Path) -> None:
    """The table of breakdown points as a picture."""
    from matplotlib import pyplot
    from matplotlib.patches import Rectangle

    n_rows, n_columns = len(grid.cases), len(grid.modules)
    figure, axes = pyplot.subplots(figsize=(3.4 + 1.25 * n_columns, 1.3 + 0.27 * n_rows), dpi=110)
    for i, case in enumerate(grid.cases):
        for k, module in enumerate(grid.modules):
            row = grid.rows.get((case.case_id, module))
            rgb = cell_rgb(row)
            axes.add_patch(Rectangle((k, i), 0.97, 0.93, color=np.array(rgb) / 255.0))
            dark = sum(rgb) < 380
            axes.text(k + 0.48, i + 0.5, cell_text(row), ha="center", va="center", size=8, color="w" if dark else "k")
    axes.set_xlim(0, n_columns)
    axes.set_ylim(n_rows, 0)
    axes.set_xticks(np.arange(n_columns) + 0.48, grid.modules, size=8)
    axes.set_yticks(np.arange(n_rows) + 0.48, [case.case_id for case in grid.cases], size=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    text = (
        "severity at which half is missed · “base”: missed with nothing broken · “> 1”: never breaks · “–”: not asked"
    )
    figure.text(0.01, 0.008, text, size=7, color="0.35")
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(path)
    pyplot.close(figure)


def headline(grid: Grid) -> str:
    """The first sentence: how often each module breaks."""
    parts = []
    for module in grid.modules:
        total = _total(grid, module)
        parts.append(
            f"{module} breaks in {total['breaks']} of {total['cases']} cases and fails {total['base']} unbroken"
        )
    return "; ".join(parts) + "."


def _total(grid: Grid, module: str) -> dict[str, Any]:
    rows = [row for (_, name), row in grid.rows.items() if name == module]
    found = [row.outcome.breakdown.censoring for row in rows]
    flips = sum((row.outcome.flips for row in rows), Flips(0, 0, 0, 0))
    wrong, answers = (sum(getattr(row.outcome.confident_wrong, name) for row in rows) for name in ("found", "of"))
    return {
        "module": module,
        "cases": len(rows),
        "breaks": found.count(Censoring.NONE),
        "base": found.count(Censoring.LEFT),
        "never": found.count(Censoring.RIGHT),
        "flip_rate": _percent(flips.broken, flips.both + flips.broken),
        "p": f"{flips.p_value:.2g}" if flips.pairs else "–",
        "confident_wrong": _percent(wrong, answers),
        "rescue": {kind: _rescue(rows, kind) for kind in ("cam", "lidar", "radar")},
        "harm": _percent(*(sum(row.counts.get(name, 0) for row in rows) for name in ("harmed", "seen"))),
    }


def _rescue(rows: Sequence[Row], kind: str) -> str:
    return _percent(*(sum(row.counts.get(f"{kind}_{what}", 0) for row in rows) for what in ("rescued", "missed")))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} % of {whole}" if whole else "–"


def _case(grid: Grid, case: Case, folder: Path) -> dict[str, Any]:
    factor = case.factor
    rows = [grid.rows.get((case.case_id, module)) for module in grid.modules]
    return {
        "id": case.case_id,
        "title": case.title,
        "family": case.family,
        "polarity": case.polarity.value,
        "factor": f"{factor.name} {factor.at_0:g} to {factor.at_1:g} {factor.unit}".strip(),
        "control": case.control,
        "source": case.source,
        "cells": [{"text": cell_text(row), "rgb": cell_rgb(row), "dark": sum(cell_rgb(row)) < 380} for row in rows],
        "modules": [_module(row, folder) for row in rows if row is not None],
    }


def _module(row: Row, folder: Path) -> dict[str, Any]:
    found, factor = row.outcome.breakdown, row.case.factor
    still = folder / "stills" / f"{row.case.case_id}-{row.module.name}.jpg"
    broken = row.broken
    return {
        "name": row.module.name,
        "verdict": _verdict(found),
        "value": factor.text(found.s50) if found.s50 is not None else "",
        "runs": row.outcome.runs,
        "flips": f"{row.outcome.flips.broken} of {row.outcome.flips.both + row.outcome.flips.broken}",
        "p": f"{row.outcome.flips.p_value:.2g}" if row.outcome.flips.pairs else "–",
        "wrong": _percent(row.outcome.confident_wrong.found, row.outcome.confident_wrong.of),
        "growth": "–" if row.outcome.calibration_growth is None else f"{row.outcome.calibration_growth:+.2f}",
        "points": _points(row),
        "band": (found.low * CHART_PX[0], found.high * CHART_PX[0]),
        "mark": None if found.s50 is None else found.s50 * CHART_PX[0],
        "still": base64.b64encode(still.read_bytes()).decode("ascii") if still.exists() and broken else "",
        "caption": ""
        if broken is None
        else f"{factor.text(broken.severity)}, s = {broken.severity:g}, seed {broken.seed}",
        "why": "" if broken is None else broken.why,
        **why_of(row, folder),
    }


def _verdict(found: Breakdown) -> str:
    if found.censoring is Censoring.LEFT:
        return f"missed with nothing broken (half is right at {found.high:.2f} at most)"
    if found.s50 is None:
        return f"never breaks (half is right up to {found.low:.2f} at least)"
    return f"breaks at {found.text()}"


def _points(row: Row) -> list[dict[str, float]]:
    width, height = CHART_PX
    points = []
    for level in row.outcome.levels:
        low, high = wilson_interval(level.right.found, level.right.of)
        y = [height * (1.0 - float(v)) for v in (level.right.value or 0.0, low, high)]
        points.append({"x": level.severity * width, "y": y[0], "low": y[1], "high": y[2]})
    return points
