"""Takes the car's own motion out of range rates: what is left is how fast things move over ground."""

from __future__ import annotations

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.sensing import ImuSample, OdometrySample, RadarFrame, SensorBundle

ODOMETRY_ID = "odometry"
IMU_ID = "imu"


def own_motion(bundle: SensorBundle) -> tuple[float, float] | None:
    """Speed in m/s and yaw rate in rad/s, 0 without an IMU; None without odometry."""
    odometry, imu = bundle.frames.get(ODOMETRY_ID), bundle.frames.get(IMU_ID)
    if not isinstance(odometry, OdometrySample):
        return None
    if not isinstance(imu, ImuSample):
        return odometry.speed_mps, 0.0
    return odometry.speed_mps, float(imu.T_ego_sensor.vectors(imu.gyro_imu_radps)[2])


def sensor_velocity_ego_mps(bundle: SensorBundle, T_ego_sensor: Transform) -> FloatArray | None:
    """Velocity (3,) over ground of a mounted sensor, in ego axes; None without odometry.

    The origin of the ego frame, under the rear axle, moves along ego x alone; a mount ahead of it swings out with the
    yaw rate that the IMU tells, or, without one, not at all.
    """
    motion = own_motion(bundle)
    if motion is None:
        return None
    speed_mps, yaw_rate_radps = motion
    x_m, y_m, _ = T_ego_sensor.translation_m
    return np.array([speed_mps - yaw_rate_radps * y_m, yaw_rate_radps * x_m, 0.0])


def directions_ego(frame: RadarFrame) -> FloatArray:
    """Unit vectors (N, 3) from the sensor to its returns, in ego axes."""
    cos_elevation = np.cos(frame.elevation_rad)
    forward, left = cos_elevation * np.cos(frame.azimuth_rad), cos_elevation * np.sin(frame.azimuth_rad)
    return frame.T_ego_sensor.vectors(np.column_stack([forward, left, np.sin(frame.elevation_rad)]))


def radial_speeds_mps(frame: RadarFrame, direction_ego: FloatArray, velocity_ego_mps: FloatArray) -> FloatArray:
    """Speeds (N,) over ground along the line of sight, + receding, seen from a sensor that moves as told."""
    x, y, z = direction_ego.T
    vx_mps, vy_mps, vz_mps = velocity_ego_mps
    return frame.range_rate_mps + x * vx_mps + y * vy_mps + z * vz_mps
