"""Seats and passengers behind the windows of a bus, as flat shapes just before the glass."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.fixtures import Color
from sim.assets.vehicles.shape import CarShape

_SEAT: Color = (0.028, 0.032, 0.045)
# dim, as behind tinted glass: bright ones are found as pedestrians by a detector, and the bus is not
_SHIRTS: tuple[Color, ...] = ((0.06, 0.025, 0.025), (0.03, 0.04, 0.07), (0.07, 0.065, 0.06), (0.03, 0.05, 0.035))
_FACE: Color = (0.075, 0.055, 0.045)


def add_passengers(builder: MeshBuilder, shape: CarShape) -> None:
    """Add seat backs, and people in a third of the seats."""
    low, high = shape.window_rows
    back, span = shape.rear_screen_m[0], shape.windscreen_m[0] - shape.rear_screen_m[0]
    # the first and the last window bend round the corners
    for i, (start, end) in enumerate(shape.windows[1:-1]):
        for side in (1.0, -1.0):
            for k, share in enumerate((0.30, 0.76)):
                at = (back + span * (start + share * (end - start)), low + 0.36 * (high - low), side)
                _add_silhouette(builder, shape, at, (-0.24, 0.24, 0.36), _SEAT)
                if (i * 5 + k * 3 + (side > 0) * 2) % 3 == 0:
                    shirt = _SHIRTS[(i + 2 * k + (side > 0)) % len(_SHIRTS)]
                    _add_silhouette(builder, shape, at, (-0.30, 0.22, 0.24), shirt)
                    _add_silhouette(builder, shape, at, (0.06, 0.12, 0.15), _FACE)


def _add_silhouette(
    builder: MeshBuilder,
    shape: CarShape,
    at: tuple[float, float, float],
    ellipse_m: tuple[float, float, float],
    color: Color,
) -> None:
    """An eight-sided flat shape (height above `at`, half width, half height); `at` is x, row share, side."""
    angle = np.linspace(0.0, 2.0 * np.pi, 9)[:-1]
    x, row, side = at
    lift, rx, rz = ellipse_m
    belt = float(shape.shoulder_m(x))
    rise = shape.height_m - shape.roof_crown_m - shape.edge_radius_m - belt
    # what is below the window or above it, the wall hides
    v = np.clip(row + (lift + np.sin(angle) * rz) / rise, shape.window_rows[0] + 0.01, shape.window_rows[1] - 0.01)
    width = 0.5 * shape.width_m * (shape.foot_share + (shape.roof_share - shape.foot_share) * v)
    # the nearer layer stands a little further out, so that a face hides the seat
    y = side * (
        width + shape.bulge_m * np.sin(np.pi * v) + 0.008 + 0.006 * (color is not _SEAT) + 0.006 * (color is _FACE)
    )
    # rounder than a box, squarer than an ellipse
    along = rx * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.5
    ring = np.stack([x - side * along, y, belt + rise * v], axis=1)
    fan = np.stack([np.repeat(ring[:1], 6, 0), ring[1:-1], ring[2:]], axis=1)
    builder.triangles(fan, color, Material.GLASS)
