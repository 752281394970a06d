"""Reads a recording without trust: whatever the file holds, the answer is its frames or one line of what is wrong."""

from __future__ import annotations

import math
import os
import stat
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from moosetest.timing import ns_from_s
from sim.server.recorder.packets import FRAME, KIND_IN_VERSION_2, MAGIC, PACKET, ROWS, U16, Kind

_WINDOW_BYTES = 1 << 20
_MAX_PAYLOAD_BYTES = 1 << 26
"""65,535 rows of the largest type take 8 MB, walkers' bones some hundred bytes a bone."""
_MAX_FRAMES = 4_000_000
"""55 hours at 20 Hz; 100 MB of index."""
_MAX_ELAPSED_S = 1e9
_KNOWN = frozenset(Kind)


class LogError(ValueError):
    """A file that is no recording, or a broken one: where and what, in one line."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a recording says of itself."""

    version: int
    map_name: str
    date_s: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame: its number, when it is and how long, and where its packets are in the file."""

    number: int
    elapsed_ns: int
    elapsed_s: float
    duration_s: float
    begin: int
    end: int


class LogReader:
    """A recording, with the places of its frames; a context manager that closes the file.

    Args:
        path: of the file.

    Raises:
        LogError: no such file, or it is not a recording.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn = ""
        self._frame_begin, self._frame_end = array("q"), array("q")
        self._window, self._window_at = b"", 0
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise LogError(f"recording {path} cannot be read: {_reason(error)}") from error
        try:
            status = os.fstat(self._file)
            if not stat.S_ISREG(status.st_mode):
                raise LogError(f"recording {path} cannot be read: it is not a file")
            self._size = status.st_size
            self.header, first = self._read_header()
            self._find_frames(first)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> LogReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Number of whole frames."""
        return len(self._frame_end)

    def close(self) -> None:
        """No more reading."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def frame(self, index: int) -> Frame:
        """A frame by its place, from 0."""
        begin = self._frame_begin[index]
        number, duration_s, elapsed_s = FRAME.unpack(self._bytes(begin - FRAME.size, FRAME.size))
        return Frame(number, ns_from_s(elapsed_s), elapsed_s, duration_s, begin, self._frame_end[index])

    def packets(self, frame: Frame) -> Iterator[tuple[Kind, bytes]]:
        """The packets of a frame whose kinds are known, in the order of the file.

        Raises:
            LogError: one that is too long to be true.
        """
        at = frame.begin
        while at < frame.end:
            number, length = PACKET.unpack(self._bytes(at, PACKET.size))
            kind = KIND_IN_VERSION_2.get(number, number) if self.header.version >= 2 else number
            if kind in _KNOWN:
                if length > _MAX_PAYLOAD_BYTES:
                    raise LogError(f"recording {self.path}: byte {at}: packet of {length} bytes")
                yield Kind(kind), self._bytes(at + PACKET.size, length)
            at += PACKET.size + length

    def _read_header(self) -> tuple[Header, int]:
        begin = self._bytes(0, min(self._size, 4 + len(MAGIC)))
        if begin[4:] != MAGIC.encode():
            raise LogError(f"{self.path} is not a CARLA recording")
        at = len(begin)
        try:
            date_s = struct.unpack("<q", self._bytes(at, 8))[0]
            length = U16.unpack(self._bytes(at + 8, 2))[0]
            map_name = self._bytes(at + 10, length).decode("utf-8", "replace")
        except LogError as error:
            raise LogError(f"recording {self.path} ends within its header") from error
        return Header(U16.unpack(begin[:2])[0], map_name, date_s), at + 10 + length

    def _find_frames(self, at: int) -> None:
        """Go from packet to packet; a frame counts when its end is there."""
        began, elapsed_s = 0, 0.0
        while at < self._size:
            if at + PACKET.size > self._size:
                break
            kind, length = PACKET.unpack(self._bytes(at, PACKET.size))
            after = at + PACKET.size + length
            if (kind == Kind.FRAME_START) != (not began) or len(self._frame_end) >= _MAX_FRAMES:
                raise LogError(f"recording {self.path} is broken: byte {at}: no frame where one should begin or end")
            if after > self._size:
                break
            if kind == Kind.FRAME_START:
                elapsed_s = self._checked_start(at, length, elapsed_s)
                began = after
            elif kind == Kind.FRAME_END:
                self._frame_begin.append(began)
                self._frame_end.append(at)
                began = 0
            at = after
        if at < self._size or began:
            self.torn = f"the file ends within a frame, after {len(self)} whole ones"

    def _checked_start(self, at: int, length: int, last_s: float) -> float:
        if length == FRAME.size:
            _, duration_s, elapsed_s = FRAME.unpack(self._bytes(at + PACKET.size, FRAME.size))
            if math.isfinite(duration_s) and last_s <= elapsed_s <= _MAX_ELAPSED_S:
                return float(elapsed_s)
        raise LogError(f"recording {self.path} is broken: byte {at}: a frame without a time that goes on")

    def _bytes(self, at: int, count: int) -> bytes:
        """So many bytes, from the window that was read last if they are there."""
        if not self._window_at <= at <= at + count <= self._window_at + len(self._window):
            try:
                self._window = os.pread(self._file, max(count, _WINDOW_BYTES), at)
            except OSError as error:
                raise LogError(f"recording {self.path} cannot be read: {_reason(error)}") from error
            self._window_at = at
            if len(self._window) < count:
                raise LogError(f"recording {self.path} has become shorter while it was read")
        return self._window[at - self._window_at : at - self._window_at + count]


def table(kind: Kind, payload: bytes) -> NDArray[np.void]:
    """The rows of a packet.

    Raises:
        LogError: a length that does not fit their number.
    """
    row = ROWS[kind]
    if len(payload) < U16.size or len(payload) - U16.size != U16.unpack_from(payload)[0] * row.itemsize:
        raise LogError(f"packet {kind.name}: {len(payload)} bytes, want a count and rows of {row.itemsize}")
    return np.frombuffer(payload, row, offset=U16.size)


class Fields:
    """Reads values one after the other from a payload; LogError when it is too short."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._at = 0

    def take(self, layout: struct.Struct) -> tuple[float | int, ...]:
        """The values of a struct."""
        if self._at + layout.size > len(self._payload):
            raise LogError("a packet ends within a value")
        values = layout.unpack_from(self._payload, self._at)
        self._at += layout.size
        return values

    def count(self, layout: struct.Struct, least_bytes: int) -> int:
        """A number of items of at least so many bytes each: more than can follow is an error."""
        number = int(self.take(layout)[0])
        if number * least_bytes > len(self._payload) - self._at:
            raise LogError(f"a packet says it has {number} items, and ends before")
        return number

    def text(self) -> str:
        """A string."""
        length = self.count(U16, 1)
        self._at += length
        return self._payload[self._at - length : self._at].decode("utf-8", "surrogateescape")


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
