"""Posts along roads: sign posts, gantries, delineators, traffic light posts. Their fronts (+x) face the traffic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.world.scenery.furniture import BELOW_GROUND_M, POLE_RGB, Size

BLUE_RGB = (0.010, 0.075, 0.300)
RED_RGB = (0.45, 0.02, 0.02)
BLACK_RGB = (0.01, 0.01, 0.01)
WHITE_RGB = (0.75, 0.75, 0.73)
GANTRY_REACH_M = 17.0
"""From beyond the guard rail to the median of three lanes and a hard shoulder: 1.6 + 3.0 + 10.8 m, and a bit."""
POST_BEHIND_HEAD_M = 0.28
SIGN_UNDER_TOP_M = 0.35
"""Middle of a panel under the top of its post."""
SEGMENTS = (
    (0.0, 0.12, 0.36, 0.018),
    (-0.32, 0.06, 0.08, 0.06),
    (-0.32, -0.06, 0.08, 0.06),
    (0.0, -0.12, 0.36, 0.018),
    (0.32, -0.06, 0.08, 0.06),
    (0.32, 0.06, 0.08, 0.06),
    (0.0, 0.0, 0.36, 0.018),
)
"""Strokes of a digit, clockwise from the top, then the middle: place and half size across (in widths) and up (m)."""
LIT = (
    (0, 1, 2, 3, 4, 5),
    (1, 2),
    (0, 1, 6, 4, 3),
    (0, 1, 6, 2, 3),
    (5, 6, 1, 2),
    (0, 5, 6, 2, 3),
    (0, 5, 6, 2, 3, 4),
    (0, 1, 2),
    (0, 1, 2, 3, 4, 5, 6),
    (0, 1, 2, 3, 5, 6),
)
"""The strokes of each digit."""


def zebra_sign_post(variant: int, size_m: Size) -> Mesh:
    """The post of a crossing's sign."""
    del variant
    made = MeshBuilder()
    made.tube([[0, 0, -BELOW_GROUND_M], [0, 0, size_m[2]]], 0.035, POLE_RGB, Material.METAL, segments=8)
    return made.build()


def zebra_sign_panel(variant: int, size_m: Size) -> Mesh:
    """Blue square with a white triangle, 0.6 m (sign 350 of the StVO), on its post."""
    del variant
    made = MeshBuilder()
    z = size_m[2] - 0.35
    made.box((0.045, 0, z), (0.008, 0.31, 0.31), POLE_RGB, Material.METAL)
    made.box((0.057, 0, z), (0.005, 0.30, 0.30), BLUE_RGB, Material.RETRO)
    triangle = [[0.067, -0.22, z - 0.19], [0.067, 0.22, z - 0.19], [0.067, 0.0, z + 0.21]]
    made.triangles([triangle], WHITE_RGB, Material.RETRO)
    walker = [
        [[0.071, -0.05, z - 0.15], [0.071, 0.05, z - 0.15], [0.071, 0.02, z + 0.03]],
        [[0.071, -0.05, z - 0.15], [0.071, 0.02, z + 0.03], [0.071, -0.02, z + 0.03]],
    ]
    made.triangles(walker, (0.02, 0.02, 0.02), Material.RETRO)
    return made.build()


def sign_post(variant: int, size_m: Size) -> Mesh:
    """The post of a traffic sign."""
    return zebra_sign_post(variant, size_m)


def yield_panel(variant: int, size_m: Size) -> Mesh:
    """White triangle on its tip with a red border, 0.9 m a side (sign 205 of the StVO)."""
    del variant
    return _panels(size_m, ((0.52, 3, np.pi / 6, RED_RGB), (0.34, 3, np.pi / 6, WHITE_RGB)))


def stop_panel(variant: int, size_m: Size) -> Mesh:
    """Red octagon with a white rim and a white bar for its word, 0.9 m wide (sign 206 of the StVO)."""
    del variant
    made = MeshBuilder()
    made.add(_panels(size_m, ((0.48, 8, np.pi / 8, WHITE_RGB), (0.45, 8, np.pi / 8, RED_RGB))))
    z = size_m[2] - SIGN_UNDER_TOP_M
    for y in (-0.27, -0.09, 0.09, 0.27):  # four letters, as far away as anybody reads them
        made.box((0.066, y, z), (0.002, 0.065, 0.11), WHITE_RGB, Material.RETRO)
    return made.build()


def speed_panel(variant: int, size_m: Size) -> Mesh:
    """White disc with a red ring and a number, 0.6 m wide (sign 274 of the StVO); `variant` is the limit."""
    made = MeshBuilder()
    made.add(_panels(size_m, ((0.31, 24, 0.0, RED_RGB), (0.24, 24, 0.0, WHITE_RGB))))
    digits = str(variant)
    wide_m = 0.30 / max(2, len(digits))
    for place, digit in enumerate(digits):
        y = ((len(digits) - 1) / 2 - place) * wide_m
        for stroke in LIT[int(digit)]:
            y_m, z_m, half_y_m, half_z_m = SEGMENTS[stroke]
            at = (0.068, y + y_m * wide_m, size_m[2] - SIGN_UNDER_TOP_M + z_m)
            made.box(at, (0.002, half_y_m * wide_m, half_z_m), BLACK_RGB, Material.RETRO)
    return made.build()


def _panels(size_m: Size, layers: Sequence[tuple[float, int, float, tuple[float, float, float]]]) -> Mesh:
    """Regular polygons (radius, corners, turn, colour) one before the other, on a grey back."""
    made = MeshBuilder()
    z = size_m[2] - SIGN_UNDER_TOP_M
    back_m, corners, turn, _ = layers[0]
    for number, (radius_m, _, _, rgb) in enumerate(layers):
        made.triangles(_fan(0.055 + 0.005 * number, z, radius_m, (corners, turn)), rgb, Material.RETRO)
    made.triangles(_fan(0.05, z, back_m, (corners, turn))[:, ::-1], POLE_RGB, Material.METAL)
    return made.build()


def _fan(x: float, z: float, radius_m: float, shape: tuple[int, float]) -> NDArray[np.float64]:
    """(K, 3, 3) triangles of a polygon that faces +x."""
    corners, turn = shape
    angle = turn + 2 * np.pi * np.arange(corners + 1) / corners
    rim = np.stack([np.full_like(angle, x), radius_m * np.cos(angle), z + radius_m * np.sin(angle)], axis=1)
    middle = np.broadcast_to([x, 0.0, z], (corners, 3))
    return np.stack([middle, rim[:-1], rim[1:]], axis=1)


def gantry_frame(variant: int, size_m: Size) -> Mesh:
    """A mast beyond the guard rail with a truss over its carriageway, to the left of its traffic: towards -y."""
    del variant
    made = MeshBuilder()
    top = size_m[2]
    made.tube([[0, 0, -BELOW_GROUND_M], [0, 0, top]], 0.22, POLE_RGB, Material.METAL, segments=10)
    for x, z in ((-0.25, top - 0.2), (-0.25, top - 1.2)):
        made.box((x, -GANTRY_REACH_M / 2, z), (0.09, GANTRY_REACH_M / 2, 0.09), POLE_RGB, Material.METAL)
    for y in np.linspace(0.5, GANTRY_REACH_M - 0.1, 9):
        made.box((-0.25, -y, top - 0.7), (0.05, 0.05, 0.5), POLE_RGB, Material.METAL)
    return made.build()


def gantry_panels(variant: int, size_m: Size) -> Mesh:
    """Blue panels with white borders, lines and arrows, one a pair of lanes."""
    rng = np.random.default_rng([11, variant])
    made = MeshBuilder()
    top = size_m[2]
    for middle_y, half_y in ((-7.2, 2.6), (-13.2, 2.6)):
        half_z = float(rng.choice([1.0, 1.25]))
        z = top - 0.7
        made.box((-0.08, middle_y, z), (0.04, half_y + 0.02, half_z + 0.02), POLE_RGB, Material.METAL)
        made.box((-0.03, middle_y, z), (0.015, half_y, half_z), WHITE_RGB, Material.RETRO)
        made.box((-0.01, middle_y, z), (0.015, half_y - 0.07, half_z - 0.07), BLUE_RGB, Material.RETRO)
        for row in np.arange(z - half_z + 0.45, z + half_z - 0.3, 0.5):
            half_m = rng.uniform(0.5, 0.75) * half_y
            made.box((0.008, middle_y, row), (0.006, half_m, 0.13), WHITE_RGB, Material.RETRO)
    return made.build()


def delineator(variant: int, size_m: Size) -> Mesh:
    """A white post with a black band and a reflector."""
    del variant
    made = MeshBuilder()
    top = size_m[2]
    made.box((0, 0, top / 2 - 0.1), (0.05, 0.06, top / 2 + 0.1), WHITE_RGB, Material.PANEL)
    made.box((0, 0, top - 0.28), (0.053, 0.063, 0.12), (0.02, 0.02, 0.02), Material.MATTE)
    made.box((0.055, 0, top - 0.28), (0.004, 0.02, 0.09), (0.8, 0.8, 0.78), Material.RETRO)
    return made.build()


def signal_post(head_height_m: float) -> Mesh:
    """The post of a traffic light: the head, `head_height_m` up at x = y = 0, hangs on its front."""
    made = MeshBuilder()
    x = -POST_BEHIND_HEAD_M
    made.tube([[x, 0, -BELOW_GROUND_M], [x, 0, head_height_m + 0.55]], 0.06, POLE_RGB, Material.METAL, segments=8)
    for z in (head_height_m - 0.3, head_height_m + 0.3):
        made.box((x / 2, 0, z), (-x / 2, 0.025, 0.025), POLE_RGB, Material.METAL)
    return made.build()
