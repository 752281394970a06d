"""Seats and passengers behind the windows of a bus, as flat shapes just before the glass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.fixtures import Color
from sim.assets.vehicles.shape import CarShape

_SEAT: Color = (0.028, 0.032, 0.045)
# dim, as behind tinted glass: bright ones are found as pedestrians by a detector, and the bus is not
_SHIRTS: tuple[Color, ...] = ((0.036, 0.015, 0.015), (0.018, 0.024, 0.042), (0.042, 0.039, 0.036), (0.018, 0.03, 0.021))
_FACE: Color = (0.038, 0.028, 0.022)


@dataclass(frozen=True, slots=True)
class _Outline:
    """A rounded shape as it is seen from beside the bus, in m from the middle of the seat at the height of the eyes.

    A chest is some 0.28 m deep with its clothes, a head 0.2 m long and 0.23 m high (DIN 33402-2, men's medians).
    """

    ahead_m: float
    above_m: float
    half_length_m: float
    half_height_m: float
    out_m: float  # of two layers that overlap, the one that stands further out hides the other


_CHEST = _Outline(0.0, -0.30, 0.15, 0.22, 0.008)
_HEAD = _Outline(0.01, 0.05, 0.10, 0.115, 0.014)
_BACKREST = _Outline(-0.20, -0.20, 0.09, 0.42, 0.020)
_TAKEN_EVERY = 5
"""Over a day about a fifth of a city bus's seats are taken."""


def add_passengers(builder: MeshBuilder, shape: CarShape) -> None:
    """Add seat backs, and people in some of the seats, who look where the bus goes."""
    low, high = shape.window_rows
    back, span = shape.rear_screen_m[0], shape.windscreen_m[0] - shape.rear_screen_m[0]
    # the first and the last window bend round the corners
    for i, (start, end) in enumerate(shape.windows[1:-1]):
        for side in (1.0, -1.0):
            for k, share in enumerate((0.30, 0.76)):
                at = (back + span * (start + share * (end - start)), low + 0.36 * (high - low), side)
                _add_silhouette(builder, shape, at, _BACKREST, _SEAT)
                if (i * 5 + k * 3 + (side > 0) * 2) % _TAKEN_EVERY == 0:
                    shirt = _SHIRTS[(i + 2 * k + (side > 0)) % len(_SHIRTS)]
                    _add_silhouette(builder, shape, at, _CHEST, shirt)
                    _add_silhouette(builder, shape, at, _HEAD, _FACE)


def _add_silhouette(
    builder: MeshBuilder, shape: CarShape, at: tuple[float, float, float], outline: _Outline, color: Color
) -> None:
    """An eight-sided flat shape; `at` is the seat's x, row share and side."""
    angle = np.linspace(0.0, 2.0 * np.pi, 9)[:-1]
    x, row, side = at
    belt = float(shape.shoulder_m(x))
    rise = shape.height_m - shape.roof_crown_m - shape.edge_radius_m - belt
    # what is below the window or above it, the wall hides
    v = np.clip(
        row + (outline.above_m + np.sin(angle) * outline.half_height_m) / rise,
        shape.window_rows[0] + 0.01,
        shape.window_rows[1] - 0.01,
    )
    width = 0.5 * shape.width_m * (shape.foot_share + (shape.roof_share - shape.foot_share) * v)
    y = side * (width + shape.bulge_m * np.sin(np.pi * v) + outline.out_m)
    # rounder than a box, squarer than an ellipse
    along = outline.half_length_m * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.5
    ring = np.stack([x + outline.ahead_m - side * along, y, belt + rise * v], axis=1)
    fan = np.stack([np.repeat(ring[:1], 6, 0), ring[1:-1], ring[2:]], axis=1)
    builder.triangles(fan, color, Material.GLASS)
