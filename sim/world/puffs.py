"""Puffs that hang in the air behind vehicles: spray of wet roads, powder of snow, the breath of exhausts in the cold.

Every eye meets the same puffs: cameras see through them by `extinction_per_m`, a LiDAR's rays are scattered back. They
follow from the moment alone (poses, velocities, time), so that a replay or a second camera finds them where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.world.scene import NO_PUFFS, Instance, Puffs, Weather

FULL_SPEED_MPS = 25.0
"""90 km/h, at which the depths below hold; what tyres throw up grows with the square of the speed."""
LEAST_SPEED_MPS = 6.0
"""Slower tyres throw nothing up that stays in the air."""
SPRAY_DEPTH = {14: 0.35, 15: 1.2, 16: 1.2, 18: 0.12}
"""Optical depth across a fresh plume behind a car, a lorry, a bus, a motorcycle on a road under water, by
carla.CityObjectLabel: our estimate, a lorry's plume 2.5 m wide lets a third of the light through."""
EXHAUST_DEPTH = 0.5
"""The same across a fresh puff of a cold exhaust's steam: our estimate."""
WET_FROM = 0.3
"""Of `Weather.wetness`: a damp road gives its water to no tyre."""
_DRAG_S = 0.4
"""Time in which a puff loses the speed that the vehicle's wake gave it."""
_WAKE = 0.4
"""Share of the vehicle's speed at which its wake follows it."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of puff is made: puffs a second, how long they last, how fast they grow and rise."""

    per_s: float
    life_s: float
    grows_mps: float
    rises_mps: float


_SPRAY = _Kind(per_s=12.0, life_s=1.3, grows_mps=0.8, rises_mps=0.5)
_EXHAUST = _Kind(per_s=5.0, life_s=1.8, grows_mps=0.35, rises_mps=0.5)


def puffs_behind(
    instances: Sequence[Instance],
    size_lwh_of: Callable[[str], tuple[float, float, float]],
    weather: Weather,
    time_s: float,
) -> Puffs:
    """All puffs of a moment.

    Args:
        instances: what moves; those whose tag is a motor vehicle's leave puffs.
        size_lwh_of: length, width and height of an asset, whose origin is on the ground under its middle.
        weather: of the scene: dry and warm makes none.
        time_s: of the moment.
    """
    water = max(weather.wetness - WET_FROM, 0.0) / (1.0 - WET_FROM)
    thrown = max(water, weather.snow_cover)
    is_cold = weather.snow_cover > 0.0 or weather.snowfall_mm_per_h > 0.0
    if thrown == 0.0 and not is_cold:
        return NO_PUFFS
    found = []
    for instance in instances:
        if instance.tag not in SPRAY_DEPTH:
            continue
        size = size_lwh_of(instance.mesh.asset)
        speed_mps = float(np.linalg.norm(instance.velocity_world_mps[:2]))
        if thrown > 0.0 and speed_mps > LEAST_SPEED_MPS:
            depth = SPRAY_DEPTH[instance.tag] * thrown * (speed_mps / FULL_SPEED_MPS) ** 2
            found.append(_trail(instance, (-0.5 * size[0], 0.0, 0.35), 0.35 * size[1], depth, _SPRAY, time_s))
        if is_cold and speed_mps < LEAST_SPEED_MPS:
            at = (-0.5 * size[0] - 0.15, -0.3 * size[1], 0.3)
            found.append(_trail(instance, at, 0.15, EXHAUST_DEPTH, _EXHAUST, time_s))
    return Puffs(*(np.concatenate(part) for part in zip(*found, strict=True))) if found else NO_PUFFS


_Trail = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Centre, radius, extinction."""


def _trail(
    instance: Instance, at_body_m: tuple[float, float, float], radius_m: float, depth: float, kind: _Kind, time_s: float
) -> _Trail:
    """Puffs that one source left, the youngest first: each was where the vehicle was and drifts as wakes do."""
    newest = int(np.floor(time_s * kind.per_s))
    count = int(kind.life_s * kind.per_s)
    number = newest - np.arange(count)
    age_s = time_s - number / kind.per_s
    T, velocity = instance.T_world_body, instance.velocity_world_mps
    source = T[:3, :3] @ np.array(at_body_m) + T[:3, 3]
    followed_s = _WAKE * _DRAG_S * (1.0 - np.exp(-age_s / _DRAG_S))
    center = source - (age_s - followed_s)[:, None] * velocity
    # each puff keeps its own whim for as long as it lasts
    births = [[instance.actor_id, birth & 0xFFFFFFFF] for birth in number.tolist()]
    whim = np.stack([np.random.default_rng(birth).standard_normal(3) for birth in births])
    center = center + whim * (0.35 * radius_m + 0.3 * kind.grows_mps * age_s)[:, None] * (1.0, 1.0, 0.5)
    center[:, 2] += kind.rises_mps * age_s
    radius = radius_m + kind.grows_mps * age_s
    # the water of a puff spreads over its growing section and falls out of it
    depth_left = depth * (radius_m / radius) ** 2 * np.clip(1.0 - age_s / kind.life_s, 0.0, 1.0)
    return center, radius, depth_left / (radius * np.sqrt(np.pi))
