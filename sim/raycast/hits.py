"""What rays met: range at once, the rest when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NOTHING = -1
SCENERY = 0
"""Values of `Hits.source`; body i of the scene is i + 1."""


class Surfaces(NamedTuple):
    """What there is to meet, by source number: row 0 is the scenery, row i + 1 the scene's body i.

    `scenery_tag`, `scenery_material` are by triangle of the scenery; the tag in row 0 is not used.
    """

    actor_id: NDArray[np.uint32]
    tag: NDArray[np.uint8]
    position_world_m: NDArray[np.float64]
    velocity_world_mps: NDArray[np.float64]
    angular_velocity_world_radps: NDArray[np.float64]
    scenery_tag: NDArray[np.uint8]
    scenery_material: NDArray[np.uint8]
    body_material: tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True, eq=False)
class Hits:
    """Where N rays first meet a surface.

    `range_m` (N,) float32, inf where a ray meets nothing within its range; there the other fields are 0.
    `normal` (N, 3) is in the frame of what was met, `cos_incidence` (N,) in [0, 1].
    """

    range_m: NDArray[np.float32]
    source: NDArray[np.int32]
    triangle: NDArray[np.uint32]
    cos_incidence: NDArray[np.float32]
    origin_world_m: NDArray[np.float64]
    direction_world: NDArray[np.float32]
    surfaces: Surfaces

    def __len__(self) -> int:
        return len(self.range_m)

    def take(self, ray: NDArray[np.intp]) -> Hits:
        """The hits of some of the rays."""
        shared = self.origin_world_m.ndim == 1
        return Hits(
            self.range_m.take(ray),
            self.source.take(ray),
            self.triangle.take(ray),
            self.cos_incidence.take(ray),
            self.origin_world_m if shared else self.origin_world_m[ray],
            self.direction_world.take(ray, axis=0),
            self.surfaces,
        )

    @cached_property
    def actor_id(self) -> NDArray[np.uint32]:
        """(N,) CARLA actor id, 0 for scenery and nothing."""
        return self.surfaces.actor_id.take(np.maximum(self.source, SCENERY))

    @cached_property
    def tag(self) -> NDArray[np.uint8]:
        """(N,) CityObjectLabel."""
        tag = self.surfaces.tag.take(np.maximum(self.source, SCENERY))
        self._fill_scenery(tag, self.surfaces.scenery_tag)
        return tag

    @cached_property
    def material(self) -> NDArray[np.uint8]:
        """(N,) `Material`."""
        material = np.zeros(len(self), np.uint8)
        self._fill_scenery(material, self.surfaces.scenery_material)
        for i, of_triangle in enumerate(self.surfaces.body_material):
            ray = np.flatnonzero(self.source == i + 1)
            material[ray] = of_triangle.take(self.triangle[ray])
        return material

    @cached_property
    def velocity_world_mps(self) -> NDArray[np.float32]:
        """(N, 3) velocity of the surface point itself: of its body, and of the body's rotation."""
        velocity_mps = np.zeros((len(self), 3), np.float32)
        ray = np.flatnonzero(self.source > SCENERY)
        body = self.source[ray]
        origin_m = self.origin_world_m if self.origin_world_m.ndim == 1 else self.origin_world_m[ray]
        point_m = origin_m + self.direction_world[ray] * self.range_m[ray, None].astype(np.float64)
        arm_m = point_m - self.surfaces.position_world_m[body]
        turning_mps = np.cross(self.surfaces.angular_velocity_world_radps[body], arm_m)
        velocity_mps[ray] = self.surfaces.velocity_world_mps[body] + turning_mps
        return velocity_mps

    def _fill_scenery(self, target: NDArray[np.uint8], of_triangle: NDArray[np.uint8]) -> None:
        ray = np.flatnonzero(self.source == SCENERY)
        target[ray] = of_triangle.take(self.triangle.take(ray))
