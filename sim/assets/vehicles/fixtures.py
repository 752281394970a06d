"""Small things that many large vehicles carry: light bars, plates, reflective tape, mirrors on arms."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material

Color = tuple[float, float, float]
Point = tuple[float, float, float]

RED: Color = (0.50, 0.015, 0.012)
WHITE: Color = (0.72, 0.72, 0.70)
YELLOW: Color = (0.75, 0.62, 0.03)
BLACK: Color = (0.015, 0.015, 0.016)
DARK: Color = (0.03, 0.03, 0.032)
GLASS: Color = (0.018, 0.022, 0.026)
BLUE_LAMP: Color = (0.02, 0.08, 0.75)
RED_LAMP: Color = (0.65, 0.015, 0.015)


def add_light_bar(
    builder: MeshBuilder,
    foot_m: Point,
    width_m: float,
    level: int,
    colors: tuple[Color, Color] = (BLUE_LAMP, BLUE_LAMP),
) -> None:
    """Add a light bar across y that stands on `foot_m`; `colors` are those of its left and right half."""
    x, y, z = foot_m
    half = 0.5 * width_m
    if level == 2:
        builder.box((x, y, z + 0.05), (0.13, half, 0.07), colors[0], Material.BEACON)
        return
    builder.box((x, y, z + 0.015), (0.15, half * 0.98, 0.025), DARK, Material.BLACK)
    builder.box((x, y, z + 0.08), (0.13, 0.12 * half, 0.05), WHITE, Material.MATTE)
    for side, color in ((1.0, colors[0]), (-1.0, colors[1])):
        builder.box((x, y + side * 0.56 * half, z + 0.085), (0.14, 0.44 * half, 0.055), color, Material.BEACON)


def add_tape(
    builder: MeshBuilder, start_m: Point, end_m: Point, out: Point, pieces: int, height_m: float = 0.06
) -> None:
    """Add red and white retro-reflective tape from `start_m` to `end_m` on a wall that faces `out`."""
    start, end = np.asarray(start_m), np.asarray(end_m)
    normal = np.asarray(out, dtype=np.float64)
    along = (end - start) / pieces
    up = np.cross(normal, along)
    up *= 0.5 * height_m / np.linalg.norm(up)
    steps = start + np.arange(pieces + 1)[:, None] * along + 0.006 * normal
    strip = np.stack([steps - up, steps + up], axis=1)
    color = np.tile(np.array([[RED], [WHITE]]), ((pieces + 1) // 2, 1, 1))[:pieces]
    builder.grid(strip, color, Material.RETRO)


def add_arm_mirror(builder: MeshBuilder, foot_m: Point, head_m: Point, half_m: Point, level: int) -> None:
    """Add a tall mirror at `head_m` on an arm from `foot_m`; its glass looks back."""
    builder.box(head_m, half_m, DARK, Material.BLACK)
    if level == 2:
        return
    builder.tube([foot_m, head_m], 0.022, DARK, Material.BLACK, segments=5, cap=False)
    glass = (head_m[0] - half_m[0], head_m[1], head_m[2])
    builder.box(glass, (0.004, 0.86 * half_m[1], 0.9 * half_m[2]), GLASS, Material.GLASS)


def add_lock_bars(builder: MeshBuilder, x_m: float, ys_m: tuple[float, ...], z_m: tuple[float, float]) -> None:
    """Add the vertical lock bars of container doors on a rear wall at `x_m`, with handles."""
    low, high = z_m
    for y in ys_m:
        builder.tube([(x_m, y, low), (x_m, y, high)], 0.018, (0.5, 0.5, 0.5), Material.METAL, segments=5, cap=False)
        for z in (low + 0.06, high - 0.06):
            builder.box((x_m, y, z), (0.02, 0.05, 0.03), DARK, Material.BLACK)
        builder.box(
            (x_m - 0.01, y + 0.09 * np.sign(y), low + 0.32 * (high - low)), (0.01, 0.12, 0.02), DARK, Material.BLACK
        )


def add_mud_flap(builder: MeshBuilder, center_m: Point, half_width_m: float, half_height_m: float) -> None:
    """Add a rubber flap across y."""
    builder.box(center_m, (0.012, half_width_m, half_height_m), (0.02, 0.02, 0.02), Material.RUBBER)
