"""What a tick says in Foxglove's schemas, so that any viewer of MCAP shows a run bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from foxglove import messages as fox
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.objects import Tracks
from moosetest.sensing import CameraFrame, LidarFrame, RadarFrame
from moosetest.timing import NS_PER_S
from moosetest.world import Lane, LaneMap
from sim.truth import GroundTruth

JPEG_QUALITY = 85
_TRUTH_RGB, _TRACK_RGB, _LANE_RGB = (0.2, 0.8, 0.3), (0.9, 0.4, 0.1), (0.6, 0.6, 0.6)


def image_message(frame: CameraFrame) -> Any:
    """The picture as JPEG."""
    bgr = cv2.cvtColor(frame.image_rgb, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    stamp = _stamp(frame.t_ns)
    return fox.CompressedImage(timestamp=stamp, frame_id=frame.sensor_id, data=jpeg.tobytes(), format="jpeg")


def calibration_message(frame: CameraFrame) -> Any:
    """The pinhole that the stack is told; where it sits is a transform."""
    height, width = frame.image_rgb.shape[:2]
    P = np.hstack([frame.K_px, np.zeros((3, 1))])
    return fox.CameraCalibration(
        timestamp=_stamp(frame.t_ns),
        frame_id=frame.sensor_id,
        width=width,
        height=height,
        K=frame.K_px.ravel().tolist(),
        R=np.eye(3).ravel().tolist(),
        P=P.ravel().tolist(),
    )


def sweep_message(frame: LidarFrame) -> Any:
    """The points in the ego frame, with their intensity."""
    xyz_ego_m = frame.T_ego_sensor.points(frame.points_sensor_m)
    return _cloud(frame.t_ns, ("x", "y", "z", "intensity"), [xyz_ego_m, frame.intensity])


def echoes_message(frame: RadarFrame) -> Any:
    """The returns as points in the ego frame, with their range rate."""
    flat_m = frame.range_m * np.cos(frame.elevation_rad)
    xyz_m = [
        flat_m * np.cos(frame.azimuth_rad),
        flat_m * np.sin(frame.azimuth_rad),
        frame.range_m * np.sin(frame.elevation_rad),
    ]
    xyz_ego_m = frame.T_ego_sensor.points(np.column_stack(xyz_m))
    return _cloud(frame.t_ns, ("x", "y", "z", "range_rate"), [xyz_ego_m, frame.range_rate_mps])


def transforms_message(t_ns: int, transforms: Sequence[Transform]) -> Any:
    """Where frames are: each `T_dst_src` places `src` in `dst`."""
    return fox.FrameTransforms(
        transforms=[
            fox.FrameTransform(
                timestamp=_stamp(t_ns),
                parent_frame_id=T.dst,
                child_frame_id=T.src,
                translation=_vector(T.translation_m),
                rotation=_quaternion(quaternions_wxyz(T.matrix[None, :3, :3])[0]),
            )
            for T in transforms
        ]
    )


def truth_message(truth: GroundTruth) -> Any:
    """The true boxes of all actors."""
    o = truth.objects
    turns = quaternions_wxyz(o.rotation)
    cubes = [_cube(o.center_world_m[i], o.size_lwh_m[i], turns[i], _TRUTH_RGB) for i in range(len(o))]
    entity = fox.SceneEntity(timestamp=_stamp(truth.t_ns), frame_id="world", id="truth", cubes=cubes)
    return fox.SceneUpdate(entities=[entity])


def tracks_message(tracks: Tracks) -> Any:
    """One entity a track, by its id."""
    half_rad = tracks.yaw_world_rad / 2.0
    none = np.zeros(len(tracks))
    turns = np.column_stack([np.cos(half_rad), none, none, np.sin(half_rad)])
    return fox.SceneUpdate(
        entities=[
            fox.SceneEntity(
                timestamp=_stamp(tracks.t_ns),
                frame_id="world",
                id=str(track_id),
                cubes=[_cube(tracks.center_world_m[i], tracks.size_lwh_m[i], turns[i], _TRACK_RGB)],
            )
            for i, track_id in enumerate(tracks.track_id)
        ]
    )


def lanes_message(t_ns: int, lanes: LaneMap) -> Any:
    """The map as the stack was given it: both borders of each lane, in driving direction, left first."""
    return fox.SceneUpdate(
        entities=[
            fox.SceneEntity(
                timestamp=_stamp(t_ns),
                frame_id="world",
                id=lane_id,
                lines=[_line(border_m) for border_m in lane_borders_m(lane)],
            )
            for lane_id, lane in sorted(lanes.lanes.items())
        ]
    )


def lane_borders_m(lane: Lane) -> tuple[FloatArray, FloatArray]:
    """Left and right border (K, 3) of a lane, in the world frame."""
    along = np.gradient(lane.center_world_m[:, :2], axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    left = np.column_stack([-along[:, 1], along[:, 0], np.zeros(len(along))]) * lane.width_m[:, None] / 2.0
    return lane.center_world_m + left, lane.center_world_m - left


def quaternions_wxyz(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 4) of (N, 3, 3) rotation matrices."""
    if not len(rotation):
        return np.zeros((0, 4))
    return np.asarray(Rotation.from_matrix(rotation).as_quat(scalar_first=True))


def _stamp(t_ns: int) -> Any:
    return fox.Timestamp(t_ns // NS_PER_S, t_ns % NS_PER_S)


def _cloud(t_ns: int, names: Sequence[str], columns: Sequence[NDArray[Any]]) -> Any:
    rows = np.column_stack(columns).astype(np.float32)
    number = fox.PackedElementFieldNumericType.Float32
    fields = [fox.PackedElementField(name=name, offset=4 * i, type=number) for i, name in enumerate(names)]
    stride = 4 * len(names)
    return fox.PointCloud(
        timestamp=_stamp(t_ns), frame_id="ego", point_stride=stride, fields=fields, data=rows.tobytes()
    )


def _cube(center_m: FloatArray, size_m: FloatArray, turn_wxyz: FloatArray, rgb: tuple[float, float, float]) -> Any:
    pose = fox.Pose(position=_vector(center_m), orientation=_quaternion(turn_wxyz))
    return fox.CubePrimitive(pose=pose, size=_vector(size_m), color=fox.Color(r=rgb[0], g=rgb[1], b=rgb[2], a=0.5))


def _line(points_m: FloatArray) -> Any:
    r, g, b = _LANE_RGB
    points = [fox.Point3(x=x, y=y, z=z) for x, y, z in points_m.tolist()]
    strip = fox.LinePrimitiveLineType.LineStrip
    return fox.LinePrimitive(type=strip, thickness=0.1, points=points, color=fox.Color(r=r, g=g, b=b, a=1.0))


def _vector(values: FloatArray) -> Any:
    return fox.Vector3(x=float(values[0]), y=float(values[1]), z=float(values[2]))


def _quaternion(wxyz: FloatArray) -> Any:
    return fox.Quaternion(w=float(wxyz[0]), x=float(wxyz[1]), y=float(wxyz[2]), z=float(wxyz[3]))
