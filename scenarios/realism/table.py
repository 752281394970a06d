"""The result as a table, with the histogram of what was there to find."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.table import Table

from scenarios.measure.shares import Z_95, Share
from scenarios.realism.definition import KINDS, NominalSet
from scenarios.realism.measure import CountedObject, Tally
from scenarios.terminal import console


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured number with its interval of 95 %; `objects` is how many it is a share of, 0 for boxes a frame."""

    what: str
    objects: int
    measured: float
    low: float
    high: float
    bound: float
    holds: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def rows_of(nominal: NominalSet, result: Tally) -> list[Row]:
    """Recall of each kind, then boxes a frame; each against its bound."""
    rows = []
    for kind in KINDS:
        found = [thing.found for thing in result.objects if thing.kind == kind]
        share, bound = Share(sum(found), len(found)), getattr(nominal.bounds, kind)
        recall = share.value or 0.0
        rows.append(
            Row(
                what=kind,
                objects=share.of,
                measured=recall,
                low=share.low,
                high=share.high,
                bound=bound,
                holds=recall >= bound,
            )
        )
    rows.append(_a_frame("boxes on nothing a frame", result.on_nothing, nominal.bounds.on_nothing))
    rows.append(_a_frame("false boxes a frame", result.false_boxes, nominal.bounds.false_boxes))
    return rows


def _a_frame(what: str, counts: Sequence[int], bound: float) -> Row:
    mean = float(np.mean(counts))
    half = Z_95 * float(np.std(counts)) / np.sqrt(len(counts))
    return Row(
        what=what,
        objects=0,
        measured=mean,
        low=max(0.0, mean - half),
        high=mean + half,
        bound=bound,
        holds=mean <= bound,
    )


@dataclass(frozen=True, slots=True)
class Slices:
    """How a quantity of the objects is cut up: edges from the least to the largest."""

    name: str
    unit: str
    edges: tuple[float, ...]
    value: Callable[[CountedObject], float]

    def labels(self) -> list[str]:
        """One a slice."""
        return [f"{low:g}-{high:g} {self.unit}" for low, high in itertools.pairwise(self.edges)]

    def counts(self, things: Sequence[CountedObject]) -> list[int]:
        """How many objects lie in each slice; what lies beyond the ends is in the outermost."""
        inner = np.array(self.edges[1:-1])
        at = np.searchsorted(inner, [self.value(thing) for thing in things], side="right")
        return np.bincount(at, minlength=len(self.edges) - 1).tolist()


SLICES = (
    Slices("distance", "m", (0, 10, 20, 30, 50, 100), lambda thing: thing.distance_m),
    Slices("height", "px", (32, 48, 64, 96, 384), lambda thing: thing.height_px),
    Slices("hidden", "%", (0, 5, 15, 30), lambda thing: 100.0 * thing.hidden_share),
)


def histogram(result: Tally) -> list[dict[str, Any]]:
    """For each kind how many objects count, by distance, by height and by hidden share."""
    rows = []
    for kind in KINDS:
        things = [thing for thing in result.objects if thing.kind == kind]
        cut = {label: n for s in SLICES for label, n in zip(s.labels(), s.counts(things), strict=True)}
        rows.append({"kind": kind, "objects": len(things), **cut})
    return rows


def print_result(result: Tally, rows: list[Row]) -> None:
    """The histogram, then the table."""
    print_rows = histogram(result)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in print_rows[0]:
        table.add_column(name, justify="left" if name == "kind" else "right")
    for counts in print_rows:
        table.add_row(*(str(value) for value in counts.values()))
    console().print(table)
    least, middle, most = np.percentile(result.objects_a_frame, [5, 50, 95])
    console().print(
        f"{result.frames} frames, in each {middle:.0f} objects of which something is seen "
        f"(5 % of the frames {least:.0f} or fewer, 5 % {most:.0f} or more)\n"
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("what", "objects", "measured", "95 %", "bound", ""):
        table.add_column(name, justify="left" if name == "what" else "right")
    for row in rows:
        interval, sign = f"{row.low:.3f}-{row.high:.3f}", "≥" if row.what in KINDS else "≤"
        verdict = "holds" if row.holds else "missed"
        table.add_row(
            row.what,
            str(row.objects or ""),
            f"{row.measured:.3f}",
            interval,
            f"{sign} {row.bound:g}",
            verdict,
        )
    console().print(table)
