"""A CARLA user's day against the embedded server: the same tests on every map, with the stock client.

The default run takes the first map; the others are slow. A folder of OpenDRIVE files named by MOOSETEST_MAPS, CARLA's
own towns for example, adds its maps.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.embedded import EmbeddedServer
from sim.world.maps import map_names
from tests.toy_client import ToyClient, toy_client

DEFAULT_MAP = "junction"
"""Has everything a day needs: traffic lights, crossings, side walks, lane changes."""


def _maps() -> list[object]:
    at_hand = os.environ.get("MOOSETEST_MAPS")
    files = sorted(str(path) for path in Path(at_hand).glob("*.xodr")) if at_hand else []
    others = [name for name in map_names() if name != DEFAULT_MAP] + files
    slow = [pytest.param(name, marks=pytest.mark.slow, id=Path(name).stem) for name in others]
    return [pytest.param(DEFAULT_MAP, id=DEFAULT_MAP), *slow]


@pytest.fixture(scope="session", params=_maps())
def town_name(request: pytest.FixtureRequest) -> str:
    """One of the maps."""
    return request.param


@pytest.fixture(scope="session")
def town(town_name: str) -> Iterator[EmbeddedServer]:
    """A server on one of the maps, shared by all tests on it: they leave the world as they found it."""
    with EmbeddedServer(town_name, seed=1) as server:
        yield server


@pytest.fixture
def day(town: EmbeddedServer) -> Iterator[ToyClient]:
    """A synchronous client of 20 Hz whose actors are gone after the test."""
    with toy_client(town.port) as client:
        yield client
