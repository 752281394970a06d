"""Raised medians: grass behind kerb stones, on both sides of the middle of a road."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from sim.assets.mesh import Material
from sim.world.scenery.chunks import ISLAND, Chunks, quads
from sim.world.scenery.kerbs import KERB_RGB, beside_kerb, sheet
from sim.world.scenery.strips import Floats, Strip
from sim.world.scenery.terrain import GRASS_RGB


def add_islands(chunks: Chunks, islands: Sequence[Strip]) -> None:
    """All raised medians of a map, closed at their ends."""
    met = Counter(_key(end) for strip in islands for end in _ends(strip))
    for strip in islands:
        inner, outer = strip.inner_world_m, strip.outer_world_m
        stone = beside_kerb(outer, inner)
        chunks.triangles(ISLAND, quads(sheet(strip, inner, stone)), GRASS_RGB, Material.GRASS)
        below = outer - (0.0, 0.0, strip.step_m)
        kerbs = [sheet(strip, stone, outer), sheet(strip, outer, below)]
        kerbs += [_face(end, strip.step_m) for end in _ends(strip) if met[_key(end)] == 1]
        chunks.triangles(ISLAND, quads(np.concatenate(kerbs)), KERB_RGB, Material.CONCRETE)


def _ends(strip: Strip) -> Iterator[Floats]:
    """(2, 3) the first and the last cross section, from left to right as seen by who drives towards it."""
    left, right = strip.left_world_m, strip.right_world_m
    yield np.stack([left[0], right[0]])
    yield np.stack([right[-1], left[-1]])


def _key(end: Floats) -> tuple[float, ...]:
    """The same for two cross sections that meet."""
    return tuple(float(v) for v in np.round(np.sort(end[:, :2], axis=0).ravel(), 2))


def _face(end: Floats, step_m: float) -> Floats:
    """(1, 4, 3) the upright face under a cross section."""
    left, right = end
    down = np.array([0.0, 0.0, step_m])
    return np.stack([left, left - down, right - down, right])[None]
