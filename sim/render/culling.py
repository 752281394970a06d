"""What lies in the volume that a projection shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def visible_in(planes: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) whether boxes touch a convex volume, given as (P, 4) planes whose insides are positive."""
    normals = planes[:, None, :3]
    corner = np.where(normals > 0.0, high[None], low[None])
    return ((corner * normals).sum(axis=2) + planes[:, None, 3] >= 0.0).all(axis=0)


def planes_of(clip_from_world: NDArray[np.float64]) -> NDArray[np.float64]:
    """(6, 4) planes of the clip volume of a projection matrix, insides positive."""
    last = clip_from_world[3]
    return np.concatenate([last + clip_from_world[:3], last - clip_from_world[:3]])
