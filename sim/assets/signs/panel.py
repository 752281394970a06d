"""A sign's panel as a mesh: its face towards +x, its back of grey metal; and the sign on its post as a prop."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.assets.signs.faces import Face, face

POST_M: Final = 2.7
"""Height of a post: its panel hangs at least 2.00 m high (VwV-StVO)."""
UNDER_TOP_M: Final = 0.35
"""Middle of a panel under the top of its post."""
POST_RADIUS_M: Final = 0.035
_GREY: Final = (0.22, 0.23, 0.24)
_BACK_X_M: Final = 0.05
_FRONT_X_M: Final = 0.065
_LAYER_M: Final = 0.005
"""Between layers: what the depth of far pictures still tells apart."""


def add_panel(builder: MeshBuilder, shown: Face, middle_z_m: float) -> None:
    """Add a panel before a post at x = y = 0."""
    for number, layer in enumerate(shown):
        x = _BACK_X_M + _LAYER_M * (number + 1)
        builder.triangles(_upright(layer.triangle, x, middle_z_m), layer.color, Material.RETRO)
    back = _upright(shown[0].triangle, _BACK_X_M, middle_z_m)[:, ::-1]
    builder.triangles(back, _GREY, Material.METAL)


def standing_sign(name: str, level: int) -> Mesh:
    """A sign with its post and foot plate on z = 0."""
    builder = MeshBuilder()
    segments = (10, 8, 5)[level]
    builder.tube([(0, 0, 0), (0, 0, POST_M)], POST_RADIUS_M, _GREY, Material.METAL, segments, cap=False)
    builder.box((0, 0, 0.01), (_FRONT_X_M, 0.15, 0.01), _GREY, Material.METAL)
    add_panel(builder, face(name), POST_M - UNDER_TOP_M)
    return builder.build()


def _upright(triangle: np.ndarray, x_m: float, middle_z_m: float) -> np.ndarray:
    """(T, 3, 3): who reads a face looks along -x and has y on the right."""
    return np.stack([np.full(triangle.shape[:2], x_m), triangle[..., 0], triangle[..., 1] + middle_z_m], axis=-1)
