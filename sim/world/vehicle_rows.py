"""What a vehicle has besides its motion in the plane, of all vehicles at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class VehicleRows:
    """The last axis counts vehicles."""

    pedals: FloatArray  # (4, N): drive (negative backwards), brake, steer_rad, hand brake: where the actuators are
    wanted: FloatArray  # (4, N): where they shall go
    simulated: NDArray[np.bool_]
    gravity: NDArray[np.bool_]
    unsettled: NDArray[np.bool_]  # put somewhere since it last stood on the ground
    in_air: NDArray[np.bool_]
    lies: NDArray[np.bool_]  # on its side or roof
    grip: FloatArray
    slope_n: FloatArray
    rolled_m: FloatArray
    z_m: FloatArray
    roll_rad: FloatArray
    pitch_rad: FloatArray
    climb_mps: FloatArray
    last_velocity_mps: NDArray[np.complex128]
    last_climb_mps: FloatArray
    accel_mps2: NDArray[np.complex128]
    accel_up_mps2: FloatArray

    @classmethod
    def none(cls) -> VehicleRows:
        """No vehicle."""
        wide, real, plane = np.zeros((4, 0)), np.zeros(0), np.zeros(0, dtype=np.complex128)
        flag = np.zeros(0, dtype=np.bool_)
        return cls(
            wide, wide, flag, flag, flag, flag, flag, real, real, real, real, real, real, real, plane, real, plane, real
        )
