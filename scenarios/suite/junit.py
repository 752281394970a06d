"""The verdicts of a suite as CI servers read them: JUnit's XML."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from scenarios.suite.compare import Comparison, Pair
from scenarios.suite.told import table_rows
from scenarios.writing import write_whole

_ELEMENT = {"fail": "failure", "inconclusive": "error"}


def write_junit(path: Path, comparison: Comparison, name: str) -> None:
    """One test case a run that was driven: a fail is a failure, an inconclusive run an error.

    What changed against the baseline stands in each one's output: CI servers have no word for it.
    """
    driven = [
        (row, pair) for row, pair in zip(table_rows(comparison), comparison.pairs, strict=True) if pair.now is not None
    ]
    counts = {
        element: sum(_ELEMENT.get(row["outcome"]) == element for row, _ in driven) for element in ("failure", "error")
    }
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(driven)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        time=f"{sum(_wall_s(pair.run) for _, pair in driven):.1f}",
    )
    for row, pair in driven:
        suite.append(_test_case(row, pair))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    write_whole(path, ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n")


def _test_case(row: dict[str, Any], pair: Pair) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=f"{pair.run['family']}.{row['case']}", name=row["name"], time=f"{_wall_s(pair.run):.1f}"
    )
    if row["outcome"] in _ELEMENT:
        trouble = ElementTree.SubElement(case, _ELEMENT[row["outcome"]], message=row["why"])
        trouble.text = f"{row['factor']}: {row['why']}"
    if pair.before is not None:
        said = "; ".join((row["change"], *row["texts"]))
        ElementTree.SubElement(case, "system-out").text = f"against the baseline: {said}"
    return case


def _wall_s(run: Any) -> float:
    """How long it drove."""
    return run["duration_s"] / run["real_time_factor"] if run["real_time_factor"] else 0.0
