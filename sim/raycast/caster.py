"""Casts rays into a scene: what stands still is one Embree scene, each thing that moves has its own."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sim.assets.mesh import MeshKey, MeshSource
from sim.raycast.body import Body, BodyShape, boxes_around
from sim.raycast.embree import MISS, TriangleSoup
from sim.raycast.hits import NOTHING, SCENERY, Hits, Surfaces
from sim.raycast.picking import ConePicker, RayIndex, RayPicker
from sim.world.scene import Instance, Scene, StaticScene

BODY_LEVEL = 1
"""Level of detail of moving meshes for rays (`MeshKey.level`): the shape to centimetres, without the trim."""
FINE_WITHIN_M = 15.0
"""Bodies nearer than this are bounded part by part: the sensor's own car would else cost every ray."""


class RayCaster:
    """Casts rays into the scene of the current tick. Not for use by several threads at once.

    Args:
        meshes: where the meshes of moving things come from; each is prepared once.
    """

    def __init__(self, meshes: MeshSource) -> None:
        self._meshes = meshes
        self._shapes: dict[MeshKey, BodyShape] = {}
        self._scenery = _Scenery(StaticScene(key="", parts=()))
        self._bodies: list[Body] = []
        self._surfaces = _surfaces(self._scenery, self._bodies)

    def set_scene(self, scene: Scene) -> None:
        """Cast into `scene` from now on; the scenery is prepared only when its key differs from the last one's.

        Raises:
            KeyError: a mesh that the source does not have.
        """
        if scene.static.key != self._scenery.key:
            self._scenery = _Scenery(scene.static)
        self._bodies = [Body(self._shape(instance), instance) for instance in scene.instances]
        self._surfaces = _surfaces(self._scenery, self._bodies)

    def cast(
        self,
        origin_world_m: ArrayLike,
        direction_world: ArrayLike,
        max_range_m: float | NDArray[np.float32],
        *,
        ignore_actor_ids: Set[int] = frozenset(),
        picker: RayPicker | None = None,
    ) -> Hits:
        """Where rays first meet a surface. Surfaces have two sides; a ray that begins inside a body leaves it unseen.

        Args:
            origin_world_m: (3,) for all rays, or (N, 3).
            direction_world: (N, 3) unit vectors.
            max_range_m: one for all, or (N,); a surface at exactly that range is met.
            ignore_actor_ids: rays pass these actors.
            picker: knows more about these rays than their order tells; the answer is the same.
        """
        origin_m = np.asarray(origin_world_m, dtype=np.float64)
        direction = np.ascontiguousarray(direction_world, dtype=np.float32)
        cast = _Cast(origin_m, direction)
        cast.meet_scenery(self._scenery)
        picker = picker or ConePicker(origin_m, direction)
        boxes = boxes_around(self._bodies, np.atleast_2d(origin_m).mean(axis=0), FINE_WITHIN_M)
        for i, ray in enumerate(picker.pick(boxes, len(self._bodies))):
            if len(ray) and self._bodies[i].instance.actor_id not in ignore_actor_ids:
                cast.meet_body(self._bodies[i], i + 1, ray)
        return cast.hits(max_range_m, self._surfaces)

    def _shape(self, instance: Instance) -> BodyShape:
        key = instance.mesh._replace(level=BODY_LEVEL)
        if key not in self._shapes:
            self._shapes[key] = BodyShape(self._meshes(key))
        return self._shapes[key]


class _Scenery:
    """What stands still, around an origin of its own so that float32 is exact to 0.1 mm on maps kilometres away."""

    def __init__(self, static: StaticScene) -> None:
        self.key = static.key
        parts = [part for part in static.parts if len(part.mesh.triangle)]
        counts = [len(part.mesh.position_m) for part in parts]
        first = np.cumsum([0, *counts])
        position_m = _stack([p.mesh.position_m for p in parts], (0, 3), np.float64)
        triangles = [p.mesh.triangle + np.uint32(at) for p, at in zip(parts, first, strict=False)]
        self.origin_world_m = np.round((position_m.min(axis=0) + position_m.max(axis=0)) / 2) if parts else np.zeros(3)
        triangle = _stack(triangles, (0, 3), np.uint32)
        self.soup = TriangleSoup((position_m - self.origin_world_m).astype(np.float32), triangle)
        self.tag = np.repeat(np.array([p.tag for p in parts], np.uint8), [len(p.mesh.triangle) for p in parts])
        self.material = _stack([p.mesh.material for p in parts], (0,), np.uint8).take(triangle[:, 0].astype(np.intp))


class _Cast:
    """Keeps the nearest surface so far of each ray."""

    def __init__(self, origin_world_m: NDArray[np.float64], direction_world: NDArray[np.float32]) -> None:
        self._origin_m = origin_world_m
        self._direction = direction_world

    def meet_scenery(self, scenery: _Scenery) -> None:
        rays = np.empty((len(self._direction), 6), np.float32)
        rays[:, :3] = self._origin_m - scenery.origin_world_m
        rays[:, 3:] = self._direction
        hit = scenery.soup.first_hit(rays)
        self._range_m, self._triangle = hit.range_m, hit.triangle
        self._source = np.where(hit.triangle == MISS, np.int32(NOTHING), np.int32(SCENERY))
        self._cos = _cos_incidence(self._direction, hit.normal)

    def meet_body(self, body: Body, source: int, ray: RayIndex) -> None:
        pose = body.instance.T_world_body
        origin_m = self._origin_m if self._origin_m.ndim == 1 else self._origin_m[ray]
        start_m = (origin_m - pose[:3, 3]) @ pose[:3, :3]
        rays = np.empty((len(ray), 6), np.float32)
        rays[:, :3] = start_m
        rays[:, 3:] = self._direction.take(ray, axis=0) @ pose[:3, :3].astype(np.float32)
        hit = body.shape.first_hit(rays, may_start_inside=body.shape.box_contains(start_m))
        nearer = np.flatnonzero(hit.range_m < self._range_m.take(ray))
        ray = ray.take(nearer)
        self._range_m[ray] = hit.range_m.take(nearer)
        self._triangle[ray] = hit.triangle.take(nearer)
        self._source[ray] = source
        self._cos[ray] = _cos_incidence(rays[nearer, 3:], hit.normal.take(nearer, axis=0))

    def hits(self, max_range_m: float | NDArray[np.float32], surfaces: Surfaces) -> Hits:
        beyond = np.flatnonzero(~(self._range_m <= max_range_m))
        self._range_m[beyond] = np.inf
        self._source[beyond] = NOTHING
        self._cos[beyond] = 0.0
        return Hits(self._range_m, self._source, self._triangle, self._cos, self._origin_m, self._direction, surfaces)


def _cos_incidence(direction: NDArray[np.float32], normal: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.minimum(np.abs(np.einsum("ij,ij->i", direction, normal)), np.float32(1.0))


def _surfaces(scenery: _Scenery, bodies: list[Body]) -> Surfaces:
    def column(of: Callable[[Instance], ArrayLike], first: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
        return np.array([first, *(of(body.instance) for body in bodies)], dtype=dtype)

    return Surfaces(
        actor_id=column(lambda i: i.actor_id, 0, np.uint32),
        tag=column(lambda i: i.tag, 0, np.uint8),
        position_world_m=column(lambda i: i.T_world_body[:3, 3], np.zeros(3), np.float64),
        velocity_world_mps=column(lambda i: i.velocity_world_mps, np.zeros(3), np.float64),
        angular_velocity_world_radps=column(lambda i: i.angular_velocity_world_radps, np.zeros(3), np.float64),
        scenery_tag=scenery.tag,
        scenery_material=scenery.material,
        body_material=tuple(body.shape.material for body in bodies),
    )


def _stack(arrays: list[NDArray[Any]], empty: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    return np.concatenate([np.zeros(empty, dtype), *(array.astype(dtype, copy=False) for array in arrays)])
