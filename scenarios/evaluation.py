"""`moosetest evaluate`: how good weights are on a dataset, against what we hold them to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from perception.inference import WEIGHTS
from perception.metrics.evaluation import Evaluation
from scenarios.terminal import console

WEIGHTS_OF = {"camera": WEIGHTS / "camera_yolo.onnx", "lidar": WEIGHTS / "lidar_pillars.onnx"}
LEAST_AP = {"camera": {"CAR": 0.8, "PERSON": 0.7}, "lidar": {"CAR": 0.8, "PERSON": 0.6}}
"""Average precision that shipped weights shall have within 50 m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which objects count: no farther than `max_distance_m`; in pictures, no lower than `min_height_px`."""

    max_distance_m: float = 50.0
    min_height_px: float = 10.0


def evaluate(kind: str, data: Path, weights: Path | None, counted: Filter, threads: int, as_json: bool) -> bool:
    """Score weights (the shipped ones by default) on the validation frames of a dataset, and print it.

    Whether every bound of `LEAST_AP` holds.

    Raises:
        ConfigError: no weights, or no such frames.
    """
    path = weights or WEIGHTS_OF[kind]
    if kind == "camera":
        from perception.training.camera import evaluate_camera

        result = evaluate_camera(
            path,
            data,
            threads=threads,
            max_distance_m=counted.max_distance_m,
            min_height_px=counted.min_height_px,
        )
    else:
        from perception.training.lidar import evaluate_lidar

        result = evaluate_lidar(path, data, threads=threads, max_distance_m=counted.max_distance_m)
    holds = bounds_hold(result)
    if as_json:
        print(json.dumps({**asdict(result), "least_average_precision": LEAST_AP[kind], "holds": holds}, indent=2))
    else:
        _print(result, path)
    return all(holds.values())


def bounds_hold(result: Evaluation) -> dict[str, bool]:
    """Each class with a bound: whether its average precision is as high; False when no frame shows one."""
    precision = {row.name: row.average_precision for row in result.classes}
    return {name: precision.get(name, 0.0) >= least for name, least in LEAST_AP[result.kind].items()}


def _print(result: Evaluation, weights: Path) -> None:
    out, holds = console(), bounds_hold(result)
    out.print(f"{weights.name} on {result.n_frames} frames of {result.dataset}: {result.match_rule}")
    distances = list(dict.fromkeys(s.name for row in result.classes for s in row.by_distance))
    distances.sort(key=lambda name: float(name.split()[0]))
    table = _table("class", "objects", "AP", "bound", "", "precision", "recall", *distances)
    for row in result.classes:
        least = LEAST_AP[result.kind].get(row.name)
        bound = ("", "") if least is None else (f"≥ {least:g}", "holds" if holds[row.name] else "missed")
        numbers = (f"{row.average_precision:.3f}", *bound, f"{row.precision:.2f}", f"{row.recall:.2f}")
        found = {s.name: f"{s.recall:.2f} of {s.n_truth}" for s in row.by_distance}
        table.add_row(row.name, str(row.n_truth), *numbers, *(found.get(name, "") for name in distances))
    out.print(table)
    out.print(f"Precision and recall at a score of {result.min_score:g}, recall by distance at the right.\n")
    table = _table("condition, any class", "objects", "recall")
    for condition in (*result.found_at_all[:1], *result.by_condition):
        table.add_row(condition.name, str(condition.n_truth), f"{condition.recall:.3f}")
    out.print(table)


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table
