"""The camera network that comes with the project, trained on the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moosetest.config import want_share
from moosetest.objects import ImageDetections, ObjectClass
from moosetest.sensing import CameraFrame, SensorBundle
from perception.camera.boxes import suppress
from perception.inference import WEIGHTS, Network, load_network, read_metadata, require_weights
from perception.registry import IMAGE_DETECTORS

KIND = "moosetest-camera"
MAX_CANDIDATES = 400
"""Best anchors that enter suppression: ten an object in a picture of forty."""


@dataclass(frozen=True, slots=True)
class ImageBoxes:
    """Boxes in a picture: `box_px` (N, 4) edges, `class_id` (N,), `score` (N,), best first."""

    box_px: NDArray[np.float64]
    class_id: NDArray[np.int16]
    score: NDArray[np.float64]

    def of_frame(self, frame: CameraFrame) -> ImageDetections:
        """The boxes as a stage hands them on, clipped to the picture."""
        height, width = frame.image_rgb.shape[:2]
        limits = np.array([width, height, width, height]) - 0.5
        box_px = np.clip(self.box_px, -0.5, limits)
        seen = (box_px[:, 2] - box_px[:, 0] > 0.5) & (box_px[:, 3] - box_px[:, 1] > 0.5)
        return ImageDetections(
            sensor_id=frame.sensor_id,
            t_ns=frame.t_ns,
            box_px=box_px[seen],
            class_id=self.class_id[seen],
            score=self.score[seen],
            K_px=frame.K_px,
            T_ego_sensor=frame.T_ego_sensor,
            image_size_px=(width, height),
        )


class YoloNetwork:
    """A trained camera network: picture -> boxes. Keeps one plan a picture size.

    Args:
        weights: ONNX file written by `train_camera`.
        threads: of one call.
    """

    def __init__(self, weights: Path, threads: int) -> None:
        self._weights, self._threads = weights, threads
        metadata = read_metadata(weights, KIND)
        self._class_ids = np.array([ObjectClass[name] for name in metadata["classes"]], dtype=np.int16)
        self._reg_max = int(metadata["reg_max"])
        self._strides = tuple(int(s) for s in metadata["strides"])
        self._plans: dict[tuple[int, int], tuple[Network, NDArray[np.float64]]] = {}

    def boxes(self, image_rgb: NDArray[np.uint8], min_score: float, max_iou: float) -> ImageBoxes:
        """Boxes with at least `min_score`, of which none overlaps a better one by more than `max_iou`."""
        padded = pad_to_multiple(image_rgb, max(self._strides))
        run, anchors_px = self._plan(padded.shape[0], padded.shape[1])
        raw = run(padded[None])[0][0]
        logits = raw[4 * self._reg_max :]
        best = logits.max(axis=0)
        candidates = np.flatnonzero(best >= np.log(min_score / (1.0 - min_score)))
        candidates = candidates[np.argsort(-best[candidates], kind="stable")[:MAX_CANDIDATES]]
        box_px = self._decode(raw[: 4 * self._reg_max, candidates], anchors_px[candidates])
        class_id = self._class_ids[logits[:, candidates].argmax(axis=0)]
        score = 1.0 / (1.0 + np.exp(-best[candidates].astype(np.float64)))
        kept = suppress(box_px, score, class_id, max_iou)
        return ImageBoxes(box_px[kept], class_id[kept], score[kept])

    def _decode(self, raw_edges: NDArray[np.float32], anchors_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected distance of each edge from the anchor under the network's distribution over bins."""
        logits = raw_edges.reshape(4, self._reg_max, -1).astype(np.float64)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        distance = (weights * np.arange(self._reg_max)[None, :, None]).sum(axis=1) / weights.sum(axis=1)
        x, y, stride = anchors_px.T
        left, top, right, bottom = distance * stride
        return np.stack([x - left, y - top, x + right, y + bottom], axis=1) - 0.5

    def _plan(self, height: int, width: int) -> tuple[Network, NDArray[np.float64]]:
        if (height, width) not in self._plans:
            network = load_network(self._weights, (1, height, width, 3), self._threads)
            self._plans[height, width] = (network, _anchors(height, width, self._strides))
        return self._plans[height, width]


def pad_to_multiple(image_rgb: NDArray[np.uint8], multiple: int) -> NDArray[np.uint8]:
    """The picture with grey (114) below and to the right, so that `multiple` divides both sides; itself if it fits."""
    height, width = image_rgb.shape[:2]
    below, right = -height % multiple, -width % multiple
    if not below and not right:
        return image_rgb
    return np.pad(image_rgb, ((0, below), (0, right), (0, 0)), constant_values=114)


def _anchors(height: int, width: int, strides: tuple[int, ...]) -> NDArray[np.float64]:
    """(A, 3) x, y of the cells' centres counted from the picture's corner, and stride, as the output orders them."""
    rows = []
    for stride in strides:
        y, x = np.mgrid[0 : height // stride, 0 : width // stride]
        centers = np.stack([x.ravel(), y.ravel()], axis=1) * float(stride) + stride / 2.0
        rows.append(np.column_stack([centers, np.full(len(centers), float(stride))]))
    return np.concatenate(rows)


@dataclass(frozen=True, slots=True)
class YoloConfig:
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


@IMAGE_DETECTORS.register("yolo-street-v1", YoloConfig)
class YoloDetector:
    """One camera's frame -> boxes in its image, by a network trained on the simulator."""

    def __init__(self, config: YoloConfig) -> None:
        path = Path(config.weights) if config.weights else WEIGHTS / "camera_yolo.onnx"
        self._network = YoloNetwork(require_weights(path, "moosetest train camera"), config.threads)
        self._config = config

    @property
    def needs(self) -> frozenset[str]:
        """The one camera."""
        return frozenset({self._config.sensor_id})

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def detect(self, bundle: SensorBundle) -> ImageDetections:
        """Boxes at `bundle.t_ns`; raises KeyError if the camera is not in the bundle."""
        frame = bundle.frames[self._config.sensor_id]
        if not isinstance(frame, CameraFrame):
            raise TypeError(f"{self._config.sensor_id}: {type(frame).__name__}, want a CameraFrame")
        return self._network.boxes(frame.image_rgb, self._config.min_score, self._config.max_iou).of_frame(frame)
