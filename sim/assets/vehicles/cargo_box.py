"""The cargo box of a truck or trailer: painted walls, at the rear a roller shutter, or doors with bars and hinges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.cars import AMBER
from sim.assets.vehicles.fixtures import BLACK, DARK, WHITE, Color, add_lock_bars, add_tape

_FRAME: Color = (0.05, 0.05, 0.055)
_FRAME_M = 0.05
"""Half the width of the frame's posts."""
_SLAT: Color = (0.25, 0.25, 0.25)
_SLATS = 6
"""Joints of the shutter that are drawn: real ones are too narrow for a picture."""


class CargoBox(NamedTuple):
    """A box from rear to front wall (x), of that width, from floor to roof (z), with a stripe and a logo.

    Args:
        x_m: of rear and front wall.
        width_m: over all.
        z_m: of floor and roof.
        band: colour of the stripe and the logo.
        wall: colour of the box.
        has_shutter: whether a roller shutter closes the rear, or a pair of doors.
    """

    x_m: tuple[float, float]
    width_m: float
    z_m: tuple[float, float]
    band: Color = (0.45, 0.03, 0.03)
    wall: Color = WHITE
    has_shutter: bool = False


def add_cargo_box(builder: MeshBuilder, box: CargoBox, level: int) -> None:
    """Add the box, closed at the rear."""
    _add_walls(builder, box, level)
    if level < 2:
        _add_rear_frame(builder, box)
        if box.has_shutter:
            _add_shutter(builder, box)
    if level == 0:
        if not box.has_shutter:
            _add_doors(builder, box)
        _add_side_details(builder, box)


def _add_walls(builder: MeshBuilder, box: CargoBox, level: int) -> None:
    """Painted side walls, plain roof, front and rear."""
    (rear, front), (z0, z1), hw = box.x_m, box.z_m, 0.5 * box.width_m
    for side in (1.0, -1.0):
        # stations along the wall, from the rear, and up: the band, and a logo of blocks
        x = rear + (front - rear) * np.array([0.0, 0.18, 0.28, 0.36, 0.44, 0.54, 0.62, 0.72, 1.0])
        z = z0 + (z1 - z0) * np.array([0.0, 0.05, 0.16, 0.26, 0.46, 0.72, 0.97, 1.0])
        if level == 2:
            x, z = x[[0, 1, 7, 8]], z[[0, 2, 3, 4, 5, 7]]
        elif level == 1:
            x, z = x[[0, 1, 4, 5, 7, 8]], z[[0, 2, 3, 4, 5, 7]]
        color = _livery(box, (x - rear) / (front - rear), (z - z0) / (z1 - z0))
        wall = np.stack([*np.meshgrid(x, z, indexing="ij")], axis=-1)
        points = np.stack([wall[..., 0], np.full(wall.shape[:2], side * hw), wall[..., 1]], axis=-1)
        # along x the outside of a wall is -y; the left wall runs the other way
        if side > 0:
            points, color = points[::-1], color[::-1]
        builder.grid(points, color, Material.PANEL)
    middle, half = (
        np.array([0.5 * (rear + front), 0.0, 0.5 * (z0 + z1)]),
        np.array([0.5 * (front - rear), hw, 0.5 * (z1 - z0)]),
    )
    faces = [((1, 0, 0), (0, 1, 0)), ((-1, 0, 0), (0, -1, 0)), ((0, 0, 1), (1, 0, 0)), ((0, 0, -1), (0, 1, 0))]
    for normal, across in faces:
        n, u = np.array(normal, dtype=float), np.array(across, dtype=float)
        v = np.cross(n, u)
        corners = [[middle + half * (n + a * u + b * v) for b in (-1, 1)] for a in (-1, 1)]
        builder.grid(corners, box.wall if normal[2] >= 0 else DARK, Material.PANEL)


def _livery(box: CargoBox, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Colour of each wall cell, from the shares along and up: a band below, blocks like letters in the middle."""
    cx, cz = 0.5 * (x[:-1] + x[1:]), 0.5 * (z[:-1] + z[1:])
    color = np.tile(np.asarray(box.wall), (len(cx), len(cz), 1))
    color[:, (cz > 0.16) & (cz < 0.26)] = box.band
    letters = (cx > 0.18) & (cx < 0.72) & (np.arange(len(cx)) % 2 == 1)
    color[np.ix_(letters, (cz > 0.46) & (cz < 0.72))] = box.band
    color[:, (cz < 0.05) | (cz > 0.97)] = np.array([0.33, 0.33, 0.34])
    return color


def _add_doors(builder: MeshBuilder, box: CargoBox) -> None:
    """Centre gap, hinges, lock bars and tape of the rear doors, and a name across them."""
    x, hw, (z0, z1) = box.x_m[0], 0.5 * box.width_m, box.z_m
    for side in (1.0, -1.0):
        for z in np.linspace(z0 + 0.25, z1 - 0.25, 4):
            builder.box((x - 0.018, side * (hw - 0.06), z), (0.014, 0.06, 0.035), DARK, Material.BLACK)
        start = (x - 0.004, side * (hw - 0.12), z0 + 0.14)
        add_tape(builder, start, (x - 0.004, side * 0.04, z0 + 0.14), (-1, 0, 0), 8)
        name = (x - 0.006, side * 0.40 * hw, z0 + 0.68 * (z1 - z0))
        builder.box(name, (0.006, 0.32 * hw, 0.09 * (z1 - z0)), box.band, Material.PANEL)
    builder.box((x - 0.004, 0, 0.5 * (z0 + z1)), (0.008, 0.012, 0.48 * (z1 - z0)), BLACK, Material.BLACK)
    add_lock_bars(builder, x - 0.024, (0.30 * hw, -0.30 * hw, 0.68 * hw, -0.68 * hw), (z0 + 0.04, z1 - 0.04))


def _add_rear_frame(builder: MeshBuilder, box: CargoBox) -> None:
    """The dark frame that the rear shuts into."""
    x, hw, (z0, z1) = box.x_m[0], 0.5 * box.width_m, box.z_m
    for side in (1.0, -1.0):
        post = (x - 0.006, side * (hw - _FRAME_M), 0.5 * (z0 + z1))
        builder.box(post, (0.012, _FRAME_M, 0.5 * (z1 - z0)), _FRAME, Material.METAL)
    for z in (z0 + _FRAME_M, z1 - _FRAME_M):
        builder.box((x - 0.006, 0, z), (0.012, hw - 2 * _FRAME_M, _FRAME_M), _FRAME, Material.METAL)


def _add_shutter(builder: MeshBuilder, box: CargoBox) -> None:
    """Slats between the posts, and the sill that they come down to."""
    x, hw, (z0, z1) = box.x_m[0], 0.5 * box.width_m, box.z_m
    for z in np.linspace(z0 + 0.35, z1 - 0.35, _SLATS):
        builder.box((x - 0.004, 0, z), (0.008, hw - 2 * _FRAME_M - 0.02, 0.014), _SLAT, Material.MATTE)
    builder.box((x - 0.03, 0, z0 + 0.10), (0.03, hw - 0.02, 0.10), _FRAME, Material.METAL)


def _add_side_details(builder: MeshBuilder, box: CargoBox) -> None:
    """Amber side markers and reflective tape along the lower edge of the box."""
    (rear, front), z0, hw = box.x_m, box.z_m[0], 0.5 * box.width_m
    for side in (1.0, -1.0):
        for x in np.linspace(rear + 0.3, front - 0.3, 4):
            builder.box((x, side * hw, z0 + 0.03), (0.05, 0.012, 0.02), AMBER, Material.INDICATOR)
        ends = ((rear + 0.1, side * hw, z0 + 0.09), (front - 0.1, side * hw, z0 + 0.09))
        start, end = ends if side < 0 else ends[::-1]
        add_tape(builder, start, end, (0, side, 0), 16, 0.05)
