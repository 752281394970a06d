"""Kerb stones along the edges of strips that lie higher than their neighbours."""

from __future__ import annotations

import numpy as np

from sim.world.scenery.strips import Floats, Strip

KERB_RGB = (0.42, 0.41, 0.39)
KERB_WIDTH_M = 0.15  # DIN EN 1340: common kerb stones are 15 cm wide


def beside_kerb(edge: Floats, other_edge: Floats) -> Floats:
    """(K, 3) where the kerb stones along `edge` end; they take no more than the strip between the edges is wide."""
    across = other_edge - edge
    width_m = np.linalg.norm(across[:, :2], axis=1, keepdims=True)
    return edge + across * np.minimum(1.0, KERB_WIDTH_M / np.maximum(width_m, 1e-6))


def kerb_face(strip: Strip, step_m: float) -> Floats:
    """(K - 1, 4, 3) cells of the upright face along a strip's inner edge, seen from the middle of the road."""
    return sheet(strip, strip.inner_world_m - (0.0, 0.0, step_m), strip.inner_world_m)


def sheet(strip: Strip, inside: Floats, outside: Floats) -> Floats:
    """(K - 1, 4, 3) cells between two lines along a strip, seen from above or from the middle of the road."""
    left, right = (outside, inside) if strip.lane.lane_id > 0 else (inside, outside)
    return np.stack([right[:-1], right[1:], left[1:], left[:-1]], axis=1)
