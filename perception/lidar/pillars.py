"""The LiDAR network that comes with the project, trained on the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moosetest.config import ConfigError, want_share
from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import LidarFrame, SensorBundle
from perception.inference import WEIGHTS, load_network, read_metadata, require_weights
from perception.lidar.box_codec import CLASSES, SpaceBoxes, decode
from perception.lidar.canvas import BANDS_M, N_CHANNELS, Grid, canvas_of
from perception.lidar.covariance import RangeError
from perception.registry import DETECTORS

KIND = "moosetest-lidar"


class PillarsNetwork:
    """A trained LiDAR network: points -> boxes.

    Args:
        weights: ONNX file written by `train_lidar`.
        threads: of one call.
    """

    def __init__(self, weights: Path, threads: int) -> None:
        metadata = read_metadata(weights, KIND)
        if metadata["bands_m"] != list(BANDS_M) or metadata["classes"] != [c.name for c in CLASSES]:
            raise ConfigError(f"{weights}: made for another canvas or other classes; `moosetest train lidar` makes it")
        self.grid = Grid(**metadata["grid"])
        self.errors = {ObjectClass[name]: RangeError(*values) for name, values in metadata.get("errors", {}).items()}
        self._run = load_network(weights, (1, N_CHANNELS, self.grid.n_x, self.grid.n_y), threads)

    def boxes(self, points_ego_m: NDArray[np.float32], min_score: float) -> SpaceBoxes:
        """Boxes with at least `min_score`, best first, at most one a place."""
        maps = self._run(canvas_of(points_ego_m, self.grid)[None])[0][0]
        return decode(maps[: len(CLASSES)], maps[len(CLASSES) :], self.grid, min_score)


@dataclass(frozen=True, slots=True)
class PillarsConfig:
    """Which LiDAR, which weights, what to keep.

    Args:
        sensor_id: the LiDAR.
        weights: ONNX file of `moosetest train lidar`; empty for the one that comes with the project.
        min_score: least score handed on; low, because the tracker weighs scores itself.
        threads: of the network.
    """

    sensor_id: str = "lidar_front"
    weights: str = ""
    min_score: float = 0.2
    threads: int = 2

    def __post_init__(self) -> None:
        want_share(self, "min_score")


@DETECTORS.register("pillars-v1", PillarsConfig)
class PillarsDetector:
    """One LiDAR's sweep -> boxes with class, by a network trained on the simulator."""

    def __init__(self, config: PillarsConfig) -> None:
        path = Path(config.weights) if config.weights else WEIGHTS / "lidar_pillars.onnx"
        self._network = PillarsNetwork(require_weights(path, "moosetest train lidar"), config.threads)
        self._config = config

    @property
    def needs(self) -> frozenset[str]:
        """The one LiDAR."""
        return frozenset({self._config.sensor_id})

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def detect(self, bundle: SensorBundle) -> Detections:
        """Boxes at `bundle.t_ns`; a missing sweep gives an empty result."""
        frame = bundle.frames.get(self._config.sensor_id)
        if not isinstance(frame, LidarFrame):
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        points_ego_m = frame.T_ego_sensor.points(frame.points_sensor_m).astype(np.float32)
        return as_detections(frame, self._network.boxes(points_ego_m, self._config.min_score), self._network.errors)


def as_detections(
    frame: LidarFrame, boxes: SpaceBoxes, errors: Mapping[ObjectClass, RangeError] | None = None
) -> Detections:
    """Boxes as a stage hands them on, with covariances from the errors of each class."""
    n = len(boxes.score)
    errors = errors or {}
    models = [errors.get(ObjectClass(c), RangeError()) for c in boxes.class_id]
    origin_m = frame.T_ego_sensor.translation_m
    covariances = [m.covariance_m2(center - origin_m) for m, center in zip(models, boxes.center_ego_m, strict=True)]
    return Detections(
        sensor_id=frame.sensor_id,
        t_ns=frame.t_ns,
        center_ego_m=boxes.center_ego_m,
        size_lwh_m=boxes.size_lwh_m,
        yaw_ego_rad=boxes.yaw_ego_rad,
        cov_center_m2=np.array(covariances).reshape(n, 3, 3),
        velocity_ego_mps=np.zeros((n, 2)),
        has_velocity=np.zeros(n, np.bool_),
        radial_speed_mps=np.zeros(n),
        has_radial_speed=np.zeros(n, np.bool_),
        class_id=boxes.class_id,
        score=boxes.score,
    )
