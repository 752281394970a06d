"""Actors of a frame: level of detail, culling, and the rows and commands that draw all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.assets.library import is_passing
from sim.assets.mesh import MeshKey, MeshSource
from sim.render.families import Family
from sim.render.geometry import Commands, GeometryStore, StoredMesh, command
from sim.render.levels import COARSEST, across_px, shown_levels
from sim.render.pictures import picture_layer
from sim.render.shadows import actor_texel_m
from sim.render.view import CameraView
from sim.world.scene import Instance

ROW_FORMAT = "4f 4f 4f 4f 4f 4f/i"
ROW_NAMES = ("in_row0", "in_row1", "in_row2", "in_paint", "in_state", "in_picture")
ROW_FLOATS = 24
MAX_PASSING = 256
"""Meshes in poses that come once, kept for cameras that look at the same tick: 0.1 MB each."""
LEVELS_DIFFER_M = 0.25
"""No mesh stands farther over the box of its coarsest level: that of people has no bag."""
COARSE_TEXEL_M = 0.13
"""So far the outline of the coarsest level is off at most: shadows in wider texels are those of that level."""
SMALLEST_PX = 1.0
"""Actors smaller than this are not drawn: no pixel centre need fall on them."""


@dataclass(frozen=True, slots=True, eq=False)
class Actors:
    """The actors of a frame, nearest first, with the mesh that this picture shows of each.

    Args:
        instances: (N) what they are.
        meshes: (N) stored meshes, each of the level that its distance asks for.
        shadow_meshes: (N) a level coarser, or the coarsest: a shadow's edge is a texel wide anyway.
        T_world_body: (N, 4, 4).
        center_world_m: (N, 3) of the bounding sphere.
        radius_m: (N,) of the bounding sphere.
        half_body_m: (N, 3) half the bounding box.
        distance_m: (N,) from the eye.
        visible: (N,) whether the bounding sphere touches the view, and with it what surrounds the actor.
        drawn: (N,) whether the bounding box does, too.
    """

    instances: tuple[Instance, ...]
    meshes: tuple[StoredMesh, ...]
    shadow_meshes: tuple[StoredMesh, ...]
    T_world_body: NDArray[np.float64]
    center_world_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    half_body_m: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    visible: NDArray[np.bool_]
    drawn: NDArray[np.bool_]

    def touching(self, planes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(N,) whether bounding spheres reach into a convex volume, given as (P, 4) planes."""
        return spheres_touch(planes, self.center_world_m, self.radius_m)


class ActorMeshes:
    """Meshes of actors in graphics memory, loaded when first seen; poses that come once make room for the next."""

    def __init__(self, context: Any, source: MeshSource) -> None:
        self._source = source
        self._stored: dict[MeshKey, StoredMesh] = {}
        self._passing: dict[MeshKey, StoredMesh] = {}  # least lately used first
        self._frame_keys: set[MeshKey] = set()
        self.store = GeometryStore(context)

    def get(self, key: MeshKey) -> StoredMesh:
        """The stored mesh of a key.

        Raises:
            KeyError: an asset or pose that the source does not know.
        """
        stored = self._stored.get(key)
        if stored is not None:
            return stored
        if is_passing(key.pose):
            return self._get_passing(key)
        stored = self._stored[key] = self.store.add(self._source(key))
        return stored

    def _get_passing(self, key: MeshKey) -> StoredMesh:
        """A mesh for this picture; those that were not used for longest give up their room."""
        stored = self._passing.pop(key, None)
        if stored is None:
            while len(self._passing) >= MAX_PASSING and next(iter(self._passing)) not in self._frame_keys:
                self.store.give_up(self._passing.pop(next(iter(self._passing))))
            stored = self.store.add(self._source(key), passing=True)
        self._passing[key] = stored
        self._frame_keys.add(key)
        return stored

    def place(
        self, instances: Sequence[Instance], view: CameraView, planes: NDArray[np.float64], reach_m: float = np.inf
    ) -> Actors:
        """Choose each actor's level of detail and whether the camera sees it; none does beyond `reach_m`."""
        self._frame_keys.clear()
        coarse = [self._at_level(instance, COARSEST) for instance in instances]
        T = np.array([i.T_world_body for i in instances]).reshape(-1, 4, 4)
        box = np.array([(m.low_body_m, m.high_body_m) for m in coarse]).reshape(-1, 2, 3)
        center = np.einsum("nij,nj->ni", T[:, :3, :3], box.mean(axis=1)) + T[:, :3, 3]
        radius = np.array([m.radius_m for m in coarse])
        distance = np.linalg.norm(center - view.eye_world_m, axis=1)
        size_px = across_px(center, radius, view)
        level = shown_levels(size_px, np.array([i.tag for i in instances], np.uint8), view.quality)
        half = (box[:, 1] - box[:, 0]) / 2.0
        touches = boxes_touch(planes, center, np.swapaxes(T[:, :3, :3], 1, 2) * (half + LEVELS_DIFFER_M)[:, :, None])
        visible = spheres_touch(planes, center, radius) & (size_px > SMALLEST_PX) & (distance - radius <= reach_m)
        order = np.lexsort((np.array([i.actor_id for i in instances]), distance))
        chosen = tuple(instances[k] for k in order)
        meshes = tuple(self._at_level(i, int(level[k])) for k, i in zip(order, chosen, strict=True))
        coarser = COARSEST if actor_texel_m(view) > COARSE_TEXEL_M else 1
        shadows = tuple(
            self._at_level(i, min(int(level[k]) + coarser, COARSEST)) for k, i in zip(order, chosen, strict=True)
        )
        return Actors(
            chosen,
            meshes,
            shadows,
            T[order],
            center[order],
            radius[order],
            half[order],
            distance[order],
            visible[order],
            (visible & touches)[order],
        )

    def _at_level(self, instance: Instance, level: int) -> StoredMesh:
        asset, pose, finest = instance.mesh
        return self.get(MeshKey(asset, pose, max(level, finest)))


def boxes_touch(
    planes: NDArray[np.float64], center_m: NDArray[np.float64], half_axes_m: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(N,) whether boxes reach into a convex volume; `half_axes_m` (N, 3, 3) are rows from middles to faces."""
    reach = np.abs(half_axes_m @ planes[:, :3].T).sum(axis=1)
    return np.asarray((center_m @ planes[:, :3].T + planes[:, 3] >= -reach).all(axis=1))


def spheres_touch(
    planes: NDArray[np.float64], center_m: NDArray[np.float64], radius_m: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(N,) whether spheres reach into a convex volume, given as (P, 4) planes whose insides are positive."""
    reach = radius_m[:, None] * np.linalg.norm(planes[:, :3], axis=1)
    return (center_m @ planes[:, :3].T + planes[:, 3] >= -reach).all(axis=1)


def actor_rows(actors: Actors, first_index: int, poster_layers: Mapping[str, int]) -> NDArray[np.float32]:
    """(1 + N, 24) float32: row 0 stands for scenery, row k + 1 for actor k with index `first_index` + k.

    `poster_layers` are the layers of the users' pictures by their keys.
    """
    rows = np.zeros((1 + len(actors.instances), ROW_FLOATS), dtype=np.float32)
    rows[0, [0, 5, 10, 18]] = 1.0
    rows[0, 19] = 3.0
    rows[:, 23] = 1.0
    rows[1:, :12] = actors.T_world_body[:, :3].reshape(-1, 12)
    rows[1:, 16] = first_index + np.arange(len(actors.instances))
    for row, instance, mesh in zip(rows[1:], actors.instances, actors.meshes, strict=True):
        is_dyed = instance.cloth_rgb is not None  # whose dye takes the place of a paint, which no clothes have
        row[12:16] = (*(instance.cloth_rgb or instance.paint_rgb), instance.seed)
        cloth = -instance.cloth_reflectance if is_dyed else instance.cloth_reflectance
        row[17:20] = (instance.lights & 0xFFFF, cloth, instance.signal_state)
        row[23] = instance.lamp_share
        if Family.MARKING in mesh.families:
            row[18] = instance.contrast  # paint is no cloth
        if mesh.picture_size_m is not None:
            row[20:23] = _picture(instance, mesh.picture_size_m, poster_layers)
    return rows


def _picture(
    instance: Instance, face_size_m: tuple[float, float], poster_layers: Mapping[str, int]
) -> tuple[float, float, float]:
    """Layer, and the shares of the face's width and height that a picture spans undistorted."""
    if instance.poster is not None:
        height_px, width_px = instance.poster.rgb.shape[:2]
        across, up = face_size_m[0] / width_px, face_size_m[1] / height_px
        share = float(np.sqrt(np.clip(instance.picture_scale, 1e-4, 1.0))) * min(across, up)
        return poster_layers[instance.poster.key], share / across, share / up
    side_m = float(np.sqrt(np.clip(instance.picture_scale, 1e-4, 1.0))) * min(face_size_m)
    return picture_layer(instance.picture), side_m / face_size_m[0], side_m / face_size_m[1]


def actor_commands(actors: Actors) -> dict[Family, Commands]:
    """Draws of the actors in view by family, nearest first."""
    found: defaultdict[Family, list[tuple[int, ...]]] = defaultdict(list)
    for k in np.flatnonzero(actors.drawn):
        for family, run in actors.meshes[k].families.items():
            found[family].append(command(run, int(k) + 1))
    return {family: np.array(rows, dtype=np.uint32) for family, rows in found.items()}


def whole_commands(actors: Actors, planes: NDArray[np.float64]) -> Commands:
    """Draws of the actors that touch a light's volume, whole: for shadows."""
    rows = [command(actors.shadow_meshes[k].whole, int(k) + 1) for k in np.flatnonzero(actors.touching(planes))]
    return np.array(rows, dtype=np.uint32).reshape(-1, 5)
