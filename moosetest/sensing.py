"""What the sensors give: one frame type a sensor kind, and the bundle of one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require, set_arrays
from moosetest.frames import Transform


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SensorFrame:
    """Header of every frame.

    `t_ns` is simulation time of validity; `seq` counts a sensor's frames from 0; `T_ego_sensor` is the nominal
    (calibrated) mount, not the true one.
    """

    sensor_id: str
    t_ns: int
    seq: int
    T_ego_sensor: Transform

    def __post_init__(self) -> None:
        require(self.T_ego_sensor.dst == "ego", f"{self.sensor_id}: T_ego_sensor maps to {self.T_ego_sensor.dst}")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CameraFrame(SensorFrame):
    """A picture: `image_rgb` (H, W, 3) uint8 in `cam_*` optical axes, `K_px` (3, 3) pinhole matrix."""

    image_rgb: NDArray[np.uint8]
    K_px: NDArray[np.float64]

    def __post_init__(self) -> None:
        SensorFrame.__post_init__(self)
        set_arrays(self, {"image_rgb": (("H", "W", 3), np.uint8), "K_px": ((3, 3), np.float64)})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LidarFrame(SensorFrame):
    """A sweep: points (N, 3) in the sensor's frame, intensity [0, 1], ring, time offset of each point to `t_ns`."""

    points_sensor_m: NDArray[np.float32]
    intensity: NDArray[np.float32]
    ring: NDArray[np.uint16]
    dt_ns: NDArray[np.int32]

    def __post_init__(self) -> None:
        SensorFrame.__post_init__(self)
        fields = {"points_sensor_m": (("N", 3), np.float32), "intensity": (("N",), np.float32)}
        set_arrays(self, {**fields, "ring": (("N",), np.uint16), "dt_ns": (("N",), np.int32)})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RadarFrame(SensorFrame):
    """Radar returns in the sensor's polar frame: azimuth + to the left, elevation + up, range rate + receding."""

    range_m: NDArray[np.float64]
    azimuth_rad: NDArray[np.float64]
    elevation_rad: NDArray[np.float64]
    range_rate_mps: NDArray[np.float64]

    def __post_init__(self) -> None:
        SensorFrame.__post_init__(self)
        names = ("range_m", "azimuth_rad", "elevation_rad", "range_rate_mps")
        set_arrays(self, dict.fromkeys(names, (("N",), np.float64)))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ImuSample(SensorFrame):
    """Specific force and turn rate in the `imu_*` frame."""

    accel_imu_mps2: NDArray[np.float64]
    gyro_imu_radps: NDArray[np.float64]

    def __post_init__(self) -> None:
        SensorFrame.__post_init__(self)
        set_arrays(self, {"accel_imu_mps2": ((3,), np.float64), "gyro_imu_radps": ((3,), np.float64)})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GnssSample(SensorFrame):
    """Position fix of the antenna in the world frame, with its covariance."""

    position_world_m: NDArray[np.float64]
    cov_position_m2: NDArray[np.float64]

    def __post_init__(self) -> None:
        SensorFrame.__post_init__(self)
        set_arrays(self, {"position_world_m": ((3,), np.float64), "cov_position_m2": ((3, 3), np.float64)})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OdometrySample(SensorFrame):
    """What the car's own bus tells: wheel speed along ego x, steering angle at the road wheel, heading estimate."""

    speed_mps: float
    steer_rad: float
    yaw_world_rad: float


@dataclass(frozen=True, slots=True, eq=False)
class SensorBundle:
    """All frames of one instant, by sensor id; `missing` names those that should have been there."""

    t_ns: int
    frames: Mapping[str, SensorFrame]
    missing: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for sensor_id, frame in self.frames.items():
            require(frame.t_ns == self.t_ns, f"SensorBundle: {sensor_id} is of {frame.t_ns}, bundle of {self.t_ns}")
        object.__setattr__(self, "frames", MappingProxyType(dict(self.frames)))
