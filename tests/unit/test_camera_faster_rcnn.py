"""The two-stage camera network: what is chosen of its proposals, and which of them training leaves alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.objects import ObjectClass
from perception.camera import faster_rcnn
from perception.camera.networks import open_network
from perception.training.onnx_files import write_metadata
from tests.toy_onnx import write_toy_onnx

CLASSES = ("PERSON", "CAR", "TRUCK")


@pytest.fixture
def of_two_proposals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> faster_rcnn.FasterRcnnNetwork:
    """A network that always finds one thing on the left, perhaps a car and perhaps a truck, and a person."""
    boxes = np.zeros((2, 3, 4), np.float32)
    boxes[0], boxes[1] = (10, 20, 50, 40), (100, 20, 120, 80)
    boxes[0, 1, 0] = 12  # as a car it begins two pixels to the right
    score = np.array([[0.01, 0.6, 0.3], [0.9, 0.02, 0.0]], np.float32)
    path = write_toy_onnx(tmp_path / "two.onnx")
    write_metadata(path, {"kind": faster_rcnn.KIND, "classes": CLASSES, "stride": 32})
    monkeypatch.setattr(faster_rcnn, "load_network", lambda *_: lambda _image: [boxes, score])
    return faster_rcnn.FasterRcnnNetwork(path, threads=1)


def test_a_proposal_becomes_its_best_class_with_that_classes_box(
    of_two_proposals: faster_rcnn.FasterRcnnNetwork,
) -> None:
    found = of_two_proposals.boxes(np.zeros((64, 128, 3), np.uint8), min_score=0.2, max_iou=0.6)
    # The truck's box overlaps the car's by 38/40: they are one thing.
    assert found.class_id.tolist() == [int(ObjectClass.PERSON), int(ObjectClass.CAR)]
    assert found.score == pytest.approx([0.9, 0.6])
    # The picture's corner is 0 for the network and -0.5 outside.
    np.testing.assert_array_equal(found.box_px, [[99.5, 19.5, 119.5, 79.5], [11.5, 19.5, 49.5, 39.5]])


def test_scores_below_the_least_are_dropped(of_two_proposals: faster_rcnn.FasterRcnnNetwork) -> None:
    image = np.zeros((64, 128, 3), np.uint8)
    assert len(of_two_proposals.boxes(image, 0.7, 0.6).score) == 1
    assert len(of_two_proposals.boxes(image, 0.95, 0.6).score) == 0


def test_a_file_opens_as_what_it_says_it_is(tmp_path: Path) -> None:
    path = write_toy_onnx(tmp_path / "net.onnx")
    with pytest.raises(ConfigError, match="kind '', want weights of kind 'moosetest-camera' or"):
        open_network(path, threads=1)
    write_metadata(path, {"kind": faster_rcnn.KIND, "classes": CLASSES, "stride": 32})
    assert isinstance(open_network(path, threads=1), faster_rcnn.FasterRcnnNetwork)


@pytest.mark.slow
def test_background_in_an_ignored_box_is_neither_right_nor_wrong() -> None:
    import torch

    from perception.training.faster_rcnn_network import build_network

    network = build_network(0)
    ignored = torch.tensor([[0.0, 0.0, 20.0, 20.0]])
    # Within the ignored box; half in it; a quarter in it; the object itself, also within it; far away.
    looked_at = torch.tensor([[2, 2, 10, 10], [10, 0, 30, 20], [10, 10, 30, 30], [12, 12, 18, 20], [50, 50, 60, 60.0]])
    target = {"boxes": looked_at[3:4], "labels": torch.tensor([2]), "ignored": ignored}
    (first,), _ = network.proposer.assign_targets_to_anchors([looked_at], [target])
    assert first.tolist() == [-1, -1, 0, 1, 0]
    network.judge.fg_bg_sampler.batch_size_per_image = 16
    proposals, _, (second,), _ = network.judge.select_training_samples([looked_at], [target])
    # The object is there twice, as training proposes it too; what is excused is not looked at.
    assert sorted(second.tolist()) == [0, 0, 2, 2]
    assert not any((proposals[0] == box).all(dim=1).any() for box in looked_at[:2])


@pytest.mark.slow
def test_equal_batches_make_equal_losses() -> None:
    import torch

    from perception.training.camera_samples import CameraBatch, CropLabels
    from perception.training.faster_rcnn_network import build_network, loss_of

    rng = np.random.default_rng(0)
    planes = torch.from_numpy(rng.random((2, 3, 64, 96), dtype=np.float32))
    labels = CropLabels(
        box_px=np.array([[10, 10, 40, 50]], np.float32),
        channel=np.array([2]),
        ignored_px=np.zeros((0, 4), np.float32),
    )
    network = build_network(0).train()
    losses = []
    for seed in (1, 1, 2):
        torch.rand(3)  # what else was drawn before does not matter
        batch = CameraBatch(planes, (labels, labels), seed=seed)
        losses.append(float(loss_of(network)(network, batch).detach()))
    assert losses[0] == losses[1] != losses[2]
