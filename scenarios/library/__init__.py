"""The edge cases, one file a family of cues; every module in here registers its cases when it is imported."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules

from moosetest.config import ConfigError

ENTRY_POINTS = "moosetest.cases"
"""Group under which other packages name modules that register cases of their own."""


@cache
def load() -> None:
    """Import all modules that register cases, once.

    Raises:
        ConfigError: a module of another package cannot be imported; the message says which and why.
    """
    for module in sorted(iter_modules(__path__, f"{__name__}."), key=lambda m: m.name):
        import_module(module.name)
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda e: e.name):
        _load_from_outside(entry)


def _load_from_outside(entry: EntryPoint) -> None:
    try:
        entry.load()
    except Exception as error:  # whatever somebody's own code can raise
        package = f" of {entry.dist.name}" if entry.dist else ""
        why = f"{type(error).__name__}: {error}"
        raise ConfigError(f"case module {entry.value}{package} cannot be imported: {why}") from error
