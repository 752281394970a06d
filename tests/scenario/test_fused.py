"""The shipped networks drive the three cases where the cue is there."""

import pytest

from scenarios.case import Arm, find_case
from scenarios.demo import CASES
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome


@pytest.mark.slow
@pytest.mark.parametrize("arm", [Arm.CASE, Arm.CONTROL], ids=lambda arm: arm.value)
@pytest.mark.parametrize("case_id", CASES)
def test_fused_passes_with_the_cue_and_the_control(case_id, arm):
    verdict = drive(DriveRequest(case=find_case(case_id), severity=0.0, stack="fused", arm=arm))
    assert verdict.outcome is Outcome.PASS, verdict.why
    assert verdict.sync == {"missing": 0, "late": 0, "doubled": 0}
