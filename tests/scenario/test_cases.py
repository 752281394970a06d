"""A case tests perception only if truth passes it, blindness fails it, and nothing is braked for where nothing is."""

import pytest

from scenarios.case import Arm, all_cases, find_case
from scenarios.check.proofs import prove
from scenarios.demo import CASES
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome
from scenarios.measure.criteria import somebody_avoids

LATER = [
    case.case_id if case.case_id in CASES else pytest.param(case.case_id, marks=pytest.mark.slow)
    for case in all_cases()
]


def run(case_id, severity, stack, arm=Arm.CASE):
    return drive(DriveRequest(case=find_case(case_id), severity=severity, stack=stack, arm=arm))


@pytest.mark.parametrize("case_id", LATER)
def test_oracle_passes_with_the_cue(case_id):
    verdict = run(case_id, 0.0, "oracle")
    assert verdict.outcome is Outcome.PASS, verdict.why


@pytest.mark.parametrize("case_id", LATER)
def test_oracle_passes_the_hardest_wherever_a_reference_driver_could(case_id):
    verdict = run(case_id, 1.0, "oracle")
    if somebody_avoids(find_case(case_id).staging(1.0, seed=0)):
        assert verdict.outcome is Outcome.PASS, verdict.why
    assert verdict.outcome is not Outcome.INCONCLUSIVE, verdict.why


@pytest.mark.parametrize("case_id", LATER)
def test_oracle_brakes_for_nothing_where_nothing_is(case_id):
    verdict = run(case_id, 0.0, "oracle", Arm.ABSENT)
    assert verdict.outcome is Outcome.PASS, verdict.why


@pytest.mark.parametrize("case_id", LATER)
def test_oracle_passes_the_control_arm(case_id):
    verdict = run(case_id, 0.0, "oracle", Arm.CONTROL)
    assert verdict.outcome is Outcome.PASS, verdict.why


@pytest.mark.parametrize("case_id", LATER)
def test_blind_stack_fails_what_must_be_reacted_to(case_id):
    verdict = run(case_id, 0.0, "blind", Arm.REACT)
    assert verdict.outcome is Outcome.FAIL, verdict.why
    assert verdict.impact_speed_mps > 3.0


@pytest.mark.slow
@pytest.mark.parametrize("case_id", ["person_lying", "child_at_school", "lidar_dies"])
def test_factor_shows_in_a_picture_in_a_drive_and_in_what_a_fault_takes(case_id):
    checked = prove(find_case(case_id), seed=0, with_fused=False)
    assert checked.holds, [proof for proof in checked.proofs if proof.holds is False]
