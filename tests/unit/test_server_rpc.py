import socket
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest

from sim.server.rpc import RpcConnection, RpcServer


def echo(connection: RpcConnection, message_id: int, method: str, arguments: list[Any]) -> None:
    connection.reply(message_id, None, [method, arguments])


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = RpcServer(listener, echo)
    server.start()
    yield listener.getsockname()[1]
    server.stop()


def connect(port: int) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port), timeout=5)
    peer.settimeout(5)
    return peer


def replies(peer: socket.socket, count: int) -> list[Any]:
    unpacker, found = msgpack.Unpacker(raw=False), []
    while len(found) < count:
        data = peer.recv(4096)
        assert data, "the server hung up"
        unpacker.feed(data)
        found += list(unpacker)
    return found


def test_request_in_pieces_and_two_in_one_packet(port: int) -> None:
    with connect(port) as peer:
        first = msgpack.packb([0, 1, "version", [[False], 7]])
        second = msgpack.packb([0, 2, "tick_cue", [[True]]])
        peer.sendall(first[:3])
        peer.sendall(first[3:] + second)
        assert replies(peer, 2) == [[1, 1, None, ["version", [7]]], [1, 2, None, ["tick_cue", []]]]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xc1\xc1\xc1",
        msgpack.packb({"not": "a request"}),
        msgpack.packb([0, 1, "version"]),
        msgpack.packb([2, "notification", []]),
        msgpack.packb([0, "id", "version", []]),
        b"\x91" * 5000,
    ],
)
def test_garbage_closes_only_its_own_connection(port: int, garbage: bytes) -> None:
    with connect(port) as good, connect(port) as bad:
        bad.sendall(garbage)
        assert bad.recv(4096) == b""
        good.sendall(msgpack.packb([0, 9, "version", [[False]]]))
        assert replies(good, 1)[0][1] == 9


def test_text_that_is_not_utf8_comes_back_unchanged(port: int) -> None:
    with connect(port) as peer:
        name = b"\xff\xfe"
        peer.sendall(msgpack.packb([0, 1, "spawn", [[False], "x"]]).replace(b"x", b"\x79"))
        replies(peer, 1)
        raw = msgpack.packb([0, 2, "spawn", [[False], "ab"]]).replace(b"ab", name)
        peer.sendall(raw)
        assert name in peer.recv(4096)


def test_stop_hangs_up_on_clients(port: int) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = RpcServer(listener, echo)
    server.start()
    with connect(listener.getsockname()[1]) as peer:
        peer.sendall(msgpack.packb([0, 1, "version", [[False]]]))
        replies(peer, 1)
        server.stop()
        assert peer.recv(10) == b""
