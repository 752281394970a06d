"""A stream server on a port of its own, and a client of it as CARLA's."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from sim.server.streams import StreamServer


@contextmanager
def served_streams() -> Iterator[StreamServer]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = StreamServer(listener)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def subscribe(streams: StreamServer, stream_id: int) -> socket.socket:
    """A client, as CARLA's: finds the port in the token, sends the id, waits for messages."""
    _, port, protocol, address = struct.unpack_from("<IHBB", streams.token(stream_id))
    assert (protocol, address) == (1, 0)
    streams.expect(stream_id, timeout_s=5.0)
    peer = socket.create_connection(("127.0.0.1", port), timeout=5)
    peer.settimeout(5)
    peer.sendall(struct.pack("<I", stream_id))
    streams.await_expected()
    return peer


def receive(peer: socket.socket) -> bytes:
    size = struct.unpack("<I", read(peer, 4))[0]
    return read(peer, size)


def read(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = peer.recv(min(1 << 20, size - len(data)))
        assert part, "the server hung up"
        data += part
    return data
