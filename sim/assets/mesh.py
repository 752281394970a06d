"""The one mesh type: what cameras draw and rays hit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Material(IntEnum):
    """What a surface is made of: chooses its shading, its LiDAR reflectivity and its radar reflection.

    The shader of each is in `sim/render/shaders/`; the physical constants of each in `sim/assets/materials.py`.
    """

    MATTE = 0
    PAINT = 1  # car body: clear coat with reflections; vertex colour < 0 takes the actor's paint
    GLASS = 2
    RUBBER = 3
    RIM = 4
    ASPHALT = 5
    PAVING = 6
    FACADE = 7  # uv in metres along and up the wall
    LEAF = 8
    BARK = 9
    SKIN = 10
    CLOTH = 11  # albedo scaled by the actor's `cloth_reflectance`
    METAL = 12
    HEADLAMP = 13
    TAILLAMP = 14
    INDICATOR = 15
    REVERSE_LAMP = 16
    BEACON = 17  # blue or red flashing light bar
    PANEL = 18  # truck box, bus livery
    GRASS = 19
    BLACK = 20  # trim, shut lines, gaps
    PLATE = 21
    ROADMARK = 22
    RETRO = 23  # retro-reflective sheeting
    PICTURE = 24  # shows the actor's picture, uv in [0, 1]
    SIGNAL_RED = 25  # lamp of a traffic light, lit by its state
    SIGNAL_YELLOW = 26
    SIGNAL_GREEN = 27
    STREET_LAMP = 28  # lit at night
    CONCRETE = 29
    DECAL = 30  # paint on the road that shows the actor's picture, uv in [0, 1]; the colour is that of the road


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles in the body frame: x forward, y left, z up, metres (right-handed).

    An actor's body origin is CARLA's: on the ground under the centre of the bounding box for vehicles, the centre of
    the bounding box for walkers, on the ground for props.

    Args:
        position_m: (V, 3) float32.
        normal: (V, 3) float32, unit length.
        color: (V, 3) float32 linear albedo in [0, 1]; negative red means the actor's paint colour.
        uv: (V, 2) float32.
        material: (V,) uint8, `Material`; equal for the three corners of a triangle.
        triangle: (T, 3) uint32, counter-clockwise seen from outside.
    """

    position_m: NDArray[np.float32]
    normal: NDArray[np.float32]
    color: NDArray[np.float32]
    uv: NDArray[np.float32]
    material: NDArray[np.uint8]
    triangle: NDArray[np.uint32]


def pigment(color: NDArray[np.float32]) -> NDArray[np.float32]:
    """How bright linear albedos (..., 3) are, weighted to red; negative for vertices that take the paint colour.

    Pigments that are bright in red stay so in the near infrared, where LiDARs look; blue and green ones mostly do not.
    """
    return np.float32(0.7) * color[..., 0] + np.float32(0.2) * color[..., 1] + np.float32(0.1) * color[..., 2]


class MeshKey(NamedTuple):
    """Names one mesh of the library: hashable, so that renderers can cache what they made of it.

    Args:
        asset: blueprint id, or a scenery asset's name.
        pose: "" for rigid assets; for people "stand", "walk_0".."walk_7", "run_0".."run_7", "crouch", "lie", ...;
            for two-wheelers "" (with rider) or "bare".
        level: 0 full detail, for rays and for cameras from near; 1 for cameras' middle distance, 2 far.
    """

    asset: str
    pose: str = ""
    level: int = 0


class MeshSource(Protocol):
    """Where meshes come from: the same key gives the same mesh, always."""

    def __call__(self, key: MeshKey) -> Mesh:
        """The mesh of `key`; raises KeyError for an unknown asset or pose."""
        ...
