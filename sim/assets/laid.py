"""A sheet of paint that lies on the road, as the pose of a mesh key: its size, and the road's heights under it."""

from __future__ import annotations

import base64
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh

MARKING: Final = "static.moosetest.marking"
PREFIX: Final = "laid:"
OVER_ROAD_M: Final = 0.015
"""Above lane lines, which are 1 cm over the road, by as much as these are above repair patches."""
CELL_M: Final = 0.5
"""Heights are told so far apart: a road that bends by 1 / (500 m) is 0.06 mm off its chord."""
_STEP_M: Final = 1e-3
ROAD_RGB: Final = (0.085, 0.085, 0.088)
"""Aged asphalt, as a map's roads have it."""


class Sheet(NamedTuple):
    """Length along x, width along y; heights (L, W) in metres over the body's origin, from its rear right corner."""

    length_m: float
    width_m: float
    height_m: NDArray[np.float64]


def sample_places_m(length_m: float, width_m: float) -> NDArray[np.float64]:
    """(L, W, 2) where a sheet asks for heights, in its own axes."""
    x, y = (np.linspace(-size / 2, size / 2, int(np.ceil(size / CELL_M)) + 1) for size in (length_m, width_m))
    return np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)


def laid_pose(sheet: Sheet) -> str:
    """The pose of a sheet; heights are told to the millimetre. A level one has no heights, wherever it lies."""
    steps = np.rint(np.clip(sheet.height_m / _STEP_M, -32768, 32767)).astype("<i2")
    heights = base64.b64encode(steps.tobytes()).decode() if steps.any() else ""
    return f"{PREFIX}{sheet.length_m!r},{sheet.width_m!r}:{heights}"


def is_laid(pose: str) -> bool:
    """Whether a pose is one of these."""
    return pose.startswith(PREFIX)


def sheet_of(pose: str) -> Sheet:
    """The sheet of such a pose.

    Raises:
        KeyError: not such a pose.
    """
    size, _, heights = pose.removeprefix(PREFIX).partition(":")
    try:
        length_m, width_m = (float(side) for side in size.split(","))
        shape = sample_places_m(length_m, width_m).shape[:2]
        if not heights:
            return Sheet(length_m, width_m, np.zeros(shape))
        steps = np.frombuffer(base64.b64decode(heights, validate=True), "<i2")
        return Sheet(length_m, width_m, steps.reshape(shape) * _STEP_M)
    except ValueError as error:
        raise KeyError(f"pose {pose!r:.40}: not a sheet of paint ({error})") from None


def marking(pose: str, size_lwh_m: tuple[float, float, float]) -> Mesh:
    """The sheet of a pose; for the pose "" a level slab of the asset's size, for those who look at assets alone."""
    if is_laid(pose):
        return _sheet_mesh(sheet_of(pose))
    length, width, height = size_lwh_m
    return MeshBuilder().box((0, 0, height / 2), (length / 2, width / 2, height / 2), ROAD_RGB, Material.DECAL).build()


def _sheet_mesh(sheet: Sheet) -> Mesh:
    """Seen along x the picture is upright: u runs to the right (towards -y), v ahead."""
    flat = not sheet.height_m.any()
    place = sample_places_m(sheet.length_m, sheet.width_m)
    height = sheet.height_m
    if flat:  # four corners will do
        place, height = (
            place[:: len(place) - 1, :: place.shape[1] - 1],
            height[:: len(place) - 1, :: place.shape[1] - 1],
        )
    points = np.concatenate([place, height[..., None] + OVER_ROAD_M], axis=-1)
    uv = np.stack([0.5 - place[..., 1] / sheet.width_m, 0.5 + place[..., 0] / sheet.length_m], axis=-1)
    return MeshBuilder().grid(points, ROAD_RGB, Material.DECAL, uv=uv, crease_deg=80.0).build()
