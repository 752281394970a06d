"""How fast the limbs of a walking person move, from the poses that its gait goes through."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.animals.stride import STRIDES
from sim.assets.catalog import assets
from sim.assets.people.skeleton import Skeleton
from sim.assets.people.walker import drawn_body

FloatArray = NDArray[np.float64]

STRIDE_M = 1.4
"""Two steps of an adult walking at 1.4 m/s (1.9 steps a second, gait studies)."""
PHASES = 8
"""Poses of one stride."""
_STRIDING = ("walk", "run")


class Limbs(NamedTuple):
    """Segments of a body: ends (S, 2, 3) in metres from its middle, and how far each end swings a stride (S, 2, 3).

    The swing is against the body as a whole, as a rate: metres a stride at this instant.
    """

    end_body_m: FloatArray
    swing_m: FloatArray


@lru_cache(256)
def limbs(asset: str, pose: str) -> Limbs | None:
    """The limbs of a person in a pose of its gait; None for a pose in which nothing swings, and for animals."""
    kind, _, index = pose.partition("_")
    if kind not in _STRIDING or asset in STRIDES or asset not in assets():
        return None
    before, now, after = (
        _segments(drawn_body(assets()[asset], f"{kind}_{(int(index) + step) % PHASES}")) for step in (-1, 0, 1)
    )
    return Limbs(now, (after - before) * (PHASES / 2.0))


def limb_velocity_mps(asset: str, pose: str, speed_mps: float, point_body_m: FloatArray) -> FloatArray:
    """(N, 3) velocity of points of the body, in its frame, against the body that walks at `speed_mps`."""
    moving = limbs(asset, pose)
    if moving is None or not len(point_body_m):
        return np.zeros_like(point_body_m)
    start_m, along_m = moving.end_body_m[:, 0], moving.end_body_m[:, 1] - moving.end_body_m[:, 0]
    offset_m = point_body_m[:, None, :] - start_m
    share = np.einsum("nsi,si->ns", offset_m, along_m) / np.einsum("si,si->s", along_m, along_m)
    share = np.clip(share, 0.0, 1.0)
    away_m = np.linalg.norm(offset_m - share[..., None] * along_m, axis=2)
    nearest = np.argmin(away_m, axis=1)
    at = np.take_along_axis(share, nearest[:, None], axis=1)
    swing_m = moving.swing_m[nearest]
    return np.asarray(((1.0 - at) * swing_m[:, 0] + at * swing_m[:, 1]) * (speed_mps / STRIDE_M), np.float64)


def _segments(body: Skeleton) -> FloatArray:
    trunk = [(body.hip, body.neck), (body.neck, body.head)]
    chains = ((body.hips, body.knees, body.ankles), (body.shoulders, body.elbows, body.wrists))
    pairs = [(a[side], b[side]) for chain in chains for a, b in pairwise(chain) for side in (0, 1)]
    return np.array(trunk + pairs)
