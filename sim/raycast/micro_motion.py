"""How fast the point of a body moves that a wave meets: legs and arms swing, wheels turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.assets.mesh import Material
from sim.assets.people.swing import limb_velocity_mps
from sim.assets.scaled import unscaled
from sim.raycast.hits import SCENERY, Hits
from sim.world.scene import Instance

WHEEL_RADIUS_M: dict[int, float] = {14: 0.33, 15: 0.50, 16: 0.48, 18: 0.31, 19: 0.34}
"""By CityObjectLabel: car, truck, bus, motorcycle, bicycle (tyres 205/55 R16, 315/80 R22.5, 275/70 R22.5, 120/70 R17,
37-622)."""
PEDESTRIAN_TAG = 12
_TURNING = (Material.RUBBER, Material.RIM)


def surface_velocity_mps(hits: Hits) -> FloatArray:
    """(N, 3) velocity in the world of the surface points."""
    velocity_mps = hits.velocity_world_mps.astype(np.float64)
    wheel = np.flatnonzero((hits.source > SCENERY) & np.isin(hits.material, _TURNING))
    velocity_mps[wheel] *= _wheel_factor(hits, wheel)[:, None]
    walking = hits.source * (hits.tag == PEDESTRIAN_TAG)
    for source in np.unique(walking[walking > SCENERY]):
        point = np.flatnonzero(hits.source == source)
        velocity_mps[point] += _limbs(hits, point, hits.surfaces.instances[source - 1])
    return velocity_mps


def _limbs(hits: Hits, point: NDArray[np.intp], walker: Instance) -> FloatArray:
    R_world_body = walker.T_world_body[:3, :3]
    at_body_m = (_place_m(hits, point) - walker.T_world_body[:3, 3]) @ R_world_body
    speed_mps = float(np.linalg.norm(walker.velocity_world_mps[:2]))
    scale, pose = unscaled(walker.mesh.pose)
    swing_mps = limb_velocity_mps(walker.mesh.asset, pose, speed_mps, at_body_m / scale)  # a longer leg strides farther
    return np.asarray(swing_mps @ R_world_body.T, np.float64)


def _wheel_factor(hits: Hits, wheel: NDArray[np.intp]) -> FloatArray:
    """A rolling wheel's point moves at its height over the ground by the radius: 0 below, twice the car's on top."""
    radius_m = np.array([WHEEL_RADIUS_M.get(int(tag), np.inf) for tag in hits.tag[wheel]])
    ground_m = hits.surfaces.motion_world[hits.source[wheel]][:, 0, 2]
    height_m = _place_m(hits, wheel)[:, 2] - ground_m
    return np.where(np.isfinite(radius_m), np.clip(height_m / radius_m, 0.0, 2.0), 1.0)


def _place_m(hits: Hits, which: NDArray[np.intp]) -> FloatArray:
    """(M, 3) where some of the rays met their surface."""
    origin_m = hits.origin_world_m if hits.origin_world_m.ndim == 1 else hits.origin_world_m[which]
    return np.asarray(origin_m + hits.direction_world[which] * hits.range_m[which, None].astype(np.float64))
