"""Actors of a frame: level of detail, culling, and the rows and commands that draw all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import MeshKey, MeshSource
from sim.render.families import Family
from sim.render.geometry import GeometryStore, IndexRange, StoredMesh
from sim.render.pictures import picture_layer
from sim.render.view import CameraView
from sim.world.scene import Instance

ROW_FORMAT = "4f 4f 4f 4f 4f 2f/i"
ROW_NAMES = ("in_row0", "in_row1", "in_row2", "in_paint", "in_state", "in_picture")
ROW_FLOATS = 22
LEVEL_PX = (90.0, 36.0)
"""Pixels across the bounding sphere from which levels 0 and 1 are drawn (below a level's error of about a pixel)."""

Commands = NDArray[np.uint32]
"""(N, 5): index count, instance count, first index, base vertex, first row: OpenGL's indirect draw."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """An actor with the mesh that this picture shows of it."""

    instance: Instance
    mesh: StoredMesh
    center_world_m: NDArray[np.float64]
    distance_m: float
    visible: bool


class ActorMeshes:
    """Meshes of actors in graphics memory, loaded when first seen."""

    def __init__(self, context: Any, source: MeshSource) -> None:
        self._source = source
        self._stored: dict[MeshKey, StoredMesh] = {}
        self.store = GeometryStore(context)

    def get(self, key: MeshKey) -> StoredMesh:
        """The stored mesh of a key.

        Raises:
            KeyError: an asset or pose that the source does not know.
        """
        stored = self._stored.get(key)
        if stored is None:
            stored = self._stored[key] = self.store.add(self._source(key))
        return stored

    def place(self, instances: Sequence[Instance], view: CameraView, planes: NDArray[np.float64]) -> list[Placed]:
        """Choose each actor's level of detail and whether the camera sees it; nearest first."""
        placed = [self._placed(instance, view, planes) for instance in instances]
        return sorted(placed, key=lambda p: (p.distance_m, p.instance.actor_id))

    def _placed(self, instance: Instance, view: CameraView, planes: NDArray[np.float64]) -> Placed:
        coarse = self.get(instance.mesh._replace(level=2))
        T = instance.T_world_body
        center = T[:3, :3] @ coarse.center_body_m + T[:3, 3]
        distance = float(np.linalg.norm(center - view.eye_world_m))
        across_px = 2.0 * coarse.radius_m * view.focal_px / max(distance, 0.5)
        level = int(across_px < LEVEL_PX[0]) + int(across_px < LEVEL_PX[1])
        visible = touches(planes, center, coarse)
        key = instance.mesh._replace(level=max(level, instance.mesh.level))
        return Placed(instance, self.get(key), center, distance, visible)


def touches(planes: NDArray[np.float64], center_world_m: NDArray[np.float64], mesh: StoredMesh) -> bool:
    """Whether a mesh's bounding sphere reaches into a convex volume, given as (P, 4) planes."""
    reach = mesh.radius_m * np.linalg.norm(planes[:, :3], axis=1)
    return bool((planes[:, :3] @ center_world_m + planes[:, 3] >= -reach).all())


def actor_rows(placed: Sequence[Placed], first_index: int) -> NDArray[np.float32]:
    """(1 + N, 22) float32: row 0 stands for scenery, row k + 1 for actor k with index `first_index` + k."""
    rows = np.zeros((1 + len(placed), ROW_FLOATS), dtype=np.float32)
    rows[0, [0, 5, 10]] = 1.0
    rows[0, 18] = 1.0
    rows[0, 19] = 3.0
    for k, item in enumerate(placed):
        instance = item.instance
        row = rows[k + 1]
        row[:12] = instance.T_world_body[:3].ravel()
        row[12:15] = instance.paint_rgb
        row[15] = instance.seed
        row[16] = first_index + k
        row[17] = instance.lights & 0xFFFF
        row[18] = instance.cloth_reflectance
        row[19] = instance.signal_state
        row[20] = picture_layer(instance.picture)
        row[21] = instance.picture_scale
    return rows


def actor_commands(placed: Sequence[Placed]) -> dict[Family, Commands]:
    """Draws of the visible actors by family, nearest first."""
    found: defaultdict[Family, list[tuple[int, ...]]] = defaultdict(list)
    for k, item in enumerate(placed):
        if item.visible:
            for family, run in item.mesh.families.items():
                found[family].append(command(run, k + 1))
    return {family: np.array(rows, dtype=np.uint32) for family, rows in found.items()}


def whole_commands(placed: Sequence[Placed], planes: NDArray[np.float64]) -> Commands:
    """Draws of the actors that touch a light's volume, whole: for shadows."""
    rows = [command(p.mesh.whole, k + 1) for k, p in enumerate(placed) if touches(planes, p.center_world_m, p.mesh)]
    return np.array(rows, dtype=np.uint32).reshape(-1, 5)


def command(run: IndexRange, first_row: int) -> tuple[int, ...]:
    """One indirect draw of one instance."""
    return (run.index_count, 1, run.first_index, run.base_vertex, first_row)
