"""A map is the same bytes in another process with another hash seed."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib
from sim.world.maps import load_map
data = load_map("junction")
digest = hashlib.sha256(data.xodr.encode())
for part in data.scenery().parts:
    digest.update(part.name.encode())
    digest.update(repr(part.seed).encode())
    for array in (part.mesh.position_m, part.mesh.normal, part.mesh.color, part.mesh.uv, part.mesh.material):
        digest.update(array.tobytes())
    digest.update(part.mesh.triangle.tobytes())
for lamp in data.scenery().lamps:
    digest.update(repr(lamp).encode())
for array in (data.solids().center_world_m, data.solids().half_m, data.solids().yaw_rad):
    digest.update(array.tobytes())
print(digest.hexdigest())
"""


@pytest.mark.slow
def test_another_process_makes_the_same_map():
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        digests.add(done.stdout)
    assert len(digests) == 1
    assert len(digests.pop()) == 65
