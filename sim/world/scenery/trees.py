"""Trees: a trunk with branches, and a crown of lumps; a few shapes that are reused at different sizes."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh

SHAPES = 5
FAR_SHAPES = 3
CROWN_BASE_M = 2.6
"""Clear of heads and of the view under the crown."""
BARK_RGB = (0.105, 0.075, 0.052)
LEAF_RGB = ((0.105, 0.190, 0.045), (0.135, 0.210, 0.060), (0.085, 0.160, 0.042), (0.165, 0.205, 0.050))

Floats = NDArray[np.float64]


@cache
def tree(variant: int, height_m: float) -> Mesh:
    """A tree of full detail, `height_m` high: about 900 triangles."""
    rng = np.random.default_rng([7, variant])
    made = MeshBuilder()
    lean = rng.uniform(-0.04, 0.04, 2)
    crown_m = height_m - CROWN_BASE_M
    trunk_top_m = CROWN_BASE_M + 0.45 * crown_m
    z = np.array([-0.4, 0.3, 0.5 * trunk_top_m, trunk_top_m])
    path = np.stack([lean[0] * z, lean[1] * z, z], axis=-1)
    made.tube(path, np.array([0.20, 0.17, 0.13, 0.06]), BARK_RGB, Material.BARK, segments=8)
    color = np.array(LEAF_RGB[variant % len(LEAF_RGB)])
    spread_m = 0.36 * crown_m * rng.uniform(0.85, 1.15)
    for number in range(7):
        azimuth = 2 * np.pi * number / 6 + rng.uniform(-0.3, 0.3)
        out = 0.0 if number == 6 else spread_m * rng.uniform(0.55, 0.8)
        radius = np.array([1.0, 1.0, 0.85]) * crown_m * rng.uniform(0.22, 0.30)
        rise = 0.72 if number == 6 else rng.uniform(0.30, 0.55)
        center = np.array([out * np.cos(azimuth), out * np.sin(azimuth), CROWN_BASE_M + rise * crown_m])
        center[2] = min(max(center[2], CROWN_BASE_M + radius[2]), height_m - radius[2])
        _lump(made, center, radius, color * rng.uniform(0.85, 1.15), (8, 9), rng)
        if number < 4:
            start = np.array([*(lean * trunk_top_m), CROWN_BASE_M * 0.92 + 0.12 * number])
            made.tube(np.stack([start, center]), np.array([0.06, 0.02]), BARK_RGB, Material.BARK, segments=5)
    return made.build()


@cache
def far_tree(variant: int, height_m: float) -> Mesh:
    """A tree for the distance: one lump on a stem, about 70 triangles."""
    rng = np.random.default_rng([8, variant])
    made = MeshBuilder()
    made.tube([[0, 0, -1.0], [0, 0, 0.4 * height_m]], 0.2, BARK_RGB, Material.BARK, segments=4, cap=False)
    color = np.array(LEAF_RGB[variant % len(LEAF_RGB)]) * 0.9
    center = np.array([0.0, 0.0, 0.6 * height_m])
    _lump(made, center, np.array([0.3, 0.3, 0.42]) * height_m, color, (6, 7), rng)
    return made.build()


@cache
def bush(variant: int, size_m: tuple[float, float, float]) -> Mesh:
    """Three lumps that begin in the ground: about 180 triangles."""
    rng = np.random.default_rng([10, variant])
    made = MeshBuilder()
    color = np.array(LEAF_RGB[variant % len(LEAF_RGB)])
    for at in (-0.28, 0.0, 0.28):
        radius = np.array([0.45 * size_m[0], 0.26 * size_m[1], 0.6 * size_m[2]]) * rng.uniform(0.8, 1.1)
        center = np.array([rng.uniform(-0.1, 0.1), at * size_m[1], size_m[2] - radius[2]])
        _lump(made, center, radius, color * rng.uniform(0.85, 1.15), (6, 7), rng)
    return made.build()


def _lump(
    made: MeshBuilder, center: Floats, radius: Floats, color: Floats, rings: tuple[int, int], rng: np.random.Generator
) -> None:
    """A noisy ellipsoid of (polar, azimuth) rings."""
    polar = np.linspace(0.0, np.pi, rings[0])[:, None]
    azimuth = np.arange(rings[1])[None] * (2 * np.pi / rings[1])
    noise = 1.0 + rng.uniform(-0.17, 0.13, (rings[0], rings[1]))
    noise[0], noise[-1] = noise[0].mean(), noise[-1].mean()
    unit = np.stack(
        [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar) + 0.0 * azimuth], axis=-1
    )
    made.grid(center + unit * noise[..., None] * radius, color, Material.LEAF, crease_deg=89.0, close_v=True)
