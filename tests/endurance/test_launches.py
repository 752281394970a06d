"""Server after server: each is ready, answers, and leaves its ports."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import carla
import pytest

from sim.embedded import EmbeddedServer

LAUNCHES = 300
BUSY_LAUNCHES = 100
NOT_SLOWER = 3.0
"""A launch may take so many medians: then one of them hung."""
BUSY_S = 5.0
"""More than that, for a machine that does other things, too."""


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Two processes a core, each of which wants one of its own."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for process in busy:
        process.kill()
        process.wait()


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_launches_in_a_row_are_all_ready(share: float) -> None:
    _launch(round(LAUNCHES * share))


@pytest.mark.endurance
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("busy_machine")
def test_launches_on_a_busy_machine_are_all_ready(share: float) -> None:
    """Threads that wait in a loop need the cores that others have: LAPACK's made a start take half a minute."""
    _launch(round(BUSY_LAUNCHES * share))


def _launch(count: int) -> None:
    ready_s = []
    for number in range(count):
        began_s = time.monotonic()
        with EmbeddedServer("urban_street", seed=number) as server:
            ready_s.append(time.monotonic() - began_s)
            client = carla.Client("127.0.0.1", server.port)
            client.set_timeout(20.0)
            assert client.get_world().get_map().name == "Carla/Maps/urban_street"
    median_s = statistics.median(ready_s)
    slowest_s = max(ready_s)
    print(f"{len(ready_s)} launches, ready after {median_s:.2f} s (median), {slowest_s:.2f} s (slowest)")
    assert slowest_s < NOT_SLOWER * median_s + BUSY_S, ready_s


@pytest.mark.endurance
@pytest.mark.timeout(600)
def test_servers_side_by_side_have_their_own_ports_and_worlds() -> None:
    with EmbeddedServer("urban_street") as one, EmbeddedServer("motorway") as two:
        names = []
        for server in (one, two):
            client = carla.Client("127.0.0.1", server.port)
            client.set_timeout(20.0)
            names.append(client.get_world().get_map().name)
        assert names == ["Carla/Maps/urban_street", "Carla/Maps/motorway"]
        assert one.port != two.port
