"""Work done in child processes that are watched: one that crashes or hangs costs its own task and no other."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

T = TypeVar("T")

FAREWELL_S = 10.0
"""For a child that leaves: its server gets half of this."""


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """`function(*arguments)`, to be over `limit_s` seconds after it began; `subject` says for whom it is done."""

    subject: T
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    limit_s: float


@dataclass(frozen=True, slots=True)
class Lost:
    """In place of a result: why there is none."""

    why: str


def free_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def done_by_children(tasks: Iterable[Task[T]], workers: int) -> Iterator[tuple[T, Any]]:
    """Do all tasks, `workers` at a time; yields each subject with its result, or with a `Lost`, as they end.

    Several workers share the cores out among them: each keeps to its own, and what it starts does, too.

    Raises:
        Exception: what a task raised, as it is raised.
    """
    waiting = deque(tasks)
    crew = [Worker(cores) for cores in _shares(min(workers, len(waiting)))]
    at: dict[Worker, T] = {}
    try:
        while waiting or at:
            for worker in crew:
                if worker not in at and waiting:
                    task = waiting.popleft()
                    at[worker] = task.subject
                    worker.begin(task)
            for worker in _ready(at):
                subject = at.pop(worker)
                yield subject, worker.finish()
    finally:
        for worker in crew:
            worker.end()


class Worker:
    """A child process that does one task at a time, and is made anew when it was lost.

    Args:
        cores: those that it keeps to, with all that it starts.
    """

    def __init__(self, cores: frozenset[int] | None = None) -> None:
        self._cores = frozenset(os.sched_getaffinity(0)) if cores is None else cores
        self._process: Any = None
        self._pipe: Connection[Any, Any] | None = None
        self._deadline_s = 0.0
        self._limit_s = 0.0
        self._is_busy = False

    def do(self, task: Task[Any]) -> Any:
        """Begin it, wait for it, give what `finish` gives."""
        self.begin(task)
        while not _ready([self]):
            pass
        return self.finish()

    def begin(self, task: Task[Any]) -> None:
        """Have the child start on it."""
        if self._process is None:
            self._start()
        self._is_busy = True
        self._limit_s = task.limit_s
        self._deadline_s = time.monotonic() + task.limit_s
        self.pipe.send((task.function, task.arguments))

    @property
    def pipe(self) -> Connection[Any, Any]:
        """Readable when the task is over, or the child dead."""
        assert self._pipe is not None
        return self._pipe

    @property
    def left_s(self) -> float:
        """Until the task has to be over."""
        return max(0.0, self._deadline_s - time.monotonic())

    def finish(self) -> Any:
        """The result of a task that is over or out of time, a `Lost` where there is none.

        Raises:
            Exception: what the task raised.
        """
        if not self.pipe.poll():
            self.end()
            return Lost(f"not over after {self._limit_s:.0f} s")
        try:
            raised, result = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            why = _last_words(self._process.exitcode)
            self.end()
            return Lost(why)
        self._is_busy = False
        if raised:
            raise result
        return result

    def end(self) -> None:
        """End the child: one that has nothing to do may put away what it kept, any other is killed."""
        if self._process is not None:
            self.pipe.close()
            self._process.join(0.0 if self._is_busy else FAREWELL_S)
            self._process.kill()
            self._process.join()
            self._process = self._pipe = None
            self._is_busy = False

    def _start(self) -> None:
        spawning = multiprocessing.get_context("spawn")  # a fork would share the parent's threads' locks and its GL
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(theirs, self._cores), daemon=True)
        self._process.start()
        theirs.close()


def _serve(pipe: Connection[Any, Any], cores: frozenset[int]) -> None:
    """The child: does what comes through the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its children
    os.dup2(2, 1)  # standard output is the parent's alone: it may be writing JSON there
    os.sched_setaffinity(0, cores)
    parent = multiprocessing.parent_process()
    assert parent is not None
    # A parent that was killed cannot end its children: they see it go, and so does what they have started.
    threading.Thread(target=_end_after, args=(parent,), daemon=True).start()
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            answer = (False, function(*arguments))
        except Exception as error:
            answer = (True, error)
        pipe.send(answer)


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _ready(workers: Iterable[Worker]) -> list[Worker]:
    """Those whose task is over or out of time, after waiting for the first."""
    busy = list(workers)
    over = wait([worker.pipe for worker in busy], timeout=min(worker.left_s for worker in busy))
    return [worker for worker in busy if worker.pipe in over or not worker.left_s]


def _shares(workers: int) -> list[frozenset[int]]:
    cores = sorted(os.sched_getaffinity(0))
    return [frozenset(cores[number % len(cores) :: workers]) for number in range(workers)]


def _last_words(exit_code: int) -> str:
    if exit_code < 0:
        return f"the process that drove it was ended by {signal.Signals(-exit_code).name}"
    return f"the process that drove it ended with exit code {exit_code}"
