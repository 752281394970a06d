"""Labels of one picture and one sweep, from the truth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.training.dataset_format import CameraSample, LidarSample
from scenarios.dataset.traffic import RoadUser
from sim.assets import library
from sim.assets.mesh import Mesh, MeshKey
from sim.raycast.lidar import LidarSweep
from sim.render.view import CameraView, Images

SILHOUETTE_LEVEL = 2
"""The coarsest meshes: outlines to a few centimetres, a tenth of the triangles."""
NEAR_M = 0.5
MIN_BOX_PX = 2.0
FINER = 5
"""Odd, so that one of the finer points is a pixel's middle; what is filled is a tenth of a pixel too wide."""


def camera_sample(images: Images, view: CameraView, users: list[RoadUser]) -> CameraSample:
    """Boxes of everything that reaches into the picture, with the share of it that is seen."""
    assert images.rgb is not None
    assert images.instance_id is not None
    rows = [row for user in users if (row := _camera_row(images.instance_id, view, user)) is not None]
    return CameraSample(
        image_rgb=images.rgb,
        box_px=np.array([row[0] for row in rows]).reshape(-1, 4),
        class_id=np.array([row[1] for row in rows], dtype=np.int16),
        visible_share=np.array([row[2] for row in rows], dtype=np.float64),
        distance_m=np.array([row[3] for row in rows], dtype=np.float64),
    )


def _camera_row(
    instance_id: NDArray[np.uint32], view: CameraView, user: RoadUser
) -> tuple[NDArray[np.float64], int, float, float] | None:
    """Box in the picture, class, visible share, distance; None when it is behind or beside the picture."""
    key = user.instance.mesh
    shape = outline(view, library.mesh(MeshKey(key.asset, key.pose, SILHOUETTE_LEVEL)), user.instance.T_world_body)
    if shape is None:
        return None
    distance_m = float(np.linalg.norm(user.center_world_m - view.eye_world_m))
    return shape.box_px, int(user.class_id), shape.visible_share(instance_id == user.instance.actor_id), distance_m


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Where a body would be seen if nothing stood before it.

    Args:
        box_px: (4,) its box within the picture, pixel centres at integers.
        inside_share: of the area of its whole box, what lies in the picture.
        mask: (H, W) uint8, 1 where it would be seen.
    """

    box_px: NDArray[np.float64]
    inside_share: float
    mask: NDArray[np.uint8]

    def visible_share(self, visible: NDArray[np.bool_]) -> float:
        """Of all its pixels, those outside of the picture too, how many are among the `visible` (H, W)."""
        return min(1.0, np.count_nonzero(visible) / max(int(self.mask.sum()), 1)) * self.inside_share


def outline(view: CameraView, mesh: Mesh, T_world_body: NDArray[np.float64]) -> Outline | None:
    """The outline of a mesh; None when it reaches behind the camera, or is beside the picture or a speck."""
    T_optical_body = view.optical_from_world() @ T_world_body
    points_m = mesh.position_m @ T_optical_body[:3, :3].T + T_optical_body[:3, 3]
    if points_m[:, 2].min() < NEAR_M:
        return None
    size_px = np.array([view.width_px, view.height_px], dtype=np.float64)
    edges_px = points_m[:, :2] / points_m[:, 2:] * view.focal_px + size_px / 2  # pixel edges at integers
    whole_px = np.concatenate([edges_px.min(axis=0), edges_px.max(axis=0)])
    low, high = np.clip(whole_px[:2], 0.0, size_px), np.clip(whole_px[2:], 0.0, size_px)
    if np.any(high - low < MIN_BOX_PX):
        return None
    mask = _filled(edges_px[mesh.triangle], view, low, high)
    inside = float(np.prod(high - low) / np.prod(whole_px[2:] - whole_px[:2]))
    # Half a pixel less: boxes are told with pixel centres at integers.
    return Outline(np.concatenate([low, high]) - 0.5, inside, mask)


def _filled(
    corners_px: NDArray[np.float64], view: CameraView, low_px: NDArray[np.float64], high_px: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """(H, W) pixels whose centre lies in one of the triangles (T, 3, 2), told with pixel edges at integers.

    OpenCV fills whatever a triangle touches: a person far away would grow by a third. So it fills a finer grid, of
    which every pixel takes the point in its middle; of the picture only what lies between `low_px` and `high_px` (2,).
    """
    (left, top), (right, bottom) = np.floor(low_px).astype(int), np.ceil(high_px).astype(int)
    fine = np.zeros(((bottom - top) * FINER, (right - left) * FINER), dtype=np.uint8)
    from_here_px = corners_px - (left, top)
    for corners in np.round((from_here_px * FINER - 0.5) * 16.0).astype(np.int32):
        cv2.fillConvexPoly(fine, corners, 1, shift=4)
    mask = np.zeros((view.height_px, view.width_px), dtype=np.uint8)
    mask[top:bottom, left:right] = fine[FINER // 2 :: FINER, FINER // 2 :: FINER]
    return mask


def lidar_sample(
    sweep: LidarSweep, T_ego_sensor: NDArray[np.float64], ego: NDArray[np.float64], users: list[RoadUser]
) -> LidarSample:
    """The sweep in the ego frame, with every road user's box and the returns from it."""
    ego_world = np.linalg.inv(ego)
    centers = np.array([ego_world[:3, :3] @ user.center_world_m + ego_world[:3, 3] for user in users])
    ego_yaw_rad = float(np.arctan2(ego[1, 0], ego[0, 0]))
    yaws = np.array([user.yaw_world_rad - ego_yaw_rad for user in users])
    points_ego_m = sweep.points_sensor_m @ T_ego_sensor[:3, :3].T + T_ego_sensor[:3, 3]
    return LidarSample(
        points_ego_m=points_ego_m.astype(np.float32),
        intensity=sweep.intensity,
        center_ego_m=centers.reshape(-1, 3),
        size_lwh_m=np.array([user.size_lwh_m for user in users]).reshape(-1, 3),
        yaw_ego_rad=(yaws + np.pi) % (2 * np.pi) - np.pi,
        class_id=np.array([int(user.class_id) for user in users], dtype=np.int16),
        n_points=np.array([np.count_nonzero(sweep.actor_id == user.instance.actor_id) for user in users]),
    )
