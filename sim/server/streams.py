"""The streams of sensors and world state: subscribers, their backlog, and no frame lost after `listen()`."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

_LOG = logging.getLogger(__name__)
Buffer = bytes | bytearray | memoryview

_TOKEN = struct.Struct("<IHBB16s")
_TCP = 1
_ADDRESS_NOT_SET = 0  # the client then uses the host it was made with
_SIZE = struct.Struct("<I")
_STREAM_ID = struct.Struct("<I")
_SEND_BUFFER_BYTES = 1 << 22
_MAX_BACKLOG = 4
"""Messages a slow client may be behind: after that a synchronous world waits and an asynchronous one drops."""
PATIENCE_S = 60.0
"""A client that has taken no byte for so long is not slow but stopped: the world waits for it no more."""


class Subscriber:
    """One connection of one stream: sends what fits at once, keeps the rest for the stream thread."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self.stream_id: int | None = None
        self.closed = False
        self._greeting = b""
        self._backlog: deque[memoryview] = deque()
        self._messages_behind: deque[int] = deque()
        self._drained = threading.Condition()
        self._stalled = False
        self.patience_s = PATIENCE_S

    def read(self) -> bool:
        """Take what the client sent: its stream id, and later nothing. False when it has gone."""
        try:
            data = self.peer.recv(4096)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if self.stream_id is None:
            self._greeting += data
            if len(self._greeting) >= _STREAM_ID.size:
                self.stream_id = _STREAM_ID.unpack_from(self._greeting)[0]
        return bool(data)

    def push(self, parts: Sequence[Buffer], wait: bool) -> bool:
        """Send a message of several parts.

        Args:
            parts: one message; kept by reference until sent, so they must not change.
            wait: wait while the client is too far behind, else drop the message then.

        Returns:
            True if something is left for `flush`.
        """
        with self._drained:
            if wait and not self._stalled:
                self._wait_for_room()
            if self.closed or len(self._messages_behind) >= _MAX_BACKLOG:
                return False
            views = [memoryview(part).cast("B") for part in parts if len(part)]
            size = sum(view.nbytes for view in views)
            self._backlog.extend([memoryview(_SIZE.pack(size)), *views])
            self._messages_behind.append(len(views) + 1)
            return len(self._messages_behind) > 1 or self._send()

    def flush(self) -> bool:
        """Send what fits now; True if something is left."""
        with self._drained:
            return self._send()

    def close(self) -> None:
        """Hang up; lets a waiting `push` go."""
        with self._drained:
            self.closed = True
            self._backlog.clear()
            self._messages_behind.clear()
            self._drained.notify_all()
        self.peer.close()

    def _wait_for_room(self) -> None:
        """Until the client has caught up, or is gone, or has taken nothing for `patience_s`."""
        while not self.closed and len(self._messages_behind) >= _MAX_BACKLOG:
            if not self._drained.wait(self.patience_s):
                _LOG.warning(
                    "stream %s: a client takes nothing any more, it loses messages from now on", self.stream_id
                )
                self._stalled = True
                return

    def _send(self) -> bool:
        while self._backlog and not self.closed:
            try:
                sent = self.peer.sendmsg(list(self._backlog)[:16])
            except BlockingIOError:
                return True
            except OSError:
                self._backlog.clear()
                self._messages_behind.clear()
                self._drained.notify_all()
                return False
            self._drop(sent)
        return False

    def _drop(self, sent_bytes: int) -> None:
        """Forget the first `sent_bytes` of the backlog; tells who waits that the client reads."""
        self._stalled = False
        self._drained.notify_all()
        while self._backlog and sent_bytes >= self._backlog[0].nbytes:
            sent_bytes -= self._backlog.popleft().nbytes
            self._messages_behind[0] -= 1
            if self._messages_behind[0] == 0:
                self._messages_behind.popleft()
        if sent_bytes:
            self._backlog[0] = self._backlog[0][sent_bytes:]


class StreamServer:
    """Accepts subscribers on a listening socket and publishes to them.

    One thread accepts, reads and sends what did not fit; `publish` itself never blocks on one slow client's socket.
    A connection is closed only when its client has closed it: a client whose stream is cut connects again at once,
    for ever.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._port: int = listener.getsockname()[1]
        self._wake_in: socket.socket | None = None
        self._changed = threading.Condition()
        self._by_stream: dict[int, list[Subscriber]] = {}
        self._expected: dict[int, list[float]] = {}
        self._state: dict[int, bytes] = {}
        self._unsent: set[Subscriber] = set()
        self._last_stream_id = 0
        self._patience_s: dict[int, float] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="streams", daemon=True)

    def start(self) -> None:
        """Accept subscribers from now on."""
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._thread.start()

    def stop(self) -> None:
        """Accept no more and hang up on all, after `start`."""
        self._stopping = True
        self._wake()
        self._thread.join(timeout=2)

    def new_stream(self, patience_s: float = PATIENCE_S) -> int:
        """A stream id that nobody had; lossless, it waits `patience_s` for a client that takes nothing."""
        self._last_stream_id += 1
        if patience_s != PATIENCE_S:
            self._patience_s[self._last_stream_id] = patience_s
        return self._last_stream_id

    def token(self, stream_id: int) -> bytes:
        """The 24 bytes that tell a client where to connect for a stream."""
        return _TOKEN.pack(stream_id, self._port, _TCP, _ADDRESS_NOT_SET, b"")

    def expect(self, stream_id: int, timeout_s: float = 1.0) -> None:
        """Remember that a client is about to connect for a stream: `await_expected` waits for it."""
        with self._changed:
            self._expected.setdefault(stream_id, []).append(time.monotonic() + timeout_s)

    def await_expected(self) -> None:
        """Wait until all expected clients have connected, or their time is over."""
        with self._changed:
            while self._expected and not self._stopping:
                now = time.monotonic()
                left = {k: [t for t in times if t > now] for k, times in self._expected.items()}
                self._expected = {k: times for k, times in left.items() if times}
                if self._expected:
                    first = min(min(times) for times in self._expected.values())
                    self._changed.wait(max(0.0, first - now))

    def has_subscribers(self, stream_id: int) -> bool:
        """Whether anyone listens."""
        return bool(self._by_stream.get(stream_id))

    def subscribed_streams(self) -> list[int]:
        """Ids of the streams that someone listens to."""
        with self._changed:
            return sorted(self._by_stream)

    def keep_state(self, stream_id: int, state: bytes) -> None:
        """Whoever subscribes from now on gets this message at once: a standing world can be seen."""
        with self._changed:
            self._state[stream_id] = state

    def publish(self, stream_id: int, parts: Sequence[Buffer], wait: bool) -> None:
        """Send one message to all who listen; `parts` must not change afterwards.

        Args:
            stream_id: which stream.
            parts: one message in pieces.
            wait: True loses no message and waits for slow clients, False drops for them.
        """
        for subscriber in tuple(self._by_stream.get(stream_id, ())):
            if subscriber.push(parts, wait):
                self._unsent.add(subscriber)
                self._wake()

    def _wake(self) -> None:
        if self._wake_in is not None:
            with contextlib.suppress(OSError):  # full is as good: the thread has not read what woke it
                self._wake_in.send(b"\0")

    def _run(self) -> None:
        while not self._stopping:
            for key, events in self._selector.select():
                self._handle(key.fileobj, events)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, Subscriber):
                key.data.close()
        self._selector.close()
        wake_in, self._wake_in = self._wake_in, None
        for ours in (self._listener, wake_in, self._wake_out):
            if ours is not None:
                ours.close()

    def _handle(self, source: Any, events: int) -> None:
        if source is self._listener:
            self._accept()
        elif source is self._wake_out:
            with contextlib.suppress(OSError):
                self._wake_out.recv(4096)
            while self._unsent:
                self._watch_writing(self._unsent.pop(), True)
        else:
            self._serve(self._selector.get_key(source).data, events)

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError:
            return
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self._selector.register(peer, selectors.EVENT_READ, Subscriber(peer))

    def _serve(self, subscriber: Subscriber, events: int) -> None:
        if events & selectors.EVENT_WRITE and not subscriber.flush():
            self._watch_writing(subscriber, False)
        if not events & selectors.EVENT_READ:
            return
        unknown = subscriber.stream_id is None
        if not subscriber.read():
            self._forget(subscriber)
        elif unknown and subscriber.stream_id is not None:
            self._subscribe(subscriber, subscriber.stream_id)

    def _watch_writing(self, subscriber: Subscriber, writing: bool) -> None:
        if not subscriber.closed:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0)
            self._selector.modify(subscriber.peer, events, subscriber)

    def _subscribe(self, subscriber: Subscriber, stream_id: int) -> None:
        subscriber.patience_s = self._patience_s.get(stream_id, PATIENCE_S)
        with self._changed:
            others = self._by_stream.get(stream_id, [])
            self._by_stream[stream_id] = [*others, subscriber]
            state = self._state.get(stream_id)
            if state is not None and subscriber.push((state,), wait=False):
                self._unsent.add(subscriber)
                self._wake()
            waited_for = self._expected.get(stream_id)
            if waited_for:
                waited_for.pop(0)
                if not waited_for:
                    del self._expected[stream_id]
            self._changed.notify_all()

    def _forget(self, subscriber: Subscriber) -> None:
        self._selector.unregister(subscriber.peer)
        with self._changed:
            if subscriber.stream_id is not None:
                others = [s for s in self._by_stream.pop(subscriber.stream_id, []) if s is not subscriber]
                if others:
                    self._by_stream[subscriber.stream_id] = others
        subscriber.close()
