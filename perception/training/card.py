"""Model cards: how a network was made, how good it is and where it fails, written from an evaluation alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from perception.metrics.evaluation import Evaluation, Slice

MIN_SLICE = 20
"""Objects a slice needs before its recall is called a failure: with fewer, chance moves it by more than 0.2."""
POOR_RECALL = 0.6
"""Recall below which a slice is listed among the failures."""


def write_card(
    weights: Path, evaluation: Evaluation, training: Mapping[str, Any], dataset: Mapping[str, Any], command: str
) -> Path:
    """Write `weights` with suffixes `.md` and `.json`; returns the Markdown file.

    Args:
        weights: the ONNX file the card is of.
        evaluation: its score.
        training: how it was trained; names as they are to be read.
        dataset: what the dataset says of itself.
        command: what made it.
    """
    origin = {"command": command, "training": dict(training), "dataset": dict(dataset)}
    values = {**origin, "evaluation": asdict(evaluation)}
    text = json.dumps(values, indent=2, sort_keys=True)
    weights.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    card = weights.with_suffix(".md")
    card.write_text(card_text(weights.name, evaluation, training, dataset, command), encoding="utf-8")
    return card


def card_text(
    name: str, evaluation: Evaluation, training: Mapping[str, Any], dataset: Mapping[str, Any], command: str
) -> str:
    """The card as Markdown."""
    parts = [
        f"# {name}",
        f"Written by `{command}` from the numbers in the `.json` beside it.",
        "## How it was made",
        _table(("what", "value"), [(k, _cell(v)) for k, v in training.items()]),
        "## What it was trained on",
        _table(("what", "value"), [(k, _cell(v)) for k, v in dataset.items()] or [("description", "none given")]),
        "## How good it is",
        f"On {evaluation.n_frames} frames of `{evaluation.dataset}` that it was not trained on. Right means: "
        f"{evaluation.match_rule}. Precision and recall at a score of {evaluation.min_score:g}. "
        f"Mean average precision: {evaluation.mean_average_precision:.3f}.",
        _class_table(evaluation),
        "Recall by distance:",
        _distance_table(evaluation),
        "Recall when any class will do:",
        _slice_table("objects", evaluation.found_at_all),
    ]
    if evaluation.by_condition:
        parts += ["By condition, any class:", _slice_table("condition", evaluation.by_condition)]
    if evaluation.extra:
        parts += ["Errors of what was found:", _table(("what", "value"), list(_cells(evaluation.extra)))]
    parts += ["## Where it fails", _failures(evaluation), "## File", f"SHA-256 `{evaluation.weights_sha256}`"]
    return "\n\n".join(parts) + "\n"


def _class_table(evaluation: Evaluation) -> str:
    rows = [
        (c.name, c.n_truth, f"{c.average_precision:.3f}", f"{c.precision:.3f}", f"{c.recall:.3f}")
        for c in evaluation.classes
    ]
    return _table(("class", "objects", "average precision", "precision", "recall"), rows)


def _distance_table(evaluation: Evaluation) -> str:
    names = list(dict.fromkeys(s.name for c in evaluation.classes for s in c.by_distance))
    names.sort(key=lambda name: float(name.split()[0]))
    rows = []
    for score in evaluation.classes:
        by_name = {s.name: f"{s.recall:.2f} ({s.n_truth})" for s in score.by_distance}
        rows.append((score.name, *(by_name.get(name, "") for name in names)))
    return _table(("class: recall (objects)", *names), rows)


def _slice_table(title: str, slices: Sequence[Slice]) -> str:
    return _table((title, "number", "recall"), [(s.name, s.n_truth, f"{s.recall:.3f}") for s in slices])


def _failures(evaluation: Evaluation) -> str:
    """The slices with the worst recall, of those with enough objects to tell."""
    worst = [
        (s.recall, f"{c.name} at {s.name}: {s.recall:.2f} of {s.n_truth} found")
        for c in evaluation.classes
        for s in c.by_distance
        if s.n_truth >= MIN_SLICE and s.recall < POOR_RECALL
    ]
    worst += [
        (s.recall, f"{s.name}: {s.recall:.2f} of {s.n_truth} found")
        for s in evaluation.by_condition
        if s.n_truth >= MIN_SLICE and s.recall < POOR_RECALL
    ]
    lines = [f"- {text}" for _, text in sorted(worst)[:12]]
    lines += [
        f"- {c.name}: of its detections only {c.precision:.2f} are right"
        for c in evaluation.classes
        if c.precision < POOR_RECALL and c.n_truth >= MIN_SLICE
    ]
    unmeasured = [name for name in evaluation.known_classes if name not in {c.name for c in evaluation.classes}]
    if unmeasured:
        lines.append(f"- Not measured, no object among the frames: {', '.join(unmeasured)}")
    unsure = [c.name for c in evaluation.classes if c.n_truth < MIN_SLICE]
    if unsure:
        lines.append(f"- Too few objects to tell: {', '.join(unsure)}")
    return "\n".join(lines) or f"No slice of {MIN_SLICE} objects or more has a recall below {POOR_RECALL:g}."


def _cells(values: Mapping[str, float]) -> list[tuple[str, str]]:
    return [(name, f"{value:.3g}") for name, value in values.items()]


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows])
