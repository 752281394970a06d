"""How fast the road, the lines and the traffic ahead allow: comfort, where safety.py is the net below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.world import SignalColor, SignalState
from planning.route import Route


@dataclass(frozen=True, slots=True)
class SpeedConfig:
    """Comfort.

    Args:
        lateral_accel_mps2: in bends; about half of nuPlan's comfort bound.
        accel_mps2: speeding up; below nuPlan's bound of 2.4.
        brake_mps2: planned braking, for bends, limits, lines and standing things.
        max_brake_mps2: braking without an emergency.
        headway_s: time gap to a car ahead; R157's cut-out gap is 2 s, usual traffic 1.5 s (template G-CUT).
        standstill_gap_m: room to whatever the car stops behind.
        line_gap_m: room to a stop line.
        red_brake_mps2: what a red signal is worth; R157's ordinary braking, below an emergency stop.
        track_s: time within which the planned speed is reached.
        goal_gap_m: how far short of the goal the car's origin stops.
    """

    lateral_accel_mps2: float = 2.5
    accel_mps2: float = 1.8
    brake_mps2: float = 2.0
    max_brake_mps2: float = 3.0
    headway_s: float = 1.5
    standstill_gap_m: float = 3.5
    line_gap_m: float = 1.0
    red_brake_mps2: float = 6.0
    track_s: float = 0.8
    goal_gap_m: float = 0.0


class SpeedProfile:
    """The most speed at each place of the route from the car on, with braking from it planned backwards."""

    def __init__(self, s_m: FloatArray, speed_mps: FloatArray) -> None:
        self._s_m = s_m
        self._speed_mps = speed_mps

    def at(self, s_m: float) -> float:
        """Speed allowed at `s_m`."""
        return float(np.interp(s_m, self._s_m, self._speed_mps))

    def accel_mps2(self, s_m: float, speed_mps: float, config: SpeedConfig) -> float:
        """Acceleration that reaches the profile within `track_s`, inside the comfort limits."""
        ahead = self.at(s_m + speed_mps * config.track_s)
        return min(max((ahead - speed_mps) / config.track_s, -config.max_brake_mps2), config.accel_mps2)


def speed_profile(
    route: Route, ego_s_m: float, cap_mps: float, stops_s_m: FloatArray, config: SpeedConfig
) -> SpeedProfile:
    """The profile under the limits, the bends and full stops of the car's origin at `stops_s_m`."""
    first = max(0, int(np.searchsorted(route.s_m, ego_s_m)) - 1)
    s = route.s_m[first:]
    bend = np.sqrt(config.lateral_accel_mps2 / np.maximum(np.abs(route.curvature_per_m[first:]), 1e-4))
    allowed = np.minimum(np.minimum(route.limit_mps[first:], cap_mps), bend)
    stop_s = min(float(stops_s_m.min(initial=np.inf)), route.goal_s_m - config.goal_gap_m)
    stop_s = max(stop_s, float(s[0]))
    room = np.maximum(stop_s - s, 0.0)
    allowed = np.minimum(allowed, np.sqrt(2.0 * config.brake_mps2 * room))
    # v_i^2 = min over j >= i of v_j^2 + 2 b (s_j - s_i): one pass from the far end
    reach = np.minimum.accumulate((allowed**2 + 2.0 * config.brake_mps2 * s)[::-1])[::-1]
    return SpeedProfile(s, np.sqrt(np.maximum(reach - 2.0 * config.brake_mps2 * s, 0.0)))


def follow_accel_mps2(gap_m: float, speed_mps: float, lead_speed_mps: float, config: SpeedConfig) -> float:
    """Acceleration behind a car ahead: the Intelligent Driver Model's interaction term (Treiber et al. 2000)."""
    closing = speed_mps * (speed_mps - lead_speed_mps) / (2.0 * np.sqrt(config.accel_mps2 * config.brake_mps2))
    wanted_m = config.standstill_gap_m + max(0.0, speed_mps * config.headway_s + closing)
    return float(max(config.accel_mps2 * (1.0 - (wanted_m / max(gap_m, 0.1)) ** 2), -config.max_brake_mps2))


def signal_stops_s_m(
    signals: tuple[SignalState, ...],
    route: Route,
    ego_s_m: float,
    speed_mps: float,
    front_m: float,
    config: SpeedConfig,
) -> FloatArray:
    """Arc lengths at which the car's origin must stop for signals: not for green, nor where it is too late."""
    stops = []
    for signal in signals:
        start_s_m = route.lane_start_s_m.get(signal.lane_id)
        if start_s_m is None or signal.color in (SignalColor.GREEN, SignalColor.OFF):
            continue
        stop_s_m = start_s_m + signal.stop_s_m - front_m - config.line_gap_m
        room_m = stop_s_m - ego_s_m
        # who decided at yellow to go through must not stand on the brakes in the junction when it turns red
        brake_mps2 = config.red_brake_mps2 if signal.color is SignalColor.RED else config.max_brake_mps2
        can_stop = room_m > speed_mps**2 / (2.0 * brake_mps2) or speed_mps < 1.0
        has_passed = room_m < -config.line_gap_m - 1.0
        if can_stop and not has_passed:
            stops.append(stop_s_m)
    return np.array(stops)
