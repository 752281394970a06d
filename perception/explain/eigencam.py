"""EigenCAM: where in a picture a network's features stand out, whatever it makes of them (Muhammad and Yeasin 2020).

The map is the first principal component of the activations of one layer. It asks for no box and no class and costs one
look, so it is for screening alone: it says where there is something to the network, not what an answer rests on.

The layer is the last map on which every output of the network rests: in a YOLO or a YOLOX the finest of the neck's. It
is found in the ONNX graph, and the network is cut there in memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.config import ConfigError
from perception.camera.one_camera import pad_to_multiple
from perception.camera.yolo import KIND
from perception.camera.yolox import letterbox
from perception.inference import input_shape_of, kind_of, load_network, read_model

STRIDE_PX = 32
"""The coarsest of our YOLO: sides of its input are multiples of it."""
_WEIGHTED = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})


class EigenCam:
    """The map of one network.

    Args:
        weights: ONNX file of a camera network: our YOLO, or a YOLOX.
        threads: of the network.

    Raises:
        ConfigError: another network.
    """

    def __init__(self, weights: Path, threads: int) -> None:
        self._kind = kind_of(weights)
        if self._kind not in (KIND, ""):
            raise ConfigError(f"{weights}: kind {self._kind!r}, want a YOLO of ours or a YOLOX for EigenCAM")
        self.layer = shared_map(read_model(weights).graph)
        self._weights, self._threads = weights, threads

    def map(self, picture_rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H, W) 0 to 1 over a picture (H, W, 3)."""
        array, canvas_hw, scale = self._input(picture_rgb)
        activations = load_network(self._weights, array.shape, self._threads, self.layer)(array)[0][0]
        on_canvas = cv2.resize(first_component(activations), canvas_hw[::-1], interpolation=cv2.INTER_LINEAR)
        height, width = picture_rgb.shape[:2]
        fitted = on_canvas[: round(height * scale), : round(width * scale)]
        component = cv2.resize(fitted, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        # What stands out most may be the border that the picture was put in.
        return component / np.float32(max(float(component.max()), 1e-12))

    def _input(self, picture_rgb: NDArray[np.uint8]) -> tuple[NDArray[Any], tuple[int, int], float]:
        """What the network reads of a picture, height and width of it, and the scale at which the picture is in it."""
        if self._kind == KIND:
            padded = pad_to_multiple(picture_rgb, STRIDE_PX)
            return padded[None], (padded.shape[0], padded.shape[1]), 1.0
        height, width = input_shape_of(self._weights)[2:]
        planes, scale = letterbox(picture_rgb, (height, width))
        return planes, (height, width), scale


def first_component(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) from 0 up: the positive side of the first principal component of activations (C, H, W).

    A component has no sign of its own: positive is where the activations are large.
    """
    pixels = activations.reshape(len(activations), -1).T.astype(np.float64)
    centred = pixels - pixels.mean(axis=0)
    # Of the small matrix of channels: the same component, in a fraction of the time.
    _, directions = np.linalg.eigh(centred.T @ centred)
    component = centred @ directions[:, -1]
    if component @ np.linalg.norm(pixels, axis=1) < 0.0:
        component = -component
    return np.maximum(component, 0.0).reshape(activations.shape[1:]).astype(np.float32)


def shared_map(graph: Any) -> str:
    """Name of the last tensor of an ONNX graph that feeds a convolution and on which every output rests.

    Outputs rest on it when all last layers with weights (those that feed no other) come after it.

    Raises:
        ConfigError: there is none.
    """
    after: dict[str, set[int]] = {}
    feeds_convolution = {node.input[0] for node in graph.node if node.op_type == "Conv"}
    last_layers: set[int] = set()
    shared: list[tuple[int, str]] = []
    for number, node in reversed(list(enumerate(graph.node))):
        below: set[int] = set().union(*(after.get(name, set()) for name in node.output))
        if node.op_type in _WEIGHTED and not below:
            last_layers.add(number)
            below = {number}
        for name in node.output:
            if name in feeds_convolution:
                shared.append((len(after.get(name, set())), name))
        for name in node.input:
            after.setdefault(name, set()).update(below)
    found = next((name for count, name in shared if count == len(last_layers)), None)
    if found is None:
        raise ConfigError("the network has no map that all of its outputs rest on")
    return found
