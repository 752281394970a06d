"""What detectors that look at one camera share: the stage around a function from a picture to boxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from moosetest.config import want_share
from moosetest.objects import ImageDetections
from moosetest.sensing import CameraFrame, SensorBundle
from perception.camera.boxes import ImageBoxes


class OneCameraDetector:
    """One camera's frame -> boxes in its image.

    Args:
        sensor_id: the camera.
        boxes_of: boxes of a picture (H, W, 3).
    """

    def __init__(self, sensor_id: str, boxes_of: Callable[[NDArray[np.uint8]], ImageBoxes]) -> None:
        self._sensor_id, self._boxes_of = sensor_id, boxes_of

    @property
    def needs(self) -> frozenset[str]:
        """The one camera."""
        return frozenset({self._sensor_id})

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def detect(self, bundle: SensorBundle) -> ImageDetections:
        """Boxes at `bundle.t_ns`; raises KeyError if the camera is not in the bundle."""
        frame = bundle.frames[self._sensor_id]
        if not isinstance(frame, CameraFrame):
            raise TypeError(f"{self._sensor_id}: {type(frame).__name__}, want a CameraFrame")
        return self._boxes_of(frame.image_rgb).of_frame(frame)


class ImageNetwork(Protocol):
    """A trained camera network: picture -> boxes."""

    def boxes(self, image_rgb: NDArray[np.uint8], min_score: float, max_iou: float) -> ImageBoxes:
        """Boxes with at least `min_score`, of which none overlaps a better one by more than `max_iou`."""
        ...


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Which camera, which weights, what to keep.

    Args:
        sensor_id: the camera.
        weights: ONNX file of `moosetest train camera`; empty for the one that comes with the project.
        min_score: least score handed on; low, because the tracker weighs scores itself.
        max_iou: overlap above which the better box wins.
        threads: of the network.
    """

    sensor_id: str = "cam_main"
    weights: str = ""
    min_score: float = 0.2
    max_iou: float = 0.6
    threads: int = 2

    def __post_init__(self) -> None:
        want_share(self, "min_score", "max_iou")


class NetworkDetector(OneCameraDetector):
    """One camera's frame -> boxes in its image, by a network trained on the simulator."""

    def __init__(self, network: ImageNetwork, config: NetworkConfig) -> None:
        boxes_of = partial(network.boxes, min_score=config.min_score, max_iou=config.max_iou)
        super().__init__(config.sensor_id, boxes_of)


def pad_to_multiple(image_rgb: NDArray[np.uint8], multiple: int) -> NDArray[np.uint8]:
    """The picture with grey (114) below and to the right, so that `multiple` divides both sides; itself if it fits."""
    height, width = image_rgb.shape[:2]
    below, right = -height % multiple, -width % multiple
    if not below and not right:
        return image_rgb
    return np.pad(image_rgb, ((0, below), (0, right), (0, 0)), constant_values=114)
