"""From the face that a radar sees to a guess of the whole thing behind it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class GuessedBoxes(NamedTuple):
    """Boxes that stand on the ground, K of them: centre, length, width and height, heading, covariance of the centre.

    An axis has two ways; the heading is one of them.
    """

    center_ego_m: FloatArray
    size_lwh_m: FloatArray
    yaw_ego_rad: FloatArray
    cov_center_m2: FloatArray


def boxes_of_returns(
    place_ego_m: FloatArray, first: NDArray[np.intp], T_ego_sensor: Transform, sd: tuple[float, float]
) -> GuessedBoxes:
    """The boxes of K things that gave returns, with sides along and across the sensor's own axis.

    Args:
        place_ego_m: (N, 3), thing after thing.
        first: (K,) where each thing's returns begin.
        T_ego_sensor: where the radar is.
        sd: its resolution in range in metres, and in azimuth in radians.
    """
    mount_m, yaw_rad = T_ego_sensor.translation_m, T_ego_sensor.yaw_rad
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    x_m, y_m = place_ego_m[:, 0] - mount_m[0], place_ego_m[:, 1] - mount_m[1]
    spread_m = np.column_stack([cos * x_m + sin * y_m, cos * y_m - sin * x_m])
    near_m, far_m = np.minimum.reduceat(spread_m, first), np.maximum.reduceat(spread_m, first)
    sides_m, shows_side = _sides(far_m - near_m)
    ahead_m, left_m = near_m[:, 0] + sides_m[:, 0] / 2.0, (near_m[:, 1] + far_m[:, 1]) / 2.0
    height_m = np.maximum(np.maximum.reduceat(place_ego_m[:, 2], first), LEAST_HEIGHT_M)
    from_mount_m = np.column_stack([cos * ahead_m - sin * left_m, sin * ahead_m + cos * left_m])
    length_width_m = np.where(shows_side[:, None], sides_m[:, ::-1], sides_m)
    return GuessedBoxes(
        np.column_stack([from_mount_m + mount_m[:2], height_m / 2.0]),
        np.column_stack([length_width_m, height_m]),
        yaw_rad + np.where(shows_side, np.pi / 2.0, 0.0),
        _covariances_m2(from_mount_m, *sd),
    )


def _sides(extent_m: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Depth and width (K, 2) of things whose returns spread that deep and wide, and which show their long side."""
    depth_m, width_m = extent_m.T
    shows_side = width_m > np.maximum(WIDEST_VEHICLE_M, depth_m)
    side_first = np.where(shows_side[:, None], [VEHICLE_WIDTH_M, VEHICLE_LENGTH_M], [VEHICLE_LENGTH_M, VEHICLE_WIDTH_M])
    small = np.maximum(depth_m, width_m) < VEHICLE_EXTENT_M
    return np.maximum(extent_m, np.where(small[:, None], LEAST_SIDE_M, side_first)), shows_side


def _covariances_m2(from_sensor_m: FloatArray, range_sd_m: float, azimuth_sd_rad: float) -> FloatArray:
    """(K, 3, 3) along the line of sight, across it and up, turned into the axes of `from_sensor_m` (K, 2)."""
    x_m, y_m = from_sensor_m.T
    bearing_rad = np.arctan2(y_m, x_m)
    cos, sin = np.cos(bearing_rad), np.sin(bearing_rad)
    along_m2 = range_sd_m**2 + DEPTH_SD_M**2
    across_m2 = (azimuth_sd_rad * np.hypot(x_m, y_m)) ** 2 + FACE_SD_M**2
    cov_m2 = np.zeros((len(x_m), 3, 3))
    cov_m2[:, 0, 0] = cos**2 * along_m2 + sin**2 * across_m2
    cov_m2[:, 1, 1] = sin**2 * along_m2 + cos**2 * across_m2
    cov_m2[:, 0, 1] = cov_m2[:, 1, 0] = cos * sin * (along_m2 - across_m2)
    cov_m2[:, 2, 2] = HEIGHT_SD_M**2
    return cov_m2
