import numpy as np
import pytest

from moosetest.frames import Transform
from moosetest.world import SignalColor, SignalState
from planning.route import plan_route
from planning.speed import SpeedConfig, follow_accel_mps2, signal_stops_s_m, speed_profile
from tests.toy_maps import quarter_bend
from tests.toy_road import straight_lanes

CONFIG = SpeedConfig()
ORIGIN = Transform.from_xyz_rpy("world", "ego", (20.0, 0.0, 0.0))


def straight(limit=40.0):
    return plan_route(straight_lanes(limit_mps=limit), ORIGIN, np.array([550.0, 0.0, 0.0]))


def test_limit_and_cruise_cap_the_profile():
    assert speed_profile(straight(13.9), 10.0, 50.0, np.zeros(0), CONFIG).at(100.0) == pytest.approx(13.9)
    assert speed_profile(straight(), 10.0, 20.0, np.zeros(0), CONFIG).at(100.0) == pytest.approx(20.0)


def test_stop_is_approached_with_the_planned_braking():
    profile = speed_profile(straight(), 10.0, 20.0, np.array([110.0]), CONFIG)
    # v^2 = 2 * 2 m/s2 * 25 m
    assert profile.at(85.0) == pytest.approx(10.0)
    assert profile.at(110.0) == 0.0
    assert profile.at(150.0) == 0.0


def test_goal_is_a_stop():
    route = straight()
    assert speed_profile(route, 10.0, 20.0, np.zeros(0), CONFIG).at(route.goal_s_m + 1.0) == 0.0


def test_bend_keeps_the_sideways_acceleration():
    lanes, _ = quarter_bend(radius_m=25.0)
    start = Transform.from_xyz_rpy("world", "ego", (-50.0, 0.0, 0.0))
    route = plan_route(lanes, start, np.array([25.0, 90.0, 0.0]))
    profile = speed_profile(route, 0.0, 30.0, np.zeros(0), CONFIG)
    middle, _ = route.project(np.array([25 * np.sin(0.8), 25 * (1 - np.cos(0.8))]))
    assert profile.at(middle) == pytest.approx(np.sqrt(2.5 * 25.0), rel=0.03)
    before = np.array([profile.at(middle - d) for d in (15.0, 30.0, 45.0)])
    assert (np.diff(before) >= 0).all()


def test_following_model_by_hand():
    # at equal speeds the model rests at gap s0 + v T, where its interaction term alone gives 0
    rest = CONFIG.standstill_gap_m + 10.0 * CONFIG.headway_s
    assert follow_accel_mps2(rest, 10.0, 10.0, CONFIG) == pytest.approx(0.0)
    assert follow_accel_mps2(2 * rest, 10.0, 10.0, CONFIG) == pytest.approx(1.8 * 0.75)
    assert follow_accel_mps2(rest, 10.0, 5.0, CONFIG) == -CONFIG.max_brake_mps2


def signal(color, stop_s):
    return (SignalState(signal_id="s", lane_id="own", stop_s_m=stop_s, color=color),)


@pytest.mark.parametrize(
    ("color", "room", "speed", "stops"),
    [
        (SignalColor.RED, 60.0, 14.0, True),
        (SignalColor.RED, 10.0, 14.0, False),  # 9.8 m/s2: too late, as for one who went through at yellow
        (SignalColor.GREEN, 60.0, 14.0, False),
        (SignalColor.YELLOW, 60.0, 14.0, True),
        (SignalColor.YELLOW, 20.0, 14.0, False),  # 4.9 m/s2: beyond comfort
        (SignalColor.UNKNOWN, 60.0, 14.0, True),
        (SignalColor.OFF, 60.0, 14.0, False),
        (SignalColor.RED, 0.0, 0.0, True),
        (SignalColor.RED, -5.0, 5.0, False),
    ],
)
def test_signals(color, room, speed, stops):
    route = straight()
    ego_s, _ = route.project(np.array([20.0, 0.0]))
    line = 20.0 + room + 3.85 + CONFIG.line_gap_m
    found = signal_stops_s_m(signal(color, line), route, ego_s, speed, 3.85, CONFIG)
    assert len(found) == int(stops)
    if stops:
        assert found[0] - ego_s == pytest.approx(room, abs=0.1)


def test_signal_of_another_lane_is_no_matter():
    other = (SignalState(signal_id="s", lane_id="oncoming", stop_s_m=100.0, color=SignalColor.RED),)
    assert not len(signal_stops_s_m(other, straight(), 10.0, 14.0, 3.85, CONFIG))
