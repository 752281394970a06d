"""How fast a LiDAR sweep is, against the bare Embree cast of the same rays into the same triangles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import radians
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import MeshSource
from sim.raycast.caster import RayCaster
from sim.raycast.lidar import Lidar, LidarParams
from sim.raycast.peer import PeerScene
from sim.world.scene import Scene

SPEED_PARAMS = LidarParams(
    channels=64,
    range_m=150.0,
    points_per_second=64 * 1024 * 10,
    upper_fov_rad=radians(3.0),
    lower_fov_rad=radians(-13.0),
    horizontal_fov_rad=radians(120.0),
    dropoff_general_rate=0.0,
    dropoff_zero_intensity=0.0,
)
"""The default rig's front LiDAR: 64 x 1,024 rays a tick, none of them lost, so that both sides cast the same."""
TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class LidarSpeed:
    """Best times of a sweep and of the bare cast; `ratio` is the sweep's rate as a share of the bare cast's."""

    sweep_ms: float
    bare_cast_ms: float

    @property
    def ratio(self) -> float:
        """1 would be a sweep that costs nothing beside its rays."""
        return self.bare_cast_ms / self.sweep_ms


def lidar_speed(scene: Scene, meshes: MeshSource, T_world_sensor: NDArray[np.float64], repeats: int = 9) -> LidarSpeed:
    """Time the default front LiDAR at `T_world_sensor` (4, 4) in `scene`; the two sides take turns.

    A sweep includes taking over the scene's poses; the bare cast has all triangles in one prepared Embree scene.
    """
    caster, lidar = RayCaster(meshes), Lidar(SPEED_PARAMS, seed=0)

    def sweep() -> None:
        caster.set_scene(scene)
        lidar.sweep(caster, T_world_sensor, frame=scene.frame, dt_s=TICK_S)

    bare = bare_cast(scene, meshes, T_world_sensor)
    times_s = np.array([(_seconds(sweep), _seconds(bare)) for _ in range(repeats)])
    best_s = times_s[1:].min(axis=0)
    return LidarSpeed(*(float(t) * 1e3 for t in best_s))


def bare_cast(scene: Scene, meshes: MeshSource, T_world_sensor: NDArray[np.float64]) -> Callable[[], object]:
    """A function that casts the default front LiDAR's rays into all triangles of `scene` at once."""
    peer = _all_triangles(scene, meshes)
    direction = Lidar(SPEED_PARAMS, seed=0).directions_world(T_world_sensor, TICK_S)
    rays = np.empty((len(direction), 6), np.float32)
    rays[:, :3], rays[:, 3:] = T_world_sensor[:3, 3], direction
    return lambda: peer.first_hits(rays)


def _all_triangles(scene: Scene, meshes: MeshSource) -> PeerScene:
    positions, triangles, first = [np.zeros((0, 3), np.float32)], [np.zeros((0, 3), np.uint32)], 0
    placed = [(part.mesh, np.eye(4)) for part in scene.static.parts]
    placed += [(meshes(i.mesh), i.T_world_body) for i in scene.instances]
    for mesh, pose in placed:
        positions.append((mesh.position_m @ pose[:3, :3].T + pose[:3, 3]).astype(np.float32))
        triangles.append(mesh.triangle + np.uint32(first))
        first += len(mesh.position_m)
    return PeerScene(np.concatenate(positions), np.concatenate(triangles))


def _seconds(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin
