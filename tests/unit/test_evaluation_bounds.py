"""`moosetest evaluate`: which objects count, and what the bounds say of the result."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from perception.metrics.evaluation import ClassScore, Evaluation, within
from perception.training.camera_samples import MIN_VISIBLE_SHARE
from perception.training.dataset_format import DatasetReader
from scenarios.cli import app
from scenarios.evaluation import WEIGHTS_OF, bounds_hold
from tests.toy_dataset import write_toy_dataset

CAR = ClassScore(name="CAR", n_truth=9, average_precision=0.8, precision=1.0, recall=1.0, by_distance=())
RESULT = Evaluation(
    kind="camera",
    weights_sha256="",
    dataset="toy",
    n_frames=1,
    match_rule="",
    min_score=0.35,
    mean_average_precision=0.8,
    known_classes=("CAR", "PERSON"),
    classes=(CAR, replace(CAR, name="PERSON", average_precision=0.69)),
    by_condition=(),
    found_at_all=(),
)


def test_a_bound_holds_from_its_value_on_and_not_for_a_class_that_no_frame_shows():
    assert bounds_hold(RESULT) == {"CAR": True, "PERSON": False}
    assert bounds_hold(replace(RESULT, classes=(CAR,))) == {"CAR": True, "PERSON": False}
    assert bounds_hold(replace(RESULT, kind="lidar")) == {"CAR": True, "PERSON": True}


def test_a_match_rule_tells_a_distance_only_where_there_is_one():
    assert within(50.0) == ", within 50 m"
    assert within(float("inf")) == ""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    write_toy_dataset(folder, 1, 3)
    return folder


def judged(toy, *arguments):
    done = CliRunner().invoke(app, ["evaluate", *arguments, str(toy), "--threads", "1", "--json"])
    assert done.exit_code == 1, done.output  # networks of streets know no coloured rectangles
    return json.loads(done.stdout)


def objects(toy):
    """Distance and height of every object whose rectangle is seen."""
    samples = [sample for frame in DatasetReader(toy, "val") for sample in frame.cameras.values()]
    return [
        (distance_m, height_px)
        for sample in samples
        for distance_m, height_px, share in zip(sample.distance_m, sample.height_px, sample.visible_share, strict=True)
        if share >= MIN_VISIBLE_SHARE
    ]


def counted(result):
    return result["found_at_all"][0]["n_truth"]


@pytest.mark.slow  # runs both shipped networks
def test_what_is_far_or_low_does_not_count(toy):
    """The toy's objects stand at 6 to 40 m, or to 63 m for the LiDAR; the highest are some 300 px tall."""
    near, tall = (
        judged(toy, "camera", "--max-distance", metres, "--min-height", pixels)
        for metres, pixels in (("20", "0"), ("100", "80"))
    )
    boxes = [(d, h) for d, h in objects(toy) if h >= 8.0]
    assert counted(near) == sum(d <= 20.0 for d, _ in boxes)
    assert counted(tall) == sum(h >= 80.0 for _, h in boxes)
    assert all(float(row["name"].split()[0]) < 20.0 for row in near["found_at_all"][1:])
    assert "at least 80 px, within 100 m" in tall["match_rule"]
    assert tall["least_average_precision"] == {"CAR": 0.8, "PERSON": 0.7}
    swept = judged(toy, "lidar", "--max-distance", "20")
    assert {row["name"] for row in swept["found_at_all"]} <= {"all", "0 to 10 m", "10 to 20 m"}


def test_the_shipped_weights_are_there():
    assert all(path.is_file() for path in WEIGHTS_OF.values())
