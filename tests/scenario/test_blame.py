"""A planted fault makes a drive fail, and its module is named."""

import json

import pytest

from scenarios.blame.command import blame_run
from scenarios.blame.trial import find_planted
from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome

RUNS = [
    pytest.param("lidar-yaw", "hidden_walker", 0.0, "lidar", id="lidar-yaw"),
    pytest.param("camera-threshold", "no_crosswalk", 0.0, "camera", id="camera-threshold"),
    pytest.param("late-brakes", "fog", 0.56, "camera", id="late-brakes"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "case_id", "severity", "stack"), RUNS)
def test_the_module_at_fault_is_named(tmp_path, fault, case_id, severity, stack):
    planted = find_planted(fault)
    how = planted.how(stack)
    run = DriveRequest(
        find_case(case_id), severity, stack=stack, out=tmp_path, settings=how.settings, faults=how.faults
    )
    assert drive(run).outcome is Outcome.FAIL

    report = blame_run(tmp_path, quick=True, quiet=True)
    assert report["repeated"]
    assert report["blamed"] == [planted.culprit.value]
    assert report["signature"], "the swaps alone tell it, no error that was measured"
    assert json.loads((tmp_path / "blame.json").read_text()) == report

    kept = sorted(path.stat().st_mtime_ns for path in tmp_path.glob("blame/*/verdict.json"))
    assert blame_run(tmp_path, quick=True, quiet=True) == report
    assert sorted(path.stat().st_mtime_ns for path in tmp_path.glob("blame/*/verdict.json")) == kept
