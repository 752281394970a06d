"""A suite in words: the headline, and the rows of its tables, on the terminal and on the page alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from scenarios.suite.compare import Change, Comparison, Pair

NAMED = 3
"""So many of those that got worse the headline names."""


def headline(comparison: Comparison) -> str:
    """What got worse against the baseline; without one, how many failed."""
    driven, against, worse = comparison.driven, comparison.baseline, comparison.worse
    of = _runs(len(driven))
    if not against:
        told = f"{sum(run['outcome'] == 'fail' for run in driven)} of {of} failed"
    elif not worse:
        told = f"Nothing got worse against {against}, of {of}"
    else:
        named = ", ".join(_named(pair) for pair in worse[:NAMED])
        more = f" and {len(worse) - NAMED} more" if len(worse) > NAMED else ""
        told = f"{len(worse)} of {of} got worse against {against}: {named}{more}"
    inconclusive = sum(run["outcome"] == "inconclusive" for run in driven)
    return f"{told}; {inconclusive} inconclusive" if inconclusive else told


def subline(comparison: Comparison) -> str:
    """How many of each change, and in what the two suites were asked differently."""
    if not comparison.baseline:
        return "Failures first."
    counts = Counter(pair.change for pair in comparison.pairs)
    told = ", ".join(f"{counts[change]} {change.value}" for change in Change if counts[change])
    differs = ", ".join(comparison.differs)
    return f"{told}. Asked differently: {differs}." if differs else f"{told}. Both were asked the same."


def table_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One row a run, as text."""
    return [
        {
            "name": pair.run["run"],
            "change": pair.change.value,
            "regression": pair.change.is_regression,
            "case": pair.run["case"],
            "severity": f"{pair.run['severity']:g}",
            "seed": str(pair.run["seed"]),
            "factor": pair.run["factor"],
            "outcome": pair.now["outcome"] if pair.now else "",
            "before": pair.before["outcome"] if pair.before else "",
            "texts": pair.texts,
            "why": pair.run["why"],
            "margin": margin_text(pair.run),
        }
        for pair in comparison.pairs
    ]


def as_json(comparison: Comparison) -> dict[str, Any]:
    """What a program may want to know."""
    shown: tuple[str, ...] = ("name", "case", "factor", "outcome", "why")
    shown += ("change", "regression", "before") if comparison.baseline else ()
    return {
        "headline": headline(comparison),
        "baseline": comparison.baseline,
        "asked_differently": comparison.differs,
        "worse": [pair.run["run"] for pair in comparison.worse],
        "runs": [
            {key: row[key] for key in shown}
            | {"changes": pair.texts}
            | {key: pair.run[key] for key in ("severity", "seed", "findings", "digest")}
            for row, pair in zip(table_rows(comparison), comparison.pairs, strict=True)
        ],
        "exit_code": comparison.exit_code,
    }


def margin_text(run: Mapping[str, Any]) -> str:
    """The margin of the criterion that decided: the first broken one, else the first."""
    findings = run["findings"] or []
    told = next((f for f in findings if not f["passed"]), findings[0] if findings else None)
    return f"{told['margin']:.1f} {told['unit']}" if told and told["margin"] is not None else "–"


def _named(pair: Pair) -> str:
    run = pair.run
    what = f"fails now ({run['why']})" if pair.change is Change.FAILS_NOW else pair.texts[0]
    return f"{run['case']} s={run['severity']:g} {what}"


def _runs(count: int) -> str:
    return f"{count} run{'s' if count != 1 else ''}"
