"""Server after server: each is ready, answers, and leaves its ports."""

import statistics
import time

import carla
import pytest

from sim.embedded import EmbeddedServer

LAUNCHES = 300
NOT_SLOWER = 3.0
"""A launch may take so many medians: then one of them hung."""
BUSY_S = 5.0
"""More than that, for a machine that does other things, too."""


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_launches_in_a_row_are_all_ready(share: float) -> None:
    ready_s = []
    for number in range(round(LAUNCHES * share)):
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
