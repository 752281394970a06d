"""Articulated buses: one long bus with bellows over its joint, as one rigid thing."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.bus import BusLook, add_bus
from sim.assets.vehicles.shape import CarShape

_BELLOWS_HALF_M = 0.62
_DARK, _RIDGE = (0.018, 0.018, 0.02), (0.045, 0.045, 0.048)


def add_articulated_bus(builder: MeshBuilder, shape: CarShape, level: int, look: BusLook) -> None:
    """Add a bus whose bellows stand behind its middle axle."""
    add_bus(builder, shape, level, look)
    _add_bellows(builder, shape, shape.axles_m[2] - 1.45, level)


def _add_bellows(builder: MeshBuilder, shape: CarShape, x_m: float, level: int) -> None:
    """Folds round the body, as rings that stand out and in."""
    folds = (9, 5, 1)[level]
    x = np.linspace(x_m + _BELLOWS_HALF_M, x_m - _BELLOWS_HALF_M, 2 * folds + 1)
    out = np.where(np.arange(len(x)) % 2, 0.045, 0.02) if level < 2 else np.full(len(x), 0.035)
    hw, low, high = 0.5 * shape.width_m, shape.clearance_m - 0.02, shape.height_m - 0.03
    bend = 0.18
    # up the left side, over the roof and down the right one
    section = np.array(
        [(hw, low), (hw, high - bend), (hw - bend, high), (bend - hw, high), (-hw, high - bend), (-hw, low)]
    )
    outward = np.array([(1.0, 0.0), (1.0, 0.4), (0.4, 1.0), (-0.4, 1.0), (-1.0, 0.4), (-1.0, 0.0)])
    ring = section[None] + out[:, None, None] * outward[None]
    points = np.concatenate([np.broadcast_to(x[:, None, None], (*ring.shape[:2], 1)), ring], axis=2)
    color = np.tile(np.array(_DARK), (len(x) - 1, len(section) - 1, 1))
    color[::2] = _RIDGE
    builder.grid(points, color, Material.RUBBER, crease_deg=20.0)
