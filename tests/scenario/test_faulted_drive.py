"""A fault changes what a drive is given, and nothing else: with severity 0 the drive is the same to the byte."""

import pytest

from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome
from sim.faults.chain import FaultSpec


def driven(*faults):
    specs = tuple(FaultSpec.parse(text) for text in faults)
    return drive(DriveRequest(case=find_case("cut_out_reveal"), severity=0.0, stack="radar", faults=specs))


@pytest.mark.slow
def test_radar_stack_stops_with_its_radar_and_hits_without():
    plain, none, dead = driven(), driven("drop=0", "yaw=0@radar_front"), driven("death=1@radar_front")
    assert plain.outcome is Outcome.PASS, plain.why
    assert none.digest == plain.digest
    assert none.faults == {"drop=0": "0% of frames lost", "yaw=0@radar_front": "calibrated 0 degrees wrong"}
    toll = none.fault_toll["radar_front"]
    assert toll == {"whole": toll["whole"], "altered": 0, "stale": 0, "lost": 0}
    assert dead.outcome is Outcome.FAIL  # of the stack: the harness gave what it owed
    assert dead.sync["missing"] == 0
    assert dead.fault_toll["radar_front"]["whole"] == 0
    assert dead.fault_toll["radar_front"]["lost"] > 50
    assert dead.first_seen_s == {}
    assert dead.impact_speed_mps > 10.0
