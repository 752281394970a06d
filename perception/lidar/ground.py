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
ENOUGH_POINTS = 15000
"""Returns that the fit looks at: every fourth of the rig's LiDAR."""
ROUNDS = 8
LEAST_CELLS = 6
"""A plane with bends has as many degrees of freedom."""
PRIOR = np.diag([1e-3, 1e-3, 1e-3, 400.0, 400.0, 400.0])
"""Against bends that one or two cells ask for: as strong as a cell 20 m beyond the bend."""
FLAT = np.zeros(6)


def heights_over_ground_m(points_ego_m: NDArray[np.floating]) -> NDArray[np.float32]:
    """(N,) height of each point (N, 3) over the ground under it.

    The ground is a plane through the sweep's low points that may bend at `BENDS_X_M`; without any it is z = 0.
    """
    offset, ahead, side, *bends = _ground(points_ego_m[:: max(1, len(points_ego_m) // ENOUGH_POINTS)])
    x, y = points_ego_m[:, 0], points_ego_m[:, 1]
    ground_m = offset + ahead * x + side * y
    for slope, bend_m in zip(bends, BENDS_X_M, strict=True):
        ground_m += slope * np.maximum(x - bend_m, 0.0)
    return (points_ego_m[:, 2] - ground_m).astype(np.float32)


def _ground(points_ego_m: NDArray[np.floating]) -> NDArray[np.float64]:
    """Coefficients of `_terms`, fitted to each cell's lowest return and then to the mean of all near that surface."""
    points = points_ego_m.astype(np.float64)
    distance_m = np.hypot(points[:, 0], points[:, 1])
    inside = (distance_m < 120.0) & (np.abs(points[:, 2]) < START_BAND_M[0] + START_BAND_M[1] * distance_m)
    points = points[inside]
    if not len(points):
        return FLAT
    # Cells symmetric about the x axis, so that a mirrored sweep has the mirrored ground.
    ix, iy = (np.rint(points[:, k] / CELL_M).astype(np.int64) for k in (0, 1))
    _, owner = np.unique((ix - ix.min()) * 1024 + iy + 512, return_inverse=True)
    coefficients = _fitted(_lowest(points, owner), FLAT, np.geomspace(START_BAND_M[0], FINAL_BAND_M, ROUNDS))
    # Lowest returns lie below the ground by the sensor's noise: means do not.
    near = np.abs(points[:, 2] - _terms(points) @ coefficients) < FINAL_BAND_M
    count = np.bincount(owner[near], minlength=owner.max() + 1)
    sums = [np.bincount(owner[near], points[near, k], minlength=len(count)) for k in range(3)]
    means = np.stack(sums, axis=1)[count > 0] / count[count > 0, None]
    return _fitted(means, coefficients, np.array([FINAL_BAND_M]))


def _lowest(points: NDArray[np.float64], owner: NDArray[np.intp]) -> NDArray[np.float64]:
    order = np.lexsort((points[:, 2], owner))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(owner[order]) != 0
    return points[order[first]]


def _fitted(
    points: NDArray[np.float64], coefficients: NDArray[np.float64], bands_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Least squares, a round for each band, each time without what lies farther from the last surface than the band."""
    terms = _terms(points)
    for band_m in bands_m:
        residual = points[:, 2] - terms @ coefficients
        # Things stand on the ground and nothing hangs below it: trim above more than below.
        near = (residual < band_m) & (residual > -2.0 * band_m)
        if near.sum() < LEAST_CELLS:
            break
        a, b = terms[near], points[near, 2]
        coefficients = np.linalg.solve(a.T @ a + PRIOR, a.T @ b)
    return coefficients


def _terms(points_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3 + bends) offset, slope ahead, slope to the side, and a change of slope at each bend."""
    x, y = points_m[:, 0], points_m[:, 1]
    return np.column_stack([np.ones(len(x)), x, y, *(np.maximum(x - bend, 0.0) for bend in BENDS_X_M)])
