"""How bright a picture painted on the road is to a LiDAR: where a ray met it decides how much paint lies there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.assets.laid import sheet_of
from sim.assets.mesh import Material, pigment
from sim.raycast.hits import Hits
from sim.world.poster import Poster
from sim.world.scene import Instance

Floats = NDArray[np.float32]
_GAMMA = 2.2


def paint_under(hits: Hits, ray: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Of some rays that met DECAL: how much of the road its paint hides, and how bright that is in red, 0 to 1."""
    hidden, red = np.zeros(len(ray), np.float32), np.zeros(len(ray), np.float32)
    source = hits.source.take(ray)
    origin_m = hits.origin_world_m if hits.origin_world_m.ndim == 1 else hits.origin_world_m.take(ray, axis=0)
    point_m = origin_m + hits.direction_world.take(ray, axis=0) * hits.range_m.take(ray)[:, None].astype(np.float64)
    for body in np.unique(source):
        met = np.flatnonzero(source == body)
        instance = hits.surfaces.instances[body - 1]
        if instance.poster is not None:
            hidden[met], red[met] = _texels(instance.poster, _places(instance, point_m[met]))
            hidden[met] *= np.float32(instance.contrast)
    return hidden, red


def decals(material: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Rays that met such paint."""
    return np.flatnonzero(material == Material.DECAL)


def _places(instance: Instance, point_world_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) shares of the sheet's length from its rear, and of its width from its left."""
    sheet = sheet_of(instance.mesh.pose)
    own_m = (point_world_m - instance.T_world_body[:3, 3]) @ instance.T_world_body[:3, :2]
    share: NDArray[np.float64] = 0.5 + own_m / [sheet.length_m, -sheet.width_m]
    return share


def _texels(poster: Poster, share: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Alpha, and linear pigment, at places; the picture's first row lies ahead."""
    height_px, width_px = poster.rgb.shape[:2]
    row = np.clip(((1.0 - share[:, 0]) * height_px).astype(np.intp), 0, height_px - 1)
    column = np.clip((share[:, 1] * width_px).astype(np.intp), 0, width_px - 1)
    linear = (poster.rgb[row, column].astype(np.float32) / np.float32(255.0)) ** np.float32(_GAMMA)
    alpha = np.ones(len(row), np.float32) if poster.alpha is None else poster.alpha[row, column] / np.float32(255.0)
    return alpha.astype(np.float32), pigment(linear).astype(np.float32)
