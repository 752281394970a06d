"""Criteria by hand: a record made of numbers, a verdict that follows from them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from scenarios.case import find_case
from scenarios.drive.record import Impact, Record, Sample
from scenarios.measure.criteria import CRITERIA, careful_driver_avoids
from sim.bumper import Contact


def record(speeds_mps, accels_mps2=None, gaps_m=None, track_ids=None, errors_m=None, existences=None):
    made = Record("person")
    count = len(speeds_mps)
    for i in range(count):
        made.samples.append(
            Sample(
                frame=100 + i,
                t_s=0.1 * i,
                speed_mps=speeds_mps[i],
                accel_mps2=0.0 if accels_mps2 is None else accels_mps2[i],
                gap_m=50.0 if gaps_m is None else gaps_m[i],
                ttc_s=math.inf,
                lateral_m=0.0,
                reason="",
                status="ok",
                existence=1.0 if existences is None else existences[i],
                track_id=7 if track_ids is None else track_ids[i],
                track_error_m=0.1 if errors_m is None else errors_m[i],
                seen_by=(),
                lane_offset_m=0.0,
                visible_share=1.0,
            )
        )
    return made


def hit(made, frame, role):
    made.contacts.append(Contact(frame, 9, 500.0))
    made.roles[9] = role
    return made


def staging(case_id="tempe", severity=0.0):
    return find_case(case_id).staging(severity, seed=0)


def test_no_contact_tells_the_nearest_gap():
    finding = CRITERIA["PC-A"](record([10.0, 5.0], gaps_m=[8.0, 3.5]), staging())
    assert finding.passed
    assert finding.margin == 3.5


def test_contact_fails_where_the_careful_driver_avoids():
    made = hit(record([19.7, 5.0, 3.0]), 102, "person")
    assert careful_driver_avoids(staging())
    finding = CRITERIA["PC-A"](made, staging())
    assert not finding.passed
    assert "18 km/h" in finding.text


def test_a_softer_hit_than_the_careful_drivers_passes_when_he_cannot_avoid():
    # 1 s of remaining time at 34 km/h is 9.4 m: the careful driver needs 18.5 m.
    hardest = replace(staging("cut_out_reveal", 1.0), reveal_s=1.0)
    assert not careful_driver_avoids(hardest)
    assert CRITERIA["PC-A"](hit(record([9.0, 0.5, 0.0]), 102, "truck"), hardest).passed
    assert not CRITERIA["PC-A"](hit(record([9.4, 0.5, 0.0]), 101, "truck"), hardest).passed


@pytest.mark.parametrize(
    ("slowest_share", "accel_mps2", "passed"), [(0.95, -1.0, True), (0.85, -1.0, False), (0.95, -3.0, False)]
)
def test_false_reaction(slowest_share, accel_mps2, passed):
    scene = staging("billboard_person")
    made = record([scene.speed_mps, scene.speed_mps * slowest_share], accels_mps2=[0.0, accel_mps2])
    assert CRITERIA["PC-B"](made, scene).passed is passed


@pytest.mark.parametrize(
    ("ids", "errors_m", "passed"),
    [
        ([-1, 4, 4], [math.inf, 0.2, 0.3], True),
        ([-1, 4, 5], [math.inf, 0.2, 0.3], False),
        ([4, 4, 4], [2, 2, 2], False),
    ],
)
def test_one_track(ids, errors_m, passed):
    made = record([1.0] * 3, track_ids=ids, errors_m=errors_m)
    assert CRITERIA["PC-T"](made, staging()).passed is passed


def test_braking_through_a_crash_is_not_the_cars_own():
    made = hit(record([10.0, 10.0, 0.0], accels_mps2=[-1.0, -2.0, -150.0]), 102, "person")
    assert made.max_braking_mps2 == 2.0
    assert np.isfinite(made.max_braking_mps2)


def test_the_impact_is_that_of_the_earliest_frame_in_whatever_order_contacts_are_heard():
    made = record([10.0, 9.0, 4.0, 2.0])
    made.contacts += [Contact(103, 7, 900.0), Contact(102, 9, 10.0), Contact(102, 8, 700.0)]
    made.roles |= {7: "lead", 8: "person", 9: "cone"}
    assert made.impact == Impact(t_s=0.2, speed_mps=9.0, role="person")
    made.contacts.reverse()
    assert made.impact == Impact(t_s=0.2, speed_mps=9.0, role="person")


def test_a_contact_after_the_last_sample_is_none_of_the_run():
    made = hit(record([10.0, 9.0]), 102, "person")
    assert made.impact is None
    assert made.impact_row is None
    assert CRITERIA["PC-A"](made, staging()).passed


def test_a_contact_with_no_actor_is_one_with_the_scenery():
    made = record([10.0, 9.0])
    made.contacts.append(Contact(101, 0, 900.0))
    assert made.impact == Impact(t_s=0.1, speed_mps=10.0, role="scenery")


def test_first_braking_is_the_cars_own_and_before_a_contact():
    coasts, brakes, struck = -0.9, -1.1, -30.0
    assert record([9.0] * 3, accels_mps2=[coasts, brakes, struck]).first_braking_s == 0.1
    assert record([9.0] * 2, accels_mps2=[coasts, coasts]).first_braking_s is None
    assert hit(record([9.0] * 3, accels_mps2=[coasts, coasts, struck]), 102, "person").first_braking_s is None


def test_first_tracked_is_when_its_place_is_occupied_and_the_error_is_of_its_track_alone():
    made = record(
        [9.0] * 4, existences=[0.0, 0.4, 0.5, 0.9], track_ids=[-1, 7, 7, 7], errors_m=[math.inf, 3.0, 1.0, 0.5]
    )
    assert made.first_tracked_s == 0.2
    assert made.track_error_m == 1.0
    never = record([9.0], existences=[0.0], track_ids=[-1], errors_m=[math.inf])
    assert (never.first_tracked_s, never.track_error_m) == (None, None)
