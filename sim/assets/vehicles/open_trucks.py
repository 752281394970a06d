"""Trucks without a box: a flatbed with its load, a tanker."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.cars import CHROME
from sim.assets.vehicles.fixtures import BLACK, DARK, RED, WHITE, Color, add_tape
from sim.assets.vehicles.trucks import TruckPlan, add_cab, add_chassis, add_rear_lamps

_TIMBER: Color = (0.33, 0.21, 0.11)
_BOARD: Color = (0.30, 0.30, 0.31)
_BRICKS: tuple[Color, ...] = ((0.36, 0.13, 0.08), (0.40, 0.38, 0.34), (0.36, 0.13, 0.08))
_ORANGE: Color = (0.75, 0.22, 0.01)
_POLISHED: Color = (0.52, 0.53, 0.55)
_AROUND = (20, 12, 8)
"""Corners of the tank's section at each level of detail."""


def add_flatbed_truck(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Add a truck with a low-sided platform, a headboard, and pallets of bricks and timber under straps."""
    add_cab(builder, plan.cab, plan.front_m, level, plan.mirrors_out_m)
    add_chassis(builder, plan, level)
    (rear, front), hw, deck = plan.box_m, 0.5 * plan.width_m, plan.deck_m
    middle, half = 0.5 * (rear + front), 0.5 * (front - rear)
    builder.box((middle, 0, deck), (half, hw, 0.07), _TIMBER, Material.MATTE)
    side_top_m, board_m = 0.42, 0.03
    for side in (1.0, -1.0):
        wall = (middle, side * (hw - board_m), deck + 0.5 * side_top_m)
        builder.box(wall, (half, board_m, 0.5 * side_top_m), _BOARD, Material.METAL)
        if level < 2:
            for x in np.linspace(rear + 0.04, front - 0.04, 4):
                post = (x, side * hw, deck + 0.5 * side_top_m + 0.02)
                builder.box(post, (0.04, 0.015, 0.5 * side_top_m + 0.02), DARK, Material.BLACK)
    builder.box((rear + board_m, 0, deck + 0.5 * side_top_m), (board_m, hw, 0.5 * side_top_m), _BOARD, Material.METAL)
    head_top_m = plan.cab.height_m - deck - 0.1
    builder.box((front - 0.04, 0, deck + 0.5 * head_top_m), (0.04, hw, 0.5 * head_top_m), _BOARD, Material.METAL)
    _add_load(builder, plan, level)
    add_rear_lamps(builder, plan, level, lamps_top_m=deck + side_top_m)
    if level == 0:
        for side in (1.0, -1.0):
            start, end = (rear - 0.004, side * (hw - 0.08), deck + 0.06), (rear - 0.004, side * 0.05, deck + 0.06)
            add_tape(builder, start, end, (-1, 0, 0), 8)


def _add_load(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Three pallets of bricks, and planks behind the headboard."""
    (rear, front), deck = plan.box_m, plan.deck_m + 0.07
    for i, color in enumerate(_BRICKS):
        x = rear + 0.75 + 1.2 * i
        tall = 0.46 if i == 1 else 0.38
        builder.box((x, 0, deck + 0.07), (0.5, 0.75, 0.07), _TIMBER, Material.MATTE)
        builder.box((x, 0, deck + 0.14 + tall), (0.48, 0.72, tall), color, Material.MATTE)
        if level == 0:
            for offset in (-0.22, 0.22):
                builder.box((x + offset, 0, deck + 0.14 + tall), (0.03, 0.73, tall + 0.01), WHITE, Material.CLOTH)
    left = rear + 0.75 + 1.2 * len(_BRICKS) - 0.5
    if front - left > 0.6:
        middle, half = 0.5 * (left + front), 0.5 * (front - left) - 0.12
        builder.box((middle, 0, deck + 0.25), (half, 0.85, 0.25), (0.48, 0.33, 0.18), Material.MATTE)


def add_tanker(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Add a truck with a polished tank, a walkway and hatches on top, and the orange plates of dangerous goods."""
    add_cab(builder, plan.cab, plan.front_m, level, plan.mirrors_out_m)
    add_chassis(builder, plan, level)
    (rear, front), hw = plan.box_m, 0.5 * plan.width_m
    low, high = plan.deck_m - 0.12, plan.height_m - 0.14
    _add_tank(builder, (rear + 0.02, front - 0.02), hw, (low, high), level)
    middle, half = 0.5 * (rear + front), 0.5 * (front - rear)
    for side in (1.0, -1.0):
        # a catwalk and the valve cabinet beside the tank
        builder.box((middle, side * (hw - 0.10), low + 0.10), (half, 0.10, 0.05), DARK, Material.BLACK)
    builder.box((middle + 0.6, 0, low - 0.1), (0.55, hw - 0.03, 0.22), _BOARD, Material.METAL)
    for x in np.linspace(rear + 0.9, front - 0.9, 3):
        builder.box((x, 0, high + 0.06), (0.26, 0.26, 0.08), CHROME, Material.METAL)
    add_rear_lamps(builder, plan, level, lamps_top_m=low + 0.35)
    if level < 2:
        builder.box((rear - 0.02, 0.55, low + 0.55), (0.02, 0.20, 0.15), _ORANGE, Material.RETRO)
        _add_railing(builder, (rear + 0.5, front - 0.5), high, level)
    if level == 0:
        _add_ladder(builder, rear, (low, high))
        for side in (1.0, -1.0):
            ends = ((rear + 0.1, side * hw, low + 0.10), (front - 0.1, side * hw, low + 0.10))
            start, end = ends if side < 0 else ends[::-1]
            add_tape(builder, start, end, (0, side, 0), 16, 0.05)


def _add_tank(
    builder: MeshBuilder, x_m: tuple[float, float], half_width_m: float, z_m: tuple[float, float], level: int
) -> None:
    """A tube of superelliptic section with domed ends, and a red band round its waist."""
    angle = np.arange(_AROUND[level]) * (2.0 * np.pi / _AROUND[level])
    c, s = np.cos(angle), np.sin(angle)
    # squarer than an ellipse: exponent 2.6
    y, z = np.sign(c) * np.abs(c) ** 0.77, np.sign(s) * np.abs(s) ** 0.77
    center, half = 0.5 * (z_m[0] + z_m[1]), 0.5 * (z_m[1] - z_m[0])
    domes = ((0.0, 0.0), (0.02, 0.55), (0.10, 0.85), (0.24, 1.0))[:: 1 if level < 2 else 3]
    stations = [(x_m[0] + depth, share) for depth, share in domes]
    stations += [(x_m[1] - depth, share) for depth, share in reversed(domes)]
    x, share = np.array(stations).T
    points = np.stack(
        np.broadcast_arrays(
            x[:, None], share[:, None] * y[None] * half_width_m, center + share[:, None] * z[None] * half
        ),
        axis=-1,
    )
    color = np.tile(np.array(_POLISHED), (len(x) - 1, len(angle), 1))
    around = np.arange(len(angle)) + 0.5
    waist = np.abs(np.sin(around * (2.0 * np.pi / len(angle)))) < 0.32
    color[len(domes) - 1 : 1 - len(domes), waist] = RED
    builder.grid(points[:, ::-1], color, Material.METAL, crease_deg=50.0, close_v=True)


def _add_railing(builder: MeshBuilder, x_m: tuple[float, float], z_m: float, level: int) -> None:
    """A hand rail beside the walkway on the tank."""
    top = z_m + 0.12
    builder.box((0.5 * sum(x_m), 0.42, top), (0.5 * (x_m[1] - x_m[0]), 0.02, 0.02), CHROME, Material.METAL)
    for x in np.linspace(*x_m, (6, 3)[level]):
        builder.box((x, 0.42, 0.5 * (z_m - 0.1 + top)), (0.02, 0.02, 0.5 * (top - z_m + 0.1)), CHROME, Material.METAL)


def _add_ladder(builder: MeshBuilder, x_m: float, z_m: tuple[float, float]) -> None:
    """A ladder up the rear of the tank."""
    low, high = z_m
    for y in (-0.30, -0.66):
        builder.box((x_m - 0.03, y, 0.5 * (low + high)), (0.02, 0.02, 0.5 * (high - low)), CHROME, Material.METAL)
    for z in np.arange(low + 0.15, high - 0.05, 0.28):
        builder.box((x_m - 0.03, -0.48, z), (0.015, 0.18, 0.015), BLACK, Material.BLACK)
