"""The rule-based planner: route, swept path, speed and safety make a timed trajectory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from moosetest.arrays import ContractError, FloatArray
from moosetest.motion import Plan, PlanStatus
from moosetest.timing import ns_from_s
from moosetest.world import LaneMap, WorldModel
from planning.behavior import Behavior, BehaviorConfig, Decision, Situation, standing_rows
from planning.corridor import CorridorConfig, Occupancy, occupancy
from planning.envelope import plan_envelope
from planning.route import Route, plan_route
from planning.safety import SafetyConfig
from planning.speed import SpeedConfig, SpeedProfile, signal_stops_s_m, speed_profile
from planning.vehicle import EgoShape


@dataclass(frozen=True, slots=True)
class PlannerConfig:
    """Everything the planner can be told.

    Args:
        step_s: time between the points of a plan.
        horizon_s: length of a plan.
        reroute_m: this far off the route a new one is planned; a lane and a half.
        stale_s: a sensor silent for longer makes the car slow; three ticks.
        degraded_mps: the speed it then keeps; a careful driver stops from 30 km/h within 16 m.
        lost_s: silent for longer than this, all of them: the car stops.
    """

    shape: EgoShape = field(default_factory=EgoShape)
    corridor: CorridorConfig = field(default_factory=CorridorConfig)
    speed: SpeedConfig = field(default_factory=SpeedConfig)
    safety: SafetyConfig = field(default_factory=SafetyConfig)
    behavior: BehaviorConfig = field(default_factory=BehaviorConfig)
    step_s: float = 0.1
    horizon_s: float = 4.0
    reroute_m: float = 5.0
    stale_s: float = 0.3
    degraded_mps: float = 8.33
    lost_s: float = 1.0


class RulePlanner:
    """Drives the reference line, brakes for anything solid in its path, and says why."""

    def __init__(self, config: PlannerConfig | None = None) -> None:
        self._config = config or PlannerConfig()
        self._behavior = Behavior(self._config.behavior, self._config.speed, self._config.safety, self._config.shape)
        self._lanes: LaneMap | None = None
        self._route: Route | None = None
        self._goal_world_m: FloatArray = np.zeros(3)
        self._cruise_mps = 0.0
        self._ego_s_m: float | None = None

    @property
    def route(self) -> Route | None:
        """The route driven now; None before the first plan."""
        return self._route

    def reset(self, lanes: LaneMap, goal_world_m: np.ndarray, cruise_speed_mps: float) -> None:
        """Forget all state; drive to `goal_world_m` (3,) at no more than `cruise_speed_mps`."""
        self._lanes = lanes
        self._goal_world_m = np.array(goal_world_m, dtype=np.float64)
        self._cruise_mps = float(cruise_speed_mps)
        self._route = None
        self._ego_s_m = None
        self._behavior.reset()

    def plan(self, world: WorldModel) -> Plan:
        """The plan based on `world`; does not modify it."""
        config = self._config
        route, ego_s_m = self._locate(world)
        speed_mps = max(world.ego.speed_mps, 0.0)
        occupied = occupancy(world, route, ego_s_m, config.shape, config.corridor)
        cap_mps, fault = self._cap(world)
        stops = np.r_[
            signal_stops_s_m(world.signals, route, ego_s_m, speed_mps, config.shape.front_m, config.speed),
            self._standing_stops(occupied, ego_s_m),
        ]
        profile = speed_profile(route, ego_s_m, cap_mps, stops, config.speed)
        now = Situation(world.t_ns, world.tracks, occupied, profile, ego_s_m, speed_mps)
        decision = self._behavior.decide(now)
        return self._trajectory(world, route, now, decision, fault)

    def _locate(self, world: WorldModel) -> tuple[Route, float]:
        """The route, planned anew when the car has strayed from it, and the car's place on it."""
        if self._lanes is None:
            raise ContractError("RulePlanner.plan: call reset(lanes, goal_world_m, cruise_speed_mps) first")
        pose = world.ego.T_world_ego
        if self._route is not None:
            ego_s_m, left_m = self._route.project(pose.translation_m[:2], self._ego_s_m)
            if abs(left_m) < self._config.reroute_m:
                self._ego_s_m = ego_s_m
                return self._route, ego_s_m
        self._route = plan_route(self._lanes, pose, self._goal_world_m)
        self._ego_s_m, _ = self._route.project(pose.translation_m[:2])
        return self._route, self._ego_s_m

    def _cap(self, world: WorldModel) -> tuple[float, str]:
        """The speed that the sensors' health allows, and what is wrong with them."""
        config = self._config
        stale = {name: age for name, age in sorted(world.staleness_ns.items()) if age > ns_from_s(config.stale_s)}
        if not stale:
            return self._cruise_mps, ""
        names = ", ".join(stale)
        if len(stale) == len(world.staleness_ns) and min(stale.values()) > ns_from_s(config.lost_s):
            return 0.0, f"no sensor left ({names}): stop"
        return min(self._cruise_mps, config.degraded_mps), f"slow: {names} silent"

    def _standing_stops(self, occupied: Occupancy, ego_s_m: float) -> FloatArray:
        """Where the car's origin must stop before things that stand in the path."""
        rows = standing_rows(occupied, self._config.behavior.standing_mps)
        return ego_s_m + occupied.near_m[rows, 0] - self._config.speed.standstill_gap_m

    def _trajectory(self, world: WorldModel, route: Route, now: Situation, decision: Decision, fault: str) -> Plan:
        """Roll the decision out: its acceleration while that is the tighter limit, then the profile."""
        config = self._config
        s, v, a = _roll_out(now.profile, now.ego_s_m, now.speed_mps, decision, config)
        pose = route.pose_world(s)
        status, reason = decision.status, decision.reason
        if fault and status is PlanStatus.OK:
            status = PlanStatus.DEGRADED
        return Plan(
            t_ns=world.ego.t_ns,
            based_on_ns=world.t_ns,
            dt_ns=ns_from_s(config.step_s),
            pose_world=pose,
            speed_mps=v,
            accel_mps2=a,
            curvature_per_m=np.interp(s, route.s_m, route.curvature_per_m),
            status=status,
            reason=f"{fault}; {reason}" if fault else reason,
            blocking_track_id=decision.blocking_track_id,
            envelope=plan_envelope(route, now, config.shape, config.corridor, config.speed, config.safety),
        )


def _roll_out(
    profile: SpeedProfile, s_m: float, speed_mps: float, decision: Decision, config: PlannerConfig
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Arc length, speed and acceleration at the points of the plan."""
    steps = round(config.horizon_s / config.step_s)
    out = np.zeros((3, steps + 1))
    accel = decision.accel_mps2
    for i in range(steps + 1):
        out[:, i] = s_m, speed_mps, accel
        next_mps = max(0.0, speed_mps + accel * config.step_s)
        s_m += 0.5 * (speed_mps + next_mps) * config.step_s
        speed_mps = next_mps
        accel = min(decision.accel_mps2, profile.accel_mps2(s_m, speed_mps, config.speed))
        if speed_mps == 0.0:
            accel = min(accel, 0.0) if decision.accel_mps2 <= 0 else accel
    return out[0], out[1], out[2]
