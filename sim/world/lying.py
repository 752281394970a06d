"""Cars on their side or roof: how high they lie, and how they slide to rest."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.world.single_track import PlanarState
from sim.world.vehicle_spec import GRAVITY_MPS2

FloatArray = NDArray[np.float64]

# Cars sliding on roof or side on asphalt (Warner et al., SAE 830612: 0.3 to 0.6).
LYING_FRICTION: Final = 0.5


def lying_height_m(size_lwh_m: FloatArray, roll_rad: FloatArray, pitch_rad: FloatArray) -> FloatArray:
    """(N,) height of the body origins above the lowest corner of their boxes (N, 3), as they are tilted."""
    across = np.abs(np.cos(pitch_rad) * np.sin(roll_rad)) * size_lwh_m[:, 1] / 2
    along = np.abs(np.sin(pitch_rad)) * size_lwh_m[:, 0] / 2
    return along + across + np.maximum(0.0, -np.cos(pitch_rad) * np.cos(roll_rad) * size_lwh_m[:, 2])


def slide(planar: PlanarState, length_m: FloatArray, which: NDArray[np.bool_], dt_s: float) -> None:
    """Bring bodies that lie on the ground to rest by friction; turning as a rod of their length does."""
    loss_mps = LYING_FRICTION * GRAVITY_MPS2 * dt_s
    speed_mps = np.abs(planar.velocity_world_mps)
    kept = np.maximum(0.0, 1.0 - loss_mps / np.maximum(speed_mps, 1e-9))
    planar.velocity_world_mps = np.where(which, planar.velocity_world_mps * kept, planar.velocity_world_mps)
    turn_loss = 3.0 * loss_mps / length_m
    slower = np.sign(planar.yaw_rate_radps) * np.maximum(0.0, np.abs(planar.yaw_rate_radps) - turn_loss)
    planar.yaw_rate_radps = np.where(which, slower, planar.yaw_rate_radps)
