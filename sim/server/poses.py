"""Poses of many bodies at once: roll-pitch-yaw, matrices and CARLA's angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import convert
from sim.server.layouts import CarlaTransform, LayoutError

FloatArray = NDArray[np.float64]

FARTHEST_M = 1e6
"""Places further from the map's origin are refused: clients' single precision tells them to 6 cm at best."""


def rotations(rpy_rad: FloatArray) -> FloatArray:
    """(N, 3, 3) rotations body -> world of ISO roll, pitch, yaw (N, 3)."""
    cosine, sine = np.cos(rpy_rad), np.sin(rpy_rad)
    cr, cp, cy = cosine[:, 0], cosine[:, 1], cosine[:, 2]
    sr, sp, sy = sine[:, 0], sine[:, 1], sine[:, 2]
    rotation = np.empty((len(rpy_rad), 3, 3))
    rotation[:, 0, 0], rotation[:, 0, 1], rotation[:, 0, 2] = cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr
    rotation[:, 1, 0], rotation[:, 1, 1], rotation[:, 1, 2] = sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr
    rotation[:, 2, 0], rotation[:, 2, 1], rotation[:, 2, 2] = -sp, cp * sr, cp * cr
    return rotation


def matrices(position_m: FloatArray, rpy_rad: FloatArray) -> FloatArray:
    """(N, 4, 4) transforms body -> world."""
    matrix = np.zeros((len(rpy_rad), 4, 4))
    matrix[:, :3, :3] = rotations(rpy_rad)
    matrix[:, :3, 3] = position_m
    matrix[:, 3, 3] = 1.0
    return matrix


def rpy_of(matrix: FloatArray) -> FloatArray:
    """(..., 3) ISO roll, pitch, yaw of transforms (..., 4, 4)."""
    roll = np.arctan2(matrix[..., 2, 1], matrix[..., 2, 2])
    pitch = np.arcsin(np.clip(-matrix[..., 2, 0], -1.0, 1.0))
    yaw = np.arctan2(matrix[..., 1, 0], matrix[..., 0, 0])
    return np.stack([roll, pitch, yaw], axis=-1)


def carla_rotations_deg(rpy_rad: FloatArray) -> FloatArray:
    """(N, 3) CARLA pitch, yaw, roll in degrees (yaw in [-180, 180)) of ISO roll, pitch, yaw."""
    degrees = np.degrees(rpy_rad)
    yaw = (180.0 - degrees[:, 2]) % 360.0 - 180.0
    return np.stack([-degrees[:, 1], yaw, degrees[:, 0]], axis=-1)


def from_carla(transform: CarlaTransform) -> FloatArray:
    """(4, 4) ISO transform of one from the wire."""
    return convert.pose_from_carla(transform.location_m, transform.rotation_deg)


def place_from_carla(transform: CarlaTransform) -> FloatArray:
    """(4, 4) ISO transform of where a client puts something.

    Raises:
        LayoutError: too far away.
    """
    check_reach(transform.location_m)
    return from_carla(transform)


def check_reach(location_m: tuple[float, float, float]) -> None:
    """Raise LayoutError for a place too far away."""
    if max(abs(along) for along in location_m) > FARTHEST_M:
        x, y, z = location_m
        raise LayoutError(f"location ({x:g}, {y:g}, {z:g}) m, want at most {FARTHEST_M:g} m along each axis")


def to_carla(T_world_body: FloatArray) -> CarlaTransform:
    """The wire form of an ISO transform (4, 4)."""
    location, rotation = convert.carla_from_pose(T_world_body)
    return CarlaTransform((location[0], location[1], location[2]), (rotation[0], rotation[1], rotation[2]))


def flip(vector: tuple[float, float, float] | FloatArray) -> FloatArray:
    """A point or free vector, CARLA -> ISO or back."""
    return convert.flip_points(vector)
