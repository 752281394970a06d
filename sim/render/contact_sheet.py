"""A contact sheet: assets of the library, each from four sides, for people to judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.assets import library
from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, MeshKey
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.scene import Instance, Scene, StaticPart, StaticScene, Weather

Color = tuple[float, float, float]
CELL_PX: Final = (160, 106)
"""Width and height of one view."""
LABEL_PX: Final = 15
ASSETS_A_ROW: Final = 2
YAWS_RAD: Final = tuple(np.radians([145.0, 90.0, 0.0, -30.0]))
"""The asset's yaw before a camera that looks along +x: nose and left side, right side, rear, rear and left side."""
_FOV_RAD: Final = np.radians(28.0)
_DOWN_RAD: Final = np.radians(9.0)
_FILLED: Final = 0.88
"""Share of the cell that the asset fills, in width or in height."""
_PAINTS_RGB: Final = (
    (0.20, 0.25, 0.32),
    (0.62, 0.62, 0.60),
    (0.35, 0.03, 0.03),
    (0.03, 0.10, 0.30),
    (0.03, 0.03, 0.035),
    (0.05, 0.18, 0.09),
    (0.50, 0.33, 0.06),
)
"""Linear colours of the painted, in turn."""
_PERSON_TAG, _CAR_TAG, _STATIC_TAG = 12, 14, 20
"""carla.CityObjectLabel."""


def contact_sheet(names: Sequence[str], level: int = 0) -> NDArray[np.uint8]:
    """(H, W, 3) picture of `names`, `ASSETS_A_ROW` a row, four views each, with their sizes.

    Raises:
        KeyError: an unknown asset.
        RenderUnavailableError: no OpenGL here.
    """
    renderer = CameraRenderer(library.mesh)
    try:
        strips = [
            _strip(renderer, name, level, _PAINTS_RGB[number % len(_PAINTS_RGB)]) for number, name in enumerate(names)
        ]
    finally:
        renderer.close()
    strips += [np.full_like(strips[0], 255)] * (-len(strips) % ASSETS_A_ROW)
    rows = [np.concatenate(strips[i : i + ASSETS_A_ROW], axis=1) for i in range(0, len(strips), ASSETS_A_ROW)]
    return np.concatenate(rows)


def _strip(renderer: CameraRenderer, name: str, level: int, paint_rgb: Color) -> NDArray[np.uint8]:
    """The four views of one asset side by side, under its name."""
    cells = [_view_of(renderer, MeshKey(name, library.poses(name)[0], level), yaw, paint_rgb) for yaw in YAWS_RAD]
    label = np.full((LABEL_PX, len(cells) * CELL_PX[0], 3), 255, np.uint8)
    text = f"{name}   {' x '.join(f'{side:.2f}' for side in library.size_lwh_m(name))} m   {library.split(name)}"
    cv2.putText(label, text, (4, LABEL_PX - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (30, 30, 30), 1, cv2.LINE_AA)
    return np.concatenate([label, np.concatenate(cells, axis=1)])


def _view_of(renderer: CameraRenderer, key: MeshKey, yaw_rad: float, paint_rgb: Color) -> NDArray[np.uint8]:
    length, width, height = library.size_lwh_m(key.asset)
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    across_m, deep_m = length * abs(s) + width * abs(c), length * abs(c) + width * abs(s)
    slope = np.tan(_FOV_RAD / 2)
    tall_m = height * np.cos(_DOWN_RAD) + deep_m * np.sin(_DOWN_RAD)
    wide_m = max(across_m, tall_m * CELL_PX[0] / CELL_PX[1])
    away_m = 0.5 * deep_m + wide_m / (2.0 * slope * _FILLED)
    is_walker = key.asset.startswith("walker.")
    T = np.eye(4)
    T[:2, :2] = [[c, -s], [s, c]]
    T[2, 3] = 0.5 * height if is_walker else 0.0  # a walker's origin is the middle of its box
    tag = _PERSON_TAG if is_walker else _CAR_TAG if key.asset.startswith("vehicle.") else _STATIC_TAG
    scene = Scene(_GROUND, (Instance(1, tag, key, T, paint_rgb=paint_rgb),), _WEATHER, 0.0)
    view = CameraView(*CELL_PX, _FOV_RAD, _looking_down(away_m, 0.5 * height), noise=0.0, supersampling=2)
    picture = renderer.render(scene, view, frozenset({"rgb"})).rgb
    assert picture is not None
    return picture


def _looking_down(away_m: float, target_z_m: float) -> NDArray[np.float64]:
    """(4, 4) T_world_camera: `away_m` from (0, 0, target_z_m), looking along +x and a little down at it."""
    c, s = np.cos(_DOWN_RAD), np.sin(_DOWN_RAD)
    T = np.eye(4)
    T[:3, :3] = [[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]
    T[:3, 3] = (-away_m * c, 0.0, target_z_m + away_m * s)
    return T


_GROUND = StaticScene(
    "contact sheet",
    (StaticPart("road", 1, MeshBuilder().box((0, 0, -0.5), (300, 300, 0.5), (0.2, 0.2, 0.2), Material.MATTE).build()),),
)
# behind the camera and to its left, high enough to light roofs
_WEATHER = Weather(sun_azimuth_rad=2.4, sun_elevation_rad=0.75, cloudiness=0.2)
