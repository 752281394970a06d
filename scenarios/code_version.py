"""Which code a drive ran: every file of the house and of the packages that plug into it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

HOUSE = ("fusion", "moosetest", "perception", "planning", "scenarios", "sim")
PLUG_INS = "moosetest."
"""Begins the groups of entry points by which other packages add cases and detectors."""


def code_version(*packages: str) -> str:
    """16 hex digits that change with any file of these packages, weights among them.

    Args:
        packages: dotted names; none for the whole house and what plugs into it.
    """
    total = sha256()
    for package in sorted(packages or {*HOUSE, *_plugged_in()}):
        for name, path in _files(package):
            total.update(f"{name}:{file_digest(path)};".encode())
    return total.hexdigest()[:16]


def file_digest(path: Path) -> str:
    """16 hex digits of a file's bytes."""
    return sha256(path.read_bytes()).hexdigest()[:16]


def _plugged_in() -> Iterator[str]:
    points = entry_points()
    for group in points.groups:
        if group.startswith(PLUG_INS):
            yield from (point.module.partition(".")[0] for point in points.select(group=group))


def _files(package: str) -> Iterator[tuple[str, Path]]:
    spec = find_spec(package)
    if spec is None:
        return
    for folder in map(Path, spec.submodule_search_locations or ()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{package}/{path.relative_to(folder)}", path
    if not spec.submodule_search_locations and spec.origin:
        yield package, Path(spec.origin)
