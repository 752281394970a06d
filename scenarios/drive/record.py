"""What a run leaves for scoring: one sample a tick, from truth and from what the stack said."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.objects import Detections, ImageDetections, Tracks
from moosetest.timing import s_from_ns
from scenarios.drive.stack import StackOutput
from scenarios.drive.stage import Stage
from scenarios.drive.triggers import role_visible_share
from scenarios.measure.geometry import box_corners, box_corners_3d, gap_m, time_to_collision_s
from sim.bumper import Contact
from sim.rig import Rig
from sim.session import Tick
from sim.truth import GroundTruth

EGO_LENGTH_M, EGO_WIDTH_M = 4.892, 1.837
"""Box of vehicle.lincoln.mkz_2020 (CARLA 0.9.16)."""
BRAKES_MPS2 = 1.0
"""Deceleration from which the car brakes: rolling and steering alone were seen to cost up to 0.4."""
OCCUPIED = 0.5
"""Existence from which a track occupies its place."""
SEEN_RADIUS_M = 2.5
"""A box in space is of the target when its centre is this near to the target's box: half a car's length."""


@dataclass(frozen=True, slots=True)
class Impact:
    """The first contact of a run: when (the first tick that has felt it), how fast the car came, with what role."""

    t_s: float
    speed_mps: float
    role: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One tick of a run, as numbers for plots and criteria; `frame` is the server's count of it.

    `lane_offset_m` is how far left of its lane's centre the car is; `visible_share` how much of the target its cameras
    can see past the other actors.
    """

    frame: int
    t_s: float
    speed_mps: float
    accel_mps2: float
    gap_m: float
    ttc_s: float
    lateral_m: float
    reason: str
    status: str
    existence: float
    track_id: int
    track_error_m: float
    seen_by: tuple[str, ...]
    lane_offset_m: float
    visible_share: float


@dataclass(slots=True)
class Record:
    """All samples of a run, and what happened in it.

    Contacts may be heard long after they were: they are put in their place by the frame that each names.
    """

    target: str
    samples: list[Sample] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)
    first_seen_s: dict[str, float] = field(default_factory=dict)

    def column(self, name: str) -> FloatArray:
        """(T,) one quantity over the run."""
        return np.array([getattr(sample, name) for sample in self.samples], dtype=np.float64)

    @property
    def max_braking_mps2(self) -> float:
        """Hardest deceleration of the car's own doing: up to a contact, not through it."""
        return max([0.0, *(-sample.accel_mps2 for sample in self.samples[: self.impact_row])])

    @property
    def first_braking_s(self) -> float | None:
        """When the car first decelerated by `BRAKES_MPS2` of its own doing; None where it never did."""
        own = self.samples[: self.impact_row]
        return next((sample.t_s for sample in own if -sample.accel_mps2 >= BRAKES_MPS2), None)

    @property
    def first_tracked_s(self) -> float | None:
        """When a track first said that the target's place is occupied; None where none ever did."""
        return next((sample.t_s for sample in self.samples if sample.existence >= OCCUPIED), None)

    @property
    def track_error_m(self) -> float | None:
        """Median distance between the target and its track; None where it never had one."""
        errors_m = [sample.track_error_m for sample in self.samples if sample.track_id >= 0]
        return float(np.median(errors_m)) if errors_m else None

    @property
    def impact_row(self) -> int | None:
        """Which sample is the first that has felt a contact; None without one up to the last sample."""
        if not self.contacts:
            return None
        row = bisect_left(self.samples, min(contact.frame for contact in self.contacts), key=lambda s: s.frame)
        return row if row < len(self.samples) else None

    @property
    def impact(self) -> Impact | None:
        """The first contact up to the last sample; of several in one frame the hardest."""
        row = self.impact_row
        if row is None:
            return None
        first = min(self.contacts, key=lambda c: (c.frame, -c.impulse_ns, c.actor_id))
        # The physics has already taken speed out of the car in the tick of the contact: the tick before tells it.
        speed_mps = max(0.0, self.samples[max(0, row - 1)].speed_mps)
        return Impact(self.samples[row].t_s, speed_mps, self.roles.get(first.actor_id, "scenery"))

    def observe(self, tick: Tick, output: StackOutput, stage: Stage) -> None:
        """Add the sample of one tick.

        Args:
            tick: the world at that tick.
            output: what the stack made of it.
            stage: where its path and its sensors are.
        """
        truth = tick.truth
        ego_corners_m = _ego_corners(truth, stage.body_x_m)
        index = truth.objects.role.index(self.target) if self.target in truth.objects.role else None
        gap, ttc, lateral = math.inf, math.inf, math.inf
        seen: tuple[str, ...] = ()
        track = (0.0, -1, math.inf)
        if index is not None:
            gap, ttc, lateral = _separation(truth, index, ego_corners_m)
            seen = sensors_that_see(truth, index, output.detections, output.image_detections, stage.rig)
            track = _target_track(truth, index, output.tracks)
        t_s = s_from_ns(truth.t_ns)
        for sensor_id in seen:
            self.first_seen_s.setdefault(sensor_id, t_s)
        self.roles |= dict(zip(truth.objects.actor_id.tolist(), truth.objects.role, strict=True))
        self.samples.append(
            Sample(
                frame=truth.frame,
                t_s=t_s,
                speed_mps=truth.ego.speed_mps,
                accel_mps2=float(truth.ego.accel_ego_mps2[0]),
                gap_m=gap,
                ttc_s=ttc,
                lateral_m=lateral,
                reason=output.plan.reason,
                status=output.plan.status.value,
                existence=track[0],
                track_id=track[1],
                track_error_m=track[2],
                seen_by=seen,
                lane_offset_m=stage.path.left_m(truth.ego.T_world_ego.points([stage.body_x_m, 0.0, 0.0])),
                visible_share=role_visible_share(truth, self.target),
            )
        )


def _ego_corners(truth: GroundTruth, body_x_m: float) -> FloatArray:
    T_world_ego = truth.ego.T_world_ego
    return box_corners(T_world_ego.points([body_x_m, 0.0, 0.0]), EGO_LENGTH_M, EGO_WIDTH_M, T_world_ego.yaw_rad)


def _separation(truth: GroundTruth, index: int, ego_corners_m: FloatArray) -> tuple[float, float, float]:
    objects = truth.objects
    size_m = objects.size_lwh_m[index]
    corners_m = box_corners(objects.center_world_m[index], size_m[0], size_m[1], float(objects.yaw_world_rad[index]))
    ego_velocity_mps = truth.ego.T_world_ego.vectors(truth.ego.velocity_ego_mps)
    ttc_s = time_to_collision_s(ego_corners_m, ego_velocity_mps, corners_m, objects.velocity_world_mps[index])
    center_ego_m = truth.ego.T_world_ego.inverse().points(objects.center_world_m[index])
    return gap_m(ego_corners_m, corners_m), ttc_s, float(center_ego_m[1])


def sensors_that_see(
    truth: GroundTruth,
    index: int,
    detections: Sequence[Detections],
    image_detections: Sequence[ImageDetections],
    rig: Rig,
) -> tuple[str, ...]:
    """Sensors of `rig`, in its order, with a detection of the true object of that index."""
    T_world_ego = truth.ego.T_world_ego
    corners_ego_m = T_world_ego.inverse().points(corners_world_m(truth, index))
    seen = {d.sensor_id for d in detections if near_target(truth, index, T_world_ego.points(d.center_ego_m)).any()}
    # By where the cameras are, not by what the stack was told: a fault may have told it wrong.
    T_ego_camera = {camera.sensor_id: camera.T_ego_optical for camera in rig.cameras}
    cameras = [d for d in image_detections if d.sensor_id in T_ego_camera]
    seen |= {d.sensor_id for d in cameras if _overlaps(d, T_ego_camera[d.sensor_id], corners_ego_m)}
    return tuple(sensor_id for sensor_id in rig.sensor_ids if sensor_id in seen)


def near_target(truth: GroundTruth, index: int, center_world_m: FloatArray) -> NDArray[np.bool_]:
    """(N,) whether boxes with centres (N, 3) are of the true object of that index."""
    reach_m = SEEN_RADIUS_M + float(np.hypot(*truth.objects.size_lwh_m[index][:2])) / 2.0
    offset_m = center_world_m[:, :2] - truth.objects.center_world_m[index, :2]
    return np.asarray(np.hypot(offset_m[:, 0], offset_m[:, 1]) <= reach_m)


def _overlaps(detections: ImageDetections, T_ego_camera: Transform, corners_ego_m: FloatArray) -> bool:
    box = project_box_px(detections.K_px, detections.image_size_px, T_ego_camera, corners_ego_m)
    if box is None or not len(detections):
        return False
    low = np.maximum(detections.box_px[:, :2], box[:2])
    high = np.minimum(detections.box_px[:, 2:], box[2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=1)
    own = np.prod(detections.box_px[:, 2:] - detections.box_px[:, :2], axis=1)
    union = own + np.prod(box[2:] - box[:2]) - shared
    # 0.3 and not 0.5: a true box of a person is wider than the person, and a first sight is a loose box.
    return bool(np.any(shared / union >= 0.3))


def project_box_px(
    K_px: FloatArray, image_size_px: tuple[int, int], T_ego_camera: Transform, corners_ego_m: FloatArray
) -> FloatArray | None:
    """(4,) image box around 3-D corners, or None when any is behind the camera or all are outside the picture."""
    points = T_ego_camera.inverse().points(corners_ego_m)
    if np.any(points[:, 2] < 0.1):
        return None
    uv = points[:, :2] / points[:, 2:] * np.diag(K_px)[:2] + K_px[:2, 2]
    width, height = image_size_px
    low = np.maximum(uv.min(axis=0), [-0.5, -0.5])
    high = np.minimum(uv.max(axis=0), [width - 0.5, height - 0.5])
    return np.concatenate([low, high]) if np.all(high > low) else None


def corners_world_m(truth: GroundTruth, index: int) -> FloatArray:
    """(8, 3) corners of a true box, in the world."""
    objects = truth.objects
    return box_corners_3d(objects.center_world_m[index], objects.size_lwh_m[index], objects.rotation[index])


def _target_track(truth: GroundTruth, index: int, tracks: Tracks) -> tuple[float, int, float]:
    if not len(tracks):
        return 0.0, -1, math.inf
    offset_m = tracks.center_world_m[:, :2] - truth.objects.center_world_m[index, :2]
    distance_m = np.hypot(offset_m[:, 0], offset_m[:, 1])
    nearest = int(np.argmin(distance_m))
    if not near_target(truth, index, tracks.center_world_m)[nearest]:
        return 0.0, -1, math.inf
    return float(tracks.existence[nearest]), int(tracks.track_id[nearest]), float(distance_m[nearest])
