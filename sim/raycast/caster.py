"""Casts rays into a scene: what stands still is one Embree scene, each thing that moves has its own."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from moosetest.arrays import FloatArray
from sim.assets.mesh import MeshSource, pigment
from sim.raycast.bodies import Bodies
from sim.raycast.embree import MISS, TriangleSoup
from sim.raycast.hits import NOTHING, SCENERY, Hits, Surfaces
from sim.raycast.picking import ConePicker, Picked, RayPicker
from sim.raycast.shape import BodyShape, triangle_pigment
from sim.world.scene import NO_PUFFS, NOBODY, Instance, Scene, StaticPart, StaticScene, Weather

MAX_SHAPES = 512
"""Meshes kept ready: 0.16 MB for a person of 1,600 triangles, 0.45 MB for a car of 4,800, beside the mesh itself.
A crowd of 50 different people in 8 poses of walking still fits."""

NEAR_M = 25.0
"""Bodies nearer than this are met before the others, many of which they hide."""


class RayCaster:
    """Casts rays into the scene of the current tick. Not for use by several threads at once.

    Args:
        meshes: where the meshes of moving things come from; each is prepared when it is first seen.
    """

    def __init__(self, meshes: MeshSource) -> None:
        self._shape = lru_cache(MAX_SHAPES)(lambda key: BodyShape(meshes(key)))
        self._scenery = self._no_scenery = _Scenery(StaticScene(key="", parts=()))
        self._bodies = Bodies((), [])
        self._surfaces = _surfaces(self._scenery, self._bodies)
        self.weather, self.puffs = Weather(), NO_PUFFS

    def set_scene(self, scene: Scene) -> None:
        """Cast into `scene` from now on; the scenery is prepared only when its key differs from the last one's.

        Raises:
            KeyError: a mesh that the source does not have.
        """
        self.weather, self.puffs = scene.weather, scene.puffs
        if scene.static.key != self._scenery.key:
            self._scenery = _Scenery(scene.static)
        self._bodies = Bodies(scene.instances, [self._shape(instance.mesh) for instance in scene.instances])
        self._surfaces = _surfaces(self._scenery, self._bodies)

    @property
    def instances(self) -> tuple[Instance, ...]:
        """The bodies of the scene."""
        return self._bodies.instances

    def cast(
        self,
        origin_world_m: ArrayLike,
        direction_world: ArrayLike,
        max_range_m: float | NDArray[np.float32],
        *,
        ignore_actor_ids: Set[int] = frozenset(),
        picker: RayPicker | None = None,
        bodies_only: bool = False,
        leaves_bodies: bool = True,
        age_s: FloatArray | None = None,
    ) -> Hits:
        """Where rays first meet a surface. Surfaces have two sides; a ray that begins inside a body leaves it unseen.

        Args:
            origin_world_m: (3,) for all rays, or (N, 3).
            direction_world: (N, 3) unit vectors.
            max_range_m: one for all, or (N,); a surface at exactly that range is met.
            ignore_actor_ids: rays pass these actors.
            picker: knows more about these rays than their order tells; the answer is the same.
            bodies_only: rays pass the scenery.
            leaves_bodies: False is for rays that begin inside bodies to look at them from there.
            age_s: (N,) rays meet bodies where they were that long ago, by their velocity; None is now.
        """
        origin_m = np.asarray(origin_world_m, dtype=np.float64)
        direction = np.ascontiguousarray(direction_world, dtype=np.float32)
        cast = _Cast(self._no_scenery if bodies_only else self._scenery, origin_m, direction)
        bodies = self._bodies
        if len(bodies):
            drift_m = np.zeros(len(bodies)) if age_s is None else bodies.speed_mps * age_s.max(initial=0.0)
            nearest_m = bodies.nearest_m(origin_m) - drift_m
            boxes = bodies.boxes(nearest_m, len(direction), drift_m)
            passed = [i for i, instance in enumerate(bodies.instances) if instance.actor_id in ignore_actor_ids]
            picked = (picker or ConePicker(origin_m, direction)).pick(boxes, len(bodies)).without(passed)
            for group in (nearest_m < NEAR_M, nearest_m >= NEAR_M):
                cast.meet_bodies(bodies, picked.where(group.take(picked.body)), nearest_m, leaves_bodies, age_s)
        return cast.hits(max_range_m, self._surfaces)


class _Scenery:
    """What stands still, around an origin of its own so that float32 is exact to 0.1 mm on maps kilometres away."""

    def __init__(self, static: StaticScene) -> None:
        self.key = static.key
        parts = [part for part in static.parts if len(part.mesh.triangle)]
        first = np.cumsum([0, *(len(part.mesh.position_m) for part in parts)])
        position_m = _stack([p.mesh.position_m for p in parts], (0, 3), np.float64)
        triangle = _stack(
            [p.mesh.triangle + np.uint32(at) for p, at in zip(parts, first, strict=False)], (0, 3), np.uint32
        )
        self.origin_world_m = np.round((position_m.min(axis=0) + position_m.max(axis=0)) / 2) if parts else np.zeros(3)
        self.soup = TriangleSoup((position_m - self.origin_world_m).astype(np.float32), triangle)
        self.tag = np.repeat(np.array([p.tag for p in parts], np.uint8), [len(p.mesh.triangle) for p in parts])
        self.material = _stack([p.mesh.material for p in parts], (0,), np.uint8).take(triangle[:, 0].astype(np.intp))
        self.pigment = _stack([_pigments(p) for p in parts], (0,), np.float32)
        self.owner = _stack([_owners(p) for p in parts], (0,), np.int32)


class _Cast:
    """Keeps the nearest surface so far of each ray."""

    def __init__(self, scenery: _Scenery, origin_world_m: FloatArray, direction: NDArray[np.float32]) -> None:
        self._origin_m = origin_world_m
        self._direction = direction
        rays = _ray_buffer(origin_world_m - scenery.origin_world_m, direction)
        self._range_m, self._triangle, self._normal = scenery.soup.first_hit(rays)
        self._source = np.where(self._triangle == MISS, np.int32(NOTHING), np.int32(SCENERY))

    def meet_bodies(
        self, bodies: Bodies, picked: Picked, nearest_m: FloatArray, leaves_bodies: bool, age_s: FloatArray | None
    ) -> None:
        """Let rays meet bodies, each of which is at least `nearest_m` (M,) away, where they were `age_s` (N,) ago."""
        picked = picked.where(self._range_m.take(picked.ray) > nearest_m.take(picked.body))
        ray, body = picked.ray, picked.body
        origin_m = self._origin_m if self._origin_m.ndim == 1 else self._origin_m.take(ray, axis=0)
        if age_s is not None:  # a ray ahead by the body's way since then meets it alike
            origin_m = origin_m + bodies.velocity_world_mps.take(body, axis=0) * age_s.take(ray)[:, None]
        may_start_inside = (nearest_m <= 0.0) & leaves_bodies
        hit = bodies.first_hit(origin_m, self._direction.take(ray, axis=0), body, may_start_inside)
        nearer = np.flatnonzero(hit.range_m < self._range_m.take(ray))
        np.minimum.at(self._range_m, ray.take(nearer), hit.range_m.take(nearer))
        first = nearer.compress(hit.range_m.take(nearer) == self._range_m.take(ray.take(nearer)))
        ray = ray.take(first)
        self._triangle[ray] = hit.triangle.take(first)
        self._normal[ray] = bodies.normal_world(hit.normal.take(first, axis=0), body.take(first))
        self._source[ray] = body.take(first) + 1

    def hits(self, max_range_m: float | NDArray[np.float32], surfaces: Surfaces) -> Hits:
        """What was met within range."""
        beyond = np.flatnonzero(~(self._range_m <= max_range_m))
        self._range_m[beyond] = np.inf
        self._source[beyond] = NOTHING
        return Hits(
            self._range_m, self._source, self._triangle, self._normal, self._origin_m, self._direction, surfaces
        )


def _ray_buffer(origin_m: FloatArray, direction: NDArray[np.float32]) -> NDArray[np.float32]:
    rays = np.empty((len(direction), 6), np.float32)
    for axis in range(3):  # whole columns: numpy copies rows of three at a quarter of the speed
        rays[:, axis] = origin_m[..., axis]
        rays[:, 3 + axis] = direction[:, axis]
    return rays


def _owners(part: StaticPart) -> NDArray[np.int32]:
    return np.full(len(part.mesh.triangle), NOBODY, np.int32) if part.owner is None else part.owner


def _pigments(part: StaticPart) -> NDArray[np.float32]:
    of_triangle = triangle_pigment(part.mesh)
    return np.where(of_triangle < 0.0, pigment(np.array(part.paint_rgb, np.float32)), of_triangle)


def _surfaces(scenery: _Scenery, bodies: Bodies) -> Surfaces:
    s = scenery
    return Surfaces(bodies.instances, s.tag, s.material, s.owner, s.pigment, bodies.shapes)


def _stack(arrays: list[NDArray[Any]], empty: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    return np.concatenate([np.zeros(empty, dtype), *(array.astype(dtype, copy=False) for array in arrays)])
