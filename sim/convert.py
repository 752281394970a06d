"""CARLA's left-handed degrees <-> our right-handed radians: the only place where the handedness flips.

CARLA: x forward, y right, z up, degrees, yaw clockwise seen from above, pitch nose up positive. Ours (ISO 8855):
x forward, y left, z up, radians, yaw counter-clockwise, pitch nose down positive. The flip is y -> -y, its own
inverse; for angles: pitch and yaw change their sign, roll keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FLIP_Y: NDArray[np.float64] = np.diag([1.0, -1.0, 1.0, 1.0])


def flip_points(points: ArrayLike) -> NDArray[np.float64]:
    """Points or free vectors (..., 3), CARLA -> ours or back: y changes its sign."""
    return np.asarray(points, dtype=np.float64) * np.array([1.0, -1.0, 1.0])


def flip_axial(vector: ArrayLike) -> NDArray[np.float64]:
    """Angular velocities (..., 3): an axial vector keeps y, and x and z change their sign."""
    return np.asarray(vector, dtype=np.float64) * np.array([-1.0, 1.0, -1.0])


def carla_matrix(location_m: Sequence[float], rotation_deg: Sequence[float]) -> NDArray[np.float64]:
    """CARLA's own 4x4 of a transform (left-handed), from location x, y, z and rotation pitch, yaw, roll."""
    pitch, yaw, roll = np.radians(np.asarray(rotation_deg, dtype=np.float64))
    cp, sp, cy, sy, cr, sr = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw), np.cos(roll), np.sin(roll)
    return np.array(
        [
            [cp * cy, cy * sp * sr - sy * cr, -cy * sp * cr - sy * sr, location_m[0]],
            [cp * sy, sy * sp * sr + cy * cr, -sy * sp * cr + cy * sr, location_m[1]],
            [sp, -cp * sr, cp * cr, location_m[2]],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def pose_from_carla(location_m: Sequence[float], rotation_deg: Sequence[float]) -> NDArray[np.float64]:
    """Right-handed 4x4 `T_world_body` of a CARLA transform."""
    return FLIP_Y @ carla_matrix(location_m, rotation_deg) @ FLIP_Y


def carla_from_matrix(matrix: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """CARLA's location and rotation [pitch, yaw, roll] in degrees of a left-handed 4x4."""
    pitch = np.arcsin(np.clip(matrix[2, 0], -1.0, 1.0))
    yaw = np.arctan2(matrix[1, 0], matrix[0, 0])
    roll = np.arctan2(-matrix[2, 1], matrix[2, 2])
    return [float(v) for v in matrix[:3, 3]], [float(v) for v in np.degrees([pitch, yaw, roll])]


def carla_from_pose(T_world_body: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """CARLA's location and rotation [pitch, yaw, roll] in degrees of a right-handed 4x4."""
    return carla_from_matrix(FLIP_Y @ T_world_body @ FLIP_Y)
