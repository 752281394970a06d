"""How pictures move: the way that each pixel came since an earlier picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.view import R_OPTICAL_BODY, CameraView
from sim.world.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """Where the camera and all moving things were when a picture was taken."""

    T_world_camera: NDArray[np.float64]
    T_world_body: dict[int, NDArray[np.float64]]


def poses_of(view: CameraView, scene: Scene) -> Poses:
    """The poses of a picture, to compare the next with."""
    return Poses(view.T_world_camera.copy(), {instance.actor_id: instance.T_world_body for instance in scene.instances})


def flow_px(
    view: CameraView, depth_m: NDArray[np.float32], instance_id: NDArray[np.uint32], now: Poses, before: Poses
) -> NDArray[np.float64]:
    """(H, W, 2) how far right and down each pixel's surface point moved from the earlier picture to this one."""
    height, width = depth_m.shape
    middle_px = np.array([width, height]) / 2.0
    at_px = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1)
    slopes = (at_px - middle_px) / view.focal_px
    optical = np.concatenate([slopes, np.ones((height, width, 1))], axis=-1) * depth_m[..., None]
    world = optical @ (now.T_world_camera[:3, :3] @ R_OPTICAL_BODY.T).T + now.T_world_camera[:3, 3]
    for identity in np.unique(instance_id):
        present, earlier = now.T_world_body.get(int(identity)), before.T_world_body.get(int(identity))
        if identity and present is not None and earlier is not None:
            shown = instance_id == identity
            back = earlier @ np.linalg.inv(present)
            world[shown] = world[shown] @ back[:3, :3].T + back[:3, 3]
    seen = (world - before.T_world_camera[:3, 3]) @ before.T_world_camera[:3, :3] @ R_OPTICAL_BODY.T
    was_px = view.focal_px * seen[..., :2] / np.maximum(seen[..., 2:], 1e-3) + middle_px
    return np.asarray(at_px - was_px)
