"""Many clients: one that stops reading, one that vanishes, one that comes back, one too many."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from sim.server import rpc
from sim.server.rpc import RpcConnection, RpcServer
from sim.server.streams import StreamServer
from tests.toy_streams import receive, served_streams, subscribe

BIG = 4_000_000
"""More than the kernel keeps for a client that does not read."""


@pytest.fixture
def served() -> Iterator[StreamServer]:
    with served_streams() as server:
        yield server


def received(peer: socket.socket, count: int) -> list[int]:
    """First bytes of the next messages."""
    return [received_one(peer) for _ in range(count)]


def received_one(peer: socket.socket) -> int:
    return receive(peer)[0]


def test_a_client_that_stops_reading_holds_a_lossless_stream_only_so_long(served: StreamServer) -> None:
    stream_id = served.new_stream(patience_s=0.2)
    with subscribe(served, stream_id) as stopped, subscribe(served, stream_id) as reader:
        seen: list[int] = []
        thread = threading.Thread(target=lambda: seen.extend(received(reader, 20)))
        thread.start()
        for n in range(20):
            served.publish(stream_id, (bytes([n]) * BIG,), wait=True)
        thread.join(20)
        assert seen == list(range(20))  # the reader lost nothing
        kept = received(stopped, 4)
        assert kept == [0, 1, 2, 3]  # what was on its way still comes, in order
        served.publish(stream_id, (b"\x63",), wait=True)
        while (number := received_one(stopped)) != 0x63:  # and it is served again since it reads
            assert number < 20


def test_a_client_that_is_only_slow_is_waited_for(served: StreamServer) -> None:
    stream_id = served.new_stream(patience_s=1.0)
    with subscribe(served, stream_id) as slow:
        seen: list[int] = []

        def read_slowly() -> None:
            for _ in range(12):
                time.sleep(0.1)
                seen.append(received_one(slow))

        thread = threading.Thread(target=read_slowly)
        thread.start()
        for n in range(12):
            served.publish(stream_id, (bytes([n]) * BIG,), wait=True)
        thread.join(20)
        assert seen == list(range(12))


def test_streams_that_nobody_has_leave_nothing_behind(served: StreamServer) -> None:
    for stream_id in range(1000, 1050):
        subscribe(served, stream_id).close()
    deadline = time.monotonic() + 10
    while served.subscribed_streams() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert served.subscribed_streams() == []


@pytest.fixture
def listener() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    return bound


def test_who_leaves_is_told_about(listener: socket.socket) -> None:
    gone = threading.Event()

    def dispatch(connection: RpcConnection, message_id: int, method: str, arguments: list[object]) -> None:
        connection.on_release(gone.set)
        connection.reply(message_id, None, method)

    server = RpcServer(listener, dispatch)
    server.start()
    with socket.create_connection(listener.getsockname(), timeout=5) as peer:
        peer.sendall(b"\x94\x00\x01\xa1x\x91\x91\xc2")
        assert peer.recv(100)
        assert not gone.is_set()
    assert gone.wait(5)
    server.stop()


def test_one_client_too_many_is_turned_away_and_the_others_stay(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "_MAX_CONNECTIONS", 2)
    server = RpcServer(listener, lambda connection, number, method, _: connection.reply(number, None, method))
    server.start()
    first, second, third = (socket.create_connection(listener.getsockname(), timeout=5) for _ in range(3))
    assert third.recv(10) == b""
    for peer in (first, second):
        peer.sendall(b"\x94\x00\x01\xa1x\x91\x91\xc2")
        assert peer.recv(100)
    for peer in (first, second, third):
        peer.close()
    server.stop()
