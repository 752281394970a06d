"""All things along one ray, not only the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray
from sim.raycast.caster import RayCaster
from sim.raycast.hits import NOTHING, SCENERY

STEP_M = 1e-3
"""A surface is left behind by this much: more than float32 rays are off at 1 km, less than any thing is thick."""
MOST_SURFACES = 4096
"""A ray that meets more has met a knot of triangles and ends there."""


@dataclass(frozen=True, slots=True)
class Pierced:
    """Where a ray enters one thing."""

    range_m: float
    tag: int
    actor_id: int


def pierce(caster: RayCaster, origin_world_m: FloatArray, direction_world: FloatArray, reach_m: float) -> list[Pierced]:
    """Each thing that a ray enters, nearest first, once: a body, or an object of the scenery.

    Args:
        caster: with the scene.
        origin_world_m: (3,).
        direction_world: (3,) unit vector.
        reach_m: how far the ray goes.
    """
    found: list[Pierced] = []
    known: set[tuple[int, int]] = set()
    ray = np.asarray(direction_world, dtype=np.float32)[None]
    at_m = 0.0
    for _ in range(MOST_SURFACES):
        hits = caster.cast(origin_world_m + at_m * np.asarray(direction_world), ray, reach_m - at_m)
        source = int(hits.source[0])
        if source == NOTHING:
            break
        at_m += float(hits.range_m[0])
        owner = int(hits.surfaces.scenery_owner[hits.triangle[0]]) if source == SCENERY else -1
        if (source, owner) not in known:
            known.add((source, owner))
            found.append(Pierced(at_m, int(hits.tag[0]), int(hits.actor_id[0])))
        at_m += STEP_M
        if at_m >= reach_m:
            break
    return found
