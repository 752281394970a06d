"""A run is a function of case, severity, seed, stack and code: digests are equal, not close."""

import json
import os
import subprocess
import sys

import pytest

from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, drive

COMMAND = [sys.executable, "-m", "scenarios", "run", "cut_out_reveal", "--severity", "0.5", "--seed", "7", "--json"]


def digest(tmp_path, stack, hash_seed, name):
    command = [*COMMAND, "--stack", stack, "--out", str(tmp_path / name)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads(done.stdout)["digest"]


def test_oracle_run_repeats_under_another_hash_seed(tmp_path):
    digests = [digest(tmp_path, "oracle", seed, f"run{seed}") for seed in ("0", "99")]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 64


@pytest.mark.slow
def test_fused_run_repeats_under_another_hash_seed(tmp_path):
    digests = [digest(tmp_path, "fused", seed, f"run{seed}") for seed in ("0", "99")]
    assert digests[0] == digests[1]


def test_another_seed_is_another_run(tmp_path):
    command = [*COMMAND, "--stack", "oracle", "--out", str(tmp_path / "a")]
    other = [word if word != "7" else "8" for word in command]
    found = [json.loads(subprocess.run(c, capture_output=True, text=True).stdout)["digest"] for c in (command, other)]
    assert found[0] != found[1]


def test_a_run_does_not_depend_on_those_before_it():
    """Runs of a process share a server: another map, light and seed must leave nothing behind."""
    request = DriveRequest(case=find_case("tempe"), severity=0.5, seed=7, stack="radar")
    other = DriveRequest(case=find_case("mattress"), severity=0.0, seed=1, stack="oracle")
    alone, _, after = (drive(run).digest for run in (request, other, request))
    assert alone == after
