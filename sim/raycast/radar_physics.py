"""A radar as a physical instrument in place of CARLA's cone of random rays."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import radians, tan

import numpy as np

from moosetest.arrays import FloatArray
from sim.raycast.caster import RayCaster
from sim.raycast.corner_reflectors import reflector_echoes
from sim.raycast.radar_cells import Detections, RadarReceiver, detected
from sim.raycast.radar_echoes import Echoes, RayFan, ray_echoes

PITCH_RAD = (radians(0.25), radians(0.5))
"""Between rays, in azimuth and elevation: a person at 60 m gets about 2 x 3."""
MOST_RAYS = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarPhysics:
    """The receiver, and `minimum_speed_mps` below which nothing over ground is reported (0: all of it)."""

    receiver: RadarReceiver = field(default_factory=RadarReceiver)
    minimum_speed_mps: float = 0.0


def ray_fan(horizontal_fov_rad: float, vertical_fov_rad: float, rng: np.random.Generator) -> RayFan:
    """Rays all over the elliptic field, one a cell of a regular grid, somewhere in it."""
    fov_rad = np.array([horizontal_fov_rad, vertical_fov_rad])
    cells = np.maximum(np.ceil(fov_rad / PITCH_RAD), 1.0)
    cells = np.maximum(np.floor(cells * min(1.0, (MOST_RAYS / cells.prod()) ** 0.5)), 1.0).astype(int)
    step_rad = fov_rad / cells
    column, row = np.meshgrid(np.arange(cells[0]), np.arange(cells[1]))
    place = np.column_stack([column.ravel(), row.ravel()]) + rng.random((int(cells.prod()), 2))
    azimuth_rad, elevation_rad = (place * step_rad - fov_rad / 2.0).T
    cos_up = np.cos(elevation_rad)
    unit = np.column_stack([cos_up * np.cos(azimuth_rad), cos_up * np.sin(azimuth_rad), np.sin(elevation_rad)])
    across = unit[:, 1] / unit[:, 0] / tan(horizontal_fov_rad / 2.0)
    inside = np.square(across) + np.square(unit[:, 2] / unit[:, 0] / tan(vertical_fov_rad / 2.0)) <= 1.0
    return RayFan(unit[inside], (cos_up * step_rad.prod())[inside], float(step_rad[1]))


def physical_scan(
    physics: RadarPhysics,
    caster: RayCaster,
    fov_rad: tuple[float, float],
    T_world_sensor: FloatArray,
    velocity_world_mps: FloatArray,
    range_m: float,
    rng: np.random.Generator,
) -> Detections:
    """One scan of a field `fov_rad` wide and high, strongest detection first."""
    fan = ray_fan(*fov_rad, rng)
    half_rad = (fov_rad[0] / 2.0, fov_rad[1] / 2.0)
    echoes = Echoes.joined(
        [
            ray_echoes(caster, fan, T_world_sensor, velocity_world_mps, range_m),
            reflector_echoes(caster, T_world_sensor, velocity_world_mps, half_rad, range_m),
        ]
    )
    if physics.minimum_speed_mps > 0.0:
        own_mps = echoes.unit_sensor @ (T_world_sensor[:3, :3].T @ velocity_world_mps)
        moves = np.abs(echoes.range_rate_mps + own_mps) >= physics.minimum_speed_mps
        echoes = echoes.take(moves)
    return detected(echoes, physics.receiver, rng)
