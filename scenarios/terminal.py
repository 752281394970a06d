"""Where text for people goes."""

from __future__ import annotations

from rich.console import Console

PIPE_WIDTH = 160
"""A pipe has no width of its own: wide enough that no name of a table is broken."""


def console() -> Console:
    """Standard output, without colouring of numbers; as wide as the terminal, or as a table needs."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=PIPE_WIDTH)
