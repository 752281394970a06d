"""Crops and their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moosetest.config import ConfigError
from perception.training.dataset_format import CameraSample, DatasetWriter, TrainingSample
from tests.toy_dataset import write_toy_dataset


def _blue_share(planes: np.ndarray, box: np.ndarray) -> float:
    """Share of a box that is more blue than red and green."""
    height, width = planes.shape[1:]
    cx, cy, w, h = box * np.array([width, height, width, height])
    left, top = int(max(cx - w / 2, 0)), int(max(cy - h / 2, 0))
    part = planes[:, top : int(cy + h / 2), left : int(cx + w / 2)]
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
        for k, box in zip(batch.targets["batch_idx"].long().tolist(), batch.targets["bboxes"].numpy(), strict=True):
            assert _blue_share(batch.planes[k].numpy(), box) > 0.9
            n_boxes += 1
    assert n_boxes > 15


@pytest.mark.slow
def test_hidden_objects_are_ignored_and_a_batch_is_a_function_of_its_generator(one_blue_box: Path) -> None:
    from perception.training.camera_samples import CameraSamples

    samples = CameraSamples(one_blue_box)
    once, again = (samples.batch(np.random.default_rng(3), 0.9) for _ in range(2))
    assert once.planes.equal(again.planes)
    assert all(once.targets[k].equal(again.targets[k]) for k in once.targets)
    seen = [samples.batch(np.random.default_rng(s), 0.9).targets["ignored"].any().item() for s in range(5)]
    assert any(seen)


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
