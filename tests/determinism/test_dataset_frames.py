"""A frame of a dataset is a function of seed, split and number, whoever makes it and in whatever order."""

import numpy as np
import pytest

from scenarios.dataset.make import make_dataset

pytestmark = pytest.mark.slow  # renders and casts


def contents(folder):
    """Every file's bytes; arrays in place of archives, which hold the time they were written."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".npz":
            with np.load(path) as archive:
                found[path.name] = {name: archive[name].tobytes() for name in archive.files}
        elif path.is_file():
            found[path.name] = path.read_bytes()
    return found


def test_two_workers_write_what_one_does_and_a_second_call_goes_on(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    make_dataset(one, 1, 1, seed=3)
    make_dataset(one, 2, 1, seed=3)
    make_dataset(two, 2, 1, seed=3, workers=2)
    assert contents(one) == contents(two)
    assert len(list((one / "train").glob("*.npz"))) == 2
