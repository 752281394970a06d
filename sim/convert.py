"""CARLA's left-handed degrees <-> our right-handed radians: the only place where the handedness flips.

CARLA: x forward, y right, z up, degrees, yaw clockwise seen from above, pitch nose up positive. Ours (ISO 8855):
x forward, y left, z up, radians, yaw counter-clockwise, pitch nose down positive. The flip is y -> -y, its own
inverse; for angles: pitch and yaw change their sign, roll keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moosetest.sensing import CameraFrame, ImuSample, LidarFrame, RadarFrame
from sim.rig import CameraMount, LidarMount, Mount, RadarMount

FLIP_Y: NDArray[np.float64] = np.diag([1.0, -1.0, 1.0, 1.0])


def flip_points(points: ArrayLike) -> NDArray[np.float64]:
    """Points or free vectors (..., 3), CARLA -> ours or back: y changes its sign."""
    return np.asarray(points, dtype=np.float64) * np.array([1.0, -1.0, 1.0])


def flip_axial(vector: ArrayLike) -> NDArray[np.float64]:
    """Angular velocities (..., 3): an axial vector keeps y, and x and z change their sign."""
    return np.asarray(vector, dtype=np.float64) * np.array([-1.0, 1.0, -1.0])


def carla_matrix(location_m: Sequence[float], rotation_deg: Sequence[float]) -> NDArray[np.float64]:
    """CARLA's own 4x4 of a transform (left-handed), from location x, y, z and rotation pitch, yaw, roll."""
    pitch, yaw, roll = np.radians(np.asarray(rotation_deg, dtype=np.float64))
    cp, sp, cy, sy, cr, sr = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw), np.cos(roll), np.sin(roll)
    return np.array(
        [
            [cp * cy, cy * sp * sr - sy * cr, -cy * sp * cr - sy * sr, location_m[0]],
            [cp * sy, sy * sp * sr + cy * cr, -sy * sp * cr + cy * sr, location_m[1]],
            [sp, -cp * sr, cp * cr, location_m[2]],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def pose_from_carla(location_m: Sequence[float], rotation_deg: Sequence[float]) -> NDArray[np.float64]:
    """Right-handed 4x4 `T_world_body` of a CARLA transform."""
    return FLIP_Y @ carla_matrix(location_m, rotation_deg) @ FLIP_Y


def carla_from_matrix(matrix: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """CARLA's location and rotation [pitch, yaw, roll] in degrees of a left-handed 4x4."""
    pitch = np.arcsin(np.clip(matrix[2, 0], -1.0, 1.0))
    yaw = np.arctan2(matrix[1, 0], matrix[0, 0])
    roll = np.arctan2(-matrix[2, 1], matrix[2, 2])
    return [float(v) for v in matrix[:3, 3]], [float(v) for v in np.degrees([pitch, yaw, roll])]


def carla_from_pose(T_world_body: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """CARLA's location and rotation [pitch, yaw, roll] in degrees of a right-handed 4x4."""
    return carla_from_matrix(FLIP_Y @ T_world_body @ FLIP_Y)


def camera_frame(image: Any, camera: CameraMount, t_ns: int, seq: int) -> CameraFrame:
    """A `carla.Image` (BGRA) as a picture in RGB."""
    bgra = np.frombuffer(image.raw_data, dtype=np.uint8).reshape(image.height, image.width, 4)
    return CameraFrame(
        sensor_id=camera.sensor_id,
        t_ns=t_ns,
        seq=seq,
        T_ego_sensor=camera.T_ego_optical,
        image_rgb=bgra[:, :, 2::-1],
        K_px=camera.K_px,
    )


def instance_masks(image: Any) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """The (H, W) tags and ids of a `carla.Image` of instance segmentation: the tag is red, the id green and blue."""
    bgra = np.frombuffer(image.raw_data, dtype=np.uint8).reshape(image.height, image.width, 4)
    low, high = bgra[:, :, 1].astype(np.uint16), bgra[:, :, 0].astype(np.uint16)
    return bgra[:, :, 2].copy(), low + np.uint16(256) * high


def lidar_frame(measurement: Any, lidar: LidarMount, t_ns: int, seq: int) -> LidarFrame:
    """A `carla.LidarMeasurement` (x forward, y right) as a sweep; its points all carry the sweep's own time."""
    xyzi = np.frombuffer(measurement.raw_data, dtype=np.float32).reshape(-1, 4)
    counts = [measurement.get_point_count(channel) for channel in range(measurement.channels)]
    return LidarFrame(
        sensor_id=lidar.sensor_id,
        t_ns=t_ns,
        seq=seq,
        T_ego_sensor=lidar.T_ego_body,
        points_sensor_m=flip_points(xyzi[:, :3]).astype(np.float32),
        intensity=xyzi[:, 3],
        ring=np.repeat(np.arange(len(counts), dtype=np.uint16), counts),
        dt_ns=np.zeros(len(xyzi), dtype=np.int32),
    )


def radar_frame(measurement: Any, radar: RadarMount, t_ns: int, seq: int) -> RadarFrame:
    """A `carla.RadarMeasurement` (azimuth to the right) as returns with azimuth to the left."""
    returns = np.frombuffer(measurement.raw_data, dtype=np.float32).reshape(-1, 4).astype(np.float64)
    return RadarFrame(
        sensor_id=radar.sensor_id,
        t_ns=t_ns,
        seq=seq,
        T_ego_sensor=radar.T_ego_body,
        range_m=returns[:, 3],
        azimuth_rad=-returns[:, 1],
        elevation_rad=returns[:, 2],
        range_rate_mps=returns[:, 0],
    )


def imu_sample(measurement: Any, mount: Mount, t_ns: int, seq: int) -> ImuSample:
    """A `carla.IMUMeasurement` in mount axes."""
    accel, gyro = measurement.accelerometer, measurement.gyroscope
    return ImuSample(
        sensor_id=mount.sensor_id,
        t_ns=t_ns,
        seq=seq,
        T_ego_sensor=mount.T_ego_body,
        accel_imu_mps2=flip_points([accel.x, accel.y, accel.z]),
        gyro_imu_radps=flip_axial([gyro.x, gyro.y, gyro.z]),
    )


def vector(value: Any) -> NDArray[np.float64]:
    """A `carla.Vector3D` or `carla.Location` in our axes."""
    return flip_points([value.x, value.y, value.z])


def pose_of(transform: Any) -> NDArray[np.float64]:
    """Right-handed 4x4 `T_world_body` of a `carla.Transform`."""
    at, turn = transform.location, transform.rotation
    return pose_from_carla((at.x, at.y, at.z), (turn.pitch, turn.yaw, turn.roll))


def carla_transform(T_world_body: NDArray[np.float64]) -> Any:
    """The `carla.Transform` of a right-handed 4x4."""
    import carla

    (x, y, z), (pitch, yaw, roll) = carla_from_pose(T_world_body)
    return carla.Transform(carla.Location(x, y, z), carla.Rotation(pitch=pitch, yaw=yaw, roll=roll))


def carla_vector(value: ArrayLike) -> Any:
    """The `carla.Vector3D` of a vector in our axes."""
    import carla

    return carla.Vector3D(*(float(v) for v in flip_points(value)))
