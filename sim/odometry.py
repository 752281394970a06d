"""What the car's own bus and GNSS receiver tell: truth with seeded noise of honest size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from moosetest.frames import Transform
from moosetest.sensing import GnssSample, OdometrySample, SensorFrame
from moosetest.world import EgoState

GNSS_SIGMA_M = 0.03
"""An RTK fix: 1 to 3 cm horizontally, as receivers' data sheets state."""
SPEED_SIGMA_MPS = 0.03
"""Wheel speed sensors: about 0.1 km/h."""
HEADING_SIGMA_RAD = math.radians(0.1)
"""A dual-antenna receiver with a 1.5 m baseline."""
FULL_LOCK_RAD = math.radians(70.0)
"""Road-wheel angle that a steering command of 1 asks for: CARLA's `max_steer_angle` of passenger cars."""


class Odometry:
    """Gives the `gnss` and `odometry` frames of a tick.

    Made from the true state and not from `sensor.other.gnss`, whose fix has no heading and no covariance.

    Args:
        rng: the only randomness.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._sequence = 0

    def sense(self, ego: EgoState, steer_carla: float) -> dict[str, SensorFrame]:
        """The frames at `ego.t_ns`; `steer_carla` in [-1, 1], right +."""
        noise = self._rng.normal(size=5)
        header: dict[str, Any] = {"t_ns": ego.t_ns, "seq": self._sequence}
        self._sequence += 1
        mount = Transform.identity
        position_world_m = ego.T_world_ego.translation_m + GNSS_SIGMA_M * np.array([noise[0], noise[1], 0.0])
        return {
            "gnss": GnssSample(
                sensor_id="gnss",
                T_ego_sensor=mount("ego", "gnss"),
                position_world_m=position_world_m,
                cov_position_m2=np.eye(3) * GNSS_SIGMA_M**2,
                **header,
            ),
            "odometry": OdometrySample(
                sensor_id="odometry",
                T_ego_sensor=mount("ego", "odometry"),
                speed_mps=ego.speed_mps + SPEED_SIGMA_MPS * float(noise[2]) * min(1.0, abs(ego.speed_mps)),
                steer_rad=-steer_carla * FULL_LOCK_RAD,
                yaw_world_rad=ego.T_world_ego.yaw_rad + HEADING_SIGMA_RAD * float(noise[3]),
                **header,
            ),
        }
