"""How bodies move, whatever they are: one of them, or all of a kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# What moves faster (m/s, and rad/s), only a client's error made so: three times the land speed record.
RUNAWAY_MPS: Final = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class BodyState:
    """Motion of one body's origin: (3,) each, right-handed world frame; `rpy_rad` turns about x, then y, then z."""

    position_world_m: FloatArray
    rpy_rad: FloatArray
    velocity_world_mps: FloatArray
    angular_velocity_world_radps: FloatArray
    acceleration_world_mps2: FloatArray


@dataclass(slots=True, eq=False)
class BodyArrays:
    """Motion of all bodies of a kind, (N, 3) each, in the order of `actor_id` (N,), which is the order of adding."""

    actor_id: NDArray[np.int64]
    position_world_m: FloatArray
    rpy_rad: FloatArray
    velocity_world_mps: FloatArray
    angular_velocity_world_radps: FloatArray
    acceleration_world_mps2: FloatArray
