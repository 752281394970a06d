"""Picking rays by bounds may cost too many rays, but never changes what is met."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moosetest.frames import Transform
from sim.raycast.bodies import BodyBoxes
from sim.raycast.lidar import Lidar, LidarParams
from sim.raycast.picking import Picked
from sim.world.scene import Instance
from tests.toy_rays import CAR, caster, scene

PARAMS = LidarParams(channels=24, range_m=60.0, points_per_second=24 * 256 * 10, dropoff_general_rate=0.2)
metres = st.floats(-25.0, 25.0)
angles = st.floats(-3.2, 3.2)
tilts = st.floats(-0.6, 0.6)
poses = st.builds(
    lambda x, y, z, roll, pitch, yaw: Transform.from_xyz_rpy("world", "body", (x, y, z / 5), (roll, pitch, yaw)).matrix,
    *(metres, metres, metres, tilts, tilts, angles),
)


class EveryRay:
    """Picks all rays for every body."""

    def __init__(self, rays: int) -> None:
        self._rays = rays

    def pick(self, boxes: BodyBoxes, bodies: int) -> Picked:
        return Picked(np.tile(np.arange(self._rays), bodies), np.repeat(np.arange(bodies), self._rays))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(bodies=st.lists(poses, max_size=6), sensor=poses, fov_rad=st.sampled_from([2 * np.pi, 2.0, 0.3]))
def test_lidar_meets_what_all_rays_against_all_bodies_meet(
    bodies: list[np.ndarray], sensor: np.ndarray, fov_rad: float
) -> None:
    world = scene(*(Instance(i + 1, 14, CAR, pose) for i, pose in enumerate(bodies)))
    ready = caster(world)
    lidar = Lidar(
        LidarParams(**{name: getattr(PARAMS, name) for name in PARAMS.__slots__} | {"horizontal_fov_rad": fov_rad}), 0
    )
    found = lidar.sweep(ready, sensor, 0, 0.1).cast
    wanted = ready.cast(found.origin_world_m, found.direction_world, 60.0, picker=EveryRay(len(found)))
    np.testing.assert_array_equal(found.range_m, wanted.range_m)
    np.testing.assert_array_equal(found.source, wanted.source)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(bodies=st.lists(poses, max_size=6), seed=st.integers(0, 1000), shared=st.booleans())
def test_rays_in_any_order_meet_what_all_rays_against_all_bodies_meet(
    bodies: list[np.ndarray], seed: int, shared: bool
) -> None:
    rng = np.random.default_rng(seed)
    ready = caster(scene(*(Instance(i + 1, 14, CAR, pose) for i, pose in enumerate(bodies))))
    direction = rng.normal(size=(300, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    origin_m = rng.uniform(-20, 20, 3) if shared else rng.uniform(-20, 20, (300, 3))
    found = ready.cast(origin_m, direction, 60.0)
    wanted = ready.cast(origin_m, direction, 60.0, picker=EveryRay(300))
    np.testing.assert_array_equal(found.range_m, wanted.range_m)
    np.testing.assert_array_equal(found.source, wanted.source)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(pose=poses, bodies=st.lists(poses, min_size=1, max_size=4))
def test_what_is_met_lies_on_the_surface_of_a_body(pose: np.ndarray, bodies: list[np.ndarray]) -> None:
    sweep = Lidar(PARAMS, 0).sweep(
        caster(scene(*(Instance(i + 1, 14, CAR, p) for i, p in enumerate(bodies)))), pose, 0, 0.1
    )
    points_world_m = sweep.points_sensor_m.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
    for i, body in enumerate(bodies):
        mine_m = (points_world_m[sweep.actor_id == i + 1] - body[:3, 3]) @ body[:3, :3]
        share = np.abs(mine_m) / [2.0, 1.0, 0.75]
        assert np.all(np.abs(share.max(axis=1) - 1.0) < 1e-3)
