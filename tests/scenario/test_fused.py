"""The shipped networks drive the three cases where the cue is there."""

import pytest

from scenarios.case import Arm, all_cases, find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome

CASE_IDS = [case.case_id for case in all_cases()]


@pytest.mark.slow
@pytest.mark.parametrize("arm", list(Arm), ids=lambda arm: arm.value)
@pytest.mark.parametrize("case_id", CASE_IDS)
def test_fused_passes_with_the_cue_and_the_control(case_id, arm):
    verdict = drive(DriveRequest(case=find_case(case_id), severity=0.0, stack="fused", arm=arm))
    assert verdict.outcome is Outcome.PASS, verdict.why
    assert verdict.sync == {"missing": 0, "late": 0, "doubled": 0}
