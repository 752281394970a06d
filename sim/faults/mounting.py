"""Faults of where a sensor sits: the calibration that the stack is told is not that of the car.

The stack is told a wrong `T_ego_sensor` while the sensor stays: what it makes of the data is the same as with a
sensor that was knocked the other way under a calibration that stayed, and no picture has to be warped for it.
"""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, radians, sin

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from moosetest.sensing import CameraFrame, LidarFrame, RadarFrame, SensorFrame
from sim.faults.registry import FAULTS, FaultConfig
from sim.rig import Mount

YAW_DEG = 5.0
"""Beyond this a calibration is noticed by eye; a parking bump turns a bracket by 0.5 to 2 degrees."""
SHIFT_M = 0.3
"""Sideways or lengthwise: a sensor measured in from the wrong reference point."""
MOUNTED = (CameraFrame, LidarFrame, RadarFrame)


@FAULTS.register("yaw", FaultConfig)
class Yaw:
    """The sensor is believed 5 degrees x severity further to the left, or to the right, as drawn."""

    suits = MOUNTED

    def __init__(self, config: FaultConfig) -> None:
        self._yaw_deg = YAW_DEG * config.severity
        self.effect = f"calibrated {self._yaw_deg:.3g} degrees wrong"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws the side."""
        self._yaw_rad = radians(self._yaw_deg) * rng.choice([-1.0, 1.0])

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame, with the wrong calibration."""
        turn = np.eye(3)
        turn[:2, :2] = [[cos(self._yaw_rad), -sin(self._yaw_rad)], [sin(self._yaw_rad), cos(self._yaw_rad)]]
        return frame if frame is None or not self._yaw_rad else _moved(frame, turn, np.zeros(3))


@FAULTS.register("shift", FaultConfig)
class Shift:
    """The sensor is believed 0.3 m x severity off, level, in a drawn direction."""

    suits = MOUNTED

    def __init__(self, config: FaultConfig) -> None:
        self._shift_m = SHIFT_M * config.severity
        self.effect = f"calibrated {self._shift_m:.3g} m wrong"

    def reset(self, mount: Mount, rng: np.random.Generator) -> None:
        """Draws the direction."""
        angle_rad = rng.uniform(-pi, pi)
        self._shift_ego_m = self._shift_m * np.array([cos(angle_rad), sin(angle_rad), 0.0])

    def afflict(self, frame: SensorFrame | None, t_ns: int) -> SensorFrame | None:
        """The frame, with the wrong calibration."""
        return frame if frame is None or not self._shift_m else _moved(frame, np.eye(3), self._shift_ego_m)


def _moved(frame: SensorFrame, turn_ego: FloatArray, shift_ego_m: FloatArray) -> SensorFrame:
    told = frame.T_ego_sensor
    matrix = told.matrix.copy()
    matrix[:3, :3] = turn_ego @ matrix[:3, :3]
    matrix[:3, 3] += shift_ego_m
    return replace(frame, T_ego_sensor=Transform(told.dst, told.src, matrix))
