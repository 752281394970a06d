"""A toy world for planning and fusion: straight road, kinematic car, actors on straight lines, no sensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from fusion.world_model import build_world_model
from moosetest.frames import Transform
from moosetest.motion import ControlCommand, Plan
from moosetest.objects import N_CLASSES, ObjectClass, Tracks, TrackStatus
from moosetest.timing import TICK_NS
from moosetest.world import EgoState, Lane, LaneMap, SignalState
from planning.control import PathController
from planning.planner import RulePlanner

WHEELBASE_M = 2.85
FRONT_M, REAR_M, HALF_WIDTH_M = 3.85, 1.04, 0.92


def straight_lanes(length_m: float = 600.0, limit_mps: float = 40.0, n_right: int = 0) -> LaneMap:
    """Own lane along +x at y = 0, the oncoming one at y = 3.5, `n_right` more of the own direction to the right."""
    x = np.arange(0.0, length_m + 1.0, 2.0)

    def lane(lane_id: str, y: float, backwards: bool = False, **links) -> Lane:
        line = np.stack([x, np.full_like(x, y), np.zeros_like(x)], axis=1)
        line = line[::-1] if backwards else line
        return Lane(
            lane_id=lane_id,
            center_world_m=line,
            width_m=np.full(len(x), 3.5),
            speed_limit_mps=limit_mps,
            **links,
        )

    names = ["own"] + [f"right{i}" for i in range(1, n_right + 1)]
    lanes = {"oncoming": lane("oncoming", 3.5, backwards=True)}
    for i, name in enumerate(names):
        right = names[i + 1] if i + 1 < len(names) else None
        lanes[name] = lane(name, -3.5 * i, left=names[i - 1] if i else None, right=right)
    return LaneMap(name="straight", lanes=lanes)


def mirrored(lanes: LaneMap) -> LaneMap:
    """The same map with y turned round."""
    flip = np.array([1.0, -1.0, 1.0])
    return LaneMap(
        name=lanes.name,
        lanes={
            k: Lane(
                lane_id=k,
                center_world_m=v.center_world_m * flip,
                width_m=v.width_m,
                speed_limit_mps=v.speed_limit_mps,
                successors=v.successors,
                left=v.right,
                right=v.left,
            )
            for k, v in lanes.lanes.items()
        },
    )


def ego_state(t_ns: int, x=0.0, y=0.0, yaw=0.0, speed=0.0, yaw_rate=0.0, steer=0.0, accel=0.0) -> EgoState:
    return EgoState(
        t_ns=t_ns,
        T_world_ego=Transform.from_xyz_rpy("world", "ego", (x, y, 0.0), (0.0, 0.0, yaw)),
        velocity_ego_mps=(speed, 0.0, 0.0),
        accel_ego_mps2=(accel, 0.0, 0.0),
        yaw_rate_radps=yaw_rate,
        steer_rad=steer,
        cov_pose=np.eye(6) * 1e-4,
    )


@dataclass
class Actor:
    """A box on a straight line from `start_s` on; `path` overrides it with (x, y, vx, vy) at a time."""

    x: float
    y: float
    vx: float = 0.0
    vy: float = 0.0
    size: tuple[float, float, float] = (4.5, 1.8, 1.5)
    label: ObjectClass = ObjectClass.CAR
    yaw: float = 0.0
    path: Callable[[float], tuple[float, float, float, float]] | None = None
    visible: Callable[[float], bool] = field(default=lambda t: True)

    def at(self, t: float) -> tuple[float, float, float, float]:
        return self.path(t) if self.path else (self.x + self.vx * t, self.y + self.vy * t, self.vx, self.vy)


PERSON_SIZE = (0.5, 0.5, 1.75)


def true_tracks(t_ns: int, actors: list[Actor]) -> Tracks:
    t = t_ns / 1e9
    seen = [(i, a) for i, a in enumerate(actors) if a.visible(t)]
    states = np.array([a.at(t) for _, a in seen]).reshape(-1, 4)
    m = len(seen)
    prob = np.full((m, N_CLASSES), 0.01)
    for row, (_, a) in enumerate(seen):
        prob[row, int(a.label)] = 1.0 - 0.01 * (N_CLASSES - 1)
    size = np.array([a.size for _, a in seen]).reshape(-1, 3)
    return Tracks(
        t_ns=t_ns,
        track_id=np.array([i for i, _ in seen], dtype=np.int64),
        center_world_m=np.column_stack([states[:, :2], size[:, 2] / 2]),
        yaw_world_rad=np.array([a.yaw for _, a in seen]),
        velocity_world_mps=states[:, 2:],
        yaw_rate_radps=np.zeros(m),
        size_lwh_m=size,
        cov_state=np.tile(np.eye(6) * 0.01, (m, 1, 1)),
        existence=np.full(m, 0.99),
        class_prob=prob,
        status=np.full(m, int(TrackStatus.CONFIRMED), dtype=np.int8),
        last_update_ns=np.full(m, t_ns),
        seen_by=np.ones(m, dtype=np.uint8),
    )


@dataclass
class Step:
    t_s: float
    ego: EgoState
    plan: Plan
    command: ControlCommand
    gap_m: float


@dataclass
class Drive:
    """Closed loop with one tick of latency: the command made from tick k acts from k+1 on."""

    actors: list[Actor]
    speed: float
    cruise: float
    lanes: LaneMap = field(default_factory=straight_lanes)
    goal: tuple[float, float, float] = (550.0, 0.0, 0.0)
    x: float = 20.0
    y: float = 0.0
    yaw: float = 0.0
    signals: Callable[[float], tuple[SignalState, ...]] = field(default=lambda t: ())
    perceive: Callable[[EgoState, Tracks], Tracks] = field(default=lambda ego, tracks: tracks)
    staleness: Callable[[float], dict[str, int]] = field(default=lambda t: {})
    planner: RulePlanner = field(default_factory=RulePlanner)
    steps: list[Step] = field(default_factory=list)

    def run(self, seconds: float) -> Drive:
        controller = PathController()
        controller.reset()
        self.planner.reset(self.lanes, np.array(self.goal), self.cruise)
        x, y, yaw, v, accel, steer = self.x, self.y, self.yaw, self.speed, 0.0, 0.0
        for k in range(round(seconds * 10)):
            t_ns = k * TICK_NS
            ego = ego_state(t_ns, x, y, yaw, v, v * np.tan(steer) / WHEELBASE_M, steer, accel)
            tracks = true_tracks(t_ns, self.actors)
            believed = self.perceive(ego, tracks)
            t_s = t_ns / 1e9
            world = build_world_model(ego, believed, self.lanes, self.signals(t_s), self.staleness(t_s))
            plan = self.planner.plan(world)
            command = controller.command(plan, ego)
            self.steps.append(Step(t_ns / 1e9, ego, plan, command, gap_m(ego, tracks)))
            for _ in range(10):
                v_next = max(0.0, v + accel * 0.01)
                x += 0.5 * (v + v_next) * 0.01 * np.cos(yaw)
                y += 0.5 * (v + v_next) * 0.01 * np.sin(yaw)
                yaw += 0.5 * (v + v_next) * 0.01 * np.tan(steer) / WHEELBASE_M
                v = v_next
            accel, steer = command.accel_mps2, command.steer_rad
        return self

    @property
    def speeds(self) -> np.ndarray:
        return np.array([s.ego.speed_mps for s in self.steps])

    @property
    def min_gap_m(self) -> float:
        return min(s.gap_m for s in self.steps)

    @property
    def min_accel(self) -> float:
        return min(s.command.accel_mps2 for s in self.steps)

    @property
    def reasons(self) -> list[str]:
        return [s.plan.reason for s in self.steps]


def gap_m(ego: EgoState, tracks: Tracks) -> float:
    """Least distance of the car's outline to outline points of any box; 0 in contact."""
    best = np.inf
    grid = np.linspace(-0.5, 0.5, 9)
    for i in range(len(tracks)):
        u, w = np.meshgrid(grid * tracks.size_lwh_m[i, 0], grid * tracks.size_lwh_m[i, 1])
        c, s = np.cos(tracks.yaw_world_rad[i]), np.sin(tracks.yaw_world_rad[i])
        px = tracks.center_world_m[i, 0] + u * c - w * s
        py = tracks.center_world_m[i, 1] + u * s + w * c
        points = np.stack([px, py, np.zeros_like(px)], axis=-1).reshape(-1, 3)
        p = ego.T_world_ego.inverse().points(points)
        dx = np.maximum(np.maximum(p[:, 0] - FRONT_M, -REAR_M - p[:, 0]), 0.0)
        dy = np.maximum(np.abs(p[:, 1]) - HALF_WIDTH_M, 0.0)
        best = min(best, float(np.hypot(dx, dy).min()))
    return best
