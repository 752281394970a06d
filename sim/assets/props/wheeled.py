"""Small things on wheels: a pram, and an electric scooter on its side."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material
from sim.assets.props.shapes import DARK, METAL, Color

_HOOD: Color = (0.035, 0.06, 0.15)
_SEGMENTS = (8, 5, 3)


def add_wheel(builder: MeshBuilder, middle_m: np.ndarray, radius_m: float, half_m: float, level: int) -> None:
    """A small solid wheel in a plane y = const: a tyre round a grey disc."""
    around = (16, 10, 6)[level]
    angle = np.arange(around)[:, None] * (2.0 * np.pi / around)
    tread = np.array([(0.62, 0.8), (0.9, 1.0), (1.0, 0.5), (1.0, -0.5), (0.9, -1.0), (0.62, -0.8)])
    disc = np.array([(0.0, 0.6), (0.64, 0.6), (0.64, -0.6), (0.0, -0.6)])
    for profile, color, material in ((tread, DARK, Material.RUBBER), (disc, METAL, Material.METAL)):
        share, across = radius_m * profile[:, 0], half_m * profile[:, 1]
        sheet = np.stack([share * np.cos(angle), across + 0.0 * angle, share * np.sin(angle)], axis=-1)
        builder.grid(sheet + middle_m, color, material, crease_deg=50, close_u=True, close_v=profile is tread)


def add_pram(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A pram pushed towards +x: tub, hood over its front end, handle behind, four wheels."""
    length, width, height = asset.size_lwh_m
    rings = ((9, 16), (7, 12), (4, 6))[level]
    half_m = np.array([0.36 * length, 0.38 * width, 0.17 * height])
    tub = np.array([0.10 * length, 0.0, 0.52 * height])
    builder.ellipsoid(tub, half_m, _HOOD, Material.CLOTH, *rings)
    hood = tub + np.array([0.16 * length, 0.0, 0.10 * height])
    builder.ellipsoid(hood, (0.20 * length, 0.40 * width, 0.24 * height), np.array(_HOOD) * 1.6, Material.CLOTH, *rings)
    builder.ellipsoid(
        tub + np.array([-0.12 * length, 0.0, 0.07 * height]),
        (0.22 * length, 0.33 * width, 0.11 * height),
        (0.55, 0.50, 0.45),
        Material.CLOTH,
        *rings,
    )
    segments = _SEGMENTS[level]
    for side in (1.0, -1.0):
        y = side * 0.42 * width
        bar = [(0.36 * length, y, 0.13 * height), (0.0, y, 0.38 * height), (-0.48 * length, y, 0.98 * height)]
        builder.tube(bar, 0.014, METAL, Material.METAL, segments, cap=False)
        builder.tube(
            [(-0.34 * length, y, 0.13 * height), (0.06 * length, y, 0.42 * height)],
            0.014,
            METAL,
            Material.METAL,
            segments,
            cap=False,
        )
        for x in (0.36, -0.34):
            add_wheel(
                builder, np.array([x * length, side * 0.46 * width, 0.125 * height]), 0.125 * height, 0.016, level
            )
    builder.tube(
        [(-0.48 * length, -0.42 * width, 0.98 * height), (-0.48 * length, 0.42 * width, 0.98 * height)],
        0.018,
        DARK,
        Material.RUBBER,
        segments,
    )


def add_scooter_lying(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A kick scooter that has fallen on its side: deck and wheels upright on edge, the bar along the ground."""
    upright = MeshBuilder()
    segments = _SEGMENTS[level]
    upright.box((0.0, 0.0, 0.13), (0.34, 0.075, 0.035), DARK, Material.MATTE)
    for x in (0.48, -0.45):
        add_wheel(upright, np.array([x, 0.0, 0.11]), 0.11, 0.02, level)
    upright.tube([(-0.34, 0, 0.13), (-0.45, 0, 0.18)], 0.02, DARK, Material.METAL, segments)
    upright.tube(
        [(0.34, 0, 0.14), (0.42, 0, 0.24), (0.36, 0, 1.08)], 0.024, (0.03, 0.25, 0.16), Material.PANEL, segments
    )
    upright.tube([(0.48, 0, 0.11), (0.42, 0, 0.24)], 0.02, METAL, Material.METAL, segments, cap=False)
    upright.tube([(0.36, -0.21, 1.08), (0.36, 0.21, 1.08)], 0.016, DARK, Material.RUBBER, segments)
    roll = np.radians(80.0)  # it rests on the end of the bar and the edge of the deck
    turn = np.array([[1, 0, 0], [0, np.cos(roll), -np.sin(roll)], [0, np.sin(roll), np.cos(roll)]])
    builder.add(upright.build(), R=turn)
