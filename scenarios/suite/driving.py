"""One run of a suite: driven in a child that is watched, with a verdict whatever becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError
from scenarios.drive.loop import drive, unfinished
from scenarios.suite.request import How, Job
from scenarios.workers import Lost, Task

START_LIMIT_S = 60.0
"""For the child's libraries, the stack's networks and the server: 30 s of it the server may take by itself."""
SLOWEST = 60.0
"""Seconds of wall time a simulated second may take: fused drives were seen at 2 s on two free cores, at 21 on a machine
with six times as much to do."""


def drive_task(job: Job, how: How, out: Path | None) -> Task[Job]:
    """The task of a job; `out` is where its bundle goes."""
    duration_s = how.drive_request(job, None).case.staging(job.severity, job.seed).duration_s
    return Task(job, _driven, (job, how, out), START_LIMIT_S + SLOWEST * duration_s)


def verdict_of(job: Job, how: How, result: Any) -> dict[str, Any]:
    """What the child said, or an inconclusive verdict with the reason of its silence."""
    if isinstance(result, Lost):
        return unfinished(how.drive_request(job, None), result.why).to_json()
    return dict(result)


def _driven(job: Job, how: How, out: Path | None) -> dict[str, Any]:
    request = how.drive_request(job, out)
    try:
        return drive(request).to_json()
    except (ConfigError, UnknownNameError):  # a user's mistake ends the whole suite
        raise
    except Exception as error:  # anything else is the harness's: the run is inconclusive, the suite goes on
        return unfinished(request, f"{type(error).__name__}: {error}").to_json()
