"""Writes a recording, frame by frame, so that it can be read up to the last frame whatever ends the server."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

from sim.server.recorder.packets import DURATION_OFFSET, F64, FRAME, MAGIC, U16, VERSION, Kind, packet, text

_DATE = struct.Struct("<q")


class LogWriter:
    """A recording that is being written: each frame goes to the file at once, in one piece.

    Args:
        path: of the file; its folder is made. A file that is no recording is not overwritten.
        map_name: of the world.
        date_s: seconds since 1970.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, map_name: str, date_s: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not to wait for a reader, if it is a pipe.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
        try:
            _check_it_may_go(self._file)
            os.ftruncate(self._file, 0)
            self._end = 0
            self._write(U16.pack(VERSION) + text(MAGIC) + _DATE.pack(date_s) + text(map_name))
        except OSError:
            os.close(self._file)
            raise
        self.path = path
        self._frames = 0
        self._elapsed_s = 0.0
        self._last_duration: tuple[int, float] | None = None

    def write_frame(self, delta_s: float, packets: bytes) -> None:
        """Add a frame; the first one is at time 0, the others `delta_s` after the one before.

        Raises:
            OSError: the disk is full, or gone; the file keeps its whole frames.
        """
        if self._frames:
            self._elapsed_s += delta_s
        self._correct_last_duration(delta_s)
        start = packet(Kind.FRAME_START, FRAME.pack(self._frames + 1, delta_s, self._elapsed_s))
        at = self._end
        self._write(start + packets + packet(Kind.FRAME_END))
        self._last_duration = (at + DURATION_OFFSET, delta_s)
        self._frames += 1

    def close(self) -> None:
        """No more frames."""
        os.close(self._file)

    def _correct_last_duration(self, delta_s: float) -> None:
        """A frame lasts until the next: it was written as long as the step before it."""
        if self._last_duration is not None and self._last_duration[1] != delta_s:
            os.pwrite(self._file, F64.pack(delta_s), self._last_duration[0])

    def _write(self, data: bytes) -> None:
        """Add at the end; what could not be added as a whole is taken away again."""
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self._file, data[done:], self._end + done)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(data)


def _check_it_may_go(file: int) -> None:
    """Only an empty file or a recording may be overwritten.

    Raises:
        OSError: it is something else.
    """
    if not stat.S_ISREG(os.fstat(file).st_mode):
        raise OSError("it is not a file")
    begin = os.pread(file, 4 + len(MAGIC), 0)
    if begin and not begin[4:] == MAGIC.encode():
        raise OSError("there is a file that is no recording: it is not overwritten")
