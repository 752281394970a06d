"""Closed loop on a toy road: true tracks in, a kinematic car out."""

import numpy as np
import pytest

from moosetest.digest import digest_of
from moosetest.motion import PlanStatus
from moosetest.objects import ObjectClass, Tracks
from moosetest.world import LaneMap, SignalColor, SignalState
from tests.toy_maps import quarter_bend
from tests.toy_road import PERSON_SIZE, Actor, Drive, mirrored, straight_lanes

KMH = 1.0 / 3.6
BUMPER_M = 20.0 + 3.85
CRATE = {"size": (1.0, 1.0, 1.0), "label": ObjectClass.UNKNOWN}
WALKER = {"size": PERSON_SIZE, "label": ObjectClass.PERSON}


def tempe(side=-1.0, speed=71.5 * KMH, **more):
    """A walker with a bicycle who reaches the middle of the lane when an unbraked car does, 5.6 s from now."""
    walker = Actor(
        BUMPER_M + speed * 5.6, side * 1.4 * 5.6, vy=-side * 1.4, size=(1.8, 0.6, 1.7), yaw=np.pi / 2, **more
    )
    return Drive([walker], speed, speed)


def test_stops_for_an_unknown_thing_from_50_kmh_at_60_m():
    drive = Drive([Actor(BUMPER_M + 60.5, 0.0, **CRATE)], 50 * KMH, 50 * KMH).run(12.0)
    assert drive.speeds[-1] < 0.2
    assert 3.0 <= drive.min_gap_m <= 5.0
    assert drive.min_accel >= -3.0
    assert all(s.plan.status is not PlanStatus.EMERGENCY for s in drive.steps)
    assert any("thing (unknown" in r or "unknown" in r for r in drive.reasons)


def test_stops_for_a_truck_uncovered_18_m_ahead_at_34_kmh():
    truck = Actor(BUMPER_M + 18.5 + 4.0, 0.0, size=(8.0, 2.5, 3.2), label=ObjectClass.TRUCK)
    drive = Drive([truck], 34 * KMH, 130 * KMH).run(6.0)
    assert drive.speeds[-1] < 0.1
    assert drive.min_gap_m > 1.0


def test_a_blind_car_hits_the_crate_and_the_walker():
    """The negative of the tests around: without tracks the same scenes end in contact."""
    blind = {"perceive": lambda ego, tracks: Tracks.empty(ego.t_ns)}
    assert Drive([Actor(BUMPER_M + 60.5, 0.0, **CRATE)], 50 * KMH, 50 * KMH, **blind).run(6.0).min_gap_m == 0.0
    scene = tempe(label=ObjectClass.UNKNOWN)
    assert Drive(scene.actors, scene.speed, scene.cruise, **blind).run(7.0).min_gap_m == 0.0


@pytest.mark.parametrize("label", [ObjectClass.UNKNOWN, ObjectClass.PERSON, ObjectClass.BICYCLE, ObjectClass.CAR])
def test_tempe_is_avoided_whatever_the_label(label):
    drive = tempe(label=label).run(11.0)
    assert drive.min_gap_m >= 1.5  # PC-L
    assert drive.min_accel >= -3.5
    assert any("crossing" in reason for reason in drive.reasons)


def test_dart_out_is_braked_for_with_all_there_is():
    at = BUMPER_M + 25.0
    child = Actor(at, -3.0, vy=2.0, **WALKER, visible=lambda t: t >= 0.5)
    drive = Drive([child], 50 * KMH, 50 * KMH).run(6.0)
    assert drive.min_gap_m > 0.0
    assert drive.min_accel < -5.0
    hit = next(s for s in drive.steps if s.plan.status is PlanStatus.EMERGENCY)
    assert hit.plan.reason.startswith("brake: person")
    assert hit.plan.blocking_track_id == 0


def test_follows_a_lead_at_its_speed_and_a_safe_gap():
    drive = Drive([Actor(BUMPER_M + 30.0, 0.0, vx=10.0)], 15.0, 20.0).run(30.0)
    assert drive.speeds[-1] == pytest.approx(10.0, abs=0.1)
    assert 15.0 < drive.steps[-1].gap_m < 21.0  # 3.5 m + 1.5 s
    assert drive.min_gap_m > 10.0
    assert drive.steps[-1].plan.reason.startswith("follow: car")


def test_lead_that_brakes_hard_is_not_hit():
    def path(t):
        braking = max(0.0, min(t - 2.0, 15.0 / 6.0))
        v = 15.0 - 6.0 * braking
        return BUMPER_M + 26.0 + 2.25 + 15.0 * min(t, 2.0) + 15.0 * braking - 3.0 * braking**2, 0.0, v, 0.0

    drive = Drive([Actor(0.0, 0.0, path=path)], 15.0, 15.0).run(12.0)
    assert drive.min_gap_m > 1.0
    assert drive.speeds[-1] < 0.2


def test_cut_in_inside_the_safe_gap_is_given_room():
    def path(t):
        y = -3.5 + min(3.5, 1.0 * max(0.0, t - 1.0))
        return BUMPER_M + 6.0 + 2.25 + 20.0 * t, y, 20.0, 1.0 * (1.0 < t < 4.5)

    drive = Drive([Actor(0.0, 0.0, path=path)], 20.0, 20.0, lanes=straight_lanes(n_right=1)).run(15.0)
    assert drive.min_gap_m > 3.0
    assert drive.steps[-1].gap_m > 12.0


def test_no_reaction_to_things_beside_the_road_or_oncoming():
    beside = [Actor(80.0 + 15 * i, -3.0) for i in range(4)]
    oncoming = [Actor(250.0 + 60 * i, 3.5, vx=-15.0, yaw=np.pi) for i in range(3)]
    pole = [Actor(90.0, 2.0, size=(0.3, 0.3, 4.0), label=ObjectClass.UNKNOWN)]
    drive = Drive([*beside, *oncoming, *pole], 15.0, 15.0).run(12.0)
    assert drive.speeds.min() > 14.9


def test_person_on_the_pavement_costs_at_most_a_tenth_of_speed():
    drive = Drive([Actor(100.0, -3.5, **WALKER)], 50 * KMH, 50 * KMH).run(9.0)
    assert drive.speeds.min() >= 0.9 * 50 * KMH - 0.05  # PC-B
    assert drive.min_accel > -2.45


def test_cruises_at_the_limit():
    drive = Drive([], 5.0, 50.0, lanes=straight_lanes(limit_mps=13.9)).run(15.0)
    assert drive.speeds[-1] == pytest.approx(13.9, abs=0.05)
    assert drive.speeds.max() < 14.0


def test_stops_at_the_goal():
    drive = Drive([], 10.0, 10.0, goal=(120.0, 0.0, 0.0)).run(20.0)
    assert drive.speeds[-1] < 0.05
    assert drive.steps[-1].ego.T_world_ego.translation_m[0] == pytest.approx(120.0, abs=0.6)


def test_converges_to_its_lane_without_overshoot():
    drive = Drive([], 10.0, 10.0, y=1.0, yaw=0.1).run(8.0)
    y = np.array([s.ego.T_world_ego.translation_m[1] for s in drive.steps])
    assert abs(y[-1]) < 0.02
    assert y.min() > -0.15


def test_drives_a_bend_within_its_lane():
    lanes, _ = quarter_bend(radius_m=15.0)
    drive = Drive([], 10.0, 15.0, lanes=lanes, goal=(15.0, 80.0, 0.0), x=-50.0).run(20.0)
    xy = np.array([s.ego.T_world_ego.translation_m[:2] for s in drive.steps])
    on_bend = (xy[:, 0] > 0) & (xy[:, 1] < 15.0)
    off = np.hypot(xy[on_bend, 0], xy[on_bend, 1] - 15.0) - 15.0
    assert np.abs(off).max() < 0.35
    sideways = [s.ego.speed_mps * s.ego.yaw_rate_radps for s in drive.steps]
    assert np.abs(sideways).max() < 3.2


def test_red_light_holds_and_green_releases():
    line = 100.0

    def signals(t):
        color = SignalColor.RED if t < 15.0 else SignalColor.GREEN
        return (SignalState(signal_id="s", lane_id="own", stop_s_m=line, color=color),)

    drive = Drive([], 13.0, 13.0, signals=signals).run(22.0)
    front = np.array([s.ego.T_world_ego.translation_m[0] for s in drive.steps]) + 3.85
    t = np.array([s.t_s for s in drive.steps])
    assert line - 2.5 < front[t < 15.0].max() <= line
    assert front[-1] > line + 10.0


def test_stays_stopped_until_the_way_is_clear_for_a_while():
    clear_s = 14.0
    crate = Actor(BUMPER_M + 30.0, 0.0, **CRATE, visible=lambda t: t < clear_s)
    drive = Drive([crate], 10.0, 10.0).run(20.0)
    t = np.array([s.t_s for s in drive.steps])
    stopped = drive.speeds < 0.05
    assert stopped[(t > clear_s - 2.0) & (t < clear_s + 0.9)].all()
    assert drive.speeds[-1] > 2.0


def test_vru_before_the_standing_car_is_waited_for():
    def path(t):
        return BUMPER_M + 20.0, -6.0 + 0.8 * max(0.0, t - 2.0), 0.0, 0.8 * (t > 2.0)

    drive = Drive([Actor(0.0, 0.0, path=path, **WALKER)], 3.0, 10.0).run(25.0)
    assert drive.min_gap_m >= 1.0
    assert drive.speeds[-1] > 3.0


def test_does_not_speed_up_at_once_when_the_lead_leaves():
    lead = Actor(BUMPER_M + 12.0 + 2.25, 0.0, vx=6.0, visible=lambda t: t < 4.0)
    drive = Drive([lead], 6.0, 20.0).run(7.0)
    t = np.array([s.t_s for s in drive.steps])
    accel = np.array([s.plan.accel_mps2[0] for s in drive.steps])
    assert (accel[(t >= 4.0) & (t < 4.9)] <= 0.0).all()
    assert accel[t > 5.5].max() > 1.0


def test_silent_sensor_makes_it_slow_and_all_silent_make_it_stop():
    one = Drive([], 15.0, 15.0, staleness=lambda t: {"lidar": round(1e9 * max(0.0, t - 2.0)), "cam": 0}).run(12.0)
    assert one.speeds[-1] == pytest.approx(8.33, abs=0.1)
    assert one.steps[-1].plan.status is PlanStatus.DEGRADED
    assert "lidar silent" in one.steps[-1].plan.reason
    every = Drive([], 15.0, 15.0, staleness=lambda t: {"lidar": round(1e9 * max(0.0, t - 2.0))}).run(14.0)
    assert every.speeds[-1] < 0.1


def test_mirrored_world_gives_a_mirrored_drive():
    lanes = straight_lanes(n_right=1)
    actors = [Actor(110.0, -8.0, vy=1.4, **WALKER), Actor(90.0, -3.5, vx=8.0)]
    mirror = [Actor(110.0, 8.0, vy=-1.4, **WALKER), Actor(90.0, 3.5, vx=8.0)]
    a = Drive(actors, 14.0, 14.0, lanes=lanes, y=0.3).run(9.0)
    b = Drive(mirror, 14.0, 14.0, lanes=mirrored(lanes), y=-0.3).run(9.0)
    assert np.allclose(a.speeds, b.speeds, atol=1e-6)
    assert [s.command.steer_rad for s in a.steps] == pytest.approx([-s.command.steer_rad for s in b.steps], abs=1e-9)
    assert a.reasons == b.reasons


def test_same_drive_twice_is_the_same_to_the_last_bit():
    runs = [tempe(label=ObjectClass.PERSON).run(6.0) for _ in range(2)]
    assert len({digest_of([[s.plan, s.command] for s in run.steps]) for run in runs}) == 1


def test_without_a_map_it_still_stops_for_things():
    drive = Drive([Actor(BUMPER_M + 60.0, 0.0, **CRATE)], 12.0, 12.0, lanes=LaneMap(name="none", lanes={})).run(10.0)
    assert drive.min_gap_m > 3.0
