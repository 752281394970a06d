"""The same street drawn by another renderer, to say how fast ours is without saying how fast this machine is.

VTK is the peer: it runs without a screen on the same OpenGL, and is what Python projects draw meshes with. It does the
same job as far as it can: colour, depth, ids and normals of the same meshes in the same levels of detail. Its colours
are those of vertices: no shadows, textures, mirrors, lamps, sky or air. Each kind of truth takes it another pass.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh, MeshSource
from sim.render.levels import shown_keys
from sim.render.view import CameraView
from sim.world.scene import Scene

PEER = "VTK"


class PeerUnavailableError(RuntimeError):
    """The peer is not installed; the message says how to get it."""


def check_peer() -> None:
    """Raise `PeerUnavailableError` unless the peer is installed."""
    if find_spec("vtkmodules") is None:
        raise PeerUnavailableError("--peer compares with VTK, which is not installed: pip install vtk")


class Placed(NamedTuple):
    """A mesh in the world: paint, number of its part or actor, pose."""

    mesh: Mesh
    paint_rgb: tuple[float, float, float]
    number: int
    T_world_body: NDArray[np.float64]


class Peer:
    """A scene in VTK, seen by one camera.

    Args:
        scene: what to draw.
        view: from where.
        meshes: of the actors.

    Raises:
        PeerUnavailableError: VTK is not installed.
    """

    def __init__(self, scene: Scene, view: CameraView, meshes: MeshSource) -> None:
        check_peer()
        importlib.import_module("vtkmodules.vtkRenderingOpenGL2")  # registers what draws
        from vtkmodules.vtkRenderingCore import vtkRenderWindow

        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(view.width_px, view.height_px)
        self._size_px = (view.width_px, view.height_px)
        things = list(_things(scene, view, meshes))
        self._passes = [_renderer(things, view, color) for color in (_albedo, _number, _normal)]
        _add_sun(self._passes[0], scene.weather.sun_direction_world)

    def render(self) -> dict[str, NDArray[Any]]:
        """(H, W, ...) color, depth, number and normal, first row at the bottom."""
        images = {}
        for name, renderer in zip(("color", "number", "normal"), self._passes, strict=True):
            self._window.AddRenderer(renderer)
            self._window.Render()
            images[name] = self._pixels()
            if name == "color":
                images["depth"] = self._depth()
            self._window.RemoveRenderer(renderer)
        return images

    def _pixels(self) -> NDArray[Any]:
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        width, height = self._size_px
        data = vtkUnsignedCharArray()
        self._window.GetPixelData(0, 0, width - 1, height - 1, 0, data, 0)
        return np.asarray(vtk_to_numpy(data)).reshape(height, width, 3)

    def _depth(self) -> NDArray[Any]:
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkFloatArray

        width, height = self._size_px
        data = vtkFloatArray()
        self._window.GetZbufferData(0, 0, width - 1, height - 1, data)
        return np.asarray(vtk_to_numpy(data)).reshape(height, width)


def _things(scene: Scene, view: CameraView, meshes: MeshSource) -> Iterator[Placed]:
    parts = [part for part in scene.static.parts if len(part.mesh.triangle)]
    for number, part in enumerate(parts, start=1):
        yield Placed(part.mesh, part.paint_rgb, number, np.eye(4))
    keys = shown_keys(scene.instances, meshes, view)
    for number, (instance, key) in enumerate(zip(scene.instances, keys, strict=True), start=len(parts) + 1):
        yield Placed(meshes(key), instance.paint_rgb, number, instance.T_world_body)


def _albedo(thing: Placed) -> NDArray[np.uint8]:
    color = np.where(thing.mesh.color[:, :1] < 0.0, np.array(thing.paint_rgb), thing.mesh.color)
    return np.clip(255.0 * np.maximum(color, 0.0) ** (1.0 / 2.2), 0, 255).astype(np.uint8)


def _number(thing: Placed) -> NDArray[np.uint8]:
    code = np.array([thing.number & 0xFF, thing.number >> 8, 0], np.uint8)
    return np.tile(code, (len(thing.mesh.position_m), 1))


def _normal(thing: Placed) -> NDArray[np.uint8]:
    return np.clip(127.5 * (thing.mesh.normal @ thing.T_world_body[:3, :3].T + 1.0), 0, 255).astype(np.uint8)


def _renderer(things: list[Placed], view: CameraView, color: Callable[[Placed], NDArray[np.uint8]]) -> Any:
    from vtkmodules.vtkRenderingCore import vtkRenderer

    renderer = vtkRenderer()
    renderer.SetAutomaticLightCreation(False)
    for thing in things:
        renderer.AddActor(_actor(thing, color(thing), is_lit=color is _albedo))
    camera, T = renderer.GetActiveCamera(), view.T_world_camera
    camera.SetPosition(*T[:3, 3])
    camera.SetFocalPoint(*(T[:3, 3] + T[:3, 0]))
    camera.SetViewUp(*T[:3, 2])
    camera.SetViewAngle(float(np.degrees(2.0 * np.arctan(view.height_px / 2.0 / view.focal_px))))
    camera.SetClippingRange(view.near_m, view.far_m)
    return renderer


def _actor(thing: Placed, color: NDArray[np.uint8], is_lit: bool) -> Any:
    """A mesh with vertex colours at its pose."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkCommonMath import vtkMatrix4x4
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    points, cells, shape = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(np.array(thing.mesh.position_m), deep=True))
    corners = np.ascontiguousarray(thing.mesh.triangle, dtype=np.int64)
    cells.SetData(3, numpy_to_vtkIdTypeArray(corners.reshape(-1), deep=True))
    shape.SetPoints(points)
    shape.SetPolys(cells)
    shape.GetPointData().SetNormals(numpy_to_vtk(np.array(thing.mesh.normal), deep=True))
    shape.GetPointData().SetScalars(numpy_to_vtk(color, deep=True))
    mapper, actor, pose = vtkPolyDataMapper(), vtkActor(), vtkMatrix4x4()
    mapper.SetInputData(shape)
    pose.DeepCopy(np.ascontiguousarray(thing.T_world_body).reshape(-1))
    actor.SetMapper(mapper)
    actor.SetUserMatrix(pose)
    actor.GetProperty().SetLighting(is_lit)
    actor.GetProperty().SetAmbient(0.4)
    actor.GetProperty().SetDiffuse(0.6)
    actor.GetProperty().BackfaceCullingOn()
    return actor


def _add_sun(renderer: Any, direction_world: NDArray[np.float64]) -> None:
    from vtkmodules.vtkRenderingCore import vtkLight

    middle, light = np.array(renderer.GetActiveCamera().GetPosition()), vtkLight()
    light.SetLightTypeToSceneLight()
    light.SetPosition(*(middle + 100.0 * direction_world))
    light.SetFocalPoint(*middle)
    renderer.AddLight(light)
