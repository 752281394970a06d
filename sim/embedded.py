"""The embedded CARLA server as a child process: started on a free port, always ended."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

import msgpack

READY_TIMEOUT_S = 30.0
"""A cold disk may take seconds to read the libraries; a server that is not there by then never will be."""
_READY = re.compile(r"ready on [\d.]+:(\d+)")
_FRAME = re.compile(r'^  File "(.+)", line (\d+) in (\S+)$', re.MULTILINE)
_ALL_LAYERS = 0xFFFF
_ASKED_TO_ANSWER = [False]
"""What CARLA's calls begin with."""
_LOG = logging.getLogger(__name__)


class ServerUnavailableError(ConnectionError):
    """No CARLA server answers, or the embedded one did not start: the harness failed, not the stack."""


class EmbeddedServer:
    """Runs `python -m sim.server` and knows its port; use as a context manager.

    Args:
        map_name: the map to start with.
        seed: of all sensor noise.
        recordings: folder of the recordings; by default one that goes with the server.
    """

    def __init__(self, map_name: str, seed: int = 0, recordings: Path | None = None) -> None:
        self._command = [sys.executable, "-m", "sim.server", "--port", "0", "--map", map_name, "--seed", str(seed)]
        self._command.append("--with-parent")
        self._recordings = recordings
        self._process: subprocess.Popen[str] | None = None
        self._resources = contextlib.ExitStack()
        self.port = 0

    def __enter__(self) -> EmbeddedServer:
        environment = dict(os.environ)
        house = str(Path(__file__).resolve().parents[1])
        environment["PYTHONPATH"] = os.pathsep.join([house, *filter(None, [environment.get("PYTHONPATH")])])
        # A file, not a pipe: nobody reads it while the server runs, and a full pipe would stop the server.
        errors = self._resources.enter_context(tempfile.TemporaryFile("w+"))
        folder = self._recordings or self._resources.enter_context(tempfile.TemporaryDirectory(prefix="moosetest-"))
        self._process = subprocess.Popen(
            [*self._command, "--recordings", str(folder)],
            stdin=subprocess.PIPE,  # closes when this process ends, however it ends: the server then stops too
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
        try:
            self.port = self._await_ready(errors)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def load(self, map_name: str) -> None:
        """Begin its world anew, on that map, with the settings that it has: a synchronous one does not start to run.

        Not by a client's `load_world`: a client that has heard of the old world and loads another crashes now and then.

        Raises:
            ServerUnavailableError: it does not answer, or has no such map.
        """
        unpacker = msgpack.Unpacker()
        try:
            with socket.create_connection(("127.0.0.1", self.port), READY_TIMEOUT_S) as connection:
                connection.sendall(
                    msgpack.packb([0, 0, "load_new_episode", [_ASKED_TO_ANSWER, map_name, False, _ALL_LAYERS]])
                )
                answer = None
                while answer is None:
                    data = connection.recv(65536)
                    if not data:
                        raise ServerUnavailableError("the embedded server hung up")
                    unpacker.feed(data)
                    answer = next(iter(unpacker), None)
        except OSError as error:
            raise ServerUnavailableError(f"the embedded server does not answer ({error})") from error
        if answer[3] != [[False]]:
            raise ServerUnavailableError(f"the embedded server cannot load {map_name!r}: {answer[2:]}")

    @property
    def process_id(self) -> int:
        """Of the running server, for those who watch its memory."""
        assert self._process is not None
        return self._process.pid

    def _await_ready(self, errors: IO[str]) -> int:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while (left_s := deadline_s - time.monotonic()) > 0:
                if not selector.select(left_s):
                    continue
                line = process.stdout.readline()
                if match := _READY.search(line):
                    if stood := _where_it_stood(errors):
                        _LOG.warning("the embedded server was slow to start: it stood at %s", stood)
                    return int(match.group(1))
                if not line:
                    process.wait()
                    errors.seek(0)
                    last = errors.read().strip().splitlines()[-1:] or ["no message"]
                    raise ServerUnavailableError(f"the embedded server did not start: {last[0]}")
        stood = _where_it_stood(errors) or "an unknown place"
        raise ServerUnavailableError(
            f"the embedded server was not ready after {READY_TIMEOUT_S:.0f} s: it stood at {stood}"
        )

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it; a second time does nothing."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._resources.close()
        self._process = None


_kept: list[EmbeddedServer] = []
"""The server that waits for the next session of this process; none while it is in use."""


@contextlib.contextmanager
def kept_server(map_name: str) -> Iterator[EmbeddedServer]:
    """A running server that is this user's alone, with a new world on `map_name`.

    A start costs more than most sessions. One server waits for the next user, and ends with the process; one whose user
    failed ends at once.

    Raises:
        ServerUnavailableError: it did not start.
    """
    server = _kept.pop() if _kept else EmbeddedServer(map_name)
    if server.is_running:
        server.load(map_name)
    else:
        server = EmbeddedServer(map_name).__enter__()
    try:
        yield server
    except BaseException:
        server.stop()
        raise
    if _kept or not server.is_running:
        server.stop()
        return
    _kept.append(server)


@atexit.register
def _stop_kept() -> None:
    while _kept:
        _kept.pop().stop()


def _where_it_stood(errors: IO[str]) -> str | None:
    """The innermost line of the main thread in what `faulthandler` wrote during a slow start, None if it did not."""
    errors.seek(0)
    main_thread = errors.read().rpartition("(most recent call first):")[2]
    frame = _FRAME.search(main_thread)
    if frame is None:
        return None
    file, line, function = frame.groups()
    return f"{file}:{line} in {function}"
