"""What is told of a drive: moments, where to look first, belief, which echoes are of something that moves."""

import numpy as np
import pytest

from scenarios.view.clouds import moving
from scenarios.view.comparison import compare_page
from scenarios.view.sight import first_visible
from scenarios.view.story import marks, opening_s
from scenarios.view.summary import summary
from scenarios.view.timelines import BRAKING_SHOWN_MPS2, belief, numbers
from tests import toy_drives


def steps(log):
    return [(mark.t_s, mark.step or mark.text) for mark in marks(log)]


def test_moments_in_their_order():
    assert steps(toy_drives.drive()) == [
        (2.4, "visible"),
        (2.5, "first seen by cam"),
        (2.6, "tracked"),
        (2.7, "reacted"),
        (2.8, "braked"),
    ]


def test_visible_is_who_is_large_enough_in_the_picture():
    log = toy_drives.drive()
    for state in log.states:
        state["sample"]["visible_share"] = 0.02
    # 0.6 m at focal 55.43 px are 2 px from 16.63 m on: the near face at 39.75 m is that near to the eye at tick 22.1.
    assert first_visible(log) == (2.3, "cam")
    for state in log.states:
        state["truth"]["center_world_m"][0][1] = 30.0
    assert first_visible(log) is None


def test_contact_is_told_by_the_verdict_or_by_the_bumper_of_a_run_without_one():
    log = toy_drives.drive()
    log.states[29]["contacts"] = [{"frame": 126}, {"frame": 128}]
    assert (2.6, "contact") in steps(log)
    log.verdict = {"impact_s": 2.75}
    assert (2.75, "contact") in steps(log)
    log.verdict = {"impact_s": None}
    assert "contact" not in dict(map(reversed, steps(log)))


def test_first_look_is_at_the_reaction_or_before_the_contact():
    log = toy_drives.drive()
    assert opening_s(marks(log)) == 2.7
    log.verdict = {"impact_s": 2.0}
    assert opening_s(marks(log)) == 1.0
    log.verdict = None
    log.states = log.states[: toy_drives.REACTED]
    assert opening_s(marks(log)) == 0.0


def test_belief_is_of_the_targets_track_and_tells_the_likely_classes():
    told = belief(toy_drives.drive())
    assert told.keys() == {"belief/exists", "belief/visible", "belief/person"}
    assert told["belief/person"] == [None] * 26 + [0.8] * 4
    assert told["belief/visible"] == [0.0] * 24 + [1.0] * 6


def test_an_impact_is_no_braking_and_far_collisions_are_not_drawn():
    log = toy_drives.drive()
    log.states[3]["sample"]["accel_mps2"] = -60.0
    log.states[4]["sample"]["ttc_s"] = 1e3
    told = numbers(log)
    assert told["braking/done"][2:5] == [0.0, BRAKING_SHOWN_MPS2, 0.0]
    assert told["braking/wanted"][27:29] == [0.5, 3.0]
    assert told["ttc_s"][4] is None
    assert told["speed_kmh"][0] == pytest.approx(36.0)


def test_echoes_of_what_moves():
    seat_m = np.array([2.0, 0.0, 0.5])
    # At 60 degrees to the left the way of a car at 20 m/s closes by 10.
    rows = np.array([[12.0, 10.0 * np.sqrt(3.0), 0.5, -10.0], [12.0, 10.0 * np.sqrt(3.0), 0.5, -12.0]], np.float32)
    assert moving(rows, seat_m, 20.0).tolist() == [False, True]


def test_summary_tells_the_run_its_verdict_and_its_moments():
    log = toy_drives.drive()
    assert "no verdict: the run was cut short after 2.9 s" in summary(log, marks(log))
    finding = {"code": "PC-A", "text": "no contact", "margin": 1.234, "unit": "m"}
    log.verdict = {"outcome": "pass", "why": "no contact", "impact_s": None, "findings": [finding], "digest": "ab" * 32}
    text = summary(log, marks(log))
    for part in ("## toy s=0.5 fused", "**pass: no contact**", "seed 3", "| 2.8 | first braked |", "| 1.23 m |"):
        assert part in text


def test_page_of_two_runs_tells_where_they_part():
    a, b = toy_drives.drive(), toy_drives.drive(ticks=20)
    assert "only A goes on" in compare_page(a, b)
    assert "- **1.9 s end of B**" in compare_page(a, b)
    assert "equal in every tick" in compare_page(a, a)
