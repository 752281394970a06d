"""Pictures that boards show: people, children and cars at their true proportions, painted with our own camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import MeshKey
from sim.render.view import CameraView
from sim.world.scene import Instance, Scene, StaticScene, Weather

SIZE_PX = 256
_DISTANCE_M = 40.0
"""Far enough that the picture has no perspective of its own."""
_WHITE = 216
"""Linear 0.72 as the square that the shader undoes: the board around the figures."""


@dataclass(frozen=True, slots=True)
class _Figure:
    mesh: MeshKey
    across_m: float
    up_m: float
    yaw_rad: float
    tag: int
    paint_rgb: tuple[float, float, float] = (0.05, 0.12, 0.4)


def _person(asset: str, pose: str, across_m: float, up_m: float, yaw_rad: float = 0.0) -> _Figure:
    return _Figure(MeshKey(f"walker.{asset}", pose), across_m, up_m, yaw_rad, 12)


# name: side of the painted square in metres, and who stands in it; walkers' origins are at half their height
_PICTURES: dict[str, tuple[float, tuple[_Figure, ...]]] = {
    "": (1.0, ()),
    "person": (1.95, (_person("pedestrian.0001", "stand", 0.0, 0.93, 0.25),)),
    "people": (
        2.1,
        (
            _person("pedestrian.0002", "stand", -0.62, 0.93, 0.3),
            _person("pedestrian.0005", "walk_2", 0.05, 0.93, -0.2),
            _person("pedestrian.0007", "stand", 0.68, 0.93, -0.35),
        ),
    ),
    "child": (1.2, (_person("moosetest.child", "stand", 0.0, 0.55, 0.2),)),
    "car": (5.0, (_Figure(MeshKey("vehicle.tesla.model3"), 0.0, 1.6, 0.75, 14),)),
}
PICTURES: tuple[str, ...] = tuple(_PICTURES)


def picture_layer(name: str) -> int:
    """The texture layer of a picture.

    Raises:
        KeyError: an unknown name; the message lists the known ones.
    """
    try:
        return PICTURES.index(name)
    except ValueError:
        raise KeyError(f"picture {name!r}: unknown, want one of {PICTURES}") from None


def posing(name: str) -> tuple[Scene, CameraView]:
    """The scene that a picture shows, under a bright even sky, and the camera that takes it."""
    side_m, figures = _PICTURES[name]
    instances = tuple(
        Instance(k + 1, f.tag, f.mesh, _pose(f.across_m, f.up_m, f.yaw_rad), paint_rgb=f.paint_rgb)
        for k, f in enumerate(figures)
    )
    weather = Weather(sun_azimuth_rad=0.5, sun_elevation_rad=0.7, cloudiness=0.45)
    T = _pose(0.0, 0.0, np.pi)
    T[:3, 3] = (_DISTANCE_M, 0.0, side_m / 2.0)
    view = CameraView(SIZE_PX, SIZE_PX, 2.0 * float(np.arctan(side_m / 2.0 / _DISTANCE_M)), T, near_m=1.0, noise=0.0)
    return Scene(StaticScene("a photographer's studio", ()), instances, weather, 0.0), view


def developed(rgba: NDArray[np.uint8], index: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """(256, 256, 4) texels, first row at the bottom: the figures, opaque, on clear white."""
    texels = np.full((SIZE_PX, SIZE_PX, 4), _WHITE, dtype=np.uint8)
    texels[:, :, 3] = 0
    figure = index > 0
    texels[figure, :3] = rgba[figure, :3]
    texels[figure, 3] = 255
    return np.ascontiguousarray(texels[::-1])


def _pose(across_m: float, up_m: float, yaw_rad: float) -> NDArray[np.float64]:
    T = np.eye(4)
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    T[:2, :2] = [[c, -s], [s, c]]
    T[:3, 3] = (0.0, across_m, up_m)
    return T
