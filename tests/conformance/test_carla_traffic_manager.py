"""The client's Traffic Manager in this server: it drives, stops before red and goes on green; watched from outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.embedded import EmbeddedServer

DRIVE = Path(__file__).parents[1] / "traffic_drive.py"
TICKS = 1000  # 50 s: a round of a junction with three controllers


@pytest.fixture
def verdict(town_name: str) -> dict:
    """Of a drive on a server of its own: who gives way hangs on the actors' numbers, hence on who was there before."""
    with EmbeddedServer(town_name, seed=1) as server:
        command = [sys.executable, DRIVE, server.port, 8, TICKS, 3, 30]
        done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, timeout=120, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, "hung or died before its first 1,000 ticks"
    assert lines[-1].get("done"), lines[-1]
    return lines[-1]


def test_traffic_drives_without_a_crash_or_a_red_light_run(verdict: dict) -> None:
    assert verdict["way_km"] > 0.4  # 8 cars in 50 s: 1 m/s on average, waiting included
    assert verdict["fastest_kmph"] > 15.0
    assert verdict["collisions"] == []
    assert verdict["red_runs"] == []
    if verdict["lit_lanes"]:
        assert verdict["crossings"] > 0
