import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.world_model import build_world_model
from moosetest.frames import Transform
from moosetest.motion import Plan, PlanStatus
from moosetest.objects import ObjectClass
from moosetest.world import EgoState, Lane, LaneMap
from planning.control import ControlConfig, PathController
from planning.planner import RulePlanner
from planning.reference import CAREFUL_DRIVER, MACHINE_DRIVER, impact_speed_mps, position_m, stopping_distance_m
from planning.safety import travel_m
from tests.toy_road import Actor, ego_state, straight_lanes, true_tracks

QUICK = settings(derandomize=True, max_examples=40, deadline=None)
seeds = st.integers(0, 2**32 - 1)
speeds = st.floats(0.0, 40.0)


def random_plan(rng, t_ns):
    n = 12
    return Plan(
        t_ns=t_ns - int(rng.integers(0, 2)) * 300_000_000,
        based_on_ns=t_ns,
        dt_ns=100_000_000,
        pose_world=rng.normal(size=(n, 3)) * [30, 30, 2],
        speed_mps=rng.uniform(0, 40, n),
        accel_mps2=rng.uniform(-12, 6, n),
        curvature_per_m=rng.normal(size=n) * 0.2,
        status=rng.choice(list(PlanStatus)),
        reason="random",
    )


@QUICK
@given(seeds)
def test_commands_never_exceed_their_limits(seed):
    rng = np.random.default_rng(seed)
    config = ControlConfig()
    controller = PathController(config)
    last = None
    for k in range(12):
        t = k * 100_000_000
        speed = float(rng.uniform(-1, 40))
        ego = ego_state(t, *rng.normal(size=2) * 20, yaw=float(rng.uniform(-3, 3)), speed=speed)
        plan = random_plan(rng, t)
        command = controller.command(plan, ego)
        assert -config.max_brake_mps2 <= command.accel_mps2 <= config.max_accel_mps2
        assert abs(command.steer_rad) <= config.max_steer_rad
        if last is not None:
            assert abs(command.steer_rad - last.steer_rad) <= config.steer_rate_radps * 0.1 + 1e-12
            urgent = plan.status is PlanStatus.EMERGENCY
            jerk = config.emergency_jerk_mps3 if urgent else config.jerk_mps3
            assert command.accel_mps2 >= last.accel_mps2 - jerk * 0.1 - 1e-12
        pedals = controller.actuate(command, ego)  # VehicleControl itself refuses what is out of range
        assert pedals.throttle == 0.0 or pedals.brake == 0.0
        last = command


def random_scene(rng):
    labels = list(ObjectClass)
    return [
        Actor(
            float(rng.uniform(-10, 150)),
            float(rng.uniform(-8, 8)),
            float(rng.normal() * 8),
            float(rng.normal() * 2),
            tuple(rng.uniform(0.3, 8, 3).tolist()),
            labels[int(rng.integers(len(labels)))],
            float(rng.uniform(-3, 3)),
        )
        for _ in range(int(rng.integers(0, 9)))
    ]


@QUICK
@given(seeds, speeds)
def test_plans_of_any_scene_are_lawful(seed, speed):
    rng = np.random.default_rng(seed)
    planner = RulePlanner()
    planner.reset(straight_lanes(), np.array([550.0, 0.0, 0.0]), 25.0)
    ego = ego_state(0, x=20.0, y=float(rng.uniform(-1, 1)), yaw=float(rng.uniform(-0.2, 0.2)), speed=speed)
    world = build_world_model(ego, true_tracks(0, random_scene(rng)), straight_lanes())
    plan = planner.plan(world)
    assert (plan.speed_mps >= 0).all()
    assert plan.accel_mps2.min() >= -8.3
    assert plan.accel_mps2.max() <= 2.4
    assert (np.diff(plan.speed_mps) <= 2.4 * 0.1 + 1e-9).all()
    travelled = np.linalg.norm(np.diff(plan.pose_world[:, :2], axis=0), axis=1)
    assert np.allclose(travelled, 0.5 * (plan.speed_mps[1:] + plan.speed_mps[:-1]) * 0.1, atol=0.02)
    assert plan.reason
    assert plan.blocking_track_id in {-1, *world.tracks.track_id.tolist()}


@settings(derandomize=True, max_examples=15, deadline=None)
@given(seeds, st.floats(-np.pi, np.pi), st.floats(-300, 300), st.floats(-300, 300))
def test_turning_the_world_turns_the_plan(seed, turn, x, y):
    rng = np.random.default_rng(seed)
    actors = random_scene(rng)
    ego = ego_state(0, x=20.0, y=0.3, speed=12.0)
    tracks, lanes = true_tracks(0, actors), straight_lanes()
    move = Transform.from_xyz_rpy("world", "world", (x, y, 0.0), (0.0, 0.0, turn))
    plans = []
    for T in (Transform.identity("world"), move):
        planner = RulePlanner()
        moved_lanes = LaneMap(name="moved", lanes={k: _moved_lane(v, T) for k, v in lanes.lanes.items()})
        planner.reset(moved_lanes, T.points([550.0, 0.0, 0.0]), 14.0)
        plans.append(planner.plan(build_world_model(_moved_ego(ego, T), _moved_tracks(tracks, T), moved_lanes)))
    assert np.allclose(plans[0].speed_mps, plans[1].speed_mps, atol=1e-6)
    assert plans[0].status is plans[1].status
    here = np.append(plans[0].pose_world[:, :2], np.zeros((41, 1)), axis=1)
    assert np.allclose(move.points(here)[:, :2], plans[1].pose_world[:, :2], atol=1e-5)


def _moved_lane(lane, T):
    columns = {n: getattr(lane, n) for n in lane.__dataclass_fields__}
    return Lane(**columns | {"center_world_m": T.points(lane.center_world_m)})


def _moved_ego(ego, T):
    columns = {n: getattr(ego, n) for n in ego.__dataclass_fields__}
    return EgoState(**columns | {"T_world_ego": T @ ego.T_world_ego})


def _moved_tracks(tracks, T):
    columns = {n: getattr(tracks, n) for n in tracks.__dataclass_fields__}
    velocity = T.vectors(np.append(tracks.velocity_world_mps, np.zeros((len(tracks), 1)), axis=1))[:, :2]
    return type(tracks)(
        **columns
        | {
            "center_world_m": T.points(tracks.center_world_m),
            "yaw_world_rad": tracks.yaw_world_rad + T.yaw_rad,
            "velocity_world_mps": velocity,
        }
    )


@QUICK
@given(speeds, st.floats(-8.3, 2.0), st.floats(0.0, 0.5))
def test_the_car_never_rolls_back(speed, accel, reaction):
    x = travel_m(speed, np.array([accel]), np.linspace(0, 8, 41), reaction)[0]
    assert (np.diff(x) >= -1e-9).all()
    assert x[-1] <= speed * 8 + 2.0 * 8 + 1e-9


@QUICK
@given(st.floats(0.1, 60.0), st.floats(0.1, 1.0))
def test_reference_drivers_are_consistent(speed, friction):
    for driver in (CAREFUL_DRIVER, MACHINE_DRIVER):
        stop = stopping_distance_m(driver, speed, friction)
        covered = position_m(driver, speed, np.linspace(0, 120, 200), friction)
        assert (np.diff(covered) >= -1e-9).all()
        assert abs(covered[-1] - stop) < 1e-6
        assert impact_speed_mps(driver, speed, stop + 1e-6, friction) == 0.0
        assert 0.0 <= impact_speed_mps(driver, speed, 0.5 * stop, friction) <= speed
    assert stopping_distance_m(MACHINE_DRIVER, speed, friction) < stopping_distance_m(CAREFUL_DRIVER, speed, friction)
