"""Corner reflectors: too small for rays to measure, so known as a whole."""

from __future__ import annotations

import numpy as np

from moosetest.arrays import FloatArray
from sim.assets.props.calibration import CORNER_M, EDGE_M, EDGES
from sim.raycast.caster import RayCaster
from sim.raycast.radar_echoes import Echoes
from sim.raycast.radar_surfaces import trihedral_rcs_m2
from sim.world.scene import Instance

ASSET = "static.moosetest.corner_reflector"


def reflector_echoes(
    caster: RayCaster,
    T_world_sensor: FloatArray,
    velocity_world_mps: FloatArray,
    half_fov_rad: tuple[float, float],
    range_m: float,
) -> Echoes:
    """Those in the field of view that nothing hides."""
    instances = [instance for instance in caster.instances if instance.mesh.asset == ASSET]
    parts = [_echo(caster, i, T_world_sensor, velocity_world_mps, half_fov_rad, range_m) for i in instances]
    return Echoes.joined([Echoes.none(), *parts])


def _echo(
    caster: RayCaster,
    instance: Instance,
    T_world_sensor: FloatArray,
    velocity_world_mps: FloatArray,
    half_fov_rad: tuple[float, float],
    range_m: float,
) -> Echoes:
    arm_m = instance.T_world_body[:3, :3] @ CORNER_M
    away_m = instance.T_world_body[:3, 3] + arm_m - T_world_sensor[:3, 3]
    distance_m = float(np.linalg.norm(away_m))
    sight = away_m / max(distance_m, 1e-9)
    unit = T_world_sensor[:3, :3].T @ sight
    across, up = unit[1:] / max(unit[0], 1e-9) / np.tan(half_fov_rad)
    hit = caster.cast(T_world_sensor[:3, 3], sight[None], distance_m, ignore_actor_ids={instance.actor_id})
    seen = unit[0] > 0.0 and across**2 + up**2 <= 1.0 and distance_m <= range_m and np.isinf(hit.range_m[0])
    toward_radar = -(EDGES @ instance.T_world_body[:3, :3].T @ sight)
    rcs_m2 = trihedral_rcs_m2(EDGE_M, toward_radar[None]) * float(seen)
    moving_mps = instance.velocity_world_mps + np.cross(instance.angular_velocity_world_radps, arm_m)
    rate_mps = float((moving_mps - velocity_world_mps) @ sight)
    return Echoes(np.array([distance_m]), unit[None], np.array([rate_mps]), rcs_m2, np.zeros(1))
