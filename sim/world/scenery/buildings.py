"""Houses: facades with windows, ledges, flat or pitched roofs, chimneys, balconies; each a part of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh

FOUNDATION_M = 1.0
"""Walls go on into the ground, so that no house floats on a slope."""
GROUND_FLOOR_M, STOREY_M = 3.6, 3.2
PLASTER_RGB = (
    (0.60, 0.55, 0.44),
    (0.55, 0.40, 0.22),
    (0.48, 0.47, 0.45),
    (0.36, 0.14, 0.09),
    (0.66, 0.64, 0.60),
    (0.42, 0.46, 0.50),
    (0.50, 0.30, 0.20),
    (0.28, 0.26, 0.25),
)
TILE_RGB = ((0.22, 0.075, 0.045), (0.10, 0.095, 0.095), (0.16, 0.09, 0.06))
LEDGE_RGB = (0.45, 0.44, 0.41)
ROOFING_RGB = (0.12, 0.12, 0.12)

Floats = NDArray[np.float64]


def building(variant: int, size_m: tuple[float, float, float]) -> Mesh:
    """A house of `size_m` (depth, width, height of the walls), its front to +x, on the ground at z = 0."""
    rng = np.random.default_rng([9, variant])
    made = MeshBuilder()
    color = np.array(PLASTER_RGB[int(rng.integers(len(PLASTER_RGB)))]) * rng.uniform(0.85, 1.1)
    _walls(made, size_m, color)
    _ledges(made, size_m, rng)
    if size_m[0] < 15.0 and rng.random() < 0.55:
        _pitched_roof(made, size_m, color, rng)
    else:
        _flat_roof(made, size_m, rng)
    if rng.random() < 0.4:
        _balconies(made, size_m, rng)
    return made.build()


def _walls(made: MeshBuilder, size_m: tuple[float, float, float], color: Floats) -> None:
    """Four walls with uv in metres; u starts anew at each corner."""
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    ring = np.array([[x, -y], [x, y], [-x, y], [-x, -y]])
    for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        length = float(np.hypot(*(b - a)))
        wall = [[*a, -FOUNDATION_M], [*b, -FOUNDATION_M], [*b, top], [*a, top]]
        uv = [[0.0, -FOUNDATION_M], [length, -FOUNDATION_M], [length, top], [0.0, top]]
        made.triangles(
            [[wall[i] for i in t] for t in _QUAD], color, Material.FACADE, [[uv[i] for i in t] for t in _QUAD]
        )


_QUAD = ((0, 1, 2), (0, 2, 3))


def _ledges(made: MeshBuilder, size_m: tuple[float, float, float], rng: np.random.Generator) -> None:
    """Bands round the house over the ground floor and under the eaves, and a plinth."""
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    for z_m, half_m, out_m in ((GROUND_FLOOR_M, 0.10, 0.08), (top - 0.12, 0.12, 0.14), (0.0, 0.25, 0.04)):
        if z_m == GROUND_FLOOR_M and rng.random() < 0.3:
            continue
        made.box((0.0, 0.0, z_m), (x + out_m, y + out_m, half_m), LEDGE_RGB, Material.CONCRETE)


def _flat_roof(made: MeshBuilder, size_m: tuple[float, float, float], rng: np.random.Generator) -> None:
    """A parapet round a flat roof, with a box of machines on it."""
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    made.box((0.0, 0.0, top + 0.1), (x, y, 0.1), ROOFING_RGB, Material.CONCRETE)
    for dx, dy, hx, hy in ((x, 0, 0.12, y), (-x, 0, 0.12, y), (0, y, x, 0.12), (0, -y, x, 0.12)):
        made.box((dx, dy, top + 0.35), (hx + 0.01, hy + 0.01, 0.35), LEDGE_RGB, Material.CONCRETE)
    half = np.array([rng.uniform(0.8, 1.8), rng.uniform(1.0, 3.0), rng.uniform(0.7, 1.3)])
    at = rng.uniform(-0.5, 0.5, 2) * (np.array([x, y]) - half[:2])
    made.box((at[0], at[1], top + 0.2 + half[2]), half, (0.35, 0.36, 0.37), Material.METAL)


def _pitched_roof(
    made: MeshBuilder, size_m: tuple[float, float, float], wall: Floats, rng: np.random.Generator
) -> None:
    """A gable or hipped roof with its ridge along the street, and a chimney."""
    eaves_m, top = 0.45, size_m[2]
    x, y = size_m[0] / 2 + eaves_m, size_m[1] / 2 + eaves_m
    rise = x * rng.uniform(0.55, 0.9)
    hip = 0.6 * x if rng.random() < 0.4 else 0.0
    front, back = [[x, -y, top], [x, y, top]], [[-x, y, top], [-x, -y, top]]
    ridge = [[0.0, y - hip, top + rise], [0.0, -(y - hip), top + rise]]
    color = TILE_RGB[int(rng.integers(len(TILE_RGB)))]
    slopes = [
        [front[0], front[1], ridge[0]],
        [front[0], ridge[0], ridge[1]],
        [back[0], back[1], ridge[1]],
        [back[0], ridge[1], ridge[0]],
    ]
    ends = [[front[1], back[0], ridge[0]], [back[1], front[0], ridge[1]]]
    made.triangles(slopes, color, Material.MATTE)
    made.triangles(ends, color if hip else wall, Material.MATTE)
    soffit = [[front[0], back[1], back[0]], [front[0], back[0], front[1]]]
    made.triangles(soffit, LEDGE_RGB, Material.MATTE)
    at_y = rng.uniform(-0.6, 0.6) * (y - hip)
    made.box((-0.3 * x, at_y, top + 0.8 * rise), (0.35, 0.45, 0.45 * rise + 0.4), (0.25, 0.10, 0.07), Material.MATTE)


def _balconies(made: MeshBuilder, size_m: tuple[float, float, float], rng: np.random.Generator) -> None:
    """Slabs with railings on the front, one above the other."""
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    columns = rng.uniform(-0.6, 0.6, int(rng.integers(1, 3))) * (y - 1.5)
    for storey in range(int((top - GROUND_FLOOR_M) / STOREY_M)):
        z_m = GROUND_FLOOR_M + storey * STOREY_M + 0.1
        for at_y in columns:
            made.box((x + 0.55, at_y, z_m), (0.55, 1.4, 0.09), LEDGE_RGB, Material.CONCRETE)
            made.box((x + 1.06, at_y, z_m + 0.55), (0.03, 1.4, 0.46), (0.20, 0.21, 0.22), Material.METAL)
