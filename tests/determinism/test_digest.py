import os
import subprocess
import sys

import numpy as np
import pytest

from moosetest.digest import digest_of
from moosetest.objects import Detections

PROGRAM = """
from moosetest.digest import digest_of
print(digest_of([{"b": 1, "a": 2.5}, frozenset({"x", "y", "z", "w"}), None, True]))
"""


def test_hash_seed_does_not_matter():
    seen = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        seen.add(subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True).stdout)
    assert len(seen) == 1
    assert len(seen.pop().strip()) == 64


def test_every_bit_counts():
    a = np.zeros(3)
    b = a.copy()
    b[1] = np.nextafter(0.0, 1.0)
    digests = {digest_of(a), digest_of(b), digest_of(a.astype(np.float32)), digest_of(a.reshape(3, 1)), digest_of("0")}
    assert len(digests) == 5
    assert digest_of(Detections.empty("a", 0)) == digest_of(Detections.empty("a", 0))
    assert digest_of(Detections.empty("a", 0)) != digest_of(Detections.empty("a", 1))


def test_unknown_things_are_refused():
    with pytest.raises(TypeError, match="cannot digest object"):
        digest_of(object())
