"""Model cards say what the evaluation says, and name the failures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from perception.metrics.evaluation import ClassScore, Evaluation, Slice
from perception.training.card import card_text, write_card

CAR = ClassScore(
    name="CAR",
    n_truth=400,
    average_precision=0.8125,
    precision=0.91,
    recall=0.84,
    by_distance=(
        Slice(name="0 to 10 m", n_truth=100, recall=0.97),
        Slice(name="75 to 150 m", n_truth=60, recall=0.31),
        Slice(name="50 to 75 m", n_truth=3, recall=0.0),
    ),
)
BUS = replace(CAR, name="BUS", n_truth=6, precision=0.1, by_distance=())
EVALUATION = Evaluation(
    kind="camera",
    weights_sha256="ab" * 32,
    dataset="nominal",
    n_frames=77,
    match_rule="IoU of at least 0.5 in the picture",
    min_score=0.35,
    mean_average_precision=0.7,
    known_classes=("CAR", "BUS", "TRUCK"),
    classes=(CAR, BUS),
    by_condition=(Slice(name="weather: rain", n_truth=50, recall=0.4),),
    found_at_all=(Slice(name="all", n_truth=406, recall=0.8),),
)


def _failures(evaluation: Evaluation) -> list[str]:
    text = card_text("net.onnx", evaluation, {}, {}, "moosetest train camera")
    return text.split("## Where it fails\n\n")[1].split("\n\n##")[0].splitlines()


def test_failures_are_the_worst_slices_with_enough_objects() -> None:
    assert _failures(EVALUATION) == [
        "- CAR at 75 to 150 m: 0.31 of 60 found",
        "- weather: rain: 0.40 of 50 found",
        "- Not measured, no object among the frames: TRUCK",
        "- Too few objects to tell: BUS",
    ]


def test_many_false_alarms_are_a_failure() -> None:
    wild = replace(EVALUATION, classes=(replace(CAR, precision=0.4),), known_classes=("CAR",))
    assert "- CAR: of its detections only 0.40 are right" in _failures(wild)


def test_a_card_without_failures_says_so() -> None:
    good = replace(CAR, by_distance=CAR.by_distance[:1])
    fine = replace(EVALUATION, classes=(good,), by_condition=(), known_classes=("CAR",))
    assert _failures(fine) == ["No slice of 20 objects or more has a recall below 0.6."]


def test_card_and_numbers_are_written_beside_the_weights(tmp_path: Path) -> None:
    weights = tmp_path / "net.onnx"
    card = write_card(weights, EVALUATION, {"steps": 10}, {"seed": 3}, "moosetest train camera")
    text = card.read_text()
    assert card == tmp_path / "net.md"
    for piece in ("| CAR | 400 | 0.812 | 0.910 | 0.840 |", "| steps | 10 |", "| seed | 3 |", "ab" * 32, "77 frames"):
        assert piece in text
    assert text.index("0 to 10 m") < text.index("50 to 75 m") < text.index("75 to 150 m")
    values = json.loads((tmp_path / "net.json").read_text())
    assert values["evaluation"]["classes"][0]["average_precision"] == 0.8125
    assert values["dataset"] == {"seed": 3}
