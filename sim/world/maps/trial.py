"""Lets CARLA's client try a foreign map in a process of its own: on some broken files it ends the whole process."""

from __future__ import annotations

import subprocess
import sys

TIMEOUT_S = 30.0
TRIAL = """
import sys
import carla
lanes = carla.Map("trial", sys.stdin.read())
lanes.get_topology()
lanes.get_crosswalks()
lanes.get_all_landmarks()
lanes.get_waypoint(carla.Location())
"""


def check_client_reads(xodr: str) -> None:
    """Raises ValueError when CARLA's client cannot read OpenDRIVE text.

    Nobody could use such a map: each client reads it by itself.
    """
    command = [sys.executable, "-c", TRIAL]
    try:
        done = subprocess.run(
            command, input=xodr, encoding="utf-8", capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"OpenDRIVE: CARLA's client does not read it within {TIMEOUT_S:.0f} s") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or f"it ended with {done.returncode}").splitlines()[-1]
        raise ValueError(f"OpenDRIVE: CARLA's client cannot read it: {said}")
