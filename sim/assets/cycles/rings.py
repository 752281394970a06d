"""Spoked wheels: tyre and rim as rings, spokes, hub."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material

_TYRE = (0.025, 0.025, 0.027)
_AROUND = (24, 12, 8)
_ACROSS = (5, 3, 3)


class RingWheel(NamedTuple):
    """A wheel in the plane y = 0: centre x, outer radius, tyre thickness, number and radius of the spokes."""

    x_m: float
    radius_m: float
    tyre_m: float
    spokes: int
    spoke_m: float
    color: tuple[float, float, float] = (0.45, 0.45, 0.47)


def add_ring_wheel(builder: MeshBuilder, wheel: RingWheel, level: int) -> None:
    """Add the wheel, standing on z = 0."""
    r, half = wheel.radius_m, 0.5 * wheel.tyre_m
    _add_ring(builder, wheel, r - half, half, _TYRE, Material.RUBBER, level)
    if level < 2:
        _add_ring(builder, wheel, r - wheel.tyre_m - 0.004, 0.35 * half, wheel.color, Material.METAL, level)
    hub_half = max(0.04, half)
    hub = [(wheel.x_m, -hub_half, r), (wheel.x_m, hub_half, r)]
    hub_radius = 0.10 * r if wheel.spoke_m < 0.01 else 0.2 * r
    if level < 2:
        builder.tube(hub, hub_radius, wheel.color, Material.METAL, segments=(8, 5)[level])
    spokes = wheel.spokes if level == 0 else min(wheel.spokes, (0, 6, 3)[level])
    for i in range(spokes):
        angle = 2.0 * np.pi * i / spokes
        direction = np.array([np.cos(angle), 0.0, np.sin(angle)])
        center = np.array([wheel.x_m, (0.6 * hub_half if i % 2 else -0.6 * hub_half) * (wheel.spoke_m < 0.01), r])
        end = np.array([wheel.x_m, 0.0, r]) + direction * (r - wheel.tyre_m)
        thick = wheel.spoke_m * (1.0 if level == 0 else 1.6)
        builder.tube([center, end], thick, wheel.color, Material.METAL, segments=3, cap=False)


def _add_ring(
    builder: MeshBuilder,
    wheel: RingWheel,
    radius_m: float,
    half_m: float,
    color: tuple[float, float, float],
    material: Material,
    level: int,
) -> None:
    around = np.arange(_AROUND[level])[:, None] * (2.0 * np.pi / _AROUND[level])
    across = np.arange(_ACROSS[level])[None] * (2.0 * np.pi / _ACROSS[level])
    distance = radius_m + half_m * np.cos(across)
    points = np.stack(
        [
            wheel.x_m + np.cos(around) * distance,
            half_m * np.sin(across) + 0.0 * around,
            wheel.radius_m + np.sin(around) * distance,
        ],
        axis=-1,
    )
    builder.grid(points[:, ::-1], color, material, crease_deg=75.0, close_u=True, close_v=True)
