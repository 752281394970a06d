"""Simple shapes that props are made of; each stands on z = 0 in a box of about the given size."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material

Color = tuple[float, float, float]
Size = tuple[float, float, float]
Span = tuple[float, float]
Profile = tuple[tuple[float, float], ...]

METAL: Color = (0.35, 0.35, 0.36)
DARK: Color = (0.03, 0.03, 0.032)
WOOD: Color = (0.28, 0.16, 0.08)
WHITE: Color = (0.72, 0.72, 0.70)
_AROUND = (20, 12, 8)


def add_lathe(builder: MeshBuilder, size: Size, profile: Profile, color: Color, material: Material, level: int) -> None:
    """Add a turned body: `profile` is (share of the half width, share of the height) from the bottom up."""
    share, height = np.array([(0.0, profile[0][1]), *profile, (0.0, profile[-1][1])]).T
    angle = np.arange(_AROUND[level])[:, None] * (2.0 * np.pi / _AROUND[level])
    points = np.stack(
        [
            0.5 * size[0] * share * np.cos(angle),
            0.5 * size[1] * share * np.sin(angle),
            size[2] * height + 0.0 * angle,
        ],
        axis=-1,
    )
    builder.grid(points, color, material, close_u=True)


def add_band(
    builder: MeshBuilder, size: Size, at: Span, share: Span, color: Color, material: Material, around: int = 16
) -> None:
    """Add a band round a cone between two heights (shares), at shares of the half width, with so many corners."""
    angle = np.arange(around)[:, None] * (2.0 * np.pi / around)
    x = 0.5 * size[0] * np.array(share) * np.cos(angle)
    y = 0.5 * size[1] * np.array(share) * np.sin(angle)
    points = np.stack([x, y, size[2] * np.array(at) + 0.0 * angle], axis=-1)
    builder.grid(points, color, material, close_u=True)


def add_block(builder: MeshBuilder, size: Size, x: Span, y: Span, z: Span, color: Color, material: Material) -> None:
    """Add a box from shares of the size, each (low, high): x and y from -1 to 1, z from 0 to 1."""
    low = np.array([0.5 * x[0] * size[0], 0.5 * y[0] * size[1], z[0] * size[2]])
    high = np.array([0.5 * x[1] * size[0], 0.5 * y[1] * size[1], z[1] * size[2]])
    builder.box(0.5 * (low + high), 0.5 * (high - low), color, material)


def add_legs(builder: MeshBuilder, size: Size, top: float, thick_m: float, color: Color) -> None:
    """Add four legs up to a share of the height."""
    for sx in (1.0, -1.0):
        for sy in (1.0, -1.0):
            x, y = sx * (0.5 * size[0] - thick_m), sy * (0.5 * size[1] - thick_m)
            half = 0.5 * top * size[2]
            builder.box((x, y, half), (0.5 * thick_m, 0.5 * thick_m, half), color, Material.METAL)


def add_mound(builder: MeshBuilder, size: Size, color: Color, material: Material, level: int) -> None:
    """Add a soft heap with a flat foot: bags, bales, rubble."""
    polar = np.linspace(0.5 * np.pi, 0.0, (7, 5, 4)[level])[None]
    angle = np.arange(_AROUND[level])[:, None] * (2.0 * np.pi / _AROUND[level])
    dent = 1.0 + 0.07 * np.sin(3 * angle + 1.0) * np.sin(2 * polar) + 0.04 * np.cos(5 * angle)
    points = np.stack(
        [
            0.5 * size[0] * np.sin(polar) ** 0.55 * np.cos(angle) * dent,
            0.5 * size[1] * np.sin(polar) ** 0.55 * np.sin(angle) * dent,
            size[2] * np.cos(polar) * (1.0 + 0.0 * angle),
        ],
        axis=-1,
    )
    builder.grid(points, color, material, crease_deg=70.0, close_u=True)
    floor = points[:, :1] * [0.0, 0.0, 1.0]
    builder.grid(np.concatenate([floor, points[:, :1]], axis=1), color, material, close_u=True)
