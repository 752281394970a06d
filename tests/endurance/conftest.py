"""Long runs: MOOSETEST_ENDURANCE scales their length, 1 is what the README's figures come from."""

import os

import pytest


@pytest.fixture(scope="session")
def share() -> float:
    """The part of each long run that is done."""
    return float(os.environ.get("MOOSETEST_ENDURANCE", "1"))
