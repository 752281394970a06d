"""Things of the map that show a client's picture: their triangles, and the pictures in graphics memory."""

from __future__ import annotations

from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh
from sim.world.covers import Covers
from sim.world.scene import SceneryObject, StaticPart

LAYERS_A_CODE = 64
"""A vertex tells both of its pictures in one number: (1 + reflected) + 64 (1 + shining), where 0 is none."""
MIN_SIDE_PX = 256
_ACROSS = np.array([[[0, 1, 0], [0, -1, 0]], [[-1, 0, 0], [1, 0, 0]], [[0, -1, 0], [0, 1, 0]]], dtype=np.float64)
"""[axis, whether the face looks down it]: to the right of who looks at that face of the box."""
_DOWN = np.array([[0, 0, -1], [0, 0, -1], [-1, 0, 0]], dtype=np.float64)
"""[axis]: down the picture on the faces of that axis; the top of a picture on the roof is towards the thing's x."""


class CoverMaps:
    """The texture array with the pictures that are shown; remade when they change."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._key = ""
        self.texture = context.texture_array((1, 1, 1), 4, bytes(4))

    def show(self, covers: Covers) -> Any:
        """The texture array with the pictures of `covers`, each on a square layer."""
        if covers.pictures and covers.pictures_key != self._key:
            side = max(MIN_SIDE_PX, *(max(picture.shape[:2]) for picture in covers.pictures))
            layers = np.full((len(covers.pictures), side, side, 4), 255, dtype=np.uint8)
            for layer, picture in zip(layers, covers.pictures, strict=True):
                layer[:, :, :3] = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
            self.texture = self._context.texture_array((side, side, len(layers)), 4, layers.tobytes())
            self.texture.repeat_x = self.texture.repeat_y = False
            self.texture.build_mipmaps()
            self.texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
            self._key = covers.pictures_key
        return self.texture


def covered_mesh(
    part: StaticPart, chosen: NDArray[np.bool_], objects: tuple[SceneryObject, ...], covers: Covers
) -> tuple[Mesh, NDArray[np.float32]]:
    """The chosen triangles of a part that belong to covered objects, with corners of their own.

    Returns:
        The mesh, whose uv spans the picture over each face of the object's box; and (V,) codes of the pictures.
    """
    assert part.owner is not None
    mesh = part.mesh
    corner = mesh.triangle[chosen].ravel()
    owners, thing = np.unique(part.owner[chosen], return_inverse=True)
    numbers = [int(owner) for owner in owners]
    code = np.array([1 + covers.diffuse.get(n, -1) + LAYERS_A_CODE * (1 + covers.emissive.get(n, -1)) for n in numbers])
    uv = _uv_on_boxes(mesh.position_m[corner].reshape(-1, 3, 3), thing, [objects[n] for n in numbers])
    alone = Mesh(
        position_m=mesh.position_m[corner],
        normal=mesh.normal[corner],
        color=mesh.color[corner],
        uv=uv.reshape(-1, 2).astype(np.float32),
        material=mesh.material[corner],
        triangle=np.arange(len(corner), dtype=np.uint32).reshape(-1, 3),
    )
    return alone, np.repeat(code[thing], 3).astype(np.float32)


def _uv_on_boxes(
    corner_world_m: NDArray[np.float32], thing: NDArray[np.intp], things: list[SceneryObject]
) -> NDArray[np.float64]:
    """(T, 3, 2) for triangles (T, 3, 3): a picture fills each face of its thing's box, upright, seen from outside."""
    yaw = np.array([t.yaw_rad for t in things])[thing]
    center = np.array([t.center_world_m for t in things])[thing]
    half = np.maximum(np.array([t.half_m for t in things])[thing], 1e-6)
    turn = np.zeros((len(thing), 3, 3))  # T_thing_world
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(yaw)
    turn[:, 0, 1], turn[:, 1, 0], turn[:, 2, 2] = np.sin(yaw), -np.sin(yaw), 1.0
    local = np.einsum("tij,tcj->tci", turn, corner_world_m.astype(np.float64) - center[:, None])
    normal = np.cross(local[:, 1] - local[:, 0], local[:, 2] - local[:, 0])
    axis = np.abs(normal).argmax(axis=1)
    looks_down = (np.take_along_axis(normal, axis[:, None], axis=1)[:, 0] < 0.0).astype(np.intp)
    unit = local / half[:, None]
    u = np.einsum("tcj,tj->tc", unit, _ACROSS[axis, looks_down])
    v = np.einsum("tcj,tj->tc", unit, _DOWN[axis])
    return (np.stack([u, v], axis=-1) + 1.0) / 2.0
