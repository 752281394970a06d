import struct
import threading
import time
from collections.abc import Iterator

import pytest

from sim.server.streams import StreamServer
from tests.toy_streams import receive, served_streams, subscribe


@pytest.fixture
def streams() -> Iterator[StreamServer]:
    with served_streams() as server:
        yield server


def test_token_is_24_bytes_and_begins_with_the_stream_id(streams: StreamServer) -> None:
    token = streams.token(7)
    assert len(token) == 24
    assert struct.unpack_from("<I", token)[0] == 7


def test_message_in_parts_arrives_as_one_at_every_subscriber(streams: StreamServer) -> None:
    stream_id = streams.new_stream()
    with subscribe(streams, stream_id) as first, subscribe(streams, stream_id) as second:
        streams.publish(stream_id, (b"head", memoryview(b"body"), b""), wait=True)
        assert receive(first) == receive(second) == b"headbody"


def test_other_streams_get_nothing(streams: StreamServer) -> None:
    mine, other = streams.new_stream(), streams.new_stream()
    with subscribe(streams, mine) as peer:
        streams.publish(other, (b"other",), wait=True)
        streams.publish(mine, (b"mine",), wait=True)
        assert receive(peer) == b"mine"


def test_big_messages_to_a_slow_client_all_arrive_in_order_when_waiting(streams: StreamServer) -> None:
    stream_id, size, count = streams.new_stream(), 2_000_000, 12
    with subscribe(streams, stream_id) as peer:
        writer = threading.Thread(
            target=lambda: [streams.publish(stream_id, (bytes([n]) * size,), wait=True) for n in range(count)]
        )
        writer.start()
        time.sleep(0.05)
        for n in range(count):
            message = receive(peer)
            assert len(message) == size
            assert message[0] == message[-1] == n
        writer.join(5)
        assert not writer.is_alive()


def test_slow_client_loses_messages_and_blocks_nobody_when_not_waiting(streams: StreamServer) -> None:
    stream_id, size = streams.new_stream(), 4_000_000
    with subscribe(streams, stream_id) as slow:
        for n in range(30):
            streams.publish(stream_id, (bytes([n]) * size,), wait=False)
        seen = [receive(slow)[0] for _ in range(3)]
        assert seen == sorted(seen)


def test_client_that_leaves_lets_a_waiting_writer_go(streams: StreamServer) -> None:
    stream_id = streams.new_stream()
    peer = subscribe(streams, stream_id)
    writer = threading.Thread(
        target=lambda: [streams.publish(stream_id, (bytes(4_000_000),), wait=True) for _ in range(20)]
    )
    writer.start()
    time.sleep(0.1)
    peer.close()
    writer.join(5)
    assert not writer.is_alive()


def test_awaiting_a_client_that_never_comes_is_bounded(streams: StreamServer) -> None:
    streams.expect(5, timeout_s=0.05)
    streams.await_expected()
    assert not streams.has_subscribers(5)


def test_subscriber_is_forgotten_when_it_leaves(streams: StreamServer) -> None:
    stream_id = streams.new_stream()
    peer = subscribe(streams, stream_id)
    assert streams.has_subscribers(stream_id)
    peer.close()
    for _ in range(200):
        if not streams.has_subscribers(stream_id):
            break
        time.sleep(0.01)
    assert not streams.has_subscribers(stream_id)
