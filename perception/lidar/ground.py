"""Where the ground is under a sweep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELL_M = 3.0
"""Cells whose lowest return may be ground: several rings of the rig's LiDAR meet in one out to 50 m."""
BENDS_X_M = (20.0, 45.0, 80.0)
"""Distances ahead at which the road may change its slope."""
START_BAND_M = (0.6, 0.05)
"""First guess of what is ground: within this of flat, and this much more a metre away (a slope of 5 %)."""
FINAL_BAND_M = 0.12
"""Last round: kerbs, usually 0.1 to 0.15 m high, fall outside."""
BEND_STIFFNESS = 40.0
"""Weight of the prior that the road does not bend: as that of the cells of a 20 m piece of road."""


def heights_over_ground_m(points_ego_m: NDArray[np.floating]) -> NDArray[np.float32]:
    """(N,) height of each point (N, 3) over the ground under it.

    The ground is a plane through the sweep's low points that may bend at `BENDS_X_M`; without any it is z = 0.
    """
    coefficients = _fit(_low_points(points_ego_m))
    return (points_ego_m[:, 2] - _terms(points_ego_m) @ coefficients).astype(np.float32)


def _low_points(points_ego_m: NDArray[np.floating]) -> NDArray[np.float64]:
    """The lowest return of each cell, of those not far under the ground: multipath and noise lie there."""
    distance_m = np.hypot(points_ego_m[:, 0], points_ego_m[:, 1])
    inside = (distance_m < 120.0) & (np.abs(points_ego_m[:, 2]) < START_BAND_M[0] + START_BAND_M[1] * distance_m)
    points = points_ego_m[inside].astype(np.float64)
    if not len(points):
        return points
    # Cells symmetric about the x axis, so that a mirrored sweep has the mirrored ground.
    ix, iy = (np.rint(points[:, k] / CELL_M).astype(np.int64) for k in (0, 1))
    cell = (ix - ix.min()) * 1024 + iy + 512
    order = np.lexsort((points[:, 2], cell))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(cell[order]) != 0
    return points[order[first]]


def _fit(low: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares over low points, five times, each time without those that lie off the last surface."""
    terms = _terms(low)
    coefficients = np.zeros(terms.shape[1])
    prior = np.diag([1e-3, 1e-3, 1e-3, *(BEND_STIFFNESS * 100.0 for _ in BENDS_X_M)])
    bands_m = np.geomspace(START_BAND_M[0], FINAL_BAND_M, 5)
    for band_m in bands_m:
        residual = low[:, 2] - terms @ coefficients
        # Things stand on the ground, nothing hangs below it: the first rounds trim above more than below.
        near = (residual < band_m) & (residual > -2.0 * band_m)
        if near.sum() < 6:
            break
        a, b = terms[near], low[near, 2]
        coefficients = np.linalg.solve(a.T @ a + prior, a.T @ b)
    return coefficients


def _terms(points_m: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N, 3 + bends) offset, slope ahead, slope to the side, and a change of slope at each bend."""
    x, y = points_m[:, 0].astype(np.float64), points_m[:, 1].astype(np.float64)
    return np.column_stack([np.ones(len(x)), x, y, *(np.maximum(x - bend, 0.0) for bend in BENDS_X_M)])
