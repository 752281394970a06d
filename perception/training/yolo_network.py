"""The camera network: a YOLO graph of our own size built from ultralytics' blocks, its loss, and its ONNX export."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.loss import v8DetectionLoss

from perception.camera.yolo import KIND
from perception.training.camera_samples import CLASSES, CameraBatch, CropLabels
from perception.training.loop import autocast
from perception.training.onnx_files import write_onnx

REG_MAX = 12
"""Bins of each box edge: 11 cells of the coarsest stride reach 352 px from the centre, more than half a picture."""

STRIDES = (8, 16, 32)
CHANNELS = (16, 24, 48, 80, 128)
"""Widths at strides 2 to 32: 0.7 M parameters. Chosen by training speed on two cores without a GPU, where it makes
about 1.8 times as many steps as the nano size."""


def build_network(seed: int) -> torch.nn.Module:
    """The untrained network, its weights drawn from `seed`."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = DetectionModel(_graph(), nc=len(CLASSES), verbose=False)
    # Gains of the loss terms: box, class, distribution. The values of ultralytics' default.yaml.
    network.args = types.SimpleNamespace(box=7.5, cls=0.5, dfl=1.5)
    return network


def _graph() -> dict[str, Any]:
    """Backbone, top-down and bottom-up path with residual blocks, and an anchor-free head on three strides."""
    c2, c4, c8, c16, c32 = CHANNELS
    up = [-1, 1, "nn.Upsample", [None, 2, "nearest"]]
    backbone = [[-1, 1, "Conv", [c2, 3, 2]]]
    for channels in (c4, c8, c16, c32):
        backbone += [[-1, 1, "Conv", [channels, 3, 2]], [-1, 1, "C3k2", [channels, False]]]
    backbone += [[-1, 1, "SPPF", [c32, 5]]]
    head = [
        *(up, [[-1, 6], 1, "Concat", [1]], [-1, 1, "C3k2", [c16, False]]),
        *(up, [[-1, 4], 1, "Concat", [1]], [-1, 1, "C3k2", [c8, False]]),
        *([-1, 1, "Conv", [c8, 3, 2]], [[-1, 12], 1, "Concat", [1]], [-1, 1, "C3k2", [c16, False]]),
        *([-1, 1, "Conv", [c16, 3, 2]], [[-1, 9], 1, "Concat", [1]], [-1, 1, "C3k2", [c32, False]]),
        [[15, 18, 21], 1, "Detect", ["nc"]],
    ]
    return {"nc": len(CLASSES), "reg_max": REG_MAX, "backbone": backbone, "head": head}


class DetectionLoss:
    """ultralytics' detection loss that does not punish what is found inside ignored boxes.

    Args:
        network: made by `build_network`.
    """

    def __init__(self, network: torch.nn.Module) -> None:
        self._loss = v8DetectionLoss(network)
        self._plain_bce = self._loss.bce
        self._loss.bce = self._masked_bce
        self._ignored = torch.zeros(0)

    def __call__(self, predictions: Any, targets: dict[str, torch.Tensor]) -> torch.Tensor:
        """Mean loss of a picture.

        Args:
            predictions: what the network gives in training mode.
            targets: `batch_idx` (N,), `cls` (N, 1), `bboxes` (N, 4) as centre and size over picture size, and
                `ignored` (B, anchors), true where an anchor's centre lies in an ignored box.
        """
        self._ignored = targets["ignored"]
        terms, _ = self._loss(predictions, targets)
        return terms.sum() / len(self._ignored)

    def _masked_bce(self, logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        background = wanted.sum(dim=-1) == 0
        kept = ~(self._ignored & background)
        return self._plain_bce(logits, wanted) * kept[..., None]


def loss_of(network: torch.nn.Module) -> Callable[[torch.nn.Module, CameraBatch], torch.Tensor]:
    """`DetectionLoss` of a batch."""
    loss = DetectionLoss(network)

    def of_batch(model: torch.nn.Module, batch: CameraBatch) -> torch.Tensor:
        with autocast():
            predictions = model(batch.planes)
        height, width = batch.planes.shape[-2:]
        return loss(
            {name: _as_float(value) for name, value in predictions.items()}, targets_of(batch.labels, (width, height))
        )

    return of_batch


def _as_float(value: torch.Tensor | list[torch.Tensor]) -> torch.Tensor | list[torch.Tensor]:
    return [v.float() for v in value] if isinstance(value, list) else value.float()


def targets_of(labels: Sequence[CropLabels], wh_px: tuple[int, int]) -> dict[str, torch.Tensor]:
    """The targets that `DetectionLoss` wants, of pictures of one size."""
    scale = np.array([*wh_px, *wh_px], dtype=np.float32)
    box_px = np.concatenate([crop.box_px for crop in labels])
    center, size = (box_px[:, :2] + box_px[:, 2:]) / 2, box_px[:, 2:] - box_px[:, :2]
    index = np.repeat(np.arange(len(labels), dtype=np.float32), [len(crop.channel) for crop in labels])
    channel = np.concatenate([crop.channel for crop in labels]).astype(np.float32)
    return {
        "batch_idx": torch.from_numpy(index),
        "cls": torch.from_numpy(channel[:, None]),
        "bboxes": torch.from_numpy(np.concatenate([center, size], axis=1) / scale),
        "ignored": torch.from_numpy(np.stack([_anchors_in(crop.ignored_px, wh_px) for crop in labels])),
    }


def _anchors_in(boxes_px: NDArray[np.float32], wh_px: tuple[int, int]) -> NDArray[np.bool_]:
    """(anchors,) whether an anchor's centre lies in any of the boxes; anchors in the order of the network's output."""
    inside = []
    for stride in STRIDES:
        x = (np.arange(wh_px[0] // stride) + 0.5) * stride
        y = (np.arange(wh_px[1] // stride) + 0.5) * stride
        grid = np.zeros((len(y), len(x)), dtype=np.bool_)
        for left, top, right, bottom in boxes_px:
            grid |= ((y >= top) & (y <= bottom))[:, None] & ((x >= left) & (x <= right))[None]
        inside.append(grid.ravel())
    return np.concatenate(inside)


class _ExportedNetwork(torch.nn.Module):  # type: ignore[misc]  # torch comes untyped
    """uint8 picture (1, H, W, 3) RGB -> raw head (1, 4 * REG_MAX + classes, anchors)."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image_rgb: torch.Tensor) -> torch.Tensor:
        planes = image_rgb.permute(0, 3, 1, 2).to(torch.float32) / 255.0
        _, raw = self.network(planes)  # decoded boxes, which the export leaves out as unused, and the raw maps
        return torch.cat((raw["boxes"], raw["scores"]), dim=1)


def export_network(network: torch.nn.Module, path: Path) -> None:
    """Write `network` as ONNX for any picture size that the coarsest stride divides; leaves it in evaluation mode."""
    write_onnx(
        _ExportedNetwork(network.float()),
        torch.zeros(1, 64, 96, 3, dtype=torch.uint8),
        path,
        takes={"image_rgb": {1: "height", 2: "width"}},
        gives={"raw": {2: "anchors"}},
        metadata={"kind": KIND, "classes": [c.name for c in CLASSES], "reg_max": REG_MAX, "strides": list(STRIDES)},
    )
