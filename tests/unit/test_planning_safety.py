import numpy as np
import pytest

from planning.corridor import Occupancy
from planning.safety import (
    SafetyConfig,
    SafetyLayer,
    conflicts,
    dilated,
    needed_deceleration,
    rss_gap_m,
    time_to_collision_s,
    travel_m,
)
from planning.vehicle import EgoShape

SHAPE = EgoShape()
CONFIG = SafetyConfig()
TIME_S = np.arange(41) * 0.2


def stretch(near_m, far_m=None, from_s=0.0, to_s=9.0, probability=1.0, is_vru=False, speed=0.0, cross=0.0):
    """One row: taken from `from_s` to `to_s`."""
    taken = (from_s - 1e-9 <= TIME_S) & (to_s + 1e-9 >= TIME_S)
    near = np.where(taken, near_m + speed * TIME_S, np.inf)
    far = np.where(taken, (near_m + 4.0 if far_m is None else far_m) + speed * TIME_S, -np.inf)
    return Occupancy(
        np.zeros(1, dtype=np.intp),
        np.array([probability]),
        near[None],
        far[None],
        TIME_S,
        np.array([speed]),
        np.array([cross]),
        np.array([is_vru]),
    )


def test_travel_by_hand():
    x = travel_m(10.0, np.array([0.0, -5.0, 2.0]), np.array([0.0, 0.2, 1.2, 2.2, 8.0]), reaction_s=0.2)
    assert x[0] == pytest.approx([0.0, 2.0, 12.0, 22.0, 80.0])
    assert x[1] == pytest.approx([0.0, 2.0, 9.5, 12.0, 12.0])  # stands after 2 s of braking, 10 m
    assert x[2] == pytest.approx([0.0, 2.0, 13.0, 25.0, 94.6])  # 1 s at 2 m/s2, then 12 m/s


@pytest.mark.parametrize(("speed", "gap"), [(13.9, 40.0), (9.4, 18.5), (19.9, 60.0), (5.0, 6.0)])
def test_needed_deceleration_is_the_schoolbooks(speed, gap):
    needed = needed_deceleration(stretch(gap), speed, SHAPE, 1.0, CONFIG)[0]
    by_hand = speed**2 / (2 * (gap - 1.0 - speed * CONFIG.reaction_s))
    assert by_hand <= needed <= by_hand + 0.11  # tried in steps of 0.1


def test_too_near_is_infinite_and_far_is_nothing():
    assert needed_deceleration(stretch(8.0), 20.0, SHAPE, 1.0, CONFIG)[0] == np.inf
    assert needed_deceleration(stretch(170.0), 20.0, SHAPE, 1.0, CONFIG)[0] == 0.0


def test_who_is_gone_in_time_needs_nothing_and_who_lingers_a_little():
    assert needed_deceleration(stretch(40.0, to_s=1.4), 20.0, SHAPE, 1.0, CONFIG)[0] == 0.0
    lingers = needed_deceleration(stretch(40.0, to_s=2.4), 20.0, SHAPE, 1.0, CONFIG)[0]
    # 39 m in 2.4 s: 20 * 2.4 - a * 2.2^2 / 2 = 39 -> a = 3.7
    assert lingers == pytest.approx(3.75, abs=0.1)
    stays = needed_deceleration(stretch(40.0), 20.0, SHAPE, 1.0, CONFIG)[0]
    assert stays > lingers


def test_passing_before_somebody_enters_is_no_conflict():
    # rear bumper past 14 m + 1 m after (15 + 4.9) / 20 = 1.0 s
    assert needed_deceleration(stretch(10.0, 14.0, from_s=1.6), 20.0, SHAPE, 1.0, CONFIG)[0] == 0.0


def test_lead_at_same_speed_needs_nothing_a_slower_one_does():
    assert needed_deceleration(stretch(15.0, speed=20.0), 20.0, SHAPE, 1.0, CONFIG)[0] == 0.0
    slower = needed_deceleration(stretch(15.0, speed=15.0), 20.0, SHAPE, 1.0, CONFIG)[0]
    # relative: 5^2 / (2 * (14 - 5 * 0.2)) = 0.96
    assert slower == pytest.approx(1.0, abs=0.11)


def test_standing_car_inside_the_margin_may_stand():
    assert not conflicts(stretch(0.5), np.zeros((1, 41)), SHAPE, 1.0).any()


def test_time_to_collision():
    assert time_to_collision_s(stretch(29.9), 10.0, SHAPE)[0] == pytest.approx(3.0)
    assert time_to_collision_s(stretch(30.0, to_s=2.0), 10.0, SHAPE)[0] == np.inf


def test_dilation_lengthens_before_and_after_and_more_for_people():
    taken = np.isfinite(dilated(stretch(30.0, from_s=2.0, to_s=3.0, is_vru=True), 0.4).near_m[0])
    assert TIME_S[taken][[0, -1]] == pytest.approx([1.6, 3.4])
    taken = np.isfinite(dilated(stretch(30.0, from_s=2.0, to_s=3.0), 0.4).near_m[0])
    assert TIME_S[taken][[0, -1]] == pytest.approx([1.8, 3.2])


def test_rss_gap_by_hand():
    # 20 * 0.3 + 400 / 12 - 400 / 16 = 6 + 33.33 - 25
    assert rss_gap_m(20.0, 20.0, CONFIG) == pytest.approx(14.333, abs=1e-3)
    assert rss_gap_m(5.0, 30.0, CONFIG) == 0.0


def test_layer_acts_above_3_5_and_lets_go_below_2():
    layer = SafetyLayer(CONFIG, SHAPE)
    assert layer.check(stretch(60.0), 13.9) is None  # 1.7 m/s2
    threat = layer.check(stretch(28.0), 13.9)  # 4.0
    assert threat is not None
    assert threat.needed_mps2 == pytest.approx(4.0, abs=0.15)
    assert layer.check(stretch(40.0), 13.9) is not None  # 2.7: still acting
    assert layer.check(stretch(60.0), 13.9) is None
    assert layer.check(stretch(40.0), 13.9) is None  # 2.7: not acting any more


def test_unlikely_futures_are_left_to_caution_but_presence_never():
    layer = SafetyLayer(CONFIG, SHAPE)
    assert layer.check(stretch(15.0, from_s=0.4, probability=0.2), 13.9) is None
    assert layer.check(stretch(15.0, probability=0.2), 13.9) is not None


def test_braking_is_full_when_much_is_needed():
    layer = SafetyLayer(CONFIG, SHAPE)
    for gap in (8.0, 14.0):
        threat = layer.check(stretch(gap), 13.9)
        assert threat is not None
        assert layer.braking_mps2(threat) == CONFIG.full_brake_mps2
    mild = layer.check(stretch(30.0), 13.9)
    assert mild is not None
    assert 3.5 < layer.braking_mps2(mild) < CONFIG.full_brake_mps2


def test_nothing_there():
    assert SafetyLayer(CONFIG, SHAPE).check(stretch(30.0).select(np.array([False])), 10.0) is None
