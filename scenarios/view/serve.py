"""Serves a recording and Rerun's web viewer to this machine alone, under a policy that lets the page call nobody."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.request import urlopen

HOST = "127.0.0.1"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
RECORDING = "drive.rrd"
_PAGE = Path(__file__).parent / "page"
_VIEWER = ("re_viewer.js", "re_viewer_bg.wasm")
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm"}
READY_S = 60.0
"""Rerun's own server is up after one second or two; longer is never."""
_READY = re.compile(r"web-viewer at (http://[\d.]+:\d+)")


class ViewerUnavailableError(RuntimeError):
    """The installed Rerun has no web viewer that could be served."""


class PortTakenError(RuntimeError):
    """Somebody else listens there, or nobody may."""


def viewer_files() -> dict[str, bytes]:
    """The web viewer's script and program, as the installed Rerun has them.

    They are inside of its library, and only its own server hands them out: it runs for as long as that takes.

    Raises:
        ViewerUnavailableError: it does not.
    """
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "rerun", "--serve-web", "--bind", HOST, "--web-viewer-port", "0"]
        # Given a recording's address it starts no server of recordings beside that of pages.
        command.append(f"http://{HOST}/{RECORDING}")
        server = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_silent(Path(home)),
            start_new_session=True,
        )
        too_late = Timer(READY_S, _kill, [server])
        too_late.start()
        try:
            address = _address(server)
            return {name: _get(f"{address}/{name}") for name in _VIEWER}
        except OSError as error:
            raise ViewerUnavailableError(f"the web viewer of rerun-sdk could not be read ({error})") from error
        finally:
            too_late.cancel()
            _kill(server)
            server.communicate()


def _kill(server: subprocess.Popen[str]) -> None:
    # The command runs a program of its own: both are of one group.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)


def _silent(home: Path) -> dict[str, str]:
    """An environment in which Rerun finds that its user has turned its reports off."""
    config = home / "rerun" / "analytics.json"
    config.parent.mkdir()
    config.write_text(
        json.dumps(
            {
                "analytics_enabled": False,
                "analytics_id": "",
                "metadata": {},
                "config_file_path": str(config),
                "data_dir_path": str(home / "data"),
            }
        )
    )
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}


def _address(server: subprocess.Popen[str]) -> str:
    said = []
    assert server.stdout is not None, "it is a pipe"
    for line in server.stdout:
        said.append(line)
        if match := _READY.search(line):
            return match.group(1)
    raise ViewerUnavailableError(f"rerun-sdk serves no web viewer: {''.join(said[-3:])}")


def _get(url: str) -> bytes:
    with urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


class ViewServer(ThreadingHTTPServer):
    """The page, the viewer and one recording at `url`, until it is closed.

    Args:
        recording: an .rrd file.
        viewer: what `viewer_files` gave.
        port: 0 is any free one.

    Raises:
        PortTakenError: the port is not to be had.
    """

    daemon_threads = True

    def __init__(self, recording: Path, viewer: Mapping[str, bytes], port: int) -> None:
        pages = {path.name: path.read_bytes() for path in _PAGE.iterdir()}
        try:
            super().__init__((HOST, port), partial(_Handler, {**pages, **viewer}, recording))
        except OSError as error:
            raise PortTakenError(f"--port {port}: {error.strerror}; want a free one, 0 finds it") from error

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who closes the page while it loads is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, files: Mapping[str, bytes], recording: Path, *args: object) -> None:
        self._files = files
        self._recording = recording
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """One of a few files, to who asks for this machine: a page from elsewhere cannot pretend to be it."""
        name = self.path.partition("?")[0].removeprefix("/") or "index.html"
        if self.headers.get("Host", "").rpartition(":")[0] not in (HOST, "localhost"):
            self.send_error(403)
        elif name == RECORDING:
            self._send_recording()
        elif name in self._files:
            self._head(_TYPES[Path(name).suffix], len(self._files[name]))
            self.wfile.write(self._files[name])
        else:
            self.send_error(404)

    def _send_recording(self) -> None:
        self._head("application/octet-stream", self._recording.stat().st_size)
        with self._recording.open("rb") as file:
            while piece := file.read(1 << 20):
                self.wfile.write(piece)

    def _head(self, content_type: str, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody wants to read of each file."""
