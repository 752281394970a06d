"""Where recordings are: a plain name goes to the server's folder, an absolute path where it says."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from sim.server.calls import CallError


def default_folder() -> Path:
    """`moosetest/recordings` among the user's data, as the XDG base directory specification places it."""
    data = os.environ.get("XDG_DATA_HOME", "")
    home = Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share"
    return home / "moosetest" / "recordings"


def recording_path(name: str, folder: Path) -> Path:
    """The file of a recording.

    Args:
        name: as the client gave it.
        folder: of recordings without an absolute path.

    Raises:
        CallError: a name that is none, or one that would lead out of the folder.
    """
    parts = PurePosixPath(name)
    if not name.strip() or not name.isprintable() or name.endswith("/"):
        raise CallError(f"recording {name!r:.60}: want the name of a file")
    if ".." in parts.parts or "\\" in name:
        raise CallError(f"recording {name!r:.60}: want a name in the server's folder, or an absolute path without '..'")
    return Path(name) if parts.is_absolute() else folder / name
