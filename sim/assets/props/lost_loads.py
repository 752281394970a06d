"""What falls off vehicles: mattress, sofa, ladder, tyre and pallet, lying on the road."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material
from sim.assets.props.shapes import WOOD, Color, add_block

_TICKING: Color = (0.62, 0.60, 0.56)
_PIPING: Color = (0.30, 0.33, 0.42)
_LEATHER: Color = (0.16, 0.055, 0.03)
_ALUMINIUM: Color = (0.50, 0.50, 0.51)
_RUBBER: Color = (0.025, 0.025, 0.027)
_FRESH_WOOD: Color = (0.40, 0.27, 0.14)


def _cushion(half_m: tuple[float, float, float], level: int, roundness: float = 0.35) -> np.ndarray:
    """(U, V, 3) a soft box about the origin: a superellipsoid."""
    around, polar = (24, 20, 8)[level], (9, 7, 4)[level]
    azimuth = np.arange(around)[:, None] * (2.0 * np.pi / around)
    height = np.linspace(-0.5 * np.pi, 0.5 * np.pi, polar)[None]

    def soft(value: np.ndarray, power: float) -> np.ndarray:
        return np.sign(value) * np.abs(value) ** power

    ring = soft(np.cos(height), roundness)
    sheet = np.stack(
        [
            ring * soft(np.cos(azimuth), roundness),
            ring * soft(np.sin(azimuth), roundness),
            soft(np.sin(height), 0.6) + 0.0 * azimuth,
        ],
        axis=-1,
    )
    return sheet * np.array(half_m)


def add_mattress(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A mattress with piping round its edges, one corner turned up."""
    length, width, height = asset.size_lwh_m
    sheet = _cushion((0.5 * length, 0.5 * width, 0.36 * height), level, 0.22)
    sheet[..., 2] += 0.36 * height
    turned = np.clip((sheet[..., 0] / length + sheet[..., 1] / width - 0.55) / 0.45, 0.0, 1.0)
    sheet[..., 2] += 0.28 * height * turned**1.5
    row = np.arange(sheet.shape[1] - 1)
    color = np.where(np.abs(row - len(row) / 2 + 0.5)[:, None] > len(row) / 2 - 1.6, _TICKING, _PIPING)
    builder.grid(sheet, np.broadcast_to(color, (len(sheet), *color.shape)), Material.CLOTH, crease_deg=70, close_u=True)


def add_sofa(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A sofa that looks along +x: base, back, arms, three cushions."""
    size = asset.size_lwh_m
    add_block(builder, size, (-0.9, 0.92), (-0.96, 0.96), (0.06, 0.32), _LEATHER, Material.CLOTH)
    for center, half in (
        ((-0.36 * size[0], 0.0, 0.60 * size[2]), (0.14 * size[0], 0.49 * size[1], 0.40 * size[2])),
        ((0.0, 0.45 * size[1], 0.36 * size[2]), (0.5 * size[0], 0.055 * size[1], 0.34 * size[2])),
        ((0.0, -0.45 * size[1], 0.36 * size[2]), (0.5 * size[0], 0.055 * size[1], 0.34 * size[2])),
    ):
        builder.grid(_cushion(half, level, 0.3) + center, _LEATHER, Material.CLOTH, crease_deg=70, close_u=True)
    third = 0.262 * size[1]
    for k in (-1, 0, 1) if level < 2 else ():
        half = (0.34 * size[0], 0.49 * third, 0.085 * size[2])
        place = np.array([0.12 * size[0], k * third, 0.41 * size[2]])
        builder.grid(
            _cushion(half, level + 1) + place,
            np.array(_LEATHER) * 1.25,
            Material.CLOTH,
            crease_deg=70,
            close_u=True,
        )
    for x in (-0.8, 0.8):
        for y in (-0.9, 0.9):
            add_block(builder, size, (x - 0.05, x + 0.05), (y - 0.03, y + 0.03), (0.0, 0.07), WOOD, Material.MATTE)


def add_ladder(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Two rails and their rungs, flat on the ground."""
    length, width, height = asset.size_lwh_m
    for side in (1.0, -1.0):
        y = side * (0.5 * width - 0.0125)
        builder.box((0, y, 0.5 * height), (0.5 * length, 0.0125, 0.5 * height), _ALUMINIUM, Material.METAL)
    for x in np.arange(-0.5 * length + 0.14, 0.5 * length - 0.05, 0.28):  # EN 131: rungs 0.25 to 0.30 m apart
        rung = [(x, -0.5 * width + 0.02, 0.5 * height), (x, 0.5 * width - 0.02, 0.5 * height)]
        builder.tube(rung, 0.016, _ALUMINIUM, Material.METAL, (8, 6, 4)[level], cap=False)


def add_tyre(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A car's tyre without its rim, on its side."""
    radius, height = 0.5 * asset.size_lwh_m[0], asset.size_lwh_m[2]
    profile = np.array([(0.63, 0.06), (0.80, 0.0), (0.96, 0.14), (1.0, 0.30), (1.0, 0.70), (0.96, 0.86), (0.80, 1.0),
                        (0.63, 0.94), (0.66, 0.80), (0.80, 0.70), (0.80, 0.30), (0.66, 0.20)])  # fmt: skip
    around = (32, 24, 12)[level]
    angle = np.arange(around)[:, None] * (2.0 * np.pi / around)
    share, z = profile[:, 0], profile[:, 1]
    sheet = np.stack(
        [radius * share * np.cos(angle), radius * share * np.sin(angle), height * z + 0.0 * angle], axis=-1
    )
    builder.grid(sheet, _RUBBER, Material.RUBBER, crease_deg=50, close_u=True, close_v=True)


def add_pallet(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A flat pallet: three runners, nine blocks, three stringers, five deck boards."""
    size = asset.size_lwh_m
    tenth = 0.022 / size[2]
    for y in (-0.875, 0.0, 0.875):
        half = 0.18 if y == 0.0 else 0.125
        add_block(builder, size, (-1.0, 1.0), (y - half, y + half), (0.0, tenth), _FRESH_WOOD, Material.MATTE)
        for x in (-0.88, 0.0, 0.88):
            span = (x - 0.12, x + 0.12)
            add_block(builder, size, span, (y - half, y + half), (tenth, 1.0 - 2 * tenth), WOOD, Material.MATTE)
    for x in (-0.88, 0.0, 0.88):
        span = (x - 0.12, x + 0.12)
        add_block(builder, size, span, (-1.0, 1.0), (1.0 - 2 * tenth, 1.0 - tenth), _FRESH_WOOD, Material.MATTE)
    for y, half in ((-0.82, 0.18), (-0.42, 0.12), (0.0, 0.18), (0.42, 0.12), (0.82, 0.18)):
        add_block(builder, size, (-1.0, 1.0), (y - half, y + half), (1.0 - tenth, 1.0), _FRESH_WOOD, Material.MATTE)
