"""A bundle is readable up to the moment a run is killed; a verdict is whole or not there."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from moosetest.config import ConfigError
from scenarios.drive.bundle import read_images, read_states, read_verdict, write_verdict


def start_run(folder):
    command = [sys.executable, "-m", "scenarios", "run", "billboard_person", "--stack", "oracle", "--out", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})


def test_killed_run_leaves_what_it_had(tmp_path):
    process = start_run(tmp_path / "run")
    log = tmp_path / "run" / "drive.mcap"
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s and not (log.exists() and log.stat().st_size > 12_000):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    states = list(read_states(tmp_path / "run"))
    assert len(states) > 5
    times_s = [state["sample"]["t_s"] for state in states]
    assert times_s == sorted(times_s)
    assert not (tmp_path / "run" / "verdict.json").exists()


def test_verdict_is_replaced_whole(tmp_path):
    write_verdict(tmp_path, {"outcome": "pass"})
    write_verdict(tmp_path, {"outcome": "fail"})
    assert read_verdict(tmp_path) == {"outcome": "fail"}
    assert [p.name for p in tmp_path.iterdir()] == ["verdict.json"]
    assert json.loads((tmp_path / "verdict.json").read_text()) == {"outcome": "fail"}


def test_missing_bundle_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match=r"verdict\.json: cannot be read"):
        read_verdict(tmp_path)
    with pytest.raises(ConfigError, match=r"drive\.mcap: no such file"):
        list(read_images(tmp_path, "cam_main"))
