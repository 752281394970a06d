"""Training, export and evaluation of both networks on a toy world: a few steps must make a difference."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.objects import ObjectClass
from perception.training.results import TrainingResult
from tests.toy_dataset import toy_lidar, write_toy_dataset

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning")]
"""torch and its exporter warn of their own insides."""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    write_toy_dataset(folder, 12, 4)
    return folder


@pytest.mark.parametrize("network", ["yolo", "faster-rcnn"])
def test_camera_trains_exports_and_goes_on(toy: Path, tmp_path: Path, network: str) -> None:
    from perception.training.camera import train_camera

    def trained(out: Path, steps: int, resume: bool = False) -> TrainingResult:
        return train_camera(
            toy, out, network=network, steps=steps, seed=1, threads=1, resume=resume, show_progress=False
        )

    first = trained(tmp_path, 4)
    assert first.steps == 4
    assert first.weights.stat().st_size < 15e6
    more = trained(tmp_path, 8, resume=True)
    assert more.steps == 8
    unbroken = trained(tmp_path / "b", 8)
    # The schedule knows its end: only the first steps of both are the same.
    assert unbroken.first_loss == pytest.approx(more.first_loss, rel=0.2)
    card = json.loads(first.weights.with_suffix(".json").read_text())
    assert card["evaluation"]["n_frames"] == 8
    assert "## Where it fails" in first.card.read_text()


def test_lidar_loss_falls_and_equal_seeds_make_equal_weights(toy: Path, tmp_path: Path) -> None:
    from perception.training.lidar import train_lidar

    runs = [train_lidar(toy, tmp_path / name, steps=25, seed=2, threads=1, show_progress=False) for name in ("a", "b")]
    assert runs[0].last_loss < 0.9 * runs[0].first_loss
    assert runs[0].evaluation.weights_sha256 == runs[1].evaluation.weights_sha256


def test_exported_camera_network_is_the_one_in_torch(tmp_path: Path) -> None:
    import torch

    from perception.inference import load_network
    from perception.training.yolo_network import build_network, export_network

    network = build_network(0)
    path = tmp_path / "net.onnx"
    export_network(network, path)
    image = np.random.default_rng(0).integers(0, 255, (1, 96, 160, 3)).astype(np.uint8)
    with torch.no_grad():
        _, raw = network.eval()(torch.from_numpy(image).permute(0, 3, 1, 2).float() / 255)
        wanted = torch.cat((raw["boxes"], raw["scores"]), 1).numpy()
    found = load_network(path, image.shape, threads=1)(image)[0]
    np.testing.assert_allclose(found, wanted, atol=2e-3)  # float32 sums in another order
    two = load_network(path, image.shape, threads=2)(image)[0]
    np.testing.assert_array_equal(found, two)


def test_exported_two_stage_network_is_the_one_in_torch(tmp_path: Path) -> None:
    import torch

    from perception.inference import load_network
    from perception.training.faster_rcnn_network import build_network, export_network

    network = build_network(0)
    with torch.no_grad():
        # Untrained, the best proposals differ by less than two runs of the same sum; far apart, their order is safe.
        network.proposer.head.cls_logits.weight *= 300
    path = tmp_path / "net.onnx"
    export_network(network, path)
    image = np.random.default_rng(0).integers(0, 255, (1, 96, 160, 3)).astype(np.uint8)
    with torch.no_grad():
        wanted = network.eval()(torch.from_numpy(image).permute(0, 3, 1, 2).float() / 255)
    found = load_network(path, image.shape, threads=1)(image)
    two = load_network(path, image.shape, threads=2)(image)
    for one_value, two_value, wanted_value in zip(found, two, wanted, strict=True):
        assert one_value.shape == tuple(wanted_value.shape)
        np.testing.assert_allclose(one_value, wanted_value.numpy(), atol=2e-2)
        np.testing.assert_array_equal(one_value, two_value)


@pytest.mark.parametrize("module", ["yolo_network", "faster_rcnn_network"])
def test_export_is_in_float32_where_training_is_in_bfloat16(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    import onnx

    from perception.training import loop

    monkeypatch.setattr(loop, "uses_bfloat16", lambda: True)
    network = importlib.import_module(f"perception.training.{module}")
    network.export_network(network.build_network(0), tmp_path / "net.onnx")
    graph = onnx.load(str(tmp_path / "net.onnx")).graph
    casts = {a.i for node in graph.node if node.op_type == "Cast" for a in node.attribute if a.name == "to"}
    kinds = {weights.data_type for weights in graph.initializer}
    assert onnx.TensorProto.BFLOAT16 not in casts | kinds


def test_loss_does_not_punish_what_lies_in_an_ignored_box() -> None:
    import torch

    from perception.training.camera_samples import CLASSES
    from perception.training.yolo_network import DetectionLoss, build_network

    network = build_network(0).train()
    loss = DetectionLoss(network)
    predictions = network(torch.rand(1, 3, 64, 64))
    targets = {"batch_idx": torch.zeros(0), "cls": torch.zeros(0, 1), "bboxes": torch.zeros(0, 4)}
    anchors = 64 + 16 + 4
    everything = loss(predictions, {**targets, "ignored": torch.ones(1, anchors, dtype=torch.bool)})
    nothing = loss(predictions, {**targets, "ignored": torch.zeros(1, anchors, dtype=torch.bool)})
    assert float(everything) == pytest.approx(0.0, abs=1e-6)
    assert float(nothing) > 0.01
    assert len(CLASSES) == 6


def test_augmented_boxes_still_hold_their_returns() -> None:
    from perception.lidar.box_codec import inside_footprint
    from perception.training.lidar_samples import augmented

    plain = toy_lidar(np.random.default_rng(0), [ObjectClass.CAR, ObjectClass.TRUCK, ObjectClass.BUS])
    for seed in range(8):
        sample = augmented(plain, np.random.default_rng(seed))
        solid = sample.points_ego_m[sample.points_ego_m[:, 2] > 0.3, :2].astype(np.float64)
        for center, size, yaw in zip(sample.center_ego_m, sample.size_lwh_m, sample.yaw_ego_rad, strict=True):
            near = solid[np.hypot(*(solid - center[:2]).T) < 0.8 * size[0]]
            held = inside_footprint(near, center[:2], size[:2] + 0.3, float(yaw))
            assert held.mean() > 0.9


def test_targets_mark_centres_and_leave_unseen_objects_out() -> None:
    from dataclasses import replace

    from perception.lidar.box_codec import CLASSES
    from perception.lidar.canvas import Grid
    from perception.training.lidar_samples import targets_of

    grid = Grid()
    sample = toy_lidar(np.random.default_rng(0), [ObjectClass.CAR, ObjectClass.PERSON])
    unseen = replace(sample, n_points=np.array([100, 2]))
    targets = targets_of([(unseen, grid)])
    assert (targets["heat"] == 1).sum() == 1
    _, ix, iy = targets["index"][0].tolist()
    assert targets["heat"][0, CLASSES.index(ObjectClass.CAR), ix, iy] == 1
    assert (targets["counted"] == 0).any()


def test_missing_dataset_is_one_line(tmp_path: Path) -> None:
    from perception.training.camera import evaluate_camera, train_camera
    from perception.training.lidar import train_lidar

    for train in (train_camera, train_lidar):
        with pytest.raises(ConfigError, match=r"meta\.json"):
            train(tmp_path / "none", tmp_path)
    with pytest.raises(ConfigError, match="want one of yolo, faster-rcnn"):
        train_camera(tmp_path / "none", tmp_path, network="ssd")
    with pytest.raises(ConfigError, match="no such weights"):
        evaluate_camera(tmp_path / "none.onnx", tmp_path)
