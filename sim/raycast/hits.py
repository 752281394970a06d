"""What rays met: range at once, the rest when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.assets.mesh import pigment
from sim.raycast.shape import BodyShape
from sim.world.scene import Instance

NOTHING = -1
SCENERY = 0
"""Values of `Hits.source`; body i of the scene is i + 1."""


class Surfaces:
    """What there is to meet, by source number: row 0 is the scenery, row i + 1 the scene's body i.

    Args:
        instances: the bodies.
        scenery_tag: by triangle of the scenery.
        scenery_material: likewise.
        scenery_owner: likewise, index among the scenery's objects.
        scenery_pigment: likewise, see `Hits.pigment`.
        shapes: of the bodies.
    """

    def __init__(
        self,
        instances: tuple[Instance, ...],
        scenery_tag: NDArray[np.uint8],
        scenery_material: NDArray[np.uint8],
        scenery_owner: NDArray[np.int32],
        scenery_pigment: NDArray[np.float32],
        shapes: Sequence[BodyShape],
    ) -> None:
        self.instances = instances
        self.scenery_tag = scenery_tag
        self.scenery_material = scenery_material
        self.scenery_owner = scenery_owner
        self.scenery_pigment = scenery_pigment
        self._shapes = shapes

    @cached_property
    def actor_id(self) -> NDArray[np.uint32]:
        """(M + 1,)."""
        return np.array([0, *(instance.actor_id for instance in self.instances)], np.uint32)

    @cached_property
    def tag(self) -> NDArray[np.uint8]:
        """(M + 1,); the scenery's is by triangle."""
        return np.array([0, *(instance.tag for instance in self.instances)], np.uint8)

    @cached_property
    def cloth_reflectance(self) -> NDArray[np.float32]:
        """(M + 1,)."""
        return np.array([1.0, *(instance.cloth_reflectance for instance in self.instances)], np.float32)

    @cached_property
    def lamp_share(self) -> NDArray[np.float32] | None:
        """(M + 1,) share of their light that reflectors send back; None where all are clean."""
        share = np.array([1.0, *(instance.lamp_share for instance in self.instances)], np.float32)
        return share if (share < 1.0).any() else None

    @cached_property
    def first_triangle(self) -> NDArray[np.intp]:
        """(M + 1,) where the triangles of a body begin in the arrays of all bodies; 0 for the scenery."""
        counts = [len(shape.material) for shape in self._shapes]
        return np.cumsum([0, 0, *counts])[: len(counts) + 1].astype(np.intp)

    @cached_property
    def body_material(self) -> NDArray[np.uint8]:
        """By triangle of all bodies."""
        return np.concatenate([np.zeros(0, np.uint8), *(shape.material for shape in self._shapes)])

    @cached_property
    def body_pigment(self) -> NDArray[np.float32]:
        """By triangle of all bodies, see `Hits.pigment`."""
        painted = [
            np.where(shape.pigment < 0.0, pigment(np.array(instance.paint_rgb, np.float32)), shape.pigment)
            for shape, instance in zip(self._shapes, self.instances, strict=True)
        ]
        return np.concatenate([np.zeros(0, np.float32), *painted]).astype(np.float32)

    @cached_property
    def motion_world(self) -> FloatArray:
        """(M + 1, 3, 3): place, velocity, angular velocity."""
        moving = [(i.T_world_body[:3, 3], i.velocity_world_mps, i.angular_velocity_world_radps) for i in self.instances]
        return np.array([np.zeros((3, 3)), *moving], np.float64)


@dataclass(frozen=True, eq=False)
class Hits:
    """Where N rays first meet a surface.

    `range_m` (N,) float32 is inf where a ray meets nothing within its range; every other answer is 0 there.
    """

    range_m: NDArray[np.float32]
    source: NDArray[np.int32]
    triangle: NDArray[np.uint32]
    normal_world: NDArray[np.float32]
    origin_world_m: FloatArray
    direction_world: NDArray[np.float32]
    surfaces: Surfaces

    def __len__(self) -> int:
        return len(self.range_m)

    def take(self, ray: NDArray[np.intp]) -> Hits:
        """The hits of some of the rays."""
        return Hits(
            self.range_m.take(ray),
            self.source.take(ray),
            self.triangle.take(ray),
            self.normal_world.take(ray, axis=0),
            self.origin_world_m if self.origin_world_m.ndim == 1 else self.origin_world_m.take(ray, axis=0),
            self.direction_world.take(ray, axis=0),
            self.surfaces,
        )

    def seen_from(self, origin_world_m: FloatArray, gone_m: NDArray[np.float32]) -> Hits:
        """The same surfaces, met by rays that began (N,) earlier, at (3,) or (N, 3)."""
        return replace(self, range_m=self.range_m + gone_m, origin_world_m=origin_world_m)

    def followed_by(self, others: Sequence[Hits]) -> Hits:
        """These hits and others, in one."""
        parts = (self, *others)
        if not others:
            return self
        origins_m = [np.broadcast_to(part.origin_world_m, (len(part), 3)) for part in parts]
        shared = self.origin_world_m.ndim == 1
        return Hits(
            np.concatenate([part.range_m for part in parts]),
            np.concatenate([part.source for part in parts]),
            np.concatenate([part.triangle for part in parts]),
            np.concatenate([part.normal_world for part in parts]),
            self.origin_world_m if shared else np.concatenate(origins_m),
            np.concatenate([part.direction_world for part in parts]),
            self.surfaces,
        )

    @cached_property
    def actor_id(self) -> NDArray[np.uint32]:
        """(N,) CARLA actor id, 0 for scenery."""
        return self.surfaces.actor_id.take(np.maximum(self.source, SCENERY))

    @cached_property
    def tag(self) -> NDArray[np.uint8]:
        """(N,) CityObjectLabel."""
        tag = self.surfaces.tag.take(np.maximum(self.source, SCENERY))
        return self._of_scenery(tag, self.surfaces.scenery_tag)

    @cached_property
    def material(self) -> NDArray[np.uint8]:
        """(N,) `Material`."""
        of_body = self._of_body(np.zeros(len(self), np.uint8), self.surfaces.body_material)
        return self._of_scenery(of_body, self.surfaces.scenery_material)

    @cached_property
    def pigment(self) -> NDArray[np.float32]:
        """(N,) albedo of the surface's colour, weighted to red (`sim.assets.mesh.pigment`); 0 is black, 1 is white."""
        of_body = self._of_body(np.zeros(len(self), np.float32), self.surfaces.body_pigment)
        return self._of_scenery(of_body, self.surfaces.scenery_pigment)

    @cached_property
    def cloth_reflectance(self) -> NDArray[np.float32]:
        """(N,) factor on what CLOTH reflects."""
        return self.surfaces.cloth_reflectance.take(np.maximum(self.source, SCENERY))

    @cached_property
    def cos_incidence(self) -> NDArray[np.float32]:
        """(N,) in [0, 1]: 1 is a surface that faces the sensor."""
        cos = np.abs(np.einsum("ij,ij->i", self.direction_world, self.normal_world))
        return np.where(self.source >= SCENERY, np.minimum(cos, np.float32(1.0)), np.float32(0.0))

    @cached_property
    def velocity_world_mps(self) -> NDArray[np.float32]:
        """(N, 3) velocity of the surface point itself: of its body, and of the body's rotation."""
        velocity_mps = np.zeros((len(self), 3), np.float32)
        ray = np.flatnonzero(self.source > SCENERY)
        body = self.source[ray]
        origin_m = self.origin_world_m if self.origin_world_m.ndim == 1 else self.origin_world_m[ray]
        point_m = origin_m + self.direction_world[ray] * self.range_m[ray, None].astype(np.float64)
        place_m, straight_mps, turn_radps = self.surfaces.motion_world[body].swapaxes(0, 1)
        velocity_mps[ray] = straight_mps + np.cross(turn_radps, point_m - place_m)
        return velocity_mps

    def _of_scenery(self, target: NDArray[Any], of_triangle: NDArray[Any]) -> NDArray[Any]:
        ray = np.flatnonzero(self.source == SCENERY)
        target[ray] = of_triangle.take(self.triangle.take(ray))
        return target

    def _of_body(self, target: NDArray[Any], of_triangle: NDArray[Any]) -> NDArray[Any]:
        ray = np.flatnonzero(self.source > SCENERY)
        first = self.surfaces.first_triangle.take(self.source.take(ray))
        target[ray] = of_triangle.take(first + self.triangle.take(ray))
        return target
