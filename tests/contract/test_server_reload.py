"""A client that loads a world hears nothing of it on its old stream: it would end its episode twice, and crash."""

import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from sim.embedded import EmbeddedServer
from tests.raw_client import RawClient

LATE_S = 20.0
EPISODE_AT = 48
"""Where a world state has the number of its episode."""


def episodes_heard(state: socket.socket, seconds: float) -> set[int]:
    """Numbers of the episodes told on a stream from its first message until it is silent for so long."""
    state.settimeout(LATE_S)
    data, heard = bytearray(), set()
    try:
        for _ in range(40):
            data += state.recv(1 << 20)
            state.settimeout(seconds)
    except TimeoutError:
        pass
    while len(data) >= 4:
        size = struct.unpack_from("<I", data)[0]
        heard.add(struct.unpack_from("<Q", data, 4 + EPISODE_AT)[0])
        del data[: 4 + size]
    return heard


@pytest.fixture
def client() -> Iterator[RawClient]:
    with EmbeddedServer("junction") as server:
        raw = RawClient(server.port)
        yield raw
        raw.close()


def test_a_new_world_stands_still_until_its_client_has_come_back(client: RawClient) -> None:
    assert client.call("load_new_episode", "", True, 0xFFFF) == [[False]]
    assert max(episodes_heard(client.state, 0.5), default=1) == 1
    with client.listen() as again:
        assert episodes_heard(again, 0.5) == {2}


def test_a_listener_on_its_way_hears_the_world_it_asked_for(client: RawClient) -> None:
    """A client's stream connects beside its calls: a load that comes right after must not overtake it."""
    token = client.token()
    load = threading.Thread(target=client.call, args=("load_new_episode", "", True, 0xFFFF))
    load.start()
    time.sleep(0.2)
    with client.connect(token) as late:
        load.join()
        assert episodes_heard(late, 0.5) == {1}
