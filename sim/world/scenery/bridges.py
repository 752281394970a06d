"""Bridges over motorways: a deck on abutments with railings. Their x runs across the road below."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.world.scenery.furniture import POLE_RGB, Size
from sim.world.scenery.surface import ASPHALT_RGB
from sim.world.scenery.terrain import GRASS_RGB

CLEAR_M = 5.2  # RAA: at least 4.70 m, new bridges 5.00 m and more
DECK_M = 1.3
WIDTH_M = 9.0
ABUTMENT_TO_ROAD_M = 2.5
"""Beyond the guard rail."""
CONCRETE_RGB = (0.38, 0.37, 0.35)
EDGE_M = 0.25
SEAT_M = 2.0
"""So much of each end of the deck lies on its abutment."""
RAMP_M = 55.0
BANK_RUN = 1.5
"""Banks rise 1 : 1.5 (RAA)."""
BANK_WIDTH_M = WIDTH_M + 2 * BANK_RUN * (CLEAR_M + DECK_M)


def deck(variant: int, size_m: Size) -> Mesh:
    """The deck with its bottom at z = 0, kerbs and railings on both edges."""
    del variant
    made = MeshBuilder()
    x, y, thick = size_m[0] / 2, size_m[1] / 2, size_m[2]
    made.box((0, 0, thick / 2), (x, y - 1.0, thick / 2), CONCRETE_RGB, Material.CONCRETE)
    for side in (-1, 1):
        made.box((0, side * (y - 0.5), thick - 0.2), (x, 0.5, 0.2), CONCRETE_RGB, Material.CONCRETE)
        made.box((0, side * (y - EDGE_M), thick + 0.1), (x, EDGE_M, 0.1), CONCRETE_RGB, Material.CONCRETE)
        for height_m in (0.65, 1.2):
            made.box((0, side * (y - EDGE_M), thick + height_m), (x, 0.03, 0.03), POLE_RGB, Material.METAL)
        for number in range(int(size_m[0] / 2.0) + 1):
            at = -x + 0.1 + number * (size_m[0] - 0.2) / int(size_m[0] / 2.0)
            made.box((at, side * (y - EDGE_M), thick + 0.6), (0.03, 0.03, 0.62), POLE_RGB, Material.METAL)
    return made.build()


def abutment(variant: int, size_m: Size) -> Mesh:
    """A concrete wall towards the road and, behind it, a bank with the upper road, which comes down to the ground.

    Its height is the clear height: the bank begins as high as the deck's upper side.
    """
    del variant
    made = MeshBuilder()
    x, y, top = size_m[0] / 2, WIDTH_M / 2, size_m[2] + DECK_M
    wall_m = SEAT_M / 2
    made.box((x - wall_m, 0, size_m[2] / 2 - 0.5), (wall_m, y, size_m[2] / 2 + 0.5), CONCRETE_RGB, Material.CONCRETE)
    distance = np.array([SEAT_M, size_m[0]])
    height = np.array([top, -0.3])
    foot = y + BANK_RUN * np.maximum(height, 0.0)
    across = np.stack([-foot, np.full(2, -y), np.full(2, y), foot], axis=1)
    up = np.stack([np.full(2, -0.3), height, height, np.full(2, -0.3)], axis=1)
    along = np.repeat((x - distance)[:, None], 4, axis=1)
    points = np.stack([along, across, up], axis=-1)[::-1]
    colors = np.array([[GRASS_RGB, ASPHALT_RGB, GRASS_RGB]])
    made.grid(points, colors, np.array([[Material.GRASS, Material.ASPHALT, Material.GRASS]]), crease_deg=1.0)
    end = points[-1]
    made.triangles([[end[0], end[3], end[2]], [end[0], end[2], end[1]]], GRASS_RGB, Material.GRASS)
    return made.build()
