"""Casts rays into a scene: what stands still is one Embree scene, each thing that moves is placed in it."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from moosetest.arrays import FloatArray
from sim.assets.mesh import MeshSource, pigment
from sim.raycast.bodies import Bodies
from sim.raycast.embree import PlacedScenes, TriangleScene
from sim.raycast.first_hits import Boxes, Rays, first_hits
from sim.raycast.hits import NOTHING, SCENERY, Hits, Surfaces
from sim.raycast.shape import BodyShape, triangle_pigment
from sim.world.scene import NO_PUFFS, NOBODY, Instance, Scene, StaticPart, StaticScene, Weather

MAX_SHAPES = 512
"""Meshes kept ready: 0.16 MB for a person of 1,600 triangles, 0.45 MB for a car of 4,800, beside the mesh itself.
A crowd of 50 different people in 8 poses of walking still fits."""


class RayCaster:
    """Casts rays into the scene of the current tick. Not for use by several threads at once.

    Args:
        meshes: where the meshes of moving things come from; each is prepared when it is first seen.
    """

    def __init__(self, meshes: MeshSource) -> None:
        self._shape = lru_cache(MAX_SHAPES)(lambda key: BodyShape(meshes(key)))
        self._scenery = _Scenery(StaticScene(key="", parts=()))
        self._take_over(Bodies((), []))
        self.weather, self.puffs = Weather(), NO_PUFFS

    def set_scene(self, scene: Scene) -> None:
        """Cast into `scene` from now on; the scenery is prepared only when its key differs from the last one's.

        Raises:
            KeyError: a mesh that the source does not have.
        """
        self.weather, self.puffs = scene.weather, scene.puffs
        if scene.static.key != self._scenery.key:
            self._scenery = _Scenery(scene.static)
        self._take_over(Bodies(scene.instances, [self._shape(instance.mesh) for instance in scene.instances]))

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
            bodies_only: rays pass the scenery.
            leaves_bodies: False is for rays that begin inside bodies to look at them from there.
            age_s: (N,) rays meet bodies where they were that long ago, by their velocity; None is now.
        """
        origin_m = np.asarray(origin_world_m, dtype=np.float64)
        direction = np.require(direction_world, np.float32, ("C", "W"))
        span_s = 0 if age_s is None else ceil(age_s.max(initial=0.0))
        placed = self._placed_for(frozenset(ignore_actor_ids), bodies_only, span_s)
        rays = Rays(
            np.atleast_2d(origin_m) - placed.anchor_world_m,
            direction.reshape(-1, 3),
            np.array(max_range_m, np.float32, ndmin=1),
            np.zeros(1, np.float32) if age_s is None or not span_s else (age_s / span_s).astype(np.float32),
        )
        found = first_hits(placed.scenes, placed.boxes, rays, leaves_bodies)
        source = placed.source.take(found.member + 1)
        return Hits(found.range_m, source, found.triangle, found.normal, origin_m, rays.direction, self._surfaces)

    def _take_over(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._surfaces = _surfaces(self._scenery, bodies)
        self._placed: dict[tuple[frozenset[int], bool, int], _Placed] = {}

    def _placed_for(self, ignored_ids: frozenset[int], bodies_only: bool, span_s: int) -> _Placed:
        key = (ignored_ids, bodies_only, span_s)
        if key not in self._placed:
            here = [i for i, instance in enumerate(self._bodies.instances) if instance.actor_id not in ignored_ids]
            self._placed[key] = _placed(None if bodies_only else self._scenery, self._bodies, here, span_s)
        return self._placed[key]


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
        self.origin_world_m = np.round((position_m.min(axis=0) + position_m.max(axis=0)) / 2) if parts else None
        self.scene = TriangleScene(position_m - (0.0 if self.origin_world_m is None else self.origin_world_m), triangle)
        self.tag = np.repeat(np.array([p.tag for p in parts], np.uint8), [len(p.mesh.triangle) for p in parts])
        self.material = _stack([p.mesh.material for p in parts], (0,), np.uint8).take(triangle[:, 0].astype(np.intp))
        self.pigment = _stack([_pigments(p) for p in parts], (0,), np.float32)
        self.owner = _stack([_owners(p) for p in parts], (0,), np.int32)


class _Placed(NamedTuple):
    """The scenery and bodies of one cast, in axes of the world around `anchor_world_m`; `source` (1 + M,) by member."""

    scenes: PlacedScenes
    boxes: Boxes
    source: NDArray[np.int32]
    anchor_world_m: FloatArray


def _placed(scenery: _Scenery | None, bodies: Bodies, here: list[int], span_s: int) -> _Placed:
    """The scenery, if there is any, and some of the bodies, which move for `span_s` if that is not 0."""
    T_world_body = bodies.T_world_body[here]
    anchor_m = None if scenery is None else scenery.origin_world_m
    if anchor_m is None:  # nothing but bodies, wherever they are
        anchor_m = np.round(T_world_body[:, :3, 3].mean(axis=0)) if here else np.zeros(3)
    grounds = [] if scenery is None else [scenery.scene]
    T = np.concatenate([np.tile(np.eye(4), (len(grounds), 1, 1)), T_world_body])
    T[len(grounds) :, :3, 3] -= anchor_m
    way_m = np.zeros((len(T), 3))
    way_m[len(grounds) :] = -span_s * bodies.velocity_world_mps[here]
    before = None
    if way_m.any():
        before = T.copy()
        before[:, :3, 3] += way_m
    shapes = [bodies.shapes[i] for i in here]
    nowhere_m = np.full((len(grounds), 3), np.inf)
    low_m = np.concatenate([nowhere_m, np.array([shape.low_m for shape in shapes]).reshape(-1, 3)])
    high_m = np.concatenate([-nowhere_m, np.array([shape.high_m for shape in shapes]).reshape(-1, 3)])
    return _Placed(
        PlacedScenes([*grounds, *(shape.scene for shape in shapes)], T, before),
        Boxes(low_m, high_m, T, way_m),
        np.array([NOTHING] + [SCENERY] * len(grounds) + [i + 1 for i in here], np.int32),
        anchor_m,
    )


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
