"""How pictures move: the way that each pixel came since an earlier picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.reposed import EarlierPoints
from sim.render.view import R_OPTICAL_BODY, CameraView
from sim.world.scene import Instance, Scene


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """Where the camera was when a picture was taken, and how all moving things stood, by their ids."""

    T_world_camera: NDArray[np.float64]
    instances: dict[int, Instance]


def poses_of(view: CameraView, scene: Scene) -> Poses:
    """The poses of a picture, to compare the next with."""
    return Poses(view.T_world_camera.copy(), {instance.actor_id: instance for instance in scene.instances})


def flow_px(
    view: CameraView,
    depth_m: NDArray[np.float32],
    instance_id: NDArray[np.uint32],
    now: Poses,
    before: Poses,
    steady_ids: frozenset[int] = frozenset(),
    earlier: EarlierPoints | None = None,
) -> NDArray[np.float32]:
    """(H, W, 2) how far right and down each pixel's surface point moved from the earlier picture to this one.

    Actors of `steady_ids` count as standing still, and others as rigid but for what `earlier` tells of those who
    changed their pose.
    """
    height, width = depth_m.shape
    across = ((np.arange(width) + 0.5 - width / 2.0) / view.focal_px).astype(np.float32)[None, :]
    down = ((np.arange(height) + 0.5 - height / 2.0) / view.focal_px).astype(np.float32)[:, None]
    camera_before_now = np.linalg.inv(before.T_world_camera) @ now.T_world_camera
    flow = _flow(view, across, down, depth_m, camera_before_now)
    for identity in np.unique(instance_id[instance_id > 0]):
        present, past = now.instances.get(int(identity)), before.instances.get(int(identity))
        if present is None or past is None or int(identity) in steady_ids:
            continue
        rows, columns = np.nonzero(instance_id == identity)
        body_before_now = past.T_world_body @ np.linalg.inv(present.T_world_body)
        body_moved = np.linalg.inv(before.T_world_camera) @ body_before_now @ now.T_world_camera
        seen = _flow(view, across[0, columns], down[rows, 0], depth_m[rows, columns], body_moved)
        flow[rows, columns] = seen
    if earlier is not None:
        rows, columns = np.nonzero((earlier.actor_id == instance_id) & (instance_id > 0))
        x, y, z = earlier.earlier_optical_m[rows, columns].T
        flow[rows, columns] = _since(view, across[0, columns], down[rows, 0], x, y, z)
    return flow


def _flow(
    view: CameraView,
    across: NDArray[np.float32],
    down: NDArray[np.float32],
    depth_m: NDArray[np.float32],
    T_before_now: NDArray[np.float64],
) -> NDArray[np.float32]:
    """(..., 2) flow of points along rays of these slopes, which were elsewhere in the camera's frame."""
    R = R_OPTICAL_BODY @ T_before_now[:3, :3] @ R_OPTICAL_BODY.T
    t = R_OPTICAL_BODY @ T_before_now[:3, 3]
    per_m = np.zeros_like(depth_m)  # as of the sky, which moves only as the camera turns
    np.divide(_f(1.0), depth_m, where=depth_m < _f(view.far_m), out=per_m)
    x, y, z = (_f(R[k, 0]) * across + _f(R[k, 1]) * down + _f(R[k, 2]) + _f(t[k]) * per_m for k in range(3))
    return _since(view, across, down, x, y, z)


def _since(
    view: CameraView,
    across: NDArray[np.float32],
    down: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    z: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(..., 2) flow to rays of these slopes from points in the earlier camera's optical axes."""
    z = np.maximum(z, _f(1e-3))
    return np.stack([(across - x / z) * _f(view.focal_px), (down - y / z) * _f(view.focal_px)], axis=-1)


def _f(value: float) -> np.float32:
    return np.float32(value)
