"""A case tests perception only if truth passes it and blindness fails it."""

import math

import pytest

from scenarios.case import Arm, all_cases, find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome

CASE_IDS = [case.case_id for case in all_cases()]
MUST_REACT = [case.case_id for case in all_cases() if case.polarity.must_react]


def run(case_id, severity, stack, arm=Arm.CASE):
    return drive(DriveRequest(case=find_case(case_id), severity=severity, stack=stack, arm=arm))


@pytest.mark.parametrize("case_id", CASE_IDS)
def test_oracle_passes_with_the_cue(case_id):
    verdict = run(case_id, 0.0, "oracle")
    assert verdict.outcome is Outcome.PASS, verdict.why


@pytest.mark.parametrize("case_id", CASE_IDS)
def test_oracle_passes_the_hardest_wherever_the_careful_driver_could(case_id):
    verdict = run(case_id, 1.0, "oracle")
    if verdict.careful_driver_avoids:
        assert verdict.outcome is Outcome.PASS, verdict.why
    assert verdict.outcome is not Outcome.INCONCLUSIVE, verdict.why


@pytest.mark.parametrize("case_id", CASE_IDS)
def test_oracle_passes_the_control_arm(case_id):
    verdict = run(case_id, 0.0, "oracle", Arm.CONTROL)
    assert verdict.outcome is Outcome.PASS, verdict.why


@pytest.mark.parametrize("case_id", MUST_REACT)
def test_blind_stack_crashes(case_id):
    verdict = run(case_id, 0.0, "blind")
    assert verdict.outcome is Outcome.FAIL
    assert verdict.impact_speed_mps > 5.0
    assert verdict.min_gap_m < 0.5  # what the target carries may be hit before it


@pytest.mark.parametrize("case_id", CASE_IDS)
def test_pairs_differ_in_the_factor_alone(case_id):
    case = find_case(case_id)
    easy, hard = case.staging(0.0, seed=3), case.staging(1.0, seed=3)
    assert (easy.map_name, easy.start, easy.weather) == (hard.map_name, hard.start, hard.weather)
    assert [actor.role for actor in easy.actors] == [actor.role for actor in hard.actors]
    assert case.factor.value(0.0) == case.factor.at_0
    assert math.isclose(case.factor.value(1.0), case.factor.at_1)
    assert case.staging(0.0, seed=3) == easy
    assert case.staging(0.0, seed=4) != easy
