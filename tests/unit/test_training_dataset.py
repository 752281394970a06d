"""The dataset folder: what is written is read, and a broken or foreign folder is told apart in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from moosetest.arrays import ContractError
from moosetest.config import ConfigError
from perception.training.dataset_format import (
    CameraSample,
    DatasetReader,
    DatasetWriter,
    LidarSample,
    TrainingSample,
)


def _camera() -> CameraSample:
    ramp = np.linspace(0, 255, 64, dtype=np.uint8)
    return CameraSample(
        image_rgb=np.stack(
            [np.tile(ramp, (32, 1)), np.full((32, 64), 40, np.uint8), np.full((32, 64), 200, np.uint8)], -1
        ),
        box_px=[[1.5, 2.5, 10.5, 22.5], [20.0, 3.0, 30.0, 9.0]],
        class_id=[1, 3],
        visible_share=[1.0, 0.25],
        distance_m=[12.0, 40.0],
    )


def _lidar() -> LidarSample:
    return LidarSample(
        points_ego_m=np.arange(12.0).reshape(4, 3),
        intensity=[0.1, 0.2, 0.3, 0.4],
        center_ego_m=[[10.0, 1.0, 0.9]],
        size_lwh_m=[[0.6, 0.6, 1.8]],
        yaw_ego_rad=[0.5],
        class_id=[1],
        n_points=[3],
    )


def _sample(frame_id: str, split: str = "train") -> TrainingSample:
    return TrainingSample(
        split=split, frame_id=frame_id, cameras={"cam_main": _camera()}, lidar=_lidar(), conditions={"weather": "rain"}
    )


def test_a_frame_comes_back_as_it_was_but_for_jpeg(tmp_path: Path) -> None:
    DatasetWriter(tmp_path, {"seed": 3}).add(_sample("a-1"))
    reader = DatasetReader(tmp_path, "train")
    (found,) = list(reader)
    wanted = _sample("a-1")
    for name in ("box_px", "class_id", "visible_share", "distance_m"):
        np.testing.assert_array_equal(
            getattr(found.cameras["cam_main"], name), getattr(wanted.cameras["cam_main"], name)
        )
    assert found.lidar is not None
    assert wanted.lidar is not None
    for name in LidarSample.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(found.lidar, name), getattr(wanted.lidar, name))
    difference = found.cameras["cam_main"].image_rgb.astype(int) - wanted.cameras["cam_main"].image_rgb
    assert np.abs(difference).max() <= 12  # JPEG at quality 95 on a smooth ramp
    assert found.conditions == {"weather": "rain"}
    assert reader.meta == {"seed": 3}


def test_height_is_bottom_minus_top() -> None:
    assert _camera().height_px.tolist() == [20.0, 6.0]


def test_a_second_writer_goes_on_and_keeps_the_first_meta(tmp_path: Path) -> None:
    DatasetWriter(tmp_path, {"seed": 3}).add(_sample("b"))
    second = DatasetWriter(tmp_path, {"seed": 4})
    assert ("train", "b") in second
    assert ("val", "b") not in second
    second.add(_sample("a"))
    reader = DatasetReader(tmp_path, "train")
    assert reader.frame_ids == ["a", "b"]
    assert reader.meta == {"seed": 3}


def test_a_frame_whose_labels_were_cut_off_is_not_there(tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path, {})
    writer.add(_sample("a"))
    (tmp_path / "train" / "b.part").write_bytes(b"half")
    (tmp_path / "train" / "b.cam_main.jpg").write_bytes(b"half")
    assert DatasetReader(tmp_path, "train").frame_ids == ["a"]


def test_frames_without_lidar_or_boxes_are_fine(tmp_path: Path) -> None:
    bare = CameraSample(
        image_rgb=np.zeros((8, 8, 3)), box_px=np.zeros((0, 4)), class_id=[], visible_share=[], distance_m=[]
    )
    DatasetWriter(tmp_path, {}).add(TrainingSample(split="val", frame_id="x", cameras={"cam_tele": bare}))
    (found,) = list(DatasetReader(tmp_path, "val"))
    assert found.lidar is None
    assert found.cameras["cam_tele"].box_px.shape == (0, 4)


def test_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"meta\.json: not a readable dataset description") as caught:
        DatasetReader(tmp_path / "none", "train")
    assert "\n" not in str(caught.value)


def test_empty_split_is_an_error(tmp_path: Path) -> None:
    DatasetWriter(tmp_path, {})
    with pytest.raises(ConfigError, match="no frame"):
        DatasetReader(tmp_path, "val")


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text(json.dumps({"format": "other"}))
    with pytest.raises(ConfigError, match="want format 'moosetest-dataset'"):
        DatasetWriter(tmp_path, {})


def test_broken_frame_and_missing_picture_are_named(tmp_path: Path) -> None:
    DatasetWriter(tmp_path, {}).add(_sample("a"))
    reader = DatasetReader(tmp_path, "train")
    (tmp_path / "train" / "a.cam_main.jpg").unlink()
    with pytest.raises(ConfigError, match=r"a\.cam_main\.jpg"):
        reader.camera(0, "cam_main")
    (tmp_path / "train" / "a.npz").write_bytes(b"not a zip")
    with pytest.raises(ConfigError, match=r"a\.npz: not a readable frame"):
        reader.lidar(0)


@pytest.mark.parametrize(("split", "frame_id"), [("test", "a"), ("train", "../a"), ("train", "a.b"), ("train", "")])
def test_unknown_split_and_unsafe_names_are_refused(split: str, frame_id: str) -> None:
    with pytest.raises(ContractError, match="TrainingSample"):
        _sample(frame_id, split)
