"""The echoes of one radar scan: what rays meet directly, and what they meet after one mirror in the road or a wall."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.caster import RayCaster
from sim.raycast.hits import SCENERY, Hits
from sim.raycast.micro_motion import surface_velocity_mps
from sim.raycast.radar_surfaces import backscatter, mirrored_share

LEAST_MIRROR = 0.02
"""Weaker mirrors are not followed: the way there and back costs 34 dB and more."""
OFF_SURFACE_M = 1e-3
"""A mirrored ray begins this far before the surface, so that it does not meet it again."""


@dataclass(frozen=True, slots=True, eq=False)
class RayFan:
    """Rays (N, 3), unit vectors in the sensor's frame; the solid angle (N,) that each stands for, and its height."""

    unit_sensor: FloatArray
    solid_angle_sr: FloatArray
    height_rad: float


@dataclass(frozen=True, slots=True, eq=False)
class Echoes:
    """What comes back (N,): half the way of the wave, where it comes from, how fast that way grows, cross-section.

    `rcs_m2` is as the radar equation at `range_m` wants it: mirrors on the way are taken off it. `depth_m` is over how
    much range the echo is spread: a ray that grazes the road stands for metres of it.
    """

    range_m: FloatArray
    unit_sensor: FloatArray
    range_rate_mps: FloatArray
    rcs_m2: FloatArray
    depth_m: FloatArray

    @classmethod
    def none(cls) -> Echoes:
        """Silence."""
        return cls(np.zeros(0), np.zeros((0, 3)), np.zeros(0), np.zeros(0), np.zeros(0))

    def take(self, which: NDArray[Any]) -> Echoes:
        """Some of them, by a mask or by rows."""
        return Echoes(*(getattr(self, field.name)[which] for field in fields(self)))

    @classmethod
    def joined(cls, parts: list[Echoes]) -> Echoes:
        """All of them."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def ray_echoes(
    caster: RayCaster, fan: RayFan, T_world_sensor: FloatArray, velocity_world_mps: FloatArray, range_m: float
) -> Echoes:
    """The echoes of a fan of rays: a patch of surface a ray, as large as the ray's solid angle cuts out there."""
    direction = (fan.unit_sensor @ T_world_sensor[:3, :3].T).astype(np.float32)
    first = caster.cast(T_world_sensor[:3, 3], direction, range_m)
    own_mps = direction.astype(np.float64) @ velocity_world_mps
    everything = np.ones(len(first))
    direct, _ = _patches(first, fan, first.range_m.astype(np.float64), everything, own_mps)
    return Echoes.joined([direct, _mirrored(caster, first, fan, own_mps, range_m)])


def _patches(
    hits: Hits, fan: RayFan, range_m: FloatArray, kept: FloatArray, own_mps: FloatArray
) -> tuple[Echoes, NDArray[np.bool_]]:
    """Echoes of what rays meet after a way of `range_m`, and which of them are of bodies.

    `kept` is the share of power that mirrors on the way leave, `own_mps` the radar's own speed along each ray.
    """
    met = np.flatnonzero(hits.source >= SCENERY)
    hits = hits.take(met)
    cos = np.maximum(hits.cos_incidence.astype(np.float64), 1e-3)
    area_m2 = np.square(range_m[met]) * fan.solid_angle_sr[met] / cos
    leaving_mps = np.einsum("ij,ij->i", surface_velocity_mps(hits), hits.direction_world.astype(np.float64))
    is_body = hits.source > SCENERY
    slant_m = range_m[met] * fan.height_rad * np.sqrt(1.0 - np.square(np.minimum(cos, 1.0))) / cos
    echoes = Echoes(
        range_m=range_m[met],
        unit_sensor=fan.unit_sensor[met],
        range_rate_mps=leaving_mps - own_mps[met],
        rcs_m2=backscatter(hits.material, cos) * area_m2 * kept[met],
        depth_m=np.where(is_body, 0.0, slant_m),
    )
    return echoes, is_body


def _mirrored(caster: RayCaster, first: Hits, fan: RayFan, own_mps: FloatArray, range_m: float) -> Echoes:
    """Bodies seen in the road (so also under a car that hides them) or in a flat wall or rail.

    The wave goes and comes back by the mirror: it loses the mirror's share twice, and appears in the mirror's
    direction at the length of the bent way. Mirrors that move are taken as at rest along their plane.
    """
    met = np.flatnonzero(first.source >= SCENERY)
    share = mirrored_share(first.take(met).material, first.take(met).cos_incidence)
    ray = met[share > LEAST_MIRROR]
    share = share[share > LEAST_MIRROR]
    if not len(ray):
        return Echoes.none()
    mirror = first.take(ray)
    incoming, normal = mirror.direction_world.astype(np.float64), mirror.normal_world.astype(np.float64)
    outgoing = incoming - 2.0 * np.einsum("ij,ij->i", incoming, normal)[:, None] * normal
    way_m = mirror.range_m.astype(np.float64)
    place_m = mirror.origin_world_m + incoming * (way_m - OFF_SURFACE_M)[:, None]
    second = caster.cast(place_m, outgoing, np.maximum(range_m - way_m, 0.0).astype(np.float32))
    part = RayFan(fan.unit_sensor[ray], fan.solid_angle_sr[ray], fan.height_rad)
    echoes, is_body = _patches(second, part, way_m + second.range_m, np.square(share), own_mps[ray])
    return echoes.take(is_body)
