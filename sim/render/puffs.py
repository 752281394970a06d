"""Puffs in the air as discs that face the eye, the farthest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.render.view import CameraView
from sim.world.scene import Puffs

PUFF_FORMAT = "4f 2f/i"
PUFF_NAMES = ("in_puff", "in_thick")
THINNEST = 0.004
"""Optical depth that changes no pixel by a step."""
NEAREST_M = 0.3
"""A puff whose middle is nearer along the optical axis would lie across the eye, where no disc shows it."""


def puff_rows(puffs: Puffs, view: CameraView) -> NDArray[np.float32]:
    """(N, 6) float32: middle, radius, optical depth through the middle and whim of the puffs ahead."""
    ahead_m = (puffs.center_world_m - view.eye_world_m) @ view.forward_world
    depth = puffs.depth()
    seen = np.flatnonzero((ahead_m > NEAREST_M) & (depth > THINNEST))
    seen = seen[np.argsort(-ahead_m[seen], kind="stable")]
    rows = np.empty((len(seen), 6), np.float32)
    rows[:, :3] = puffs.center_world_m[seen]
    rows[:, 3] = puffs.radius_m[seen]
    rows[:, 4] = depth[seen]
    rows[:, 5] = seen * 0.137 % 1.0
    return rows
