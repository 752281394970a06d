"""What blocks the ground itself: an open manhole, a fallen tree, a heap of sand."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material
from sim.assets.props.shapes import Color

_IRON: Color = (0.075, 0.07, 0.065)
_SHAFT: Color = (0.004, 0.004, 0.004)
_BARK: Color = (0.13, 0.09, 0.06)
_SAND: Color = (0.42, 0.32, 0.19)
_LEAF = np.array([0.07, 0.14, 0.03])
_MANHOLE_M = 0.625
"""Clear width of a manhole that a person can enter (EN 124: at least 0.60 m)."""


def add_manhole_open(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """The black shaft in its iron frame, a finger above the road, and the cover drawn off beside it.

    Roads have no holes here: rays and wheels find the shaft's mouth at the height of the road.
    """
    length, width, height = asset.size_lwh_m
    mouth_x = -0.5 * length + 0.5 * width
    around = (32, 24, 14)[level]
    angle = np.arange(around)[:, None] * (2.0 * np.pi / around)
    frame = np.array([(0.5 * width, 0.0), (0.5 * width, 0.012), (0.5 * _MANHOLE_M, 0.016), (0.5 * _MANHOLE_M, 0.004)])
    sheet = np.stack(
        [mouth_x + frame[:, 0] * np.cos(angle), frame[:, 0] * np.sin(angle), frame[:, 1] + 0.0 * angle], axis=-1
    )
    builder.grid(sheet, _IRON, Material.METAL, crease_deg=20, close_u=True)
    rim = sheet[:, -1]
    middle = np.broadcast_to([mouth_x, 0.0, 0.004], rim.shape)
    builder.triangles(np.stack([middle, rim, np.roll(rim, -1, axis=0)], axis=1), _SHAFT, Material.BLACK)
    # the cover lies on the frame's edge, tilted
    radius = 0.5 * 0.66
    tilt = np.arcsin((height - 0.045) / (2 * radius))
    turn = np.array([[np.cos(tilt), 0.0, np.sin(tilt)], [0.0, 1.0, 0.0], [-np.sin(tilt), 0.0, np.cos(tilt)]])
    disc = np.array([(0.0, -0.02), (radius, -0.02), (radius, 0.02), (0.0, 0.02)])
    cover = np.stack([disc[:, 0] * np.cos(angle), disc[:, 0] * np.sin(angle), disc[:, 1] + 0.0 * angle], axis=-1)
    place = (0.5 * length - radius * np.cos(tilt), 0.0, 0.5 * height)
    builder.grid(cover @ turn.T + place, _IRON, Material.METAL, crease_deg=20, close_u=True)


def add_fallen_tree(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A tree on its side along x: root plate at -x, broken boughs and leaf clouds towards +x."""
    length, width, height = asset.size_lwh_m
    rng = np.random.default_rng(7)
    trunk = np.array(
        [(-0.46, 0.0, 0.20), (-0.25, 0.0, 0.15), (0.0, 0.01, 0.13), (0.25, -0.01, 0.17), (0.42, 0.0, 0.22)]
    )
    path = trunk * [length, width, height]
    builder.tube(path, [0.26, 0.22, 0.19, 0.13, 0.06], _BARK, Material.BARK, (12, 8, 6)[level], cap=False)
    plate = np.array([(-0.49, 0.0, 0.25), (-0.455, 0.0, 0.25)]) * [length, width, height]
    builder.tube(plate, [0.62, 0.40], np.array(_BARK) * 0.6, Material.MATTE, (12, 12, 6)[level])
    boughs = (6, 6, 3)[level]
    for k in range(6):
        start, side = path[2] + (path[4] - path[2]) * (k / 6), 1.0 if k % 2 else -1.0
        end = start + np.array([0.12 * length, side * rng.uniform(0.25, 0.42) * width, rng.uniform(0.1, 0.5) * height])
        if k < boughs:
            builder.tube([start, end], [0.08, 0.02], _BARK, Material.BARK, (6, 5, 3)[level], cap=False)
    rings = ((7, 10), (7, 10), (4, 6))[level]
    for k in range(9):
        at = np.array([0.02 + 0.045 * k, 0.30 * np.sin(2.4 * k), 0.42 + 0.12 * np.cos(1.7 * k)])
        size = rng.uniform(0.30, 0.40) * np.array([0.24 * length, 0.62 * width, 0.85 * height])
        color = _LEAF * rng.uniform(0.7, 1.3)
        builder.ellipsoid(at * [length, width, height], size, color, Material.LEAF, *rings)


def add_sand_heap(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """A cone of sand at its angle of repose, worn on one side."""
    length, width, height = asset.size_lwh_m
    around, rings = (26, 26, 12)[level], (8, 8, 5)[level]
    angle = np.arange(around)[:, None] * (2.0 * np.pi / around)
    share = np.linspace(1.0, 0.0, rings)[None]
    wobble = 1.0 + (0.06 * np.sin(3 * angle + 0.7) + 0.03 * np.sin(7 * angle)) * share
    x = 0.5 * length * share * wobble * np.cos(angle)
    y = 0.5 * width * share * wobble * np.sin(angle)
    z = height * (1.0 - np.sqrt(share**2 + 0.02 * (1.0 - share))) / (1.0 - np.sqrt(0.02)) + 0.0 * angle
    dent = 0.22 * height * np.exp(-(((x - 0.25 * length) / 0.6) ** 2) - (y / 0.5) ** 2)
    z = np.maximum(z - dent * (share > 0.05) * (share < 0.95), 0.0)
    builder.grid(np.stack([x, y, z], axis=-1), _SAND, Material.MATTE, crease_deg=60, close_u=True)
