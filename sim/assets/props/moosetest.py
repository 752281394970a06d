"""Boards that show a picture, and the head of a traffic light."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material

_BOARD_HALF_WIDTH_M = 2.0
_BOARD_HALF_HEIGHT_M = 1.5
_BOARD_BOTTOM_M = 0.6
_DEPTH_M = 0.2
_METAL = (0.30, 0.30, 0.31)
_HOUSING = (0.02, 0.022, 0.02)
_LAMP_RADIUS_M = 0.105
"""Lenses of 210 mm, the usual size of EN 12368."""


def add_billboard(builder: MeshBuilder) -> None:
    """Add a board of 4 x 3 m on two posts; its face looks along -x and shows the actor's picture."""
    front = -0.5 * _DEPTH_M
    low, high = _BOARD_BOTTOM_M, _BOARD_BOTTOM_M + 2.0 * _BOARD_HALF_HEIGHT_M
    half = _BOARD_HALF_WIDTH_M
    _add_face(builder, front, half, low, high)
    body = (0.5 * (front + 0.004 + 0.02), 0.0, 0.5 * (low + high))
    builder.box(body, (0.5 * (0.02 - front - 0.004), half, 0.5 * (high - low)), _METAL, Material.METAL)
    for y in (1.4, -1.4):
        builder.box((0.06, y, 0.5 * high), (0.04, 0.06, 0.5 * high), _METAL, Material.METAL)
    for z in (low + 0.3, high - 0.3):
        builder.box((0.04, 0.0, z), (0.03, half * 0.95, 0.04), _METAL, Material.METAL)


def add_poster(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Add a thin panel whose face looks along -x: hung on a wall, or attached to the side of a bus."""
    del level
    depth, width, height = asset.size_lwh_m
    _add_face(builder, -0.5 * depth, 0.5 * width, 0.0, height)
    builder.box((0.002, 0.0, 0.5 * height), (0.5 * depth - 0.002, 0.5 * width, 0.5 * height), _METAL, Material.METAL)


def _add_face(builder: MeshBuilder, x: float, half: float, low: float, high: float) -> None:
    """The picture as one sees it looking along +x: u runs to the right (towards -y), v upwards."""
    face = [[(x, half, low), (x, half, high)], [(x, -half, low), (x, -half, high)]]
    uv = [[(0.0, 0.0), (0.0, 1.0)], [(1.0, 0.0), (1.0, 1.0)]]
    builder.grid(face, (0.72, 0.72, 0.72), Material.PICTURE, uv=uv)


def add_traffic_light(builder: MeshBuilder, level: int) -> None:
    """Add a signal head with its middle in the origin; its lamps look along -x, red on top."""
    builder.box((0.05, 0.0, 0.0), (0.10, 0.18, 0.5), _HOUSING, Material.BLACK)
    lamps = (
        (0.31, (0.45, 0.02, 0.02), Material.SIGNAL_RED),
        (0.0, (0.50, 0.32, 0.02), Material.SIGNAL_YELLOW),
        (-0.31, (0.02, 0.40, 0.16), Material.SIGNAL_GREEN),
    )
    segments = (16, 10, 8)[level]
    angle = np.arange(segments) * (2.0 * np.pi / segments)
    for z, color, material in lamps:
        y, height = np.sin(angle), np.cos(angle)
        rim = np.stack([np.full(segments, -0.052), _LAMP_RADIUS_M * y, z + _LAMP_RADIUS_M * height], axis=1)
        center = np.tile([-0.06, 0.0, z], (segments, 1))
        builder.triangles(np.stack([center, rim, np.roll(rim, -1, axis=0)], axis=1), color, material)
        if level < 2:
            _add_visor(builder, z, segments)
        else:
            top = z + _LAMP_RADIUS_M + 0.006
            builder.box((-0.10, 0.0, top), (0.05, 0.1, 0.006), _HOUSING, Material.BLACK)


def add_signal_head(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Add such a head as a thing to be put anywhere: its foot in the origin, its lamps look along x."""
    head = MeshBuilder()
    add_traffic_light(head, level)
    builder.add(head.build(), np.diag([-1.0, -1.0, 1.0]), (0.0, 0.0, 0.5 * asset.size_lwh_m[2]))


def _add_visor(builder: MeshBuilder, z_m: float, segments: int) -> None:
    """The hood over a lamp: three quarters of a tube, open below."""
    angle = np.linspace(-0.72 * np.pi, 0.72 * np.pi, segments)
    radius = _LAMP_RADIUS_M + 0.012
    y, z = radius * np.sin(angle), z_m + radius * np.cos(angle)
    sheet = np.stack([np.stack([np.full(segments, x), y, z], axis=1) for x in (-0.15, -0.05)], axis=1)
    builder.grid(sheet[::-1], _HOUSING, Material.BLACK)
    inner = np.stack([sheet[..., 0], 0.97 * sheet[..., 1], z_m + 0.97 * (sheet[..., 2] - z_m)], axis=-1)
    builder.grid(inner, _HOUSING, Material.BLACK)
