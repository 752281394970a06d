"""Runs as pytest items: `pytest --moosetest 'tag:night'`. Nothing is collected, and nothing imported, unless asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from scenarios.suite.request import How, Job
    from scenarios.workers import Worker


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `moosetest suite` has, for the words that a test run needs."""
    group = parser.getgroup("moosetest", "drives of Moosetest")
    group.addoption("--moosetest", action="append", metavar="SELECT", help="cases as `moosetest suite` selects them")
    group.addoption("--moosetest-stack", default="fused", metavar="NAME", help="stack that drives [fused]")
    group.addoption("--moosetest-severity", action="append", type=float, metavar="S", help="repeatable [0 and 1]")
    group.addoption("--moosetest-seed", action="append", type=int, metavar="N", help="repeatable [0]")


def pytest_configure(config: pytest.Config) -> None:
    """With runs asked for and no paths named, the runs are all there is to collect."""
    if config.getoption("moosetest") and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add an item for each run that was asked for."""
    if config.getoption("moosetest"):
        items.extend(_items(session, config))


def _items(session: pytest.Session, config: pytest.Config) -> Iterator[pytest.Item]:
    from moosetest.config import ConfigError
    from moosetest.registry import UnknownNameError
    from scenarios.selection import select_cases
    from scenarios.suite.request import How, jobs_of
    from scenarios.workers import Worker

    severities = config.getoption("moosetest_severity") or [0.0, 1.0]
    how = How(stack=config.getoption("moosetest_stack"))
    try:
        how.check()
        jobs = jobs_of(
            select_cases(config.getoption("moosetest")), severities, config.getoption("moosetest_seed") or [0]
        )
    except (ConfigError, UnknownNameError) as error:
        raise pytest.UsageError(str(error.args[0])) from error
    worker = Worker()
    config.add_cleanup(worker.end)
    for job in jobs:
        yield RunItem.from_parent(session, name=f"moosetest[{job.name}]", job=job, how=how, worker=worker)


class RunItem(pytest.Item):
    """One run: it is driven in the setup, so that an inconclusive one is an error, and judged in the test."""

    def __init__(self, *, job: Job, how: How, worker: Worker, **given: Any) -> None:
        super().__init__(**given)
        self._job = job
        self._how = how
        self._worker = worker
        self._verdict: dict[str, Any] = {}

    def setup(self) -> None:
        """Drive."""
        from scenarios.suite.driving import drive_task, verdict_of

        result = self._worker.do(drive_task(self._job, self._how, None))
        self._verdict = verdict_of(self._job, self._how, result)
        if self._verdict["outcome"] == "inconclusive":
            pytest.fail(f"inconclusive: {self._verdict['why']}", pytrace=False)

    def runtest(self) -> None:
        """Judge."""
        if self._verdict["outcome"] == "fail":
            pytest.fail(self._verdict["why"], pytrace=False)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Named by its run, of no file."""
        return "moosetest", None, self.name
