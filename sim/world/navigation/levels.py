"""Keeps of roads over each other the highest: the ground has one height everywhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.world.scenery.strips import Strip

STOREY_M = 2.0
"""Surfaces over each other in plan belong to different levels if they are so far apart: less is a kerb or a slope."""


def highest_level(strips: list[Strip]) -> list[Strip]:
    """The strips without what lies under others."""
    quads = np.concatenate([strip.quads() for strip in strips])
    z_m = quads[..., 2].mean(axis=1)
    if np.ptp(z_m) < STOREY_M:
        return strips
    plans = shapely.polygons(quads[..., :2])
    below, above = shapely.STRtree(plans).query(plans)
    over = (z_m[above] - z_m[below] > STOREY_M) & shapely.intersects(plans[below], plans[above])
    hidden = np.zeros(len(quads), dtype=np.bool_)
    hidden[below[over]] = True
    starts = np.cumsum([0, *(len(strip.s_m) - 1 for strip in strips)])
    return [
        part
        for strip, (start, end) in zip(strips, pairwise(starts), strict=True)
        for part in _uncovered(strip, ~hidden[start:end])
    ]


def _uncovered(strip: Strip, kept: NDArray[np.bool_]) -> list[Strip]:
    """The pieces of a strip between the cells that are not kept."""
    if kept.all():
        return [strip]
    changes = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(int)))
    return [
        replace(
            strip,
            s_m=strip.s_m[first : last + 1],
            inner_world_m=strip.inner_world_m[first : last + 1],
            outer_world_m=strip.outer_world_m[first : last + 1],
        )
        for first, last in changes.reshape(-1, 2).tolist()
    ]
