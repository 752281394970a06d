"""What CARLA calls g-buffers: images that the renderer makes on its way to a camera's picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.render.view import Images
from sim.server.actors import Actor
from sim.server.sensors.adapter import Payload, SensorState, TickView
from sim.server.sensors.camera import DEPTH_RANGE_M, encode_normals, encode_rgb
from sim.server.sensors.eyes import CameraRequest
from sim.server.sensors.optics import CameraOptics

SCENE_COLOR, SCENE_DEPTH, SCENE_STENCIL, GBUFFER_A, CUSTOM_DEPTH, CUSTOM_STENCIL = 0, 1, 2, 3, 11, 12
"""Of carla.GBufferTextureID: those that this renderer has."""


class GBufferCamera:
    """One g-buffer of a camera, as 8-bit BGRA; what the renderer does not make is black, as in CARLA.

    Args:
        actor: the camera.
        server_seed: of all noise.
        buffer_id: carla.GBufferTextureID.
    """

    def __init__(self, actor: Actor, server_seed: int, buffer_id: int) -> None:
        self._optics = CameraOptics(actor, server_seed)
        self._outputs, self._encode = _ENCODINGS.get(buffer_id, _BLACK)

    def request(self, state: SensorState) -> CameraRequest:
        """The picture this buffer is part of."""
        return CameraRequest(self._optics.view(state), self._outputs, state.actor.ignored_ids)

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One image."""
        pixels = self._black() if self._encode is None else self._encode(view.eyes.images(self.request(state)))
        return [(self._optics.header, np.ascontiguousarray(pixels).data.cast("B"))]

    def _black(self) -> NDArray[np.uint8]:
        pixels = np.zeros((self._optics.height_px, self._optics.width_px, 4), np.uint8)
        pixels[..., 3] = 255
        return pixels


def _color(images: Images) -> NDArray[np.uint8]:
    if images.rgb is None:
        raise RuntimeError("g-buffer: the renderer left out its colour")
    return encode_rgb(images.rgb)


def _depth(images: Images) -> NDArray[np.uint8]:
    """Grey: black at the lens, white at 1000 m and beyond."""
    if images.depth_m is None:
        raise RuntimeError("g-buffer: the renderer left out its depth")
    return _grey(np.rint(np.clip(images.depth_m / DEPTH_RANGE_M, 0.0, 1.0) * 255.0).astype(np.uint8))


def _stencil(images: Images) -> NDArray[np.uint8]:
    """Semantic tags, the same in all three colours."""
    if images.tag is None:
        raise RuntimeError("g-buffer: the renderer left out its tags")
    return _grey(images.tag)


def _grey(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([level, level, level, np.full_like(level, 255)])


_Encoding = tuple[frozenset[str], Callable[[Images], NDArray[np.uint8]] | None]
_BLACK: _Encoding = (frozenset(), None)
_ENCODINGS: dict[int, _Encoding] = {
    SCENE_COLOR: (frozenset({"rgb"}), _color),
    SCENE_DEPTH: (frozenset({"depth"}), _depth),
    SCENE_STENCIL: (frozenset({"tag"}), _stencil),
    GBUFFER_A: (frozenset({"normal"}), encode_normals),
    CUSTOM_DEPTH: (frozenset({"depth"}), _depth),
    CUSTOM_STENCIL: (frozenset({"tag"}), _stencil),
}
