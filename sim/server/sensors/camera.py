"""Cameras: colour, depth, semantic tags, instances and normals as CARLA's BGRA images."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.render.view import Images
from sim.server.actors import Actor
from sim.server.sensors.adapter import Payload, SensorState, TickView
from sim.server.sensors.eyes import CameraRequest
from sim.server.sensors.optics import CameraOptics, ColorCamera

DEPTH_RANGE_M = 1000.0
_DEPTH_STEPS = (1 << 24) - 1
_OPAQUE = 255

_CONTROL_RGB = {
    6: (66, 40, 144),  # poles
    7: (252, 157, 155),  # traffic lights
    8: (131, 175, 155),  # traffic signs
    12: (0, 255, 0),  # pedestrians
    **dict.fromkeys(range(14, 20), (255, 0, 0)),  # all kinds of vehicles
    24: (98, 183, 249),  # lines on the road
}
"""CARLA's colours of a control picture, by carla.CityObjectLabel; all else is black."""

T = TypeVar("T", bound=np.generic)
Encode = Callable[[Images], NDArray[np.uint8]]


class ImageCamera:
    """One of CARLA's cameras that show truth.

    Args:
        actor: the sensor.
        server_seed: of all noise.
        output: what to draw.
        encode: turns it into (H, W, 4) BGRA.
    """

    def __init__(self, actor: Actor, server_seed: int, output: frozenset[str], encode: Encode) -> None:
        self._optics = CameraOptics(actor, server_seed)
        self._outputs = output
        self._encode = encode

    def request(self, state: SensorState) -> CameraRequest:
        """The picture this camera will need."""
        return CameraRequest(self._optics.view(state), self._outputs, state.actor.ignored_ids)

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One image."""
        pixels = self._encode(self._optics.lens.seen(view.eyes.images(self.request(state))))
        return [(self._optics.header, np.ascontiguousarray(pixels).data.cast("B"))]


class RgbCamera:
    """CARLA's colour camera."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._camera = ColorCamera(actor, server_seed)
        self._request: CameraRequest | None = None

    def request(self, state: SensorState) -> CameraRequest:
        """The picture this camera will need."""
        self._request = self._camera.request(state)
        return self._request

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One image."""
        pixels = encode_rgb(self._camera.picture(self._request or self.request(state), view))
        return [(self._camera.optics.header, np.ascontiguousarray(pixels).data.cast("B"))]


def encode_rgb(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colour."""
    import cv2

    bgra: NDArray[np.uint8] = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA)
    return bgra


def encode_depth(images: Images) -> NDArray[np.uint8]:
    """Depth along the optical axis, 24 bits over 1000 m: red is the lowest byte."""
    share = np.clip(_present(images.depth_m) / np.float32(DEPTH_RANGE_M), 0.0, 1.0)
    code = np.rint(share.astype(np.float64) * _DEPTH_STEPS).astype(np.uint32)
    bgra = _blank(code.shape)
    bgra[..., 2], bgra[..., 1], bgra[..., 0] = code & 0xFF, (code >> 8) & 0xFF, code >> 16
    return bgra


def encode_semantic(images: Images) -> NDArray[np.uint8]:
    """Tags in red."""
    tag = _present(images.tag)
    bgra = _blank(tag.shape)
    bgra[..., 2] = tag
    return bgra


def encode_instance(images: Images) -> NDArray[np.uint8]:
    """Tags in red; the actor id's low byte in green, its high byte in blue."""
    identity = _present(images.instance_id)
    bgra = _blank(identity.shape)
    bgra[..., 2] = _present(images.tag)
    bgra[..., 1], bgra[..., 0] = identity & 0xFF, (identity >> 8) & 0xFF
    return bgra


def encode_control(images: Images) -> NDArray[np.uint8]:
    """The picture that steers a video generator: what traffic is made of in flat colours, the rest black."""
    palette = _blank((256,))
    for tag, rgb in _CONTROL_RGB.items():
        palette[tag, :3] = rgb[::-1]
    return palette[_present(images.tag)]


def encode_normals(images: Images) -> NDArray[np.uint8]:
    """World normals in CARLA's axes, -1 to 1 over a byte: x in red, y in green, z in blue."""
    normal = _present(images.normal_world)
    code = np.rint((normal * np.array([1.0, -1.0, 1.0], np.float32) + 1.0) * 127.5).astype(np.uint8)
    bgra = _blank(normal.shape[:2])
    bgra[..., 2], bgra[..., 1], bgra[..., 0] = code[..., 0], code[..., 1], code[..., 2]
    return bgra


CAMERAS: dict[str, tuple[frozenset[str], Encode]] = {
    "sensor.camera.depth": (frozenset({"depth"}), encode_depth),
    "sensor.camera.semantic_segmentation": (frozenset({"tag"}), encode_semantic),
    "sensor.camera.instance_segmentation": (frozenset({"tag", "instance"}), encode_instance),
    "sensor.camera.normals": (frozenset({"normal"}), encode_normals),
    "sensor.camera.cosmos_visualization": (frozenset({"tag"}), encode_control),
}


def _blank(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    bgra = np.zeros((*shape, 4), np.uint8)
    bgra[..., 3] = _OPAQUE
    return bgra


def _present(image: NDArray[T] | None) -> NDArray[T]:
    if image is None:
        raise RuntimeError("camera: the renderer left out an image that was asked for")
    return image
