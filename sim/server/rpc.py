"""Msgpack-rpc over TCP: one thread a connection, replies in any order, garbage closes only the one who sent it."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import msgpack

_LOG = logging.getLogger(__name__)
_REQUEST = 0
_REPLY = 1
_RECEIVE_BYTES = 1 << 16
_MAX_REQUEST_BYTES = 1 << 28
"""Largest request: a 4096 x 4096 texture, pixel by pixel, is about 130 MB."""
_MAX_ITEMS = 1 << 24
"""Longest array: the pixels of such a texture. A length alone makes the unpacker set room aside."""
_MAX_TEXT_BYTES = 1 << 27
"""Longest text: the OpenDRIVE of a large town has some 10 MB."""
_MAX_CONNECTIONS = 256
"""At a time: each has a thread, and a buffer for one request."""
_SEND_TIMEOUT_S = 10
"""A client that does not read its replies for so long is dropped, so that it cannot hold the simulation."""


class RpcConnection:
    """One client's connection; `reply` may be called from any thread."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._farewells: list[Callable[[], None]] = []
        self._packer = msgpack.Packer(use_bin_type=True, unicode_errors="surrogateescape")
        self._send_lock = threading.Lock()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_TIMEOUT_S, 0))

    def reply(self, message_id: int, error: str | None, result: Any) -> None:
        """Answer one request; a client that has gone is no error."""
        with self._send_lock:
            message = self._packer.pack([_REPLY, message_id, error, result])
            try:
                self._peer.sendall(message)
            except OSError:
                self.close()

    def requests(self) -> Any:
        """Yield (message id, method, arguments) until the client leaves or sends what is no request."""
        unpacker = msgpack.Unpacker(
            raw=False,
            strict_map_key=False,
            max_buffer_size=_MAX_REQUEST_BYTES,
            max_array_len=_MAX_ITEMS,
            max_str_len=_MAX_TEXT_BYTES,
            max_bin_len=_MAX_TEXT_BYTES,
            max_map_len=0,
            max_ext_len=0,
            unicode_errors="surrogateescape",
        )
        while data := self._receive():
            try:
                unpacker.feed(data)
                for message in unpacker:
                    yield _checked(message)
            except (ValueError, TypeError, msgpack.exceptions.UnpackException, RecursionError, MemoryError) as error:
                _LOG.warning("closing a connection: %s", error)
                return

    def on_release(self, farewell: Callable[[], None]) -> None:
        """Do this when the client has gone."""
        self._farewells.append(farewell)

    def close(self) -> None:
        """Hang up; wakes the thread that reads."""
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Give the socket back, from the thread that reads."""
        self._peer.close()
        for farewell in self._farewells:
            farewell()

    def _receive(self) -> bytes:
        try:
            return self._peer.recv(_RECEIVE_BYTES)
        except OSError:
            return b""


Dispatch = Callable[[RpcConnection, int, str, list[Any]], None]


class RpcServer:
    """Accepts clients on a listening socket and hands their requests to `dispatch`.

    Args:
        listener: bound and listening; this object owns it from now on.
        dispatch: gets (connection, message id, method, arguments without the metadata); answers now or later.
    """

    def __init__(self, listener: socket.socket, dispatch: Dispatch) -> None:
        self._listener = listener
        self._dispatch = dispatch
        self._connections: set[RpcConnection] = set()
        self._lock = threading.Lock()
        self._accepter = threading.Thread(target=self._accept, name="rpc-accept", daemon=True)

    def start(self) -> None:
        """Accept clients from now on."""
        self._accepter.start()

    def stop(self) -> None:
        """Accept no more and hang up on all."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.close()
        self._accepter.join(timeout=2)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if len(self._connections) >= _MAX_CONNECTIONS:
                    _LOG.warning("refusing a client: %d are connected", _MAX_CONNECTIONS)
                    peer.close()
                    continue
                connection = RpcConnection(peer)
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), name="rpc", daemon=True).start()

    def _serve(self, connection: RpcConnection) -> None:
        try:
            for message_id, method, arguments in connection.requests():
                self._dispatch(connection, message_id, method, arguments)
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.release()


def _checked(message: Any) -> tuple[int, str, list[Any]]:
    """A request's id, method and arguments without the metadata in front.

    Raises:
        ValueError: not a request.
    """
    if not isinstance(message, list) or len(message) != 4 or message[0] != _REQUEST:
        raise ValueError(f"{message!r:.60} is no request")
    _, message_id, method, arguments = message
    if not isinstance(message_id, int) or not isinstance(method, str) or not isinstance(arguments, list):
        raise ValueError(f"{message!r:.60} is no request")
    return message_id, method, arguments[1:]
