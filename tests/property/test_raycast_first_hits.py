"""What placed scenes answer is what each triangle, asked one by one in float64, answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moosetest.frames import Transform
from sim.raycast.lidar import Lidar, LidarParams
from sim.world.scene import Instance
from tests.toy_rays import CAR, box, caster, scene

PARAMS = LidarParams(channels=24, range_m=60.0, points_per_second=24 * 256 * 10, dropoff_general_rate=0.2)
HALF_M = np.array([2.0, 1.0, 0.75])
RAYS = 300
REACH_M, NOWHERE_M = 60.0, 1e9
EDGE_SHARE = 1e-4
"""Of a triangle's height: nearer to its rim, float32 and float64 may differ on who is met."""
TIE_M = 1e-3
"""Surfaces nearer to each other may be taken for each other."""
metres = st.floats(-25.0, 25.0)
angles = st.floats(-3.2, 3.2)
tilts = st.floats(-0.6, 0.6)
poses = st.builds(
    lambda x, y, z, roll, pitch, yaw: Transform.from_xyz_rpy("world", "body", (x, y, z / 5), (roll, pitch, yaw)).matrix,
    *(metres, metres, metres, tilts, tilts, angles),
)


class Answers(NamedTuple):
    """What N rays meet first: range, body (-1 = none), and whether that is beyond doubt."""

    range_m: np.ndarray
    body: np.ndarray
    is_sure: np.ndarray


def nearest(origin_m: np.ndarray, direction: np.ndarray, bodies: list[np.ndarray], way_m: np.ndarray) -> Answers:
    """Of all triangles (Möller and Trumbore), bodies being off their poses by `way_m` (N, B, 3)."""
    mesh = box(tuple(HALF_M))
    ranges_m = [np.full((RAYS, 1), NOWHERE_M)]
    is_doubtful = [np.zeros((RAYS, 1), np.bool_)]
    for number, pose in enumerate(bodies):
        begin_m = (origin_m - way_m[:, number] - pose[:3, 3]) @ pose[:3, :3]
        toward = direction @ pose[:3, :3]
        a, b, c = mesh.position_m[mesh.triangle].astype(np.float64).swapaxes(0, 1)
        normal = np.cross(b - a, c - a)
        slope = toward @ normal.T
        range_m = (np.sum(a * normal, axis=1) - begin_m @ normal.T) / slope
        point_m = begin_m[:, None] + range_m[..., None] * toward[:, None]
        sides = [np.sum(np.cross(q - p, point_m - p) * normal, axis=2) for p, q in ((a, b), (b, c), (c, a))]
        rim = np.min(sides, axis=0) / np.sum(normal * normal, axis=1)
        is_inside = np.all(np.abs(begin_m) <= HALF_M, axis=1)
        is_met = (range_m > 0.0) & (rim > -EDGE_SHARE) & ~(is_inside[:, None] & (slope > 0.0))
        ranges_m.append(np.where(is_met, range_m, NOWHERE_M))
        is_doubtful.append(is_met & (rim < EDGE_SHARE))
    body = np.repeat(np.arange(len(ranges_m)) - 1, [r.shape[1] for r in ranges_m])
    range_m = np.concatenate(ranges_m, axis=1)
    rows, first = np.arange(RAYS), range_m.argmin(axis=1)
    first_m = range_m[rows, first]
    is_near = (range_m < first_m[:, None] + TIE_M) & (range_m < NOWHERE_M)
    is_rival = is_near & (np.concatenate(is_doubtful, axis=1) | (body != body[first][:, None]))
    return Answers(first_m, body[first], ~is_rival.any(axis=1))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(bodies=st.lists(poses, max_size=5), seed=st.integers(0, 1000), shared=st.booleans(), moves=st.booleans())
def test_rays_meet_what_the_nearest_triangle_says(
    bodies: list[np.ndarray], seed: int, shared: bool, moves: bool
) -> None:
    rng = np.random.default_rng(seed)
    velocity_mps = rng.uniform(-30.0, 30.0, (len(bodies), 3)) * moves
    age_s = rng.uniform(0.0, 0.1, RAYS)
    now = [
        Instance(i + 1, 14, CAR, pose, velocity_world_mps=v)
        for i, (pose, v) in enumerate(zip(bodies, velocity_mps, strict=True))
    ]
    direction = rng.normal(size=(RAYS, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    origin_m = rng.uniform(-20, 20, 3) if shared else rng.uniform(-20, 20, (RAYS, 3))
    found = caster(scene(*now)).cast(origin_m, direction, REACH_M, age_s=age_s if moves else None)
    wanted = nearest(origin_m, direction, bodies, -age_s[:, None, None] * velocity_mps)
    is_met = wanted.is_sure & (wanted.range_m < REACH_M - TIE_M)
    np.testing.assert_array_equal(found.source[is_met], wanted.body[is_met] + 1)
    np.testing.assert_allclose(found.range_m[is_met], wanted.range_m[is_met], atol=TIE_M)
    assert np.all(found.source[wanted.range_m > REACH_M + TIE_M] == -1)
    assert wanted.is_sure.mean() > 0.9 or len(bodies) > 1  # bodies that coincide leave every ray in doubt


@settings(derandomize=True, max_examples=30, deadline=None)
@given(pose=poses, bodies=st.lists(poses, min_size=1, max_size=4))
def test_what_is_met_lies_on_the_surface_of_a_body(pose: np.ndarray, bodies: list[np.ndarray]) -> None:
    sweep = Lidar(PARAMS, 0).sweep(
        caster(scene(*(Instance(i + 1, 14, CAR, p) for i, p in enumerate(bodies)))), pose, 0, 0.1
    )
    points_world_m = sweep.points_sensor_m.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
    for i, body in enumerate(bodies):
        mine_m = (points_world_m[sweep.actor_id == i + 1] - body[:3, 3]) @ body[:3, :3]
        share = np.abs(mine_m) / HALF_M
        assert np.all(np.abs(share.max(axis=1) - 1.0) < 1e-3)
