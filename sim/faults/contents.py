"""Faults of what a frame holds: noise, dead beams, dirt on the window."""

from __future__ import annotations

from dataclasses import replace
from math import radians
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moosetest.sensing import (
    CameraFrame,
    GnssSample,
    ImuSample,
    LidarFrame,
    OdometrySample,
    RadarFrame,
    SensorFrame,
)
from sim.faults.registry import FAULTS, FaultConfig
from sim.rig import CameraMount, LidarMount, Mount, RadarMount

PIXEL_SD = 40.0
"""Grey levels of 255: a small sensor at its highest amplification, by night."""
LIDAR_RANGE_SD_M = 0.3
"""Fifteen times that of a sensor in order."""
RADAR_SD = {"range_m": 1.0, "azimuth_rad": radians(2.0), "range_rate_mps": 1.0}
GNSS_SD_M = 5.0
"""A fix without corrections, between houses; its own covariance still says 3 cm."""
IMU_ACCEL_SD_MPS2, IMU_GYRO_SD_RADPS = 1.0, 0.05
WHEEL_SPEED_SD_MPS = 1.0

MOST_RINGS = 1024
DIRT_CELLS = 8
"""Lumps of dirt are about an eighth of the picture's width: a lens is far too near to be in focus."""
DIRT_EDGE = 0.08
"""Soft edge of dirt, as a share of the picture on either side of it."""
DIRT_REFLECTANCE = 0.35
"""How bright the dirt's inside is beside the mean of the picture."""


@FAULTS.register("noise", FaultConfig)
class Noise:
    """Gaussian noise; at severity 1: 40 grey levels, LiDAR ranges 0.3 m, radar 1 m, 2 degrees, 1 m/s, GNSS 5 m."""

    suits = (CameraFrame, LidarFrame, RadarFrame, GnssSample, ImuSample, OdometrySample)

    def __init__(self, config: FaultConfig) -> None:
        self._severity = config.severity
        self.effect = f"noise of {config.severity:.0%} of the highest"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws anew."""
        self._rng = rng

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame, noisy."""
        if frame is None or not self._severity:
            return frame
        return replace(frame, **self._noisy(frame))

    def _noisy(self, frame: SensorFrame) -> dict[str, Any]:
        if isinstance(frame, CameraFrame):
            return self._picture(frame)
        if isinstance(frame, LidarFrame):
            return self._sweep(frame)
        if isinstance(frame, RadarFrame):
            return self._returns(frame)
        if isinstance(frame, GnssSample):
            return {"position_world_m": frame.position_world_m + self._normal(3, GNSS_SD_M)}
        if isinstance(frame, ImuSample):
            accel = frame.accel_imu_mps2 + self._normal(3, IMU_ACCEL_SD_MPS2)
            return {
                "accel_imu_mps2": accel,
                "gyro_imu_radps": frame.gyro_imu_radps + self._normal(3, IMU_GYRO_SD_RADPS),
            }
        assert isinstance(frame, OdometrySample), "the chain puts a fault on what it suits alone"
        return {"speed_mps": frame.speed_mps + float(self._normal(1, WHEEL_SPEED_SD_MPS)[0])}

    def _normal(self, shape: int | tuple[int, ...], sd: float) -> NDArray[np.float64]:
        return self._rng.normal(0.0, sd * self._severity, shape)

    def _picture(self, frame: CameraFrame) -> dict[str, Any]:
        spread = self._rng.standard_normal(frame.image_rgb.shape, dtype=np.float32) * (PIXEL_SD * self._severity)
        return {"image_rgb": np.clip(frame.image_rgb + spread + 0.5, 0.0, 255.0).astype(np.uint8)}

    def _sweep(self, frame: LidarFrame) -> dict[str, Any]:
        range_m = np.linalg.norm(frame.points_sensor_m, axis=1)
        scale = 1.0 + self._normal(range_m.shape, LIDAR_RANGE_SD_M) / np.maximum(range_m, 1e-3)
        return {"points_sensor_m": frame.points_sensor_m * scale[:, None]}

    def _returns(self, frame: RadarFrame) -> dict[str, Any]:
        noisy = {n: getattr(frame, n) + self._normal(frame.range_m.shape, sd) for n, sd in RADAR_SD.items()}
        return {**noisy, "range_m": np.maximum(noisy["range_m"], 0.0)}


@FAULTS.register("beam-loss", FaultConfig)
class BeamLoss:
    """A share of a LiDAR's beams equal to the severity never returns anything; a higher severity loses more of them."""

    suits = (LidarFrame,)

    def __init__(self, config: FaultConfig) -> None:
        self._share = config.severity
        self.effect = f"{self._share:.0%} of beams dead"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws which."""
        assert isinstance(mount, LidarMount), "the chain puts a fault on what it suits alone"
        self._is_dead = np.zeros(max(mount.channels, MOST_RINGS), np.bool_)
        self._is_dead[rng.permutation(mount.channels)[: round(self._share * mount.channels)]] = True

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The sweep of the beams that live."""
        if not isinstance(frame, LidarFrame) or not self._is_dead.any():
            return frame
        return _kept_points(frame, ~self._is_dead[frame.ring])


@FAULTS.register("blocked", FaultConfig)
class Blocked:
    """Dirt hides a share of the picture, or of the horizontal field of view, equal to the severity; it stays there."""

    suits = (CameraFrame, LidarFrame, RadarFrame)

    def __init__(self, config: FaultConfig) -> None:
        self._share = config.severity
        self.effect = f"{self._share:.0%} of the view blocked"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws where."""
        self._cover = np.zeros((0, 0, 1), np.float32)
        self._sector_rad = (0.0, 0.0)
        if isinstance(mount, CameraMount):
            self._cover = dirt_cover(mount.height_px, mount.width_px, self._share, rng)
        elif isinstance(mount, LidarMount | RadarMount):
            field_rad = radians(mount.horizontal_fov_deg)
            start_rad = -field_rad / 2.0 + rng.uniform(0.0, 1.0) * (1.0 - self._share) * field_rad
            self._sector_rad = (start_rad, start_rad + self._share * field_rad)
            if self._share == 1.0:  # a ray on the very edge of the field, too
                self._sector_rad = (-np.inf, np.inf)

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame behind the dirt."""
        if not self._share:
            return frame
        if isinstance(frame, CameraFrame):
            mud = frame.image_rgb.mean(axis=(0, 1)) * DIRT_REFLECTANCE
            picture = frame.image_rgb + self._cover * (mud.astype(np.float32) - frame.image_rgb)
            return replace(frame, image_rgb=np.round(picture).astype(np.uint8))
        if isinstance(frame, LidarFrame):
            azimuth_rad = np.arctan2(frame.points_sensor_m[:, 1], frame.points_sensor_m[:, 0])
            return _kept_points(frame, ~self._is_in_sector(azimuth_rad))
        if isinstance(frame, RadarFrame):
            keep = ~self._is_in_sector(frame.azimuth_rad)
            names = ("range_m", "azimuth_rad", "elevation_rad", "range_rate_mps")
            return replace(frame, **{name: getattr(frame, name)[keep] for name in names})
        return frame

    def _is_in_sector(self, azimuth_rad: NDArray[Any]) -> NDArray[np.bool_]:
        low_rad, high_rad = self._sector_rad
        return np.asarray((azimuth_rad >= low_rad) & (azimuth_rad < high_rad))


def dirt_cover(height_px: int, width_px: int, share: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """(H, W, 1) how much of each pixel dirt hides, 0 to 1: lumps out of focus that cover `share` of the picture."""
    rows = max(2, round(DIRT_CELLS * height_px / width_px))
    coarse = rng.random((rows + 1, DIRT_CELLS + 1)).astype(np.float32)
    lumps = cv2.resize(coarse, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    # By rank the lumps' heights are even: the pixels above 1 - share are `share` of the picture, whatever was drawn.
    rank = np.argsort(np.argsort(lumps, axis=None, kind="stable"), kind="stable")
    height = (rank.astype(np.float32) + 0.5).reshape(height_px, width_px, 1) / rank.size
    edge = min(DIRT_EDGE, share, 1.0 - share)
    if edge <= 0.0:
        return np.full_like(height, share)
    return np.clip(0.5 + (height - (1.0 - share)) / (2.0 * edge), 0.0, 1.0).astype(np.float32)


def _kept_points(frame: LidarFrame, keep: NDArray[np.bool_]) -> LidarFrame:
    names = ("points_sensor_m", "intensity", "ring", "dt_ns")
    return replace(frame, **{name: getattr(frame, name)[keep] for name in names})
