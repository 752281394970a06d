"""The maps of a user's folder: every .xodr file in it is a map by the file's name."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "MOOSETEST_MAPS"
"""Environment variable that names the folder; processes that are started here see the same maps."""


def folder_maps() -> dict[str, Path]:
    """The files by map name, sorted; none when no folder is named.

    Raises:
        ValueError: the folder is none.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return {}
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise ValueError(f"folder of maps {named!r}: not a folder; want one with .xodr files")
    return {file.stem: file for file in sorted(folder.glob("*.xodr")) if file.is_file()}
