"""Small scenes for the tests of the renderer: shapes whose pictures can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.render.context import RenderUnavailableError
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.scene import Instance, Scene, StaticPart, StaticScene, StreetLamp, Weather

ALL = frozenset({"rgb", "depth", "tag", "instance", "normal"})
WHITE = (0.5, 0.5, 0.5)


def source(key: MeshKey) -> Mesh:
    """Unit meshes: `box` 1 m a side, `board` with a picture, `bush`, `car` with lamps at its rear, `person`."""
    builder = MeshBuilder()
    if key.asset == "box":
        builder.box((0, 0, 0), (0.5, 0.5, 0.5), WHITE, Material.MATTE)
    elif key.asset == "dark_box":
        builder.box((0, 0, 0), (0.5, 0.5, 0.5), WHITE, Material.CLOTH)
    elif key.asset == "car":
        builder.box((0, 0, 0.75), (2.0, 0.9, 0.75), (-1, 0, 0), Material.PAINT)
        builder.box((-2.0, 0, 0.8), (0.05, 0.8, 0.2), (0.4, 0.02, 0.02), Material.TAILLAMP)
        builder.box((2.0, 0, 0.7), (0.05, 0.8, 0.1), (0.8, 0.8, 0.8), Material.HEADLAMP)
    elif key.asset == "signal":
        for z, material in ((0.3, Material.SIGNAL_RED), (0.0, Material.SIGNAL_YELLOW), (-0.3, Material.SIGNAL_GREEN)):
            builder.box((0, 0, z), (0.1, 0.12, 0.12), (0.1, 0.1, 0.1), material)
    elif key.asset == "board":
        corners = [[(0, -1, -1), (0, -1, 1)], [(0, 1, -1), (0, 1, 1)]]
        builder.grid(corners, WHITE, Material.PICTURE, uv=[[(0, 0), (0, 1)], [(1, 0), (1, 1)]])
    elif key.asset == "bush":
        builder.ellipsoid((0, 0, 0), (1, 1, 1), (0.1, 0.2, 0.05), Material.LEAF)
    elif key.asset.startswith("walker."):
        builder.ellipsoid((0, 0, 0), (0.2, 0.25, 0.9), (0.2, 0.02, 0.02), Material.CLOTH)
    else:
        raise KeyError(f"asset {key.asset!r}: unknown")
    return builder.build()


def pose(x: float, y: float, z: float = 0.0, yaw_rad: float = 0.0) -> NDArray[np.float64]:
    """`T_world_body` on level ground."""
    T = np.eye(4)
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    T[:2, :2] = [[c, -s], [s, c]]
    T[:3, 3] = (x, y, z)
    return T


def camera(x: float = 0.0, y: float = 0.0, z: float = 1.5, yaw_rad: float = 0.0, **options: object) -> CameraView:
    """A level 160 x 96 camera of 90 degrees, so that the focal length is 80 px."""
    return CameraView(160, 96, np.pi / 2, pose(x, y, z, yaw_rad), **{"noise": 0.0, **options})  # type: ignore[arg-type]


def ground(lamps: tuple[StreetLamp, ...] = ()) -> StaticScene:
    """400 m of asphalt at z = 0, tag 1."""
    mesh = MeshBuilder().box((0, 0, -0.5), (200, 200, 0.5), (0.2, 0.2, 0.2), Material.ASPHALT).build()
    return StaticScene(f"ground with {len(lamps)} lamps", (StaticPart("road", 1, mesh),), lamps)


NOTHING = StaticScene("nothing", ())


def scene(
    *instances: Instance,
    static: StaticScene = NOTHING,
    weather: Weather | None = None,
    lamps_on: bool = False,
    frame: int = 0,
) -> Scene:
    """A scene at time 0, by day without clouds unless told otherwise."""
    return Scene(static, instances, weather or Weather(cloudiness=0.0), 0.0, frame, static.lamps if lamps_on else ())


NIGHT = Weather(sun_elevation_rad=-0.4, cloudiness=0.0)


@contextmanager
def renderer_of(meshes: Callable[[MeshKey], Mesh] = source) -> Iterator[CameraRenderer]:
    """A renderer that has drawn once; the test is skipped where nothing can be drawn."""
    made = CameraRenderer(meshes)
    try:
        made.render(scene(), camera(), frozenset({"tag"}))
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    try:
        yield made
    finally:
        made.close()
