"""A radar: as CARLA's, random rays in an elliptic cone; or, asked for, a physical instrument (`radar_physics`)."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, radians, tan

import numpy as np
from numpy.typing import NDArray

from sim.raycast.caster import RayCaster
from sim.raycast.radar_physics import RadarPhysics, physical_scan


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarParams:
    """CARLA's attributes of `sensor.other.radar`, in SI; defaults are CARLA's.

    With `physics` a scan has at most as many detections as CARLA's would have rays: the strongest.
    """

    horizontal_fov_rad: float = radians(30.0)
    vertical_fov_rad: float = radians(30.0)
    range_m: float = 100.0
    points_per_second: int = 1500
    physics: RadarPhysics | None = None

    def rays(self, dt_s: float) -> int:
        """Rays in a time step, rounded down (a float32 step of 0.1 s counts as 0.1 s)."""
        return floor(self.points_per_second * dt_s + 1e-4)


@dataclass(frozen=True, slots=True, eq=False)
class RadarScan:
    """Returns (N,): range; azimuth + to the left, elevation + up; range rate, + receding, relative to the sensor.

    CARLA's `velocity` has the same sign (it is the target's velocity less the radar's, along the ray), its `azimuth`
    the opposite one.
    """

    range_m: NDArray[np.float32]
    azimuth_rad: NDArray[np.float32]
    elevation_rad: NDArray[np.float32]
    range_rate_mps: NDArray[np.float32]


class Radar:
    """One radar.

    Args:
        params: its attributes.
        seed: with the frame number it decides the directions of the rays.
    """

    def __init__(self, params: RadarParams, seed: int) -> None:
        self.params = params
        self._seed = seed

    def scan(
        self,
        caster: RayCaster,
        T_world_sensor: NDArray[np.float64],
        velocity_world_mps: NDArray[np.float64],
        frame: int,
        dt_s: float,
    ) -> RadarScan:
        """Measure once.

        Args:
            caster: casts into the scene of this frame.
            T_world_sensor: (4, 4); x forward, y left, z up.
            velocity_world_mps: (3,) of the sensor.
            frame: the same frame gives the same rays.
            dt_s: since the last scan.
        """
        most = self.params.rays(dt_s)
        if self.params.physics is not None:
            return self._physical(self.params.physics, caster, T_world_sensor, velocity_world_mps, frame, most)
        toward = self._toward(frame, most)
        length = np.linalg.norm(toward, axis=1)
        unit_sensor = toward / length[:, None]
        unit_world = (unit_sensor @ T_world_sensor[:3, :3].T).astype(np.float32)
        reach_m = (self.params.range_m * length).astype(np.float32)
        hits = caster.cast(T_world_sensor[:3, 3], unit_world, reach_m)
        met = np.flatnonzero(hits.source >= 0)
        hits, unit_sensor = hits.take(met), unit_sensor[met]
        relative_mps = hits.velocity_world_mps - velocity_world_mps
        return RadarScan(
            hits.range_m,
            np.arctan2(unit_sensor[:, 1], unit_sensor[:, 0]).astype(np.float32),
            np.arcsin(unit_sensor[:, 2]).astype(np.float32),
            np.einsum("ij,ij->i", relative_mps, hits.direction_world).astype(np.float32),
        )

    def _physical(
        self,
        physics: RadarPhysics,
        caster: RayCaster,
        T_world_sensor: NDArray[np.float64],
        velocity_world_mps: NDArray[np.float64],
        frame: int,
        most: int,
    ) -> RadarScan:
        fov_rad = (self.params.horizontal_fov_rad, self.params.vertical_fov_rad)
        rng = np.random.default_rng((self._seed, frame))
        found = physical_scan(physics, caster, fov_rad, T_world_sensor, velocity_world_mps, self.params.range_m, rng)
        columns = (found.range_m, found.azimuth_rad, found.elevation_rad, found.range_rate_mps)
        return RadarScan(*(column[:most].astype(np.float32) for column in columns))

    def _toward(self, frame: int, rays: int) -> NDArray[np.float64]:
        """Points (N, 3) at x = 1 in an ellipse as wide and high as the field: evenly by radius, so densest ahead."""
        rng = np.random.default_rng((self._seed, frame))
        radius, angle_rad = rng.random(rays), rng.uniform(0.0, 2.0 * np.pi, rays)
        half_width = tan(self.params.horizontal_fov_rad / 2.0)
        half_height = tan(self.params.vertical_fov_rad / 2.0)
        left, up = half_width * radius * np.cos(angle_rad), half_height * radius * np.sin(angle_rad)
        return np.column_stack([np.ones(rays), left, up])
