"""Any YOLOX network exported to ONNX and trained on COCO, as a detector of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.config import ConfigError, want_share
from moosetest.objects import ObjectClass
from perception.camera.boxes import ImageBoxes, suppress
from perception.camera.one_camera import OneCameraDetector
from perception.inference import input_shape_of, load_network, require_weights
from perception.registry import IMAGE_DETECTORS

STRIDES = (8, 16, 32)
N_COCO = 80
PAD = 114.0
"""Grey that YOLOX pads its input with."""

CLASS_OF_COCO = {
    0: ObjectClass.PERSON,
    1: ObjectClass.BICYCLE,
    2: ObjectClass.CAR,
    3: ObjectClass.MOTORCYCLE,
    5: ObjectClass.BUS,
    7: ObjectClass.TRUCK,
    # Bird to giraffe: no class of ours, yet something that must not be run over.
    **dict.fromkeys(range(14, 24), ObjectClass.UNKNOWN),
}
"""COCO's 80 contiguous class numbers to ours; the others (chairs, food) are dropped."""


@dataclass(frozen=True, slots=True)
class YoloxConfig:
    """Which camera, which network, what to keep.

    Args:
        weights: ONNX file: input BGR 0..255 (1, 3, H, W), output (1, anchors, 85), not decoded.
        sensor_id: the camera.
        min_score: least score handed on.
        max_iou: overlap above which the better box wins.
        threads: of the network.
    """

    weights: str
    sensor_id: str = "cam_main"
    min_score: float = 0.3
    max_iou: float = 0.5
    threads: int = 2

    def __post_init__(self) -> None:
        want_share(self, "min_score", "max_iou")


@IMAGE_DETECTORS.register("yolox-onnx-v1", YoloxConfig)
class YoloxDetector(OneCameraDetector):
    """One camera's frame -> boxes in its image, by a network trained on photographs."""

    def __init__(self, config: YoloxConfig) -> None:
        super().__init__(config.sensor_id, self._boxes)
        path = require_weights(Path(config.weights), "the exporter of the YOLOX project")
        shape = input_shape_of(path)
        if len(shape) != 4 or shape[:2] != (1, 3):
            raise ConfigError(f"{path}: input {shape}, want (1, 3, height, width)")
        self._hw_px = shape[2:]
        self._run = load_network(path, shape, config.threads)
        self._cells_px = _cells(self._hw_px)
        self._config = config

    def _boxes(self, image_rgb: NDArray[np.uint8]) -> ImageBoxes:
        planes, scale = letterbox(image_rgb, self._hw_px)
        return self._decoded(self._run(planes)[0][0], scale)

    def _decoded(self, raw: NDArray[np.float32], scale: float) -> ImageBoxes:
        if raw.shape != (len(self._cells_px), 5 + N_COCO):
            raise ConfigError(f"{self._config.weights}: output {raw.shape}, want {(len(self._cells_px), 5 + N_COCO)}")
        coco = raw[:, 5:].argmax(axis=1)
        score = (raw[:, 4] * raw[:, 5:].max(axis=1)).astype(np.float64)
        kept = np.isin(coco, list(CLASS_OF_COCO)) & (score >= self._config.min_score)
        cells, offsets = self._cells_px[kept], raw[kept, :4].astype(np.float64)
        center = (offsets[:, :2] + cells[:, :2]) * cells[:, 2:]
        half = 0.5 * np.exp(offsets[:, 2:4]) * cells[:, 2:]
        box_px = np.concatenate([center - half, center + half], axis=1) / scale - 0.5
        class_id = np.array([CLASS_OF_COCO[int(c)] for c in coco[kept]], dtype=np.int16)
        best = suppress(box_px, score[kept], class_id, self._config.max_iou)
        return ImageBoxes(box_px[best], class_id[best], np.minimum(score[kept][best], 1.0))


def letterbox(image_rgb: NDArray[np.uint8], hw_px: tuple[int, ...]) -> tuple[NDArray[np.float32], float]:
    """The picture as BGR planes (1, 3, H, W) of `hw_px`, scaled to fit at the top left; and its scale."""
    height, width = image_rgb.shape[:2]
    scale = min(hw_px[0] / height, hw_px[1] / width)
    fitted = np.ascontiguousarray(image_rgb[..., ::-1])
    if scale != 1.0:
        size = (round(width * scale), round(height * scale))
        fitted = cv2.resize(fitted, size, interpolation=cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA)
    canvas = np.full((1, 3, *hw_px), PAD, dtype=np.float32)
    canvas[0, :, : fitted.shape[0], : fitted.shape[1]] = fitted.transpose(2, 0, 1)
    return canvas, scale


def _cells(hw_px: tuple[int, ...]) -> NDArray[np.float64]:
    """(A, 3) column, row and stride of each anchor, as the output orders them."""
    rows = []
    for stride in STRIDES:
        y, x = np.mgrid[0 : hw_px[0] // stride, 0 : hw_px[1] // stride]
        rows.append(np.column_stack([x.ravel(), y.ravel(), np.full(x.size, stride)]))
    return np.concatenate(rows).astype(np.float64)
