"""All runs of a suite by several workers, each kept as it ends, with a bar that says how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenarios.code_version import code_version
from scenarios.suite.driving import drive_task, verdict_of
from scenarios.suite.request import Job, SuiteRequest
from scenarios.suite.store import SuiteStore
from scenarios.terminal import CountingBar
from scenarios.workers import Lost, done_by_children


def drive_all(request: SuiteRequest, store: SuiteStore, workers: int, quiet: bool) -> dict[Job, dict[str, Any]]:
    """The verdict of each job: kept ones as they are, the rest driven, each kept as it ends."""
    verdicts = {job: verdict for job in request.jobs if (verdict := store.finished(job)) is not None}
    todo = [job for job in request.jobs if job not in verdicts]
    store.begin()
    with CountingBar(quiet) as bar:
        task = bar.add_task("runs", total=len(todo))
        for job, verdict in _driven(todo, request, store, workers):
            verdicts[job] = verdict
            bar.update(task, advance=1, description=f"{job.name} {verdict['outcome']}")
    return verdicts


def _driven(
    jobs: list[Job], request: SuiteRequest, store: SuiteStore, workers: int
) -> Iterator[tuple[Job, dict[str, Any]]]:
    code = code_version()
    tasks = [drive_task(job, request.how, store.run_folder(job) if request.bundles else None) for job in jobs]
    for job, result in done_by_children(tasks, workers):
        if code_version() != code:  # part of the run may have been of the one, part of the other
            result = Lost("the code changed while it was driven")
        verdict = verdict_of(job, request.how, result)
        store.keep(job, verdict)
        yield job, verdict
