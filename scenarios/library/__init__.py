"""The edge cases, one file a family of cues; every module in here registers its cases when it is imported."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

ENTRY_POINTS = "moosetest.cases"
"""Group under which other packages name modules that register cases of their own."""


@cache
def load() -> None:
    """Import all modules that register cases, once."""
    for module in sorted(iter_modules(__path__, f"{__name__}."), key=lambda m: m.name):
        import_module(module.name)
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda e: e.name):
        entry.load()
