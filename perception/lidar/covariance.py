"""How wrong a LiDAR box's centre may be, by its distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls


@dataclass(frozen=True, slots=True)
class RangeError:
    """Standard deviation of a centre's error: along the line of sight, across it, and up; each grows with distance.

    The variance is `base_m`^2 + (`slope` * distance)^2. The defaults are those of a car's centre guessed from its
    near face: half the spread of car lengths (3.6 to 5 m) along, a beam's spacing across.
    """

    along_base_m: float = 0.35
    along_slope: float = 0.006
    across_base_m: float = 0.15
    across_slope: float = 0.004
    up_base_m: float = 0.15
    up_slope: float = 0.005

    def covariance_m2(self, from_sensor_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3, 3) covariance of a centre that lies `from_sensor_m` (3,) from the sensor, in the same axes."""
        distance_m = float(np.hypot(from_sensor_m[0], from_sensor_m[1]))
        along, across, up = (
            base_m**2 + (slope * distance_m) ** 2
            for base_m, slope in (
                (self.along_base_m, self.along_slope),
                (self.across_base_m, self.across_slope),
                (self.up_base_m, self.up_slope),
            )
        )
        cos, sin = (from_sensor_m[:2] / distance_m) if distance_m > 0 else (1.0, 0.0)
        rotation = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        return rotation @ np.diag([along, across, up]) @ rotation.T

    @classmethod
    def fitted(cls, error_ego_m: NDArray[np.float64], center_ego_m: NDArray[np.float64], least_m: float) -> RangeError:
        """The model that fits errors (N, 3) of centres (N, 3) best, none of its bases below `least_m`.

        Errors of more than three standard deviations are left out: they are wrong matches, not wrong centres.
        """
        distance_m = np.hypot(center_ego_m[:, 0], center_ego_m[:, 1])
        sight = center_ego_m[:, :2] / distance_m[:, None]
        along = (error_ego_m[:, :2] * sight).sum(axis=1)
        across = sight[:, 0] * error_ego_m[:, 1] - sight[:, 1] * error_ego_m[:, 0]
        values: list[float] = []
        for error_m in (along, across, error_ego_m[:, 2]):
            terms = np.column_stack([np.ones(len(error_m)), distance_m**2])
            model = nnls(terms, error_m**2)[0]
            kept = error_m**2 <= 9.0 * (terms @ model)
            base_m2, slope2 = nnls(terms[kept], error_m[kept] ** 2)[0]
            values += [round(max(least_m, float(np.sqrt(base_m2))), 4), round(float(np.sqrt(slope2)), 5)]
        return cls(*values)
