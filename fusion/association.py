"""Which detection belongs to which track: gates, costs and the Hungarian assignment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from moosetest.arrays import FloatArray

_FORBIDDEN = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Pairs (detection[i], track[i]); what is in neither stays alone."""

    detection: NDArray[np.intp]
    track: NDArray[np.intp]


def assign(cost: FloatArray, allowed: NDArray[np.bool_]) -> Assignment:
    """The cheapest pairing of detections (N) and tracks (M) among the allowed ones; as many pairs as possible."""
    if not allowed.any():
        none = np.zeros(0, dtype=np.intp)
        return Assignment(none, none)
    rows, columns = linear_sum_assignment(np.where(allowed, cost, _FORBIDDEN))
    kept = allowed[rows, columns]
    return Assignment(rows[kept], columns[kept])


def mahalanobis(innovation: FloatArray, S: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Squared distance and log det S (...,) of plane innovations (..., 2) under S (..., 2, 2), in closed form."""
    a, b, c = S[..., 0, 0], S[..., 0, 1], S[..., 1, 1]
    det = a * c - b * b
    x, y = innovation[..., 0], innovation[..., 1]
    return (c * x * x - 2.0 * b * x * y + a * y * y) / det, np.log(det)


def inside_boxes(point_m: FloatArray, center_m: FloatArray, yaw_rad: FloatArray, half_m: FloatArray) -> FloatArray:
    """(N, M) how far points (N, 2) lie outside of rectangles (M): 0 within."""
    delta = point_m[:, None] - center_m[None]
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    along = np.abs(delta[..., 0] * cos + delta[..., 1] * sin) - half_m[:, 0]
    across = np.abs(delta[..., 1] * cos - delta[..., 0] * sin) - half_m[:, 1]
    return np.hypot(np.maximum(along, 0.0), np.maximum(across, 0.0))


def image_iou(a_px: FloatArray, b_px: FloatArray) -> FloatArray:
    """(N, M) intersection over union of image boxes (N, 4) and (M, 4)."""
    common = _common_area(a_px, b_px)
    total = box_area(a_px)[:, None] + box_area(b_px)[None] - common
    return common / np.maximum(total, 1e-9)


def share_covered(a_px: FloatArray, b_px: FloatArray) -> FloatArray:
    """(N, M) share of each box of `a_px` that lies within each of `b_px`."""
    return _common_area(a_px, b_px) / np.maximum(box_area(a_px)[:, None], 1e-9)


def box_area(box_px: FloatArray) -> FloatArray:
    """(N,) area of left, top, right, bottom boxes."""
    return np.asarray((box_px[:, 2] - box_px[:, 0]) * (box_px[:, 3] - box_px[:, 1]))


def _common_area(a_px: FloatArray, b_px: FloatArray) -> FloatArray:
    low = np.maximum(a_px[:, None, :2], b_px[None, :, :2])
    high = np.minimum(a_px[:, None, 2:], b_px[None, :, 2:])
    return np.prod(np.maximum(high - low, 0.0), axis=2)
