"""Calls that lay pictures over the map's things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.server.calls import CallError, Where, call
from sim.server.simulation import Simulation
from sim.world.covers import Channel

MAX_SIDE_PX = 1024
"""Larger pictures are shrunk: as sharp as a wall of a house can be seen from a few metres."""
NORMAL, ROUGHNESS, DIFFUSE, EMISSIVE = range(4)
"""carla.MaterialParameter."""
_CHANNELS: dict[int, Channel] = {DIFFUSE: "diffuse", EMISSIVE: "emissive"}


@dataclass(frozen=True, slots=True)
class Texture:
    """carla.TextureColor or carla.TextureFloatColor: pixels row by row from the top, four channels each."""

    width_px: int
    height_px: int
    pixels: list[Any]


@call("apply_color_texture_to_objects", where=Where.APART)
def apply_color_texture_to_objects(simulation: Simulation, names: list[str], parameter: int, texture: Texture) -> None:
    """Lay a picture of display values, 0 to 255, over things of the map."""
    _apply(simulation, names, parameter, _pixels(texture).astype(np.uint8))


@call("apply_float_color_texture_to_objects", where=Where.APART)
def apply_float_color_texture_to_objects(
    simulation: Simulation, names: list[str], parameter: int, texture: Texture
) -> None:
    """Lay a picture of linear values over things of the map; what is more than 1 counts as 1."""
    linear = np.clip(_pixels(texture), 0.0, 1.0)
    _apply(simulation, names, parameter, np.rint(255.0 * linear ** (1 / 2.2)).astype(np.uint8))


def _apply(simulation: Simulation, names: list[str], parameter: int, picture: NDArray[np.uint8]) -> None:
    """Show a picture in the channel of a carla.MaterialParameter; bumps and roughness are accepted and not drawn."""
    if parameter not in range(4):
        raise CallError(f"material parameter {parameter}, want one of 0 to 3")
    channel, shrunk = _CHANNELS.get(parameter), _shrunk(picture)
    with simulation.lock:
        level = simulation.episode.level
        things = level.called(names)
        if channel is not None:
            level.cover(things, channel, shrunk)


def _pixels(texture: Texture) -> NDArray[np.float32]:
    """(H, W, 3) of what was sent.

    Raises:
        CallError: the sizes do not fit, or a pixel is no four finite numbers.
    """
    height, width = texture.height_px, texture.width_px
    if width < 1 or height < 1 or len(texture.pixels) != width * height:
        raise CallError(f"a texture of {width} x {height} with {len(texture.pixels)} pixels")
    try:
        pixels = np.array(texture.pixels, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise CallError("a pixel of the texture is no four numbers") from None
    if pixels.shape != (width * height, 4) or not np.isfinite(pixels).all():
        raise CallError("a pixel of the texture is no four finite numbers")
    rgb: NDArray[np.float32] = np.clip(pixels[:, :3], 0.0, 255.0).reshape(height, width, 3)
    return rgb


def _shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    import cv2  # only now: a server without cameras starts faster

    size = (min(width, MAX_SIDE_PX), min(height, MAX_SIDE_PX))
    if size == (width, height):
        return picture
    shrunk: NDArray[Any] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return shrunk.astype(np.uint8)
