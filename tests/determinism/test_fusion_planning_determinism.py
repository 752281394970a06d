"""Tracks, plans and commands are a function of their inputs: not of hash seeds, nor of the number of threads."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = """
import numpy as np
from moosetest.digest import digest_of
from moosetest.objects import ObjectClass
from tests.toy_road import Actor, Drive, straight_lanes
from tests.toy_sensors import Perception

actors = [Actor(80.0, -6.0, vy=1.4, size=(0.5, 0.5, 1.7), label=ObjectClass.PERSON), Actor(60.0, 3.5, vx=-9.0, yaw=3.1)]
actors += [Actor(40.0 + 9 * i, -8.0) for i in range(5)]
perception = Perception()
drive = Drive(actors, 12.0, 14.0, perceive=perception, lanes=straight_lanes(n_right=1)).run(4.0)
print(digest_of([perception.history, [[s.plan, s.command] for s in drive.steps]]))
"""


def digest(**environment):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, env=environment, cwd=ROOT, check=True
    )
    return done.stdout.strip()


def test_hash_seed_and_threads_do_not_matter():
    one = digest(PYTHONHASHSEED="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    other = digest(PYTHONHASHSEED="12345", OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2")
    assert len(one) == 64
    assert one == other
