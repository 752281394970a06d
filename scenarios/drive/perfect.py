"""What a perfect detector of one sensor reports: true boxes of what is in its sight, and large enough for it.

How small is too small is what benchmarks of detectors ask for, not what any network of ours can do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from moosetest.frames import wrap_rad_array
from moosetest.objects import Detections, ImageDetections, ObjectClass
from scenarios.drive.record import corners_world_m, project_box_px
from sim.rig import CameraMount, LidarMount, Mount, RadarMount
from sim.session import Tick
from sim.sight import gaze_of
from sim.truth import GroundTruth

MIN_HEIGHT_PX = 20.0
"""The smallest pedestrians of the "overall" setting of Caltech's benchmark (Dollár et al., 2012)."""
MIN_RETURNS = 6
"""The Waymo Open Dataset's level 1: objects with more than five LiDAR points (Sun et al., 2020)."""
MIN_RAYS = 1
"""A radar needs one way to a thing."""
MIN_SHARE = 0.15
"""Of the area of its box; a person fills half of it. KITTI's "partly occluded" (Geiger et al., 2012) is about this."""
SCORE = 0.98
CENTER_SD_M = 0.1
"""Told to the tracker: one that believed in exact places would not smooth at all."""


def to_be_seen(truth: GroundTruth, rays: Mapping[int, int], mount: Mount) -> NDArray[np.intp]:
    """Rows of `truth.objects` that a perfect detector of the sensor at `mount` reports.

    Args:
        truth: what is there.
        rays: how many rays from the sensor meet each actor, by its id.
        mount: a camera, LiDAR or radar.
    """
    met = np.array([rays.get(actor_id, 0) for actor_id in truth.objects.actor_id.tolist()], dtype=np.int64)
    if isinstance(mount, LidarMount):
        return np.flatnonzero(met >= MIN_RETURNS)
    if isinstance(mount, RadarMount):
        return np.flatnonzero(met >= MIN_RAYS)
    assert isinstance(mount, CameraMount), "cameras, LiDARs and radars are all that a rig has"
    share = met * gaze_of(mount).ray_sr / box_sr(truth, mount)
    rows = np.flatnonzero((met > 0) & (share >= MIN_SHARE))
    boxes = (_box_px(truth, int(row), mount) for row in rows)
    large = [box is not None and box[3] - box[1] >= MIN_HEIGHT_PX for box in boxes]
    return rows[np.array(large, dtype=np.bool_)]


def box_sr(truth: GroundTruth, mount: Mount) -> NDArray[np.float64]:
    """(N,) solid angle of each true box's face towards the sensor."""
    objects = truth.objects
    eye_world_m = truth.ego.T_world_ego.points(mount.T_ego_body.translation_m)
    way_m = objects.center_world_m - eye_world_m
    distance_m = np.maximum(np.linalg.norm(way_m, axis=1), 1.0)
    bearing_rad = np.arctan2(way_m[:, 1], way_m[:, 0]) - objects.yaw_world_rad
    length_m, width_m, height_m = objects.size_lwh_m.T
    across_m = np.abs(np.sin(bearing_rad)) * length_m + np.abs(np.cos(bearing_rad)) * width_m
    return across_m * height_m / distance_m**2


def perfect_image(tick: Tick, camera: CameraMount) -> ImageDetections:
    """The true boxes in one camera's picture."""
    truth = tick.truth
    rows = to_be_seen(truth, tick.sight[camera.sensor_id], camera)
    boxes = [_box_px(truth, int(row), camera) for row in rows]
    return _image(truth.t_ns, camera, np.array(boxes).reshape(-1, 4), truth.objects.class_id[rows])


def perfect_boxes(tick: Tick, mount: LidarMount | RadarMount) -> Detections:
    """The true boxes in space in sight of a LiDAR or radar; a radar names none, and tells their radial speeds."""
    truth, objects = tick.truth, tick.truth.objects
    rows = to_be_seen(truth, tick.sight[mount.sensor_id], mount)
    n, is_radar = len(rows), isinstance(mount, RadarMount)
    T_ego_world = truth.ego.T_world_ego.inverse()
    center_ego_m = T_ego_world.points(objects.center_world_m[rows])
    from_sensor_m = center_ego_m[:, :2] - mount.T_ego_body.translation_m[:2]
    sight = from_sensor_m / np.maximum(np.linalg.norm(from_sensor_m, axis=1, keepdims=True), 1e-6)
    velocity_ego_mps = T_ego_world.vectors(objects.velocity_world_mps[rows])[:, :2]
    return Detections(
        sensor_id=mount.sensor_id,
        t_ns=truth.t_ns,
        center_ego_m=center_ego_m,
        size_lwh_m=objects.size_lwh_m[rows],
        yaw_ego_rad=wrap_rad_array(objects.yaw_world_rad[rows] - truth.ego.T_world_ego.yaw_rad),
        cov_center_m2=np.tile(np.eye(3) * CENTER_SD_M**2, (n, 1, 1)),
        velocity_ego_mps=np.zeros((n, 2)),
        has_velocity=np.zeros(n, np.bool_),
        radial_speed_mps=(velocity_ego_mps * sight).sum(axis=1) if is_radar else np.zeros(n),
        has_radial_speed=np.full(n, is_radar),
        class_id=np.full(n, ObjectClass.UNKNOWN, np.int16) if is_radar else objects.class_id[rows],
        score=np.full(n, SCORE),
    )


def _box_px(truth: GroundTruth, row: int, camera: CameraMount) -> NDArray[np.float64] | None:
    corners_ego_m = truth.ego.T_world_ego.inverse().points(corners_world_m(truth, row))
    return project_box_px(camera.K_px, (camera.width_px, camera.height_px), camera.T_ego_optical, corners_ego_m)


def _image(t_ns: int, camera: CameraMount, box_px: NDArray[np.float64], class_id: NDArray[np.int16]) -> ImageDetections:
    return ImageDetections(
        sensor_id=camera.sensor_id,
        t_ns=t_ns,
        box_px=box_px,
        class_id=class_id,
        score=np.full(len(class_id), SCORE),
        K_px=camera.K_px,
        T_ego_sensor=camera.T_ego_optical,
        image_size_px=(camera.width_px, camera.height_px),
    )
