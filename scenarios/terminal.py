"""Where text for people goes."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

PIPE_WIDTH = 160
"""A pipe has no width of its own: wide enough that no name of a table is broken."""


def console() -> Console:
    """Standard output, without colouring of numbers; as wide as the terminal, or as a table needs."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


class CountingBar(Progress):
    """A bar for work that is counted: what is done, how many of how many, the time left; gone in the end.

    It goes to standard error, so that what is piped on has no bar in it. Where that is no terminal, as in the log
    of a CI, it gets a line for every tenth of the work instead.
    """

    def __init__(self, quiet: bool) -> None:
        errors = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        super().__init__(*columns, console=errors, disable=quiet or not errors.is_terminal, transient=True)
        self._tells_lines = not quiet and not errors.is_terminal
        self._tenths: dict[TaskID, int] = {}

    def advance(self, task_id: TaskID, advance: float = 1.0) -> None:
        """Count so many more as done."""
        super().advance(task_id, advance)
        self._tell(task_id)

    def update(self, task_id: TaskID, **changed: Any) -> None:
        """Change what `Progress.update` changes."""
        super().update(task_id, **changed)
        self._tell(task_id)

    def _tell(self, task_id: TaskID) -> None:
        task = self._tasks[task_id]
        tenths = int(10.0 * task.completed / task.total) if task.total else 0
        if not self._tells_lines or tenths <= self._tenths.get(task_id, 0):
            return
        self._tenths[task_id] = tenths
        gone_s = task.elapsed or 0.0
        left_s = gone_s * (task.total or 0.0) / task.completed - gone_s
        gone, left = (str(timedelta(seconds=round(seconds))) for seconds in (gone_s, left_s))
        print(f"{task.description}: {task.completed:g} of {task.total:g}, {gone} gone, {left} left", file=sys.stderr)
