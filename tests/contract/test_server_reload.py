"""A client that loads a world hears nothing of it on its old stream: it would end its episode twice, and crash."""

import socket
import struct
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest

from sim.embedded import EmbeddedServer

EPISODE_AT = 48
"""Where a world state has the number of its episode."""


class RawClient:
    """Calls and the stream of world states, without CARLA's own client."""

    def __init__(self, port: int) -> None:
        self._peer = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._unpacker = msgpack.Unpacker()
        self.state = self.listen()

    def call(self, method: str, *arguments: Any) -> Any:
        self._peer.sendall(msgpack.packb([0, 1, method, [[False], *arguments]]))
        while True:
            self._unpacker.feed(self._peer.recv(1 << 16))
            for _, _, _, result in self._unpacker:
                return result

    def listen(self) -> socket.socket:
        """A new connection for the world states, as the client makes one for each world."""
        token = self.call("get_episode_info")[0][1][1][0]
        stream_id = struct.unpack_from("<I", token)[0]
        token = self.call("get_sensor_token", stream_id)[0][1][0]
        peer = socket.create_connection(("127.0.0.1", struct.unpack_from("<IH", token)[1]), timeout=20)
        peer.sendall(struct.pack("<I", stream_id))
        return peer

    def close(self) -> None:
        self.state.close()
        self._peer.close()


def episodes_heard(state: socket.socket, seconds: float) -> set[int]:
    """Numbers of the episodes told on a stream until it is silent for so long."""
    state.settimeout(seconds)
    data, heard = bytearray(), set()
    try:
        for _ in range(40):
            data += state.recv(1 << 20)
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
