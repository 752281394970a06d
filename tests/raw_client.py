"""Calls and world states without CARLA's own client: for what that client would not do, or not survive."""

from __future__ import annotations

import socket
import struct
from typing import Any

import msgpack


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
        return self.connect(self.token())

    def token(self) -> bytes:
        """Where the world states are to be heard."""
        token = self.call("get_episode_info")[0][1][1][0]
        return self.call("get_sensor_token", struct.unpack_from("<I", token)[0])[0][1][0]

    def connect(self, token: bytes) -> socket.socket:
        """Listen where a token says."""
        stream_id, port = struct.unpack_from("<IH", token)
        peer = socket.create_connection(("127.0.0.1", port), timeout=20)
        peer.sendall(struct.pack("<I", stream_id))
        return peer

    def close(self) -> None:
        self.state.close()
        self._peer.close()
