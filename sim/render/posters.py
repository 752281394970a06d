"""The users' pictures that boards show, in graphics memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import cv2
import moderngl
import numpy as np

from sim.world.scene import Instance

FIRST_LAYER: Final = 100
"""The shader's number of the first one: below are the pictures that have names."""
MIN_SIDE_PX: Final = 256


class PosterMaps:
    """The texture array with the pictures that are shown; remade when a new one comes."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._layers: dict[str, int] = {}
        self.texture = context.texture_array((1, 1, 1), 4, bytes(4))

    def show(self, instances: Iterable[Instance]) -> dict[str, int]:
        """Load what the instances show; the shader's layer of each picture, by its key."""
        posters = {i.poster.key: i.poster for i in instances if i.poster is not None}
        if not posters.keys() <= self._layers.keys():
            side = max(MIN_SIDE_PX, *(max(poster.rgb.shape[:2]) for poster in posters.values()))
            texels = np.full((len(posters), side, side, 4), 255, dtype=np.uint8)
            for layer, key in zip(texels, sorted(posters), strict=True):
                poster = posters[key]
                layer[:, :, :3] = cv2.resize(poster.rgb, (side, side), interpolation=cv2.INTER_LINEAR)[::-1]
                if poster.alpha is not None:
                    layer[:, :, 3] = cv2.resize(poster.alpha, (side, side), interpolation=cv2.INTER_LINEAR)[::-1]
            self.texture = self._context.texture_array((side, side, len(texels)), 4, texels.tobytes())
            self.texture.repeat_x = self.texture.repeat_y = False
            self.texture.build_mipmaps()
            self.texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
            self._layers = {key: FIRST_LAYER + k for k, key in enumerate(sorted(posters))}
        return self._layers
