"""Opens a camera network of ours by what its file says it is."""

from __future__ import annotations

from pathlib import Path

from moosetest.config import ConfigError
from perception.camera import faster_rcnn, yolo
from perception.camera.one_camera import ImageNetwork
from perception.inference import kind_of


def open_network(weights: Path, threads: int) -> ImageNetwork:
    """The network in an ONNX file written by `train_camera`.

    Args:
        weights: the file.
        threads: of one call.

    Raises:
        ConfigError: not an ONNX file, or of no kind of camera network.
    """
    kind = kind_of(weights)
    if kind == yolo.KIND:
        return yolo.YoloNetwork(weights, threads)
    if kind == faster_rcnn.KIND:
        return faster_rcnn.FasterRcnnNetwork(weights, threads)
    raise ConfigError(f"{weights}: kind {kind!r}, want weights of kind {yolo.KIND!r} or {faster_rcnn.KIND!r}")
