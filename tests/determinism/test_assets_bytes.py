"""The same key gives the same bytes, in any process, whatever the hash seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

from sim.assets.library import mesh
from sim.assets.mesh import MeshKey

KEYS = (
    MeshKey("vehicle.nissan.micra", "", 0),
    MeshKey("vehicle.mitsubishi.fusorosa", "", 1),
    MeshKey("vehicle.yamaha.yzf", "bare", 2),
    MeshKey("walker.pedestrian.0017", "walk_3", 0),
    MeshKey("static.prop.aporosatree", "", 0),
)


def digest() -> str:
    total = hashlib.sha256()
    for key in KEYS:
        built = mesh(key)
        for array in (built.position_m, built.normal, built.color, built.uv, built.material, built.triangle):
            total.update(array.tobytes())
    return total.hexdigest()


def test_another_process_with_another_hash_seed_builds_the_same_bytes():
    program = "import sys; sys.path.insert(0, sys.argv[1]); import test_assets_bytes as t; print(t.digest())"
    found = {
        subprocess.run(
            [sys.executable, "-c", program, os.path.dirname(__file__)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {digest()}
