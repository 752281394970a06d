"""The camera networks that can be trained, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from moosetest.config import ConfigError
from perception.training.camera_samples import CameraBatch

NETWORKS = ("yolo", "faster-rcnn")
"""Their names, the one that drives by default first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRecipe:
    """How one kind of network is made.

    Args:
        title: what a model card calls it.
        stem: of the files it is kept in.
        command: that trains it.
        build: the untrained network from a seed.
        loss_of: of a network, the loss of a batch.
        export: writes the ONNX file.
    """

    title: str
    stem: str
    command: str
    build: Callable[[int], torch.nn.Module]
    loss_of: Callable[[torch.nn.Module], Callable[[torch.nn.Module, CameraBatch], torch.Tensor]]
    export: Callable[[torch.nn.Module, Path], None]


def recipe_of(network: str) -> CameraRecipe:
    """The recipe of one of `NETWORKS`; imports what its network is built from, and no other's.

    Raises:
        ConfigError: no such network.
    """
    if network == "yolo":
        from perception.training import yolo_network

        return CameraRecipe(
            title="YOLO, one stage, of blocks of ultralytics",
            stem="camera_yolo",
            command="moosetest train camera",
            build=yolo_network.build_network,
            loss_of=yolo_network.loss_of,
            export=yolo_network.export_network,
        )
    if network == "faster-rcnn":
        from perception.training import faster_rcnn_network

        return CameraRecipe(
            title="Faster R-CNN, two stages, on a small MobileNetV3 with a feature pyramid",
            stem="camera_faster_rcnn",
            command="moosetest train camera --network faster-rcnn",
            build=faster_rcnn_network.build_network,
            loss_of=faster_rcnn_network.loss_of,
            export=faster_rcnn_network.export_network,
        )
    raise ConfigError(f"network = {network!r}; want one of {', '.join(NETWORKS)}")
