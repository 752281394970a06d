"""Crops and their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.digest import digest_of
from perception.training.dataset_format import CameraSample, DatasetWriter, TrainingSample
from tests.toy_dataset import write_toy_dataset


def _blue_share(planes: np.ndarray, box: np.ndarray) -> float:
    """Share of a box that is more blue than red and green."""
    left, top, right, bottom = box.astype(int)
    part = planes[:, top:bottom, left:right]
    return float((part[2] > np.maximum(part[0], part[1])).mean())


@pytest.fixture(scope="module")
def one_blue_box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of one blue rectangle, each with a hidden one far away from it."""
    folder = tmp_path_factory.mktemp("blue")
    writer = DatasetWriter(folder, {})
    for i in range(3):
        image = np.full((384, 640, 3), 120, np.uint8)
        image[150:250, 200 + 60 * i : 300 + 60 * i] = (20, 30, 240)
        sample = CameraSample(
            image_rgb=image,
            box_px=[[199.5 + 60 * i, 149.5, 299.5 + 60 * i, 249.5], [10.0, 10.0, 60.0, 60.0]],
            class_id=[3, 3],
            visible_share=[1.0, 0.1],
            distance_m=[10.0, 10.0],
        )
        writer.add(TrainingSample(split="train", frame_id=str(i), cameras={"cam_main": sample}))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("progress", [0.0, 0.9])
def test_boxes_lie_on_what_they_are_of(one_blue_box: Path, progress: float) -> None:
    from perception.training.camera_samples import CameraSamples

    samples = CameraSamples(one_blue_box)
    n_boxes = 0
    for seed in range(12):
        batch = samples.batch(np.random.default_rng(seed), progress)
        for picture, labels in zip(batch.planes.numpy(), batch.labels, strict=True):
            assert all(_blue_share(picture, box) > 0.9 for box in labels.box_px)
            n_boxes += len(labels.box_px)
    assert n_boxes > 15


@pytest.mark.slow
def test_hidden_objects_are_ignored_and_a_batch_is_a_function_of_its_generator(one_blue_box: Path) -> None:
    from perception.training.camera_samples import CameraSamples

    samples = CameraSamples(one_blue_box)
    once, again = (samples.batch(np.random.default_rng(3), 0.9) for _ in range(2))
    assert once.planes.equal(again.planes)
    assert digest_of((once.labels, once.seed)) == digest_of((again.labels, again.seed))
    seen = [labels for s in range(5) for labels in samples.batch(np.random.default_rng(s), 0.9).labels]
    assert any(len(labels.ignored_px) for labels in seen)
    assert all(len(labels.box_px) == len(labels.channel) <= 1 for labels in seen)


@pytest.mark.slow
def test_a_dataset_without_objects_is_one_line(tmp_path: Path) -> None:
    from perception.training.camera_samples import CameraSamples

    empty = CameraSample(
        image_rgb=np.zeros((64, 64, 3)), box_px=np.zeros((0, 4)), class_id=[], visible_share=[], distance_m=[]
    )
    DatasetWriter(tmp_path, {}).add(TrainingSample(split="train", frame_id="a", cameras={"cam_main": empty}))
    with pytest.raises(ConfigError, match="no picture shows an object"):
        CameraSamples(tmp_path)


def test_toy_dataset_is_readable(tmp_path: Path) -> None:
    from perception.training.dataset_format import DatasetReader

    write_toy_dataset(tmp_path, 1, 1)
    (sample,) = list(DatasetReader(tmp_path, "train"))
    assert sample.lidar is not None
    assert sorted(sample.cameras) == ["cam_main", "cam_tele"]
