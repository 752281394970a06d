"""Frames with names that are checked at run time.

| frame     | axes                                   | origin                                  |
|-----------|----------------------------------------|-----------------------------------------|
| `world`   | ENU, right-handed, z up                | the map's origin                        |
| `ego`     | x forward, y left, z up                | on the ground under the rear axle       |
| `lidar_*` | x forward, y left, z up                | the mount                               |
| `radar_*` | x forward, y left, z up                | the mount                               |
| `imu_*`   | x forward, y left, z up                | the mount                               |
| `cam_*`   | optical: x right, y down, z forward    | the mount; pixel centres at integers    |

All metres and radians. `T_dst_src` maps points of `src` to `dst`; neighbours in a product must agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moosetest.arrays import ContractError, FloatArray, checked_array

# Optical axes (x right, y down, z forward) expressed in body axes (x forward, y left, z up).
R_BODY_OPTICAL: FloatArray = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """A rigid transform `T_dst_src`: maps points of frame `src` to frame `dst`.

    Args:
        dst: name of the target frame.
        src: name of the source frame.
        matrix: (4, 4) homogeneous matrix, rotation orthonormal, translation in metres.
    """

    dst: str
    src: str
    matrix: NDArray[np.float64]

    def __post_init__(self) -> None:
        matrix = checked_array("Transform.matrix", self.matrix, (4, 4), np.float64)
        rotation = matrix[:3, :3]
        if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6) or np.linalg.det(rotation) < 0:
            raise ContractError(f"T_{self.dst}_{self.src}: rotation is not right-handed orthonormal")
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def identity(cls, frame: str, src: str | None = None) -> Transform:
        """`T_frame_src` with coinciding axes (`src` defaults to `frame`)."""
        return cls(frame, src or frame, np.eye(4))

    @classmethod
    def from_xyz_rpy(cls, dst: str, src: str, xyz_m: ArrayLike, rpy_rad: ArrayLike = (0.0, 0.0, 0.0)) -> Transform:
        """Build from a translation and roll, pitch, yaw about x, y, z (applied in that order, ISO 8855 signs)."""
        roll, pitch, yaw = np.asarray(rpy_rad, dtype=np.float64)
        matrix = np.eye(4)
        matrix[:3, :3] = _rot_z(yaw) @ _rot_y(pitch) @ _rot_x(roll)
        matrix[:3, 3] = xyz_m
        return cls(dst, src, matrix)

    def __matmul__(self, other: Transform) -> Transform:
        """`T_a_b @ T_b_c` is `T_a_c`.

        Raises:
            ContractError: the inner names differ.
        """
        if self.src != other.dst:
            raise ContractError(f"T_{self.dst}_{self.src} @ T_{other.dst}_{other.src}: inner frames differ")
        return Transform(self.dst, other.src, self.matrix @ other.matrix)

    def inverse(self) -> Transform:
        """`T_src_dst`."""
        rotation_t = self.matrix[:3, :3].T
        matrix = np.eye(4)
        matrix[:3, :3] = rotation_t
        matrix[:3, 3] = -rotation_t @ self.matrix[:3, 3]
        return Transform(self.src, self.dst, matrix)

    def points(self, points_m: ArrayLike) -> FloatArray:
        """Map points (..., 3) of `src` to `dst`; does not modify its input."""
        p = np.asarray(points_m, dtype=np.float64)
        return p @ self.matrix[:3, :3].T + self.matrix[:3, 3]

    def vectors(self, vectors: ArrayLike) -> FloatArray:
        """Rotate free vectors (..., 3) of `src` into `dst`: no translation."""
        return np.asarray(vectors, dtype=np.float64) @ self.matrix[:3, :3].T

    @property
    def translation_m(self) -> FloatArray:
        """(3,) origin of `src` in `dst`."""
        return self.matrix[:3, 3]

    @property
    def yaw_rad(self) -> float:
        """Heading of the `src` x axis in `dst`, counter-clockwise about z, in [-pi, pi)."""
        return wrap_rad(float(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


def wrap_rad(angle_rad: float) -> float:
    """Wrap one angle into [-pi, pi)."""
    return (angle_rad + np.pi) % (2.0 * np.pi) - np.pi


def wrap_rad_array(angle_rad: ArrayLike) -> FloatArray:
    """Wrap angles into [-pi, pi)."""
    return (np.asarray(angle_rad, dtype=np.float64) + np.pi) % (2.0 * np.pi) - np.pi


def _rot_x(a: float) -> FloatArray:
    c, s = np.cos(a), np.sin(a)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def _rot_y(a: float) -> FloatArray:
    c, s = np.cos(a), np.sin(a)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _rot_z(a: float) -> FloatArray:
    c, s = np.cos(a), np.sin(a)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
