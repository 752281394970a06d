"""A ball pushed along a line until it touches something, felt out with rays."""

from __future__ import annotations

import math
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.raycast.caster import RayCaster

_RING_GAP_M = 0.04
"""Between rays: half the width of the thinnest post."""
_MOST_RINGS = 24
"""1,801 rays; a wider ball than one metre is felt out less finely."""


class Touched(NamedTuple):
    """What a ball met first: how far its middle went until then, whose surface it was."""

    travel_m: float
    actor_id: int
    tag: int


def sweep_ball(
    caster: RayCaster,
    T_world_start: NDArray[np.float64],
    radius_m: float,
    travel_m: float,
    *,
    ignore_actor_ids: Set[int] = frozenset(),
    bodies_only: bool = False,
) -> Touched | None:
    """Push a ball from a pose along its x axis; None if nothing is in its way.

    The front half of the ball is sampled by parallel rays from its middle plane, `_RING_GAP_M` apart; what it overlaps
    in front of that plane at the start is touched at once.

    Args:
        caster: casts into the scene of this tick.
        T_world_start: (4, 4).
        radius_m: of the ball.
        travel_m: how far it goes at most.
        ignore_actor_ids: it passes these actors.
        bodies_only: it passes the scenery.
    """
    offset_m, lead_m = _front(radius_m)
    rotation = T_world_start[:3, :3]
    origin_m = offset_m @ rotation.T + T_world_start[:3, 3]
    forward = np.tile(rotation[:, 0].astype(np.float32), (len(origin_m), 1))
    reach_m = (travel_m + lead_m).astype(np.float32)
    hits = caster.cast(origin_m, forward, reach_m, ignore_actor_ids=ignore_actor_ids, bodies_only=bodies_only)
    gap_m = np.where(hits.source >= 0, hits.range_m - lead_m, np.inf)
    first = int(np.argmin(gap_m))
    if not np.isfinite(gap_m[first]):
        return None
    return Touched(max(0.0, float(gap_m[first])), int(hits.actor_id[first]), int(hits.tag[first]))


@lru_cache(64)
def _front(radius_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, 3) on rings in the ball's middle plane, the middle first, and how far (N,) its front is ahead there.

    The outermost ring lies just inside the rim.
    """
    rings = min(math.ceil(radius_m / _RING_GAP_M), _MOST_RINGS)
    number = [np.zeros(1), *(np.full(6 * k, float(k)) for k in range(1, rings + 1))]
    angle = [np.zeros(1), *(np.arange(6 * k) * 2 * np.pi / (6 * k) for k in range(1, rings + 1))]
    out_m = np.concatenate(number) * radius_m / (rings + 0.01) if rings else np.zeros(1)
    around = np.concatenate(angle)
    offset_m = np.stack([np.zeros_like(out_m), out_m * np.cos(around), out_m * np.sin(around)], axis=1)
    return offset_m, np.sqrt(np.maximum(radius_m**2 - out_m**2, 0.0))
