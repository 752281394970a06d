"""The two-stage camera network that comes with the project, trained on the simulator, to compare the YOLO with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ObjectClass
from perception.camera.boxes import ImageBoxes, suppress
from perception.camera.one_camera import NetworkConfig, NetworkDetector, pad_to_multiple
from perception.inference import WEIGHTS, Network, load_network, read_metadata, require_weights
from perception.registry import IMAGE_DETECTORS

KIND = "moosetest-camera-faster-rcnn"
COMMAND = "moosetest train camera --network faster-rcnn"
MAX_CANDIDATES = 400
"""Best pairs of a proposal and a class that enter suppression: ten an object in a picture of forty."""


class FasterRcnnNetwork:
    """A trained two-stage network: picture -> boxes. Keeps one plan a picture size.

    The file holds both stages with the suppression of proposals; each of those comes out with a box and a score for
    every class, of which the good ones are chosen here.

    Args:
        weights: ONNX file written by `train_camera`.
        threads: of one call.
    """

    def __init__(self, weights: Path, threads: int) -> None:
        self._weights, self._threads = weights, threads
        metadata = read_metadata(weights, KIND)
        self._class_ids = np.array([ObjectClass[name] for name in metadata["classes"]], dtype=np.int16)
        self._stride = int(metadata["stride"])
        self._plans: dict[tuple[int, int], Network] = {}

    def boxes(self, image_rgb: NDArray[np.uint8], min_score: float, max_iou: float) -> ImageBoxes:
        """Boxes with at least `min_score`, of which none overlaps a better one by more than `max_iou`."""
        padded = pad_to_multiple(image_rgb, self._stride)
        box_px, score = self._plan(padded.shape[0], padded.shape[1])(padded[None])
        proposal, channel = np.nonzero(score >= min_score)
        best = np.argsort(-score[proposal, channel], kind="stable")[:MAX_CANDIDATES]
        proposal, channel = proposal[best], channel[best]
        # Edges at half integers: the left edge of the first pixel is -0.5, and 0 for the network.
        candidates_px = box_px[proposal, channel].astype(np.float64) - 0.5
        scores, class_id = score[proposal, channel].astype(np.float64), self._class_ids[channel]
        kept = suppress(candidates_px, scores, class_id, max_iou)
        return ImageBoxes(candidates_px[kept], class_id[kept], scores[kept])

    def _plan(self, height: int, width: int) -> Network:
        if (height, width) not in self._plans:
            self._plans[height, width] = load_network(self._weights, (1, height, width, 3), self._threads)
        return self._plans[height, width]


@IMAGE_DETECTORS.register("faster-rcnn-street-v1", NetworkConfig)
class FasterRcnnDetector(NetworkDetector):
    """One camera's frame -> boxes in its image, by the two-stage network."""

    def __init__(self, config: NetworkConfig) -> None:
        path = Path(config.weights) if config.weights else WEIGHTS / "camera_faster_rcnn.onnx"
        super().__init__(FasterRcnnNetwork(require_weights(path, COMMAND), config.threads), config)
