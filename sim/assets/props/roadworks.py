"""What guards and guides: bollard, hydrant, boom gate, concrete barrier, drum and beacon."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material
from sim.assets.props.shapes import DARK, METAL, WHITE, Color, add_band, add_block, add_lathe

_RED: Color = (0.50, 0.015, 0.012)
_ORANGE: Color = (0.75, 0.16, 0.02)
_CONCRETE: Color = (0.36, 0.35, 0.33)
# New Jersey profile: half width (of the half of 0.61 m) over height (of 0.81 m).
_JERSEY = ((1.0, 0.0), (1.0, 0.09), (0.62, 0.405), (0.26, 1.0))


def add_bollard(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A steel post with a domed top and two reflecting bands."""
    size = asset.size_lwh_m
    profile = ((1.0, 0.0), (1.0, 0.02), (0.70, 0.02), (0.70, 0.94), (0.5, 0.985), (0.05, 1.0))
    add_lathe(builder, size, profile, DARK, Material.METAL, level)
    for low in (0.70, 0.82):
        add_band(builder, size, (low, low + 0.06), (0.72, 0.72), WHITE, Material.RETRO, (20, 12, 8)[level])


def add_hydrant(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A red pillar with a domed cap and three outlets."""
    size = asset.size_lwh_m
    body = (size[1] * 0.85, size[1] * 0.85, size[2])
    profile = ((1.0, 0.0), (1.0, 0.04), (0.72, 0.05), (0.68, 0.62), (0.85, 0.66), (0.85, 0.70), (0.66, 0.84),
               (0.30, 0.93), (0.18, 0.94), (0.18, 1.0))  # fmt: skip
    add_lathe(builder, body, profile, _RED, Material.MATTE, level)
    segments, z = (10, 8, 5)[level], 0.58 * size[2]
    for side in (1.0, -1.0):
        builder.tube([(0, 0, z), (side * 0.48 * size[0], 0, z)], 0.05, _RED, Material.MATTE, segments)
        builder.tube(
            [(side * 0.40 * size[0], 0, z), (side * 0.48 * size[0], 0, z)], 0.062, METAL, Material.METAL, segments
        )
    builder.tube([(0, 0, z - 0.06), (0, 0.47 * size[1], z - 0.06)], 0.06, _RED, Material.MATTE, segments)


def add_concrete_barrier(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """One element of a New Jersey barrier."""
    length, width, height = asset.size_lwh_m
    right = np.array([(0.5 * width * y, height * z) for y, z in _JERSEY])
    outline = np.concatenate([right, (right * (-1.0, 1.0))[::-1]])
    ends = [np.insert(outline, 0, x, axis=1) for x in (-0.5 * length, 0.5 * length)]
    builder.grid(np.stack(ends[::-1], axis=0), _CONCRETE, Material.CONCRETE, crease_deg=12.0, close_v=True)
    for end, x in zip(ends, (-1.0, 1.0), strict=True):
        middle = np.broadcast_to(end.mean(axis=0), end.shape)
        corners = np.stack([middle, end, np.roll(end, -1, axis=0)], axis=1)
        builder.triangles(corners if x > 0 else corners[:, ::-1], _CONCRETE, Material.CONCRETE)
    if level < 2:
        for x in (-0.6, 0.6):
            builder.box((x * 0.5 * length, 0, 0.985 * height), (0.06, 0.078, 0.014 * height), DARK, Material.METAL)


def add_drum(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """An orange drum with four reflecting bands on a rubber foot."""
    size = asset.size_lwh_m
    add_lathe(builder, size, ((1.0, 0.0), (1.0, 0.05), (0.9, 0.07)), DARK, Material.RUBBER, level)
    add_lathe(builder, size, ((0.86, 0.06), (0.66, 0.97), (0.5, 1.0)), _ORANGE, Material.MATTE, level)
    for k, low in enumerate((0.28, 0.45, 0.62, 0.79)):
        share = [1.02 * (0.86 - 0.20 * (z - 0.06) / 0.91) for z in (low, low + 0.13)]
        color = WHITE if k % 2 else _ORANGE
        add_band(builder, size, (low, low + 0.13), (share[0], share[1]), color, Material.RETRO, (20, 12, 8)[level])


def add_beacon(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A panel with slanting red and white stripes on both faces, on a heavy foot plate; it faces along x."""
    size = asset.size_lwh_m
    add_block(builder, size, (-1.0, 1.0), (-1.0, 1.0), (0.0, 0.09), DARK, Material.RUBBER)
    half, low, high = 0.125, 0.13 * size[2], size[2]
    builder.box((0, 0, 0.5 * (low + high)), (0.02, half, 0.5 * (high - low)), METAL, Material.METAL)
    builder.box((0, 0, 0.09 * size[2]), (0.025, 0.03, 0.06), METAL, Material.METAL)
    stripes = (7, 7, 3)[level]
    rise = 0.25  # stripes fall at 45 degrees
    edge = np.linspace(low - rise, high, stripes + 1)
    for face in (1.0, -1.0):
        for k in range(stripes):
            corner = np.array(
                [(-half, edge[k]), (half, edge[k] + rise), (half, edge[k + 1] + rise), (-half, edge[k + 1])]
            )
            corner[:, 1] = np.clip(corner[:, 1], low, high)
            quad = np.insert(corner, 0, face * 0.024, axis=1)
            quad[:, 1] *= face
            color = _RED if k % 2 else WHITE
            builder.triangles(quad[[0, 1, 2, 0, 2, 3]].reshape(2, 3, 3), color, Material.RETRO)


def add_boom_gate(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A closed gate: the motor's cabinet at the left end, a red and white boom across, a rest at the right end."""
    length, width, height = asset.size_lwh_m
    left, right = 0.5 * width, -0.5 * width
    builder.box((0, left - 0.2, 0.5 * height), (0.5 * length, 0.2, 0.5 * height), (0.55, 0.40, 0.03), Material.PANEL)
    builder.box((0, right + 0.06, 0.40 * height), (0.05, 0.06, 0.40 * height), METAL, Material.METAL)
    pieces, z = (10, 10, 4)[level], 0.83 * height
    ends = np.linspace(left - 0.4, right, pieces + 1)
    for k in range(pieces):
        middle, half = 0.5 * (ends[k] + ends[k + 1]), 0.5 * (ends[k] - ends[k + 1])
        builder.box((0, middle, z), (0.025, half, 0.05), _RED if k % 2 else WHITE, Material.RETRO)
