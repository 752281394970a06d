"""Gap and time to collision between two boxes on the ground plane."""

from __future__ import annotations

import math

import numpy as np
import shapely

from moosetest.arrays import FloatArray

TTC_HORIZON_S = 8.0
TTC_STEP_S = 0.02


def box_corners(center_m: FloatArray, length_m: float, width_m: float, yaw_rad: float) -> FloatArray:
    """(4, 2) corners of a rectangle, counter-clockwise from the front left."""
    half = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * np.array([length_m, width_m]) / 2.0
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.asarray(half @ np.array([[c, s], [-s, c]]) + np.asarray(center_m)[:2])


def box_corners_3d(center_m: FloatArray, size_lwh_m: FloatArray, rotation: FloatArray) -> FloatArray:
    """(8, 3) corners of a box whose axes are the columns of `rotation` (3, 3), in the frame of its centre."""
    signs = np.array(np.meshgrid([-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5])).reshape(3, -1).T
    return np.asarray(center_m + (signs * size_lwh_m) @ rotation.T)


def gap_m(corners_a_m: FloatArray, corners_b_m: FloatArray) -> float:
    """Distance between two rectangles; 0 when they touch."""
    return float(shapely.distance(shapely.Polygon(corners_a_m), shapely.Polygon(corners_b_m)))


def time_to_collision_s(
    corners_a_m: FloatArray, velocity_a_mps: FloatArray, corners_b_m: FloatArray, velocity_b_mps: FloatArray
) -> float:
    """When the rectangles first touch if both keep their velocity; infinity when not within `TTC_HORIZON_S`.

    Time to collision by constant velocity, of boxes and not of centres.
    """
    times_s = np.arange(0.0, TTC_HORIZON_S, TTC_STEP_S)
    relative_mps = np.asarray(velocity_b_mps)[:2] - np.asarray(velocity_a_mps)[:2]
    separated = np.zeros(len(times_s), dtype=bool)
    for axis in _axes(corners_a_m, corners_b_m):
        a, b = corners_a_m @ axis, corners_b_m @ axis
        shift = times_s * float(relative_mps @ axis)
        separated |= (b.min() + shift > a.max()) | (b.max() + shift < a.min())
    hits = np.flatnonzero(~separated)
    return float(times_s[hits[0]]) if len(hits) else math.inf


def _axes(*rectangles: FloatArray) -> FloatArray:
    edges = np.concatenate([[r[0] - r[1], r[1] - r[2]] for r in rectangles])
    return edges / np.linalg.norm(edges, axis=1, keepdims=True)
