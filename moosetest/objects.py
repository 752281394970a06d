"""Objects as the stages see them: boxes in an image, boxes in space, tracks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require, set_arrays
from moosetest.frames import Transform


class ObjectClass(IntEnum):
    """What a thing is called. UNKNOWN is an honest answer: something solid, of no known class."""

    UNKNOWN = 0
    PERSON = 1
    BICYCLE = 2
    CAR = 3
    MOTORCYCLE = 4
    BUS = 5
    TRUCK = 6


N_CLASSES = len(ObjectClass)


class TrackStatus(IntEnum):
    """Life of a track: seen too seldom to be believed, believed, believed but not seen just now."""

    TENTATIVE = 0
    CONFIRMED = 1
    COASTED = 2


class TrackIdx(IntEnum):
    """Columns of a track's state covariance."""

    X = 0
    Y = 1
    YAW = 2
    VX = 3
    VY = 4
    YAW_RATE = 5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ImageDetections:
    """Boxes in one camera's image at one instant, with the camera that saw them.

    `box_px` (N, 4) = left, top, right, bottom edges in pixels (pixel centres at integers, edges at half integers);
    `image_size_px` = width, height.
    """

    sensor_id: str
    t_ns: int
    box_px: NDArray[np.float64]
    class_id: NDArray[np.int16]
    score: NDArray[np.float64]
    K_px: NDArray[np.float64]
    T_ego_sensor: Transform
    image_size_px: tuple[int, int]

    def __post_init__(self) -> None:
        fields = {"box_px": (("N", 4), np.float64), "class_id": (("N",), np.int16), "score": (("N",), np.float64)}
        set_arrays(self, {**fields, "K_px": ((3, 3), np.float64)})
        require(
            bool(np.all(self.box_px[:, 2:] > self.box_px[:, :2])), "ImageDetections.box_px: right > left, bottom > top"
        )
        _check_scores("ImageDetections", self.class_id, self.score)

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Detections:
    """Boxes in space from one sensor at one instant, in the ego frame.

    `center_ego_m` (N, 3) geometric centre; `size_lwh_m` (N, 3) > 0; `yaw_ego_rad` (N,) in [-pi, pi);
    `velocity_ego_mps` (N, 2) over ground, expressed in ego axes, valid where `has_velocity`;
    `radial_speed_mps` (N,) over ground (own motion removed), along the line of sight, + receding, valid where
    `has_radial_speed`.
    """

    sensor_id: str
    t_ns: int
    center_ego_m: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    yaw_ego_rad: NDArray[np.float64]
    cov_center_m2: NDArray[np.float64]
    velocity_ego_mps: NDArray[np.float64]
    has_velocity: NDArray[np.bool_]
    radial_speed_mps: NDArray[np.float64]
    has_radial_speed: NDArray[np.bool_]
    class_id: NDArray[np.int16]
    score: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = ("N",)
        set_arrays(
            self,
            {
                "center_ego_m": (("N", 3), np.float64),
                "size_lwh_m": (("N", 3), np.float64),
                "yaw_ego_rad": (n, np.float64),
                "cov_center_m2": (("N", 3, 3), np.float64),
                "velocity_ego_mps": (("N", 2), np.float64),
                "has_velocity": (n, np.bool_),
                "radial_speed_mps": (n, np.float64),
                "has_radial_speed": (n, np.bool_),
                "class_id": (n, np.int16),
                "score": (n, np.float64),
            },
        )
        require(bool(np.all(self.size_lwh_m > 0)), "Detections.size_lwh_m: want sizes > 0")
        _check_scores("Detections", self.class_id, self.score)

    def __len__(self) -> int:
        return len(self.score)

    @classmethod
    def empty(cls, sensor_id: str, t_ns: int) -> Detections:
        """No detection: N = 0."""
        z = np.zeros
        return cls(
            sensor_id=sensor_id,
            t_ns=t_ns,
            center_ego_m=z((0, 3)),
            size_lwh_m=z((0, 3)),
            yaw_ego_rad=z(0),
            cov_center_m2=z((0, 3, 3)),
            velocity_ego_mps=z((0, 2)),
            has_velocity=z(0, np.bool_),
            radial_speed_mps=z(0),
            has_radial_speed=z(0, np.bool_),
            class_id=z(0, np.int16),
            score=z(0),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tracks:
    """Tracked objects in the world frame.

    `existence` (M,) is the belief that something solid is there; `class_prob` (M, C) the belief what it is, rows sum
    to 1: the two are kept apart, so that an unclassified obstacle is still an obstacle. `cov_state` (M, 6, 6) over
    `TrackIdx`; `track_id` is never reused; `seen_by` (M,) is a bit mask over the sensors in the tracker's order.
    """

    t_ns: int
    track_id: NDArray[np.int64]
    center_world_m: NDArray[np.float64]
    yaw_world_rad: NDArray[np.float64]
    velocity_world_mps: NDArray[np.float64]
    yaw_rate_radps: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    cov_state: NDArray[np.float64]
    existence: NDArray[np.float64]
    class_prob: NDArray[np.float64]
    status: NDArray[np.int8]
    last_update_ns: NDArray[np.int64]
    seen_by: NDArray[np.uint8]

    def __post_init__(self) -> None:
        m = ("M",)
        set_arrays(
            self,
            {
                "track_id": (m, np.int64),
                "center_world_m": (("M", 3), np.float64),
                "yaw_world_rad": (m, np.float64),
                "velocity_world_mps": (("M", 2), np.float64),
                "yaw_rate_radps": (m, np.float64),
                "size_lwh_m": (("M", 3), np.float64),
                "cov_state": (("M", 6, 6), np.float64),
                "existence": (m, np.float64),
                "class_prob": (("M", N_CLASSES), np.float64),
                "status": (m, np.int8),
                "last_update_ns": (m, np.int64),
                "seen_by": (m, np.uint8),
            },
        )
        require(len(np.unique(self.track_id)) == len(self.track_id), "Tracks.track_id: ids repeat")
        in_range = np.all((self.existence >= 0) & (self.existence <= 1))
        require(bool(in_range), "Tracks.existence: want values in [0, 1]")
        sums = self.class_prob.sum(axis=1)
        require(bool(np.allclose(sums, 1.0, atol=1e-6)), "Tracks.class_prob: want rows that sum to 1")

    def __len__(self) -> int:
        return len(self.track_id)

    def select(self, mask: NDArray[np.bool_]) -> Tracks:
        """The tracks where `mask` (M,) is true."""
        names = [n for n in self.__dataclass_fields__ if n != "t_ns"]
        return Tracks(t_ns=self.t_ns, **{n: getattr(self, n)[mask] for n in names})

    @classmethod
    def empty(cls, t_ns: int) -> Tracks:
        """No track: M = 0."""
        z = np.zeros
        return cls(
            t_ns=t_ns,
            track_id=z(0, np.int64),
            center_world_m=z((0, 3)),
            yaw_world_rad=z(0),
            velocity_world_mps=z((0, 2)),
            yaw_rate_radps=z(0),
            size_lwh_m=z((0, 3)),
            cov_state=z((0, 6, 6)),
            existence=z(0),
            class_prob=z((0, N_CLASSES)),
            status=z(0, np.int8),
            last_update_ns=z(0, np.int64),
            seen_by=z(0, np.uint8),
        )


def _check_scores(owner: str, class_id: NDArray[np.int16], score: NDArray[np.float64]) -> None:
    require(bool(np.all((score >= 0) & (score <= 1))), f"{owner}.score: want values in [0, 1]")
    known = np.all((class_id >= 0) & (class_id < N_CLASSES))
    require(bool(known), f"{owner}.class_id: want values in [0, {N_CLASSES})")
