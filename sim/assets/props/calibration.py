"""What instruments are calibrated with: a corner reflector for radars."""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material
from sim.assets.props.shapes import Color

EDGE_M: Final = 0.10
"""Of its three square plates: 246 m2 or 24 dBsm at 76.5 GHz, more than a car."""
CORNER_M: Final = np.array([-0.04, 0.0, 0.50])
"""Where the plates meet, over the middle of the foot; a radar 0.5 m over the road looks straight into it."""
EDGES: Final = np.array(
    [
        [1.0 / sqrt(3.0), sqrt(2.0 / 3.0), 0.0],
        [1.0 / sqrt(3.0), -1.0 / sqrt(6.0), 1.0 / sqrt(2.0)],
        [1.0 / sqrt(3.0), -1.0 / sqrt(6.0), -1.0 / sqrt(2.0)],
    ]
)
"""Unit vectors along the edges at which two plates meet: at right angles to each other, opening ahead (x)."""
_METAL: Color = (0.55, 0.56, 0.57)
_FOOT: Color = (0.05, 0.05, 0.05)
_FOOT_M: Final = 0.20
_SHEET_M: Final = 0.002


def add_corner_reflector(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Three plates on a mast."""
    del asset
    for one, other, third in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        a, b = EDGE_M * EDGES[one], EDGE_M * EDGES[other]
        plate = np.array([[CORNER_M, CORNER_M + a, CORNER_M + a + b], [CORNER_M, CORNER_M + a + b, CORNER_M + b]])
        for side in (plate, plate[:, ::-1] - _SHEET_M * EDGES[third]):
            builder.triangles(side, _METAL, int(Material.METAL))
    mast = np.array([[CORNER_M[0], 0.0, 0.01], [CORNER_M[0], 0.0, CORNER_M[2] - 0.005]])
    builder.tube(mast, 0.012, _METAL, int(Material.BLACK), (16, 10, 6)[level])
    builder.box((0.0, 0.0, 0.01), (_FOOT_M / 2.0, _FOOT_M / 2.0, 0.01), _FOOT, Material.RUBBER)
