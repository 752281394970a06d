"""From the face that a radar sees to a guess of the whole thing behind it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import Transform

VEHICLE_EXTENT_M = 1.2
"""Returns spread wider come from no person, and from no cyclist seen from behind: a handlebar is 0.7 m wide."""
WIDEST_VEHICLE_M = 2.6
"""A road vehicle is at most 2.55 m wide (Directive 96/53/EC): what spreads wider shows its side."""
VEHICLE_LENGTH_M, VEHICLE_WIDTH_M = 4.2, 1.8
"""A car's, for the part of it that no return tells."""
LEAST_SIDE_M, LEAST_HEIGHT_M = 0.5, 1.5
"""A person's."""
DEPTH_SD_M = 1.0
"""How far the centre lies behind the face that was seen: between a person's 0.25 m and a car's 2.1 m."""
FACE_SD_M = 0.3
"""How far the middle of a few returns lies from that of the face they came from."""
HEIGHT_SD_M = 0.5
"""How far the middle height is off: people and cars are 1.5 to 1.9 m high, vans and lorries 2.5 to 4 m."""


class GuessedBox(NamedTuple):
    """A box that stands on the ground: centre (3,), length, width and height, heading, covariance (3, 3) of the centre.

    An axis has two ways; the heading is one of them.
    """

    center_ego_m: FloatArray
    size_lwh_m: tuple[float, float, float]
    yaw_ego_rad: float
    cov_center_m2: FloatArray


def box_of_returns(
    place_ego_m: FloatArray, T_ego_sensor: Transform, range_sd_m: float, azimuth_sd_rad: float
) -> GuessedBox:
    """The box of the thing that gave returns at (N, 3), with sides along and across the sensor's own axis.

    Args:
        place_ego_m: N >= 1 places.
        T_ego_sensor: where the radar is.
        range_sd_m: its resolution in range.
        azimuth_sd_rad: its resolution in azimuth.
    """
    mount_m, yaw_rad = T_ego_sensor.translation_m, T_ego_sensor.yaw_rad
    R_ego_mount = np.array([[np.cos(yaw_rad), -np.sin(yaw_rad)], [np.sin(yaw_rad), np.cos(yaw_rad)]])
    spread_m = (place_ego_m[:, :2] - mount_m[:2]) @ R_ego_mount
    near_m, far_m = spread_m.min(axis=0), spread_m.max(axis=0)
    sides_m, shows_side = _sides(far_m - near_m)
    middle_m = np.array([near_m[0] + sides_m[0] / 2.0, (near_m[1] + far_m[1]) / 2.0])
    height_m = max(float(place_ego_m[:, 2].max()), LEAST_HEIGHT_M)
    center_ego_m = np.append(R_ego_mount @ middle_m + mount_m[:2], height_m / 2.0)
    length_m, width_m = sides_m[::-1] if shows_side else sides_m
    return GuessedBox(
        center_ego_m,
        (float(length_m), float(width_m), height_m),
        yaw_rad + (np.pi / 2.0 if shows_side else 0.0),
        _covariance_m2(center_ego_m - mount_m, range_sd_m, azimuth_sd_rad),
    )


def _sides(extent_m: FloatArray) -> tuple[FloatArray, bool]:
    """Depth and width (2,) of a thing whose returns spread that deep and wide, and whether it shows its long side."""
    depth_m, width_m = extent_m
    shows_side = bool(width_m > max(WIDEST_VEHICLE_M, depth_m))
    if max(depth_m, width_m) < VEHICLE_EXTENT_M:
        least_m = [LEAST_SIDE_M, LEAST_SIDE_M]
    elif shows_side:
        least_m = [VEHICLE_WIDTH_M, VEHICLE_LENGTH_M]
    else:
        least_m = [VEHICLE_LENGTH_M, VEHICLE_WIDTH_M]
    return np.maximum(extent_m, least_m), shows_side


def _covariance_m2(from_sensor_m: FloatArray, range_sd_m: float, azimuth_sd_rad: float) -> FloatArray:
    """(3, 3) along the line of sight, across it and up, turned into the axes of `from_sensor_m`."""
    distance_m = max(float(np.hypot(from_sensor_m[0], from_sensor_m[1])), LEAST_SIDE_M)
    along_m2 = range_sd_m**2 + DEPTH_SD_M**2
    across_m2 = (azimuth_sd_rad * distance_m) ** 2 + FACE_SD_M**2
    cos, sin = from_sensor_m[:2] / np.hypot(*from_sensor_m[:2]) if distance_m > LEAST_SIDE_M else (1.0, 0.0)
    R_ego_sight = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return R_ego_sight @ np.diag([along_m2, across_m2, HEIGHT_SD_M**2]) @ R_ego_sight.T
