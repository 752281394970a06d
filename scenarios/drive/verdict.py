"""The verdict of a run: pass, fail, or inconclusive when the harness and not the stack failed."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from scenarios.measure.criteria import Finding

SCHEMA_VERSION = 1


class Outcome(Enum):
    """Three values: a fault of the harness is never a failure or a success of the stack."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 a failure, 3 inconclusive (2 is wrong use)."""
        return {"pass": 0, "fail": 1, "inconclusive": 3}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `verdict.json` holds.

    `camera_weights` and `lidar_weights` are empty for the shipped ones; `settings` are what was told to stack and car
    otherwise than they come; `truth_for` names the modules that were swapped for truth. `sync` counts what the harness
    failed to deliver. `faults` are those that were asked for, each with its effect; `fault_toll` counts for each
    sensor that they touched the ticks in which its frame came whole, altered, stale or not at all. `min_gap_m` and
    `min_ttc_s` are those to the `target`; what was hit may be another.
    """

    case: str
    severity: float
    factor: str
    arm: str
    seed: int
    stack: str
    rig: str
    server: str
    versions: dict[str, str]
    outcome: Outcome
    why: str
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    duration_s: float = 0.0
    target: str = ""
    min_gap_m: float = math.inf
    min_ttc_s: float = math.inf
    max_braking_mps2: float = 0.0
    first_braking_s: float | None = None
    first_tracked_s: float | None = None
    track_error_m: float | None = None
    impact_s: float | None = None
    impact_speed_mps: float | None = None
    careful_driver_avoids: bool = True
    first_seen_s: dict[str, float] = field(default_factory=dict)
    real_time_factor: float = 0.0
    stage_ms: dict[str, float] = field(default_factory=dict)
    sync: dict[str, int] = field(default_factory=dict)
    camera_weights: str = ""
    lidar_weights: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    truth_for: tuple[str, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    fault_toll: dict[str, dict[str, int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values with the schema's version; infinite values become null."""
        values = dataclasses.asdict(self)
        values["outcome"] = self.outcome.value
        return {"schema_version": SCHEMA_VERSION, **_finite(values)}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
