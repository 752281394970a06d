"""A server that dies in the middle of a drive is a fault of the harness: inconclusive, with a line that says so."""

import os
import signal

import psutil

from scenarios.case import find_case
from scenarios.drive.bundle import read_states, read_verdict
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Outcome


def test_killed_server_makes_the_run_inconclusive(tmp_path):
    def kill_server(t_s, duration_s, output):
        if t_s >= 1.0:
            for child in psutil.Process().children():
                if "sim.server" in child.cmdline():
                    os.kill(child.pid, signal.SIGKILL)

    request = DriveRequest(case=find_case("billboard_person"), severity=0.0, stack="oracle", out=tmp_path / "run")
    verdict = drive(request, kill_server)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.outcome.exit_code == 3
    assert "server stopped answering" in verdict.why
    assert read_verdict(tmp_path / "run")["outcome"] == "inconclusive"
    assert len(list(read_states(tmp_path / "run"))) >= 10
