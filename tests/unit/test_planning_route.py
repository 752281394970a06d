import numpy as np
import pytest

from moosetest.frames import Transform
from moosetest.world import Lane, LaneMap
from planning.lane_graph import find_lane_steps, project_onto
from planning.route import plan_route
from tests.toy_road import straight_lanes


def pose(x, y, yaw=0.0):
    return Transform.from_xyz_rpy("world", "ego", (x, y, 0.0), (0.0, 0.0, yaw))


def arc_lane(lane_id, radius, quarter=np.pi / 2, limit=10.0, **links):
    angle = np.linspace(0.0, quarter, 40)
    line = np.stack([radius * np.sin(angle), radius * (1 - np.cos(angle)), np.zeros(40)], axis=1)
    return Lane(lane_id=lane_id, center_world_m=line, width_m=np.full(40, 3.5), speed_limit_mps=limit, **links)


def line_lane(lane_id, start, end, limit=20.0, **links):
    share = np.linspace(0.0, 1.0, 30)[:, None]
    line = np.append((1 - share) * start + share * end, np.zeros((30, 1)), axis=1)
    return Lane(lane_id=lane_id, center_world_m=line, width_m=np.full(30, 3.5), speed_limit_mps=limit, **links)


def test_projection_on_a_polyline():
    line = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]])
    s, distance, foot = project_onto(line, np.array([11.0, 3.0]))
    assert (s, distance) == pytest.approx((13.0, 1.0))
    assert foot == pytest.approx([10.0, 3.0])


def test_straight_route_follows_the_lane_of_the_cars_direction():
    route = plan_route(straight_lanes(), pose(20.0, 0.3), np.array([200.0, 0.0, 0.0]))
    s, left = route.project(np.array([20.0, 0.3]))
    assert left == pytest.approx(0.3, abs=1e-6)
    assert route.goal_s_m - s == pytest.approx(180.0, abs=0.1)
    assert np.abs(route.curvature_per_m).max() < 1e-9
    assert route.reaches_goal


def test_the_oncoming_lane_is_not_taken_though_it_is_nearer():
    steps, reaches = find_lane_steps(straight_lanes(), np.array([20.0, 2.0]), 0.0, np.array([200.0, 0.0]))
    assert [step.lane_id for step in steps] == ["own"]
    assert reaches


def test_bend_has_its_curvature_and_limit():
    lanes = LaneMap(
        name="bend",
        lanes={
            "in": line_lane("in", [-60.0, 0.0], [0.0, 0.0], successors=("bend",)),
            "bend": arc_lane("bend", 20.0, successors=("out",)),
            "out": line_lane("out", [20.0, 20.0], [20.0, 80.0]),
        },
    )
    route = plan_route(lanes, pose(-40.0, 0.0), np.array([20.0, 70.0, 0.0]))
    middle, _ = route.project(np.array([20 * np.sin(np.pi / 4), 20 * (1 - np.cos(np.pi / 4))]))
    assert np.interp(middle, route.s_m, route.curvature_per_m) == pytest.approx(1 / 20.0, rel=0.05)
    assert np.interp(middle, route.s_m, route.limit_mps) == 10.0
    assert route.pose_world(np.array([route.goal_s_m]))[0] == pytest.approx([20.0, 70.0, np.pi / 2], abs=0.05)
    assert route.lane_start_s_m["bend"] == pytest.approx(route.project(np.array([0.0, 0.0]))[0], abs=1e-6)


def test_the_shorter_of_two_ways_is_taken():
    lanes = LaneMap(
        name="fork",
        lanes={
            "in": line_lane("in", [-50.0, 0.0], [0.0, 0.0], successors=("long", "short")),
            "short": line_lane("short", [0.0, 0.0], [50.0, 0.0], successors=("end",)),
            "long": line_lane("long", [0.0, 0.0], [50.0, 60.0], successors=("end",)),
            "end": line_lane("end", [50.0, 0.0], [90.0, 0.0]),
        },
    )
    steps, reaches = find_lane_steps(lanes, np.array([-40.0, 0.0]), 0.0, np.array([80.0, 0.0]))
    assert [step.lane_id for step in steps] == ["in", "short", "end"]
    assert reaches


def test_lane_change_is_smooth_and_ends_on_the_neighbour():
    route = plan_route(straight_lanes(n_right=1), pose(20.0, 0.0), np.array([300.0, -3.5, 0.0]))
    y = np.interp([20.0, 35.0, 60.0, 200.0], route.xy_world_m[:, 0], route.xy_world_m[:, 1])
    assert y == pytest.approx([0.0, -1.75, -3.5, -3.5], abs=0.15)
    assert np.abs(route.curvature_per_m).max() < 0.03  # 30 m for 3.5 m: about 6 * 3.5 / 30^2


def test_unreachable_goal_goes_straight_on():
    lanes = LaneMap(
        name="split",
        lanes={"a": line_lane("a", [0.0, 0.0], [80.0, 0.0]), "b": line_lane("b", [0.0, 50.0], [80.0, 50.0])},
    )
    route = plan_route(lanes, pose(10.0, 0.0), np.array([70.0, 50.0, 0.0]))
    assert not route.reaches_goal
    assert np.abs(route.xy_world_m[:, 1]).max() < 1e-6


def test_without_a_map_the_route_is_straight_to_a_goal_ahead():
    empty = LaneMap(name="none", lanes={})
    route = plan_route(empty, pose(5.0, 5.0, np.pi / 4), np.array([55.0, 55.0, 0.0]))
    assert route.reaches_goal
    assert route.goal_s_m == pytest.approx(np.hypot(50.0, 50.0), abs=0.5)
    away = plan_route(empty, pose(0.0, 0.0), np.array([-50.0, 0.0, 0.0]))
    assert not away.reaches_goal
    assert away.xy_world_m[-1, 0] > 100.0
