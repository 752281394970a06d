"""Props by kind: each function adds one, in about the size of its box."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material
from sim.assets.props.shapes import (
    DARK,
    METAL,
    WHITE,
    WOOD,
    Color,
    add_band,
    add_block,
    add_lathe,
    add_legs,
)

_ORANGE: Color = (0.75, 0.16, 0.02)
_RED: Color = (0.50, 0.015, 0.012)
_YELLOW: Color = (0.72, 0.48, 0.02)
_FULL = (-1.0, 1.0)


def add_bench(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Slats on two trestles, with a back when the box is high enough."""
    size = asset.size_lwh_m
    seat = 0.48 if size[2] > 0.7 else 0.94
    slats = (4, 2, 1)[level]
    for i in range(slats):
        y = (-1.0 + 2.0 * (i + 0.1) / slats, -1.0 + 2.0 * (i + 0.9) / slats)
        add_block(builder, size, _FULL, y, (seat - 0.06, seat), WOOD, Material.MATTE)
    if size[2] > 0.7:
        for low in (0.60, 0.82):
            add_block(builder, size, _FULL, (0.86, 1.0), (low, low + 0.17), WOOD, Material.MATTE)
    for x in (-0.8, 0.8):
        add_block(builder, size, (x - 0.05, x + 0.05), (-0.9, 0.9), (0.0, seat - 0.06), DARK, Material.METAL)
        add_block(builder, size, (x - 0.04, x + 0.04), (0.8, 0.9), (0.0, 1.0), DARK, Material.METAL)


def add_table(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A round top on a foot; a parasol above it when the box is high."""
    size = asset.size_lwh_m
    if size[2] > 1.5:
        top = 0.32
        add_lathe(builder, size, ((1.0, 0.82), (0.55, 0.92), (0.03, 1.0)), (0.55, 0.10, 0.06), Material.CLOTH, level)
        builder.tube([(0, 0, 0), (0, 0, 0.95 * size[2])], 0.03, METAL, Material.METAL, 6)
        share = 0.5
    else:
        top, share = 1.0, 1.0
        builder.tube([(0, 0, 0.02), (0, 0, 0.9 * size[2])], 0.06, METAL, Material.METAL, 8)
        add_lathe(builder, size, ((0.4, 0.0), (0.35, 0.04)), METAL, Material.METAL, level)
    add_lathe(builder, size, ((share, top - 0.04), (share, top)), WHITE, Material.MATTE, level)
    if top < 1.0:
        for angle in np.arange(4) * 0.5 * np.pi:
            x, y = 0.34 * size[0] * np.cos(angle), 0.34 * size[1] * np.sin(angle)
            builder.box((x, y, 0.22), (0.2, 0.2, 0.22), WHITE, Material.MATTE)


def add_chair(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Four legs, a seat, a back."""
    size = asset.size_lwh_m
    add_legs(builder, size, 0.38, 0.05, WHITE)
    add_block(builder, size, _FULL, _FULL, (0.36, 0.41), WHITE, Material.MATTE)
    add_block(builder, size, (-1.0, -0.88), _FULL, (0.41, 1.0), WHITE, Material.MATTE)
    if level < 2:
        for y in (0.9, -1.0):
            add_block(builder, size, (-0.9, 0.8), (y, y + 0.1), (0.55, 0.59), WHITE, Material.MATTE)


def add_cone(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A traffic cone or post with two retro-reflective bands."""
    size = asset.size_lwh_m
    slim = size[2] > 2.0 * size[0]
    add_block(builder, size, _FULL, _FULL, (0.0, 0.05), DARK if slim else _ORANGE, Material.RUBBER)
    foot, tip = (0.45, 0.30) if slim else (0.74, 0.14)
    add_lathe(builder, size, ((foot, 0.05), (tip, 1.0)), _ORANGE, Material.MATTE, level)
    for low, high in ((0.35, 0.52), (0.66, 0.80)):
        shares = [1.02 * (foot + (tip - foot) * (z - 0.05) / 0.95) for z in (low, high)]
        add_band(builder, size, (low, high), (shares[0], shares[1]), WHITE, Material.RETRO)


def add_sign(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A board on one or two posts."""
    size = asset.size_lwh_m
    along_x = size[0] >= size[1]
    board_low = 0.45 if size[2] < 2.5 else 0.62
    thin, wide = (-0.3, 0.3), _FULL
    x, y = (wide, thin) if along_x else (thin, wide)
    add_block(builder, size, x, y, (board_low, 1.0), (0.06, 0.16, 0.42), Material.METAL)
    for share in (-0.7, 0.7) if max(size[:2]) > 1.2 else (0.0,):
        post = (0.5 * share * size[0], 0.0) if along_x else (0.0, 0.5 * share * size[1])
        builder.tube([(*post, 0.02), (*post, 0.97 * size[2])], 0.04, METAL, Material.METAL, 7)
        # the foot plate is as deep as the box
        foot = (0.1, 0.5 * size[1], 0.02) if along_x else (0.5 * size[0], 0.1, 0.02)
        builder.box((*post, 0.02), foot, DARK, Material.METAL)
    if level < 2:
        for face in (-0.36, 0.36):
            thin = (face - 0.05, face + 0.05)
            inner = (-0.9, 0.9)
            x, y = (inner, thin) if along_x else (thin, inner)
            add_block(builder, size, x, y, (board_low + 0.06, 0.95), WHITE, Material.RETRO)


def add_warning(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A red-framed triangle on a folding stand, facing both ways along x."""
    size = asset.size_lwh_m
    z0, z1, half = 0.32 * size[2], size[2], 0.48 * size[1]
    for facing in (-1.0, 1.0):
        for scale, lift, color in ((1.0, 0.0, _RED), (0.72, 0.012, WHITE)):
            center = np.array([0.0, z0 + (z1 - z0) / 3.0])
            corners = (np.array([(-half, z0), (half, z0), (0.0, z1)]) - center) * scale + center
            x = facing * (0.02 + lift)
            triangle = np.stack([np.full(3, x), facing * corners[:, 0], corners[:, 1]], axis=1)
            builder.triangles(triangle[None], color, Material.RETRO)
    outline = np.array([(-half, z0), (half, z0), (0.0, z1)])
    rim = np.stack([np.insert(outline, 0, x, axis=1) for x in (-0.02, 0.02)], axis=1)
    builder.grid(rim, _RED, Material.METAL, crease_deg=5.0, close_u=True)
    for side in (1.0, -1.0):
        for y in (0.3, -0.3):
            foot = (side * 0.49 * size[0], y * size[1], 0.0)
            builder.tube([foot, (0.0, 0.6 * y * size[1], 0.5 * size[2])], 0.02, METAL, Material.METAL, 5)
    if level == 0:
        builder.box((0, 0, z0 + 0.42 * (z1 - z0)), (0.035, 0.035, 0.12 * (z1 - z0)), DARK, Material.BLACK)


def add_arrow_trailer(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A trailer with a striped board and warning lamps."""
    size = asset.size_lwh_m
    add_block(builder, size, (-0.9, 1.0), (-0.5, 0.5), (0.14, 0.2), METAL, Material.METAL)
    add_block(builder, size, (-0.2, -0.1), _FULL, (0.22, 0.86), _YELLOW, Material.RETRO)
    for side in (1.0, -1.0):
        axle = [(0, side * 0.34 * size[1], 0.3), (0, side * 0.40 * size[1], 0.3)]
        builder.tube(axle, 0.28, DARK, Material.RUBBER, (12, 8, 6)[level])
        lamp, rings = (-0.2, side * 0.3 * size[1], 0.94 * size[2]), ((8, 12), (6, 8), (4, 6))[level]
        builder.ellipsoid(lamp, (0.1, 0.2, 0.2), (0.75, 0.3, 0.02), Material.BEACON, *rings)
    if level < 2:
        for i in range(5):
            y = (-0.95 + 0.4 * i, -0.75 + 0.4 * i)
            add_block(builder, size, (-0.23, -0.2), y, (0.24, 0.4), _RED, Material.RETRO)


def add_barrier(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A red and white board on two feet."""
    size = asset.size_lwh_m
    pieces = (8, 4, 2)[level]
    for low, high in ((0.72, 1.0), (0.40, 0.55)):
        for i in range(pieces):
            x = (-1.0 + 2.0 * i / pieces, -1.0 + 2.0 * (i + 1) / pieces)
            color = _RED if i % 2 else WHITE
            add_block(builder, size, x, (-0.15, 0.15), (low, high), color, Material.RETRO)
    for post in (-0.8, 0.8):
        add_block(builder, size, (post - 0.06, post + 0.06), (-0.12, 0.12), (0.04, 0.9), METAL, Material.METAL)
        add_block(builder, size, (post - 0.1, post + 0.1), _FULL, (0.0, 0.08), DARK, Material.RUBBER)


def add_chain(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Posts with a hanging chain between them; a single post when the box is narrow."""
    size = asset.size_lwh_m
    ends = (-0.5 * size[0] + 0.12, 0.5 * size[0] - 0.12) if size[0] > 0.5 else (0.0,)
    for x in ends:
        builder.tube([(x, 0, 0.03), (x, 0, size[2] - 0.03)], 0.04, DARK, Material.METAL, (10, 7, 5)[level])
        builder.box((x, 0, 0.015), (0.12, 0.12, 0.015), DARK, Material.METAL)
    if len(ends) == 2:
        share = np.linspace(0.0, 1.0, 7)
        z = size[2] * (0.85 - 0.25 * np.sin(np.pi * share))
        chain = np.stack([ends[0] + (ends[1] - ends[0]) * share, 0.0 * share, z], axis=1)
        builder.tube(chain, 0.02, METAL, Material.METAL, 4, cap=False)


def add_shelter(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A roof on posts with a glass wall at the back and a bench: bus stops; pergolas have neither."""
    size = asset.size_lwh_m
    add_legs(builder, size, 0.96, 0.08, METAL)
    roof = WOOD if "pergola" in asset.name else (0.20, 0.22, 0.23)
    add_block(builder, size, _FULL, _FULL, (0.95, 1.0), roof, Material.METAL)
    if "pergola" in asset.name:
        return
    long_x = size[0] > size[1]
    wide, back, seat = (-0.97, 0.97), (0.9, 0.93), (0.3, 0.75)
    x, y = (wide, back) if long_x else (back, wide)
    add_block(builder, size, x, y, (0.08, 0.9), (0.04, 0.05, 0.05), Material.GLASS)
    wide = (-0.6, 0.6)
    x, y = (wide, seat) if long_x else (seat, wide)
    add_block(builder, size, x, y, (0.17, 0.2), WOOD, Material.MATTE)
    if level < 2:
        wide = (-0.97, -0.9)
        x, y = (wide, (-0.6, 0.6)) if long_x else ((-0.6, 0.6), wide)
        add_block(builder, size, x, y, (0.12, 0.86), (0.5, 0.12, 0.1), Material.MATTE)


def add_machine(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A cabinet with a coloured front and a dark panel: vending machines, cash machines, kiosks, carts."""
    size = asset.size_lwh_m
    body = {"vendingmachine": (0.50, 0.03, 0.03), "atm": (0.05, 0.14, 0.40)}.get(asset.name.rsplit(".", 1)[-1], WHITE)
    add_block(builder, size, (-0.94, 1.0), _FULL, (0.0, 1.0), body, Material.METAL)
    add_block(builder, size, (-1.0, -0.93), (-0.8, 0.6), (0.35, 0.9), DARK, Material.GLASS)
    add_block(builder, size, (-1.0, -0.93), (-0.6, 0.5), (0.1, 0.2), DARK, Material.BLACK)
    if level == 0:
        for i in range(4):
            z = (0.40 + 0.12 * i, 0.46 + 0.12 * i)
            add_block(builder, size, (-1.0, -0.96), (0.66, 0.86), z, _YELLOW, Material.MATTE)


def add_case(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A case or bag with a handle."""
    size = asset.size_lwh_m
    tall = 0.72 if size[2] > 1.0 else 0.84
    color: Color = (0.05, 0.10, 0.25) if "travel" in asset.name else (0.16, 0.07, 0.03)
    add_block(builder, size, _FULL, _FULL, (0.0, tall), color, Material.CLOTH)
    z = size[2]
    handle = [(-0.25 * size[0], 0, tall * z), (-0.22 * size[0], 0, 0.97 * z), (0.22 * size[0], 0, 0.97 * z)]
    handle.append((0.25 * size[0], 0, tall * z))
    builder.tube(handle, 0.03 * z, DARK, Material.METAL, (6, 4, 3)[level], cap=False)


def add_cart(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A wire basket on four wheels with a push bar."""
    size = asset.size_lwh_m
    bars = (7, 4, 2)[level]
    for z in np.linspace(0.42, 0.85, (4, 3, 2)[level]):
        for y in (-1.0, 0.96):
            add_block(builder, size, (-1.0, 0.8), (y, y + 0.04), (z, z + 0.02), METAL, Material.METAL)
    for x in np.linspace(-1.0, 0.8, bars):
        for y in (-1.0, 0.96):
            add_block(builder, size, (x, x + 0.03), (y, y + 0.04), (0.40, 0.87), METAL, Material.METAL)
        add_block(builder, size, (x, x + 0.03), _FULL, (0.40, 0.42), METAL, Material.METAL)
    add_block(builder, size, (0.9, 1.0), _FULL, (0.95, 1.0), _RED, Material.MATTE)
    for x in (-0.8, 0.7):
        for y in (-0.8, 0.8):
            add_block(
                builder,
                size,
                (x - 0.08, x + 0.08),
                (y - 0.04, y + 0.04),
                (0.0, 0.12),
                DARK,
                Material.RUBBER,
            )
            add_block(
                builder,
                size,
                (x - 0.02, x + 0.02),
                (y - 0.03, y + 0.03),
                (0.1, 0.42),
                METAL,
                Material.METAL,
            )


def add_swing(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Two A-shaped ends, a bar between them, two seats."""
    size = asset.size_lwh_m
    around = (8, 6, 4)[level]
    for end in (-0.48, 0.48):
        for side in (-0.47, 0.47):
            leg = [_along(size, end, side, 0.02), _along(size, end, 0.0, 0.98)]
            builder.tube(leg, 0.04, METAL, Material.METAL, around)
    builder.tube([_along(size, -0.48, 0.0, 0.98), _along(size, 0.48, 0.0, 0.98)], 0.045, METAL, Material.METAL, around)
    for u in (-0.2, 0.2):
        half = _along(size, 0.1, 0.2, 0.015)
        builder.box(_along(size, u, 0.0, 0.25), half, _YELLOW, Material.MATTE)
        rope = [_along(size, u, 0.0, 0.25), _along(size, u, 0.0, 0.98)]
        builder.tube(rope, 0.012, DARK, Material.MATTE, 3, cap=False)


def add_clothes_line(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Two T-shaped posts, lines, and washing on them."""
    size = asset.size_lwh_m
    around = (8, 6, 4)[level]
    for end in (-0.48, 0.48):
        builder.tube([_along(size, end, 0.0, 0.0), _along(size, end, 0.0, 0.98)], 0.05, METAL, Material.METAL, around)
        builder.tube(
            [_along(size, end, -0.47, 0.96), _along(size, end, 0.47, 0.96)], 0.04, METAL, Material.METAL, around
        )
    for side in (-0.4, 0.4):
        line = [_along(size, -0.48, side, 0.95), _along(size, 0.48, side, 0.95)]
        builder.tube(line, 0.01, WHITE, Material.MATTE, 3, cap=False)
    for u, color in ((-0.3, WHITE), (-0.05, _RED), (0.25, (0.08, 0.18, 0.42))):
        half = _along(size, 0.08, 0.008, 0.22)
        builder.box(_along(size, u, 0.4, 0.72), half, color, Material.CLOTH)


def add_slide(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A ladder up to a platform, and the slope down from it."""
    size = asset.size_lwh_m
    share = np.linspace(0.0, 1.0, (8, 5, 3)[level])
    u = -0.12 + 0.61 * share
    z = 0.68 - 0.63 * np.sin(0.5 * np.pi * share) ** 1.3
    left = np.array([_along(size, float(a), 0.42, float(b)) for a, b in zip(u, z, strict=True)])
    right = np.array([_along(size, float(a), -0.42, float(b)) for a, b in zip(u, z, strict=True)])
    sheet = np.stack([left, right], axis=1)
    # both faces: the slope is seen from above and from below
    if size[0] < size[1]:
        sheet = sheet[:, ::-1]
    builder.grid(sheet[:, ::-1], _YELLOW, Material.METAL)
    builder.grid(sheet - [0.0, 0.0, 0.02], _YELLOW, Material.METAL)
    for side in (-0.45, 0.45):
        for foot in (-0.47, -0.12):
            rail = [_along(size, foot, side, 0.0), _along(size, foot if foot > -0.2 else -0.32, side, 0.98)]
            builder.tube(rail, 0.03, METAL, Material.METAL, (7, 5, 4)[level])
        edge = (left if side > 0 else right) + [0.0, 0.0, 0.05]
        builder.tube(edge, 0.03, _RED, Material.METAL, (6, 5, 4)[level])
    builder.box(_along(size, -0.22, 0.0, 0.68), _along(size, 0.1, 0.42, 0.015), WOOD, Material.MATTE)


def _along(size: tuple[float, float, float], u: float, v: float, z: float) -> tuple[float, float, float]:
    """A point from shares of the longer side, the shorter side and the height."""
    if size[0] >= size[1]:
        return (u * size[0], v * size[1], z * size[2])
    return (v * size[0], u * size[1], z * size[2])
