"""Synthetic detections of the toy road's actors: LiDAR boxes, radar echoes and camera boxes with seeded noise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fusion.monocular import project_boxes
from fusion.tracker import FusedTracker
from moosetest.frames import R_BODY_OPTICAL, Transform, wrap_rad_array
from moosetest.objects import Detections, ImageDetections, ObjectClass, Tracks
from moosetest.world import EgoState

K_PX = np.array([[554.0, 0.0, 319.5], [0.0, 554.0, 191.5], [0.0, 0.0, 1.0]])
IMAGE_SIZE_PX = (640, 384)


def camera_mount(x=1.6, z=1.5) -> Transform:
    matrix = np.eye(4)
    matrix[:3, :3] = R_BODY_OPTICAL
    matrix[:3, 3] = (x, 0.0, z)
    return Transform("ego", "cam_main", matrix)


def boxes(ego: EgoState, sensor_id: str, center_world, size, yaw_world=0.0, label=0, score=0.8, sd=0.1, **more):
    """Detections of given world boxes; scalars are repeated."""
    center = np.atleast_2d(np.asarray(center_world, dtype=float))
    n = len(center)
    fill = {
        "velocity_ego_mps": np.zeros((n, 2)),
        "has_velocity": np.zeros(n, dtype=bool),
        "radial_speed_mps": np.zeros(n),
        "has_radial_speed": np.zeros(n, dtype=bool),
    }
    fill.update(more)
    return Detections(
        sensor_id=sensor_id,
        t_ns=ego.t_ns,
        center_ego_m=ego.T_world_ego.inverse().points(center),
        size_lwh_m=np.broadcast_to(np.asarray(size, dtype=float), (n, 3)),
        yaw_ego_rad=wrap_rad_array(np.broadcast_to(yaw_world, n) - ego.T_world_ego.yaw_rad),
        cov_center_m2=np.tile(np.eye(3) * sd**2, (n, 1, 1)),
        class_id=np.broadcast_to(np.asarray(label, dtype=np.int16), n),
        score=np.broadcast_to(np.asarray(score, dtype=float), n),
        **fill,
    )


def image_boxes(ego: EgoState, box_px, label, score=0.8) -> ImageDetections:
    box = np.asarray(box_px, dtype=float).reshape(-1, 4)
    return ImageDetections(
        sensor_id="main",
        t_ns=ego.t_ns,
        box_px=box,
        class_id=np.broadcast_to(np.asarray(label, dtype=np.int16), len(box)),
        score=np.broadcast_to(np.asarray(score, dtype=float), len(box)),
        K_px=K_PX,
        T_ego_sensor=camera_mount(),
        image_size_px=IMAGE_SIZE_PX,
    )


def labels_of(tracks: Tracks) -> np.ndarray:
    return tracks.class_prob.argmax(axis=1)


def see_lidar(ego: EgoState, truth: Tracks, rng, sd=0.1, score=0.8, labels=None) -> Detections:
    """Noisy boxes of everything within 120 degrees and 100 m."""
    p = ego.T_world_ego.inverse().points(truth.center_world_m)
    seen = (np.abs(np.arctan2(p[:, 1], p[:, 0])) < np.pi / 3) & (np.hypot(p[:, 0], p[:, 1]) < 100)
    t = truth.select(seen)
    noise = np.column_stack([rng.normal(0.0, sd, (len(t), 2)), np.zeros(len(t))])
    label = labels_of(t) if labels is None else np.broadcast_to(labels, len(truth))[seen]
    yaw = t.yaw_world_rad + rng.normal(0.0, 0.05, len(t))
    return boxes(ego, "lidar", (t.center_world_m + noise).reshape(-1, 3), t.size_lwh_m, yaw, label, score, sd)


def see_radar(ego: EgoState, truth: Tracks, rng, score=0.7) -> Detections:
    """Noisy echoes within 60 degrees and 120 m: 0.5 m along, 1 degree across, 0.15 m/s radial."""
    p = ego.T_world_ego.inverse().points(truth.center_world_m)
    r, az = np.hypot(p[:, 0], p[:, 1]), np.arctan2(p[:, 1], p[:, 0])
    seen = (np.abs(az) < np.pi / 6) & (r < 120)
    t, r, az = truth.select(seen), r[seen], az[seen]
    n = len(t)
    r_seen, az_seen = r + rng.normal(0, 0.5, n), az + rng.normal(0, 0.017, n)
    origin = ego.T_world_ego.points([[3.8, 0.0, 0.0]])[0, :2]
    sight = t.center_world_m[:, :2] - origin
    sight = sight / np.linalg.norm(sight, axis=1, keepdims=True)
    u = np.stack([np.cos(az_seen), np.sin(az_seen)], axis=1)
    side = np.stack([-u[:, 1], u[:, 0]], axis=1)
    cov = np.zeros((n, 3, 3))
    cov[:, :2, :2] = 0.25 * u[:, :, None] * u[:, None] + (0.017 * r_seen)[:, None, None] ** 2 * (
        side[:, :, None] * side[:, None]
    )
    cov[:, 2, 2] = 1.0
    radial = np.sum(t.velocity_world_mps * sight, axis=1) + rng.normal(0, 0.15, n)
    return Detections(
        sensor_id="radar",
        t_ns=ego.t_ns,
        center_ego_m=np.column_stack([r_seen * u[:, 0], r_seen * u[:, 1], np.full(n, 0.7)]),
        size_lwh_m=np.ones((n, 3)),
        yaw_ego_rad=np.zeros(n),
        cov_center_m2=cov,
        velocity_ego_mps=np.zeros((n, 2)),
        has_velocity=np.zeros(n, dtype=bool),
        radial_speed_mps=radial,
        has_radial_speed=np.ones(n, dtype=bool),
        class_id=np.zeros(n, dtype=np.int16),
        score=np.full(n, score),
    )


def see_camera(ego: EgoState, truth: Tracks, rng, sd_px=1.0, score=0.8) -> ImageDetections:
    """Noisy image boxes of everything of a known class that is at least 12 px tall."""
    empty = image_boxes(ego, np.zeros((0, 4)), 0)
    center = ego.T_world_ego.inverse().points(truth.center_world_m)
    box, inside = project_boxes(empty, center, truth.yaw_world_rad - ego.T_world_ego.yaw_rad, truth.size_lwh_m)
    label = labels_of(truth)
    seen = inside & (box[:, 3] - box[:, 1] > 12) & (label != ObjectClass.UNKNOWN)
    box = box[seen] + rng.normal(0.0, sd_px, (int(seen.sum()), 4))
    box[:, 2:] = np.maximum(box[:, 2:], box[:, :2] + 2.0)
    box = np.clip(box, -0.5, np.array([639.5, 383.5, 639.5, 383.5]))
    ok = (box[:, 2] - box[:, 0] > 1) & (box[:, 3] - box[:, 1] > 1)
    return image_boxes(ego, box[ok], label[seen][ok], score)


@dataclass
class Perception:
    """Truth -> detections of the chosen sensors -> tracks, as a closed loop's `perceive`."""

    sensors: frozenset[str] = frozenset({"lidar", "radar", "camera"})
    seed: int = 0
    tracker: FusedTracker = field(default_factory=FusedTracker)
    lidar_labels: object = None
    sd: float = 0.1
    history: list[Tracks] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.tracker.reset(np.random.default_rng(self.seed))

    def __call__(self, ego: EgoState, truth: Tracks) -> Tracks:
        found, images = [], []
        if "lidar" in self.sensors:
            labels = self.lidar_labels(ego.t_ns / 1e9) if self.lidar_labels else None
            found.append(see_lidar(ego, truth, self.rng, self.sd, labels=labels))
        if "radar" in self.sensors:
            found.append(see_radar(ego, truth, self.rng))
        if "camera" in self.sensors:
            images.append(see_camera(ego, truth, self.rng))
        tracks = self.tracker.update(ego, found, images)
        self.history.append(tracks)
        return tracks
