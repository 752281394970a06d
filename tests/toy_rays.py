"""Toy worlds for rays: walls, boxes and cars whose distances can be worked out by hand."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.raycast.caster import RayCaster
from sim.world.scene import Instance, Scene, StaticPart, StaticScene, Weather

CAR = MeshKey("car")
FORWARD, LEFT, DOWN = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0)
FLOAT32_M = 1e-4  # float32 at some 100 m


def box(half_m: tuple[float, float, float], material: Material = Material.PAINT) -> Mesh:
    return MeshBuilder().box((0.0, 0.0, 0.0), half_m, (0.5, 0.5, 0.5), int(material)).build()


def wall(x_m: float, tag: int = 3, material: Material = Material.FACADE) -> StaticPart:
    corners = [[[x_m, -80, -5], [x_m, 80, -5], [x_m, 80, 45]], [[x_m, -80, -5], [x_m, 80, 45], [x_m, -80, 45]]]
    return StaticPart("wall", tag, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(material)).build())


def at(x_m: float, y_m: float = 0.0, z_m: float = 0.0, yaw_rad: float = 0.0) -> np.ndarray:
    pose = np.eye(4)
    pose[:2, :2] = [[np.cos(yaw_rad), -np.sin(yaw_rad)], [np.sin(yaw_rad), np.cos(yaw_rad)]]
    pose[:3, 3] = x_m, y_m, z_m
    return pose


def scene(*instances: Instance, parts: tuple[StaticPart, ...] = (), key: str = "test") -> Scene:
    return Scene(StaticScene(key, parts), instances, Weather(), time_s=0.0)


def caster(current: Scene, mesh: Mesh | None = None) -> RayCaster:
    ready = RayCaster(lambda key: mesh or box((2.0, 1.0, 0.75)))
    ready.set_scene(current)
    return ready


def room(half_m: float) -> StaticPart:
    """A cube around the origin, seen from within: every ray meets it."""
    return StaticPart("room", 3, box((half_m, half_m, half_m), Material.FACADE))


def ground(material: Material = Material.ASPHALT) -> StaticPart:
    """A level road, 250 m by 120 m, at z = 0."""
    corners = [[[-50, -60, 0], [200, -60, 0], [200, 60, 0]], [[-50, -60, 0], [200, 60, 0], [-50, 60, 0]]]
    return StaticPart("road", 1, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(material)).build())


def panel(x_m: float, material: Material) -> StaticPart:
    """A plate 4 m wide and 3 m high across the way."""
    corners = [[[x_m, -2, 0], [x_m, 2, 0], [x_m, 2, 3]], [[x_m, -2, 0], [x_m, 2, 3], [x_m, -2, 3]]]
    return StaticPart("panel", 3, MeshBuilder().triangles(corners, (0.5, 0.5, 0.5), int(material)).build())
