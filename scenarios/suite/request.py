"""What a suite is asked to drive, and what makes two suites the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from json import dumps
from pathlib import Path
from typing import Any

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError, nearest_hint
from scenarios.case import Arm, Case, find_case
from scenarios.code_version import code_version, file_digest
from scenarios.drive.loop import DriveRequest, versions
from scenarios.drive.settings import StackSettings
from scenarios.drive.stack import stack_names
from sim.faults.chain import FaultSpec, SensorFaults
from sim.rig import load_rig


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """One run of a suite."""

    case_id: str
    severity: float
    seed: int

    @property
    def name(self) -> str:
        """Of its folder, and in tables."""
        return f"{self.case_id}-s{self.severity:g}-seed{self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How all runs of a suite are driven; settings and faults as `DriveRequest` has them."""

    stack: str = "fused"
    settings: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[FaultSpec, ...] = ()
    camera_weights: Path | None = None
    lidar_weights: Path | None = None

    def check(self) -> None:
        """Find a user's mistake before the first drive does.

        Raises:
            UnknownNameError, ConfigError: what is unknown or does not fit.
        """
        if self.stack not in stack_names():
            raise UnknownNameError(f"unknown stack {self.stack!r}: {nearest_hint(self.stack, stack_names())}")
        StackSettings.of(self.settings)
        SensorFaults(self.faults, load_rig(), 0)
        for weights in (self.camera_weights, self.lidar_weights):
            if weights is not None and not weights.is_file():
                raise ConfigError(f"{weights}: no such file; want an ONNX file")

    def drive_request(self, job: Job, out: Path | None) -> DriveRequest:
        """One job as `drive` takes it."""
        return DriveRequest(
            case=find_case(job.case_id),
            severity=job.severity,
            seed=job.seed,
            stack=self.stack,
            arm=Arm.CASE,
            out=out,
            camera_weights=self.camera_weights,
            lidar_weights=self.lidar_weights,
            faults=self.faults,
            settings=self.settings,
        )


@dataclass(frozen=True, slots=True)
class SuiteRequest:
    """All runs, and how they are driven; with `bundles` each keeps the log of its drive."""

    jobs: tuple[Job, ...]
    how: How
    bundles: bool = False

    def identity(self) -> dict[str, Any]:
        """What the results hang on, as plain values: suites of equal identity have equal results."""
        how = self.how
        weights = {"camera_weights": how.camera_weights, "lidar_weights": how.lidar_weights}
        return {
            "stack": how.stack,
            "arm": Arm.CASE.value,
            "settings": dict(how.settings),
            "faults": [str(fault) for fault in how.faults],
            **{name: file_digest(path) if path else "" for name, path in weights.items()},
            "runs": [job.name for job in self.jobs],
            "bundles": self.bundles,
            "code": code_version(),
            "versions": versions(),
        }


def jobs_of(cases: Sequence[Case], severities: Sequence[float], seeds: Sequence[int]) -> tuple[Job, ...]:
    """Every case at every severity with every seed, each once, in order."""
    every = product((case.case_id for case in cases), severities, seeds)
    return tuple(sorted({Job(*values) for values in every}))


def default_folder(identity: Mapping[str, Any]) -> Path:
    """`suites/STACK-DIGEST`: the same for the same identity alone."""
    digest = sha256(dumps(identity, sort_keys=True).encode()).hexdigest()
    return Path("suites") / f"{identity['stack']}-{digest[:10]}"
