"""One self-contained page about run bundles: table, films, time lines. Nothing is fetched when it is opened."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import plotly.offline
from markupsafe import Markup

from scenarios.case import find_case
from scenarios.drive.bundle import read_states, read_verdict
from scenarios.report.charts import timeline
from scenarios.report.rendering import render
from scenarios.report.video import write_film
from scenarios.writing import write_whole

_TEMPLATE = Path(__file__).parent / "page.html.j2"


def write_report(bundles: Sequence[Path], folder: Path) -> Path:
    """Write `folder/index.html` about the runs in `bundles`; returns its path.

    Raises:
        ConfigError: a folder without a verdict.
    """
    runs = [_run(bundle) for bundle in bundles]
    html = render(
        _TEMPLATE,
        runs=runs,
        groups=_groups(runs),
        headline=_headline(runs),
        plotly_js=Markup(plotly.offline.get_plotlyjs()),
    )
    write_whole(folder / "index.html", html)
    return folder / "index.html"


def _run(bundle: Path) -> dict[str, Any]:
    verdict = read_verdict(bundle)
    states = list(read_states(bundle))
    chart = timeline(states, verdict) if states else ""
    return {
        **verdict,
        "anchor": f"{verdict['case']}-{verdict['arm']}-{verdict['severity']:g}-{verdict['stack']}",
        "severity": f"{verdict['severity']:g}",
        "gap": _number(verdict["min_gap_m"], "m"),
        "ttc": _number(verdict["min_ttc_s"], "s"),
        "braking": _number(verdict["max_braking_mps2"], "m/s²"),
        "duration": _number(verdict["duration_s"], "s"),
        "rtf": f"{verdict['real_time_factor']:.2f}",
        "seen": ", ".join(f"{k} {v:.1f} s" for k, v in verdict["first_seen_s"].items()) or "–",
        "digest": verdict["digest"][:16],
        "chart": Markup(chart),
        "video": _video(bundle),
    }


def _video(bundle: Path) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "film.mp4"
        if not write_film(bundle, path):
            return ""
        return "data:video/mp4;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _groups(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups = []
    for case_id in dict.fromkeys(run["case"] for run in runs):
        case = find_case(case_id)
        factor = case.factor
        groups.append(
            {
                "case": case_id,
                "title": case.title,
                "family": case.family,
                "factor": f"{factor.name} {factor.at_0:g} to {factor.at_1:g} {factor.unit}".strip(),
                "control": case.control,
                "source": case.source,
                "runs": [run for run in runs if run["case"] == case_id],
            }
        )
    return groups


def _headline(runs: list[dict[str, Any]]) -> str:
    counts = {name: sum(run["outcome"] == name for run in runs) for name in ("pass", "fail", "inconclusive")}
    return f"{counts['pass']} passed, {counts['fail']} failed, {counts['inconclusive']} inconclusive"


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.1f} {unit}"
