"""What the stack believes: its own state, the map it was given, everything around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import require, set_arrays
from moosetest.frames import Transform
from moosetest.objects import Tracks


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EgoState:
    """The car's own state: estimated, or true for the `oracle` stack.

    `velocity_ego_mps` and `accel_ego_mps2` (3,) over ground in ego axes; `steer_rad` at the road wheel, left +.
    """

    t_ns: int
    T_world_ego: Transform
    velocity_ego_mps: NDArray[np.float64]
    accel_ego_mps2: NDArray[np.float64]
    yaw_rate_radps: float
    steer_rad: float
    cov_pose: NDArray[np.float64]

    def __post_init__(self) -> None:
        names = (self.T_world_ego.dst, self.T_world_ego.src)
        require(names == ("world", "ego"), f"EgoState.T_world_ego: maps {names[1]} to {names[0]}, want ego to world")
        fields = {"velocity_ego_mps": ((3,), np.float64), "accel_ego_mps2": ((3,), np.float64)}
        set_arrays(self, {**fields, "cov_pose": ((6, 6), np.float64)})

    @property
    def speed_mps(self) -> float:
        """Speed along ego x, + forward."""
        return float(self.velocity_ego_mps[0])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lane:
    """One driving lane piece: centre line (K, 3) in driving direction, width (K,), and how it connects.

    `successors` are lane ids that follow; `left`, `right` the neighbour of the same direction, or None.
    """

    lane_id: str
    center_world_m: NDArray[np.float64]
    width_m: NDArray[np.float64]
    speed_limit_mps: float
    successors: tuple[str, ...] = ()
    left: str | None = None
    right: str | None = None

    def __post_init__(self) -> None:
        set_arrays(self, {"center_world_m": (("K", 3), np.float64), "width_m": (("K",), np.float64)})
        require(len(self.width_m) >= 2, f"Lane {self.lane_id}: a centre line needs 2 points")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LaneMap:
    """The map as the stack was given it: exact, stale or empty, as the case chose."""

    name: str
    lanes: Mapping[str, Lane]

    def __len__(self) -> int:
        return len(self.lanes)


class SignalColor(Enum):
    """What a traffic signal shows."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalState:
    """A signal that governs a lane: its colour, and its stop line's arc length along that lane."""

    signal_id: str
    lane_id: str
    stop_s_m: float
    color: SignalColor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WorldModel:
    """All the planner may know.

    `tracks` are CONFIRMED or COASTED only. `pred_world` (M, K, T, 3) = x_m, y_m, yaw_rad of K hypotheses per track
    at steps of `pred_dt_ns` from `t_ns` on (step 0 is now), with `pred_prob` (M, K), rows sum to 1.
    `staleness_ns`: age of each sensor's newest used frame.
    """

    t_ns: int
    ego: EgoState
    tracks: Tracks
    pred_world: NDArray[np.float64]
    pred_prob: NDArray[np.float64]
    pred_dt_ns: int
    lanes: LaneMap
    signals: tuple[SignalState, ...] = ()
    staleness_ns: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fields = {"pred_world": (("M", "K", "T", 3), np.float64), "pred_prob": (("M", "K"), np.float64)}
        set_arrays(self, fields, {"M": len(self.tracks)})
