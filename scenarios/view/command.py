"""`moosetest view`: read bundles, make the recording, serve it until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from scenarios.view.divergence import DECISION, divergences
from scenarios.view.drive_log import DriveLog, read_drive
from scenarios.view.recording import save_drives
from scenarios.view.serve import RECORDING, ViewServer, viewer_files
from scenarios.view.story import marks, opening_s
from scenarios.view.summary import outcome, title

_ENDING = (signal.SIGINT, signal.SIGTERM)


def save(folders: Sequence[Path], path: Path, as_json: bool) -> None:
    """Write the recording of one or two runs, for any Rerun viewer.

    Raises:
        ConfigError: a folder that is no bundle.
    """
    logs = [read_drive(folder) for folder in folders]
    path.parent.mkdir(parents=True, exist_ok=True)
    save_drives(logs, path)
    print(json.dumps({"recording": str(path), "runs": _told(logs)}) if as_json else f"recording: {path}")


def view(folders: Sequence[Path], port: int, opens: bool, as_json: bool) -> None:
    """Show one or two runs in a browser, until Ctrl-C.

    Raises:
        ConfigError: a folder that is no bundle.
        ViewerUnavailableError: Rerun hands out no viewer.
        PortTakenError: the port is not to be had.
    """
    for number in _ENDING:
        signal.signal(number, _end_once)
    logs = [read_drive(folder) for folder in folders]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:
        files = beside.submit(viewer_files)
        save_drives(logs, Path(folder) / RECORDING)
        with ViewServer(Path(folder) / RECORDING, files.result(), port) as server:
            url = f"{server.url}?at={_opening_s(logs):g}"
            _tell(logs, url, as_json)
            if opens and _has_screen():
                webbrowser.open(url)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                return


def _end_once(*_: object) -> NoReturn:
    """Who presses Ctrl-C again and again does not disturb the tidying up."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _opening_s(logs: Sequence[DriveLog]) -> float:
    """The moment to look at first: what a run is about, or where two runs part, in deeds before mere numbers."""
    if len(logs) == 1:
        return opening_s(marks(logs[0]))
    found = sorted(divergences(*logs), key=lambda d: d.what != DECISION)
    return found[0].t_s if found else 0.0


def _tell(logs: Sequence[DriveLog], url: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"url": url, "runs": _told(logs)}), flush=True)
        return
    for log in logs:
        print(f"{title(log)}: {outcome(log)}")
    print(f"{url}  (Ctrl-C ends it)", flush=True)


def _told(logs: Sequence[DriveLog]) -> list[dict[str, Any]]:
    return [{"folder": str(log.folder), "title": title(log), "outcome": outcome(log)} for log in logs]


def _has_screen() -> bool:
    """Without one, a browser for terminals might start in this very terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
