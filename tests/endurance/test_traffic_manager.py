"""Hours of driving by the client's Traffic Manager: nobody crashes, runs a red light or gets stuck, nothing hangs.

The driving runs in a process of its own under a hard limit of time: the client's manager has no time-out of its own.
A folder of OpenDRIVE files named by MOOSETEST_MAPS, CARLA's own towns for example, adds its maps with traffic lights.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.embedded import EmbeddedServer
from sim.world.maps import map_names

pytestmark = [pytest.mark.endurance, pytest.mark.timeout(3600)]

DRIVE = Path(__file__).parents[1] / "traffic_drive.py"
TEN_MINUTES = 12_000
"""Ticks of 0.05 s."""
LONGEST_STAND_S = 120.0
"""Two rounds of four controllers of 15 s each."""


def maps() -> list[str]:
    own = [name for name in ("junction", "grid", "roundabout") if name in map_names()]
    at_hand = os.environ.get("MOOSETEST_MAPS")
    files = sorted(Path(at_hand).glob("*.xodr")) if at_hand else []
    return own + [str(path) for path in files if 'type="1000001"' in path.read_text(encoding="utf-8")]


def driven(map_name: str, cars: int, ticks: int, slower_percent: int, limit_s: float) -> dict:
    """The verdict of a drive; what it had got to, if it did not come to its end."""
    with EmbeddedServer(map_name, seed=1) as server:
        command = [sys.executable, DRIVE, server.port, cars, ticks, 1, slower_percent]
        with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as child:
            try:
                said, _ = child.communicate(timeout=limit_s)
            except subprocess.TimeoutExpired:
                child.kill()
                said, _ = child.communicate()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    verdict = lines[-1] if lines else {}
    assert verdict.get("done"), f"hung or died after {verdict.get('tick', 0)} ticks: {verdict}"
    print(map_name, verdict)
    return verdict


@pytest.mark.parametrize("map_name", maps(), ids=lambda name: Path(name).stem)
def test_ten_minutes_of_twenty_cars(map_name: str, share: float) -> None:
    """Cars drive 30 % slower than posted, as CARLA's own traffic script has them.

    At the posted limits the manager takes bends for CARLA's tyres, which have three times the grip of real ones.
    """
    verdict = driven(map_name, 20, round(TEN_MINUTES * share), 30, 1500.0)
    assert verdict["way_km"] > 20.0 * share  # 20 cars in 10 minutes: over 6 km/h on average, waiting included
    assert verdict["crossings"] > 50 * share or "roundabout" in map_name
    assert verdict["collisions"] == []
    assert verdict["red_runs"] == []
    assert verdict["lost"] == 0
    assert verdict["longest_stand_s"] < LONGEST_STAND_S, verdict["longest_at"]


def test_a_hundred_thousand_ticks_never_hang(share: float) -> None:
    driven("junction", 5, round(100_000 * share), 0, 3000.0)
