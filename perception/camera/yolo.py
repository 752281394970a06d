"""The camera network that comes with the project, trained on the simulator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ObjectClass
from perception.camera.boxes import ImageBoxes, suppress
from perception.camera.one_camera import NetworkConfig, NetworkDetector, pad_to_multiple
from perception.inference import WEIGHTS, Network, load_network, read_metadata, require_weights
from perception.registry import IMAGE_DETECTORS

KIND = "moosetest-camera"
MAX_CANDIDATES = 400
"""Best anchors that enter suppression: ten an object in a picture of forty."""


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


def _anchors(height: int, width: int, strides: tuple[int, ...]) -> NDArray[np.float64]:
    """(A, 3) x, y of the cells' centres counted from the picture's corner, and stride, as the output orders them."""
    rows = []
    for stride in strides:
        y, x = np.mgrid[0 : height // stride, 0 : width // stride]
        centers = np.stack([x.ravel(), y.ravel()], axis=1) * float(stride) + stride / 2.0
        rows.append(np.column_stack([centers, np.full(len(centers), float(stride))]))
    return np.concatenate(rows)


@IMAGE_DETECTORS.register("yolo-street-v1", NetworkConfig)
class YoloDetector(NetworkDetector):
    """One camera's frame -> boxes in its image, by the one-stage network."""

    def __init__(self, config: NetworkConfig) -> None:
        path = Path(config.weights) if config.weights else WEIGHTS / "camera_yolo.onnx"
        super().__init__(YoloNetwork(require_weights(path, "moosetest train camera"), config.threads), config)
