"""What a case is: a short value that says what is staged, what is swept, and what passing means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from moosetest.registry import UnknownNameError, nearest_hint
from scenarios.staging import Staging


class Polarity(Enum):
    """What a failure of the stack would be: a miss, a false alarm, a lost track."""

    MISS = "M"
    FALSE_ALARM = "F"
    TRACK = "T"


class Arm(Enum):
    """CASE is the edge case; CONTROL the same scene with the broken cue restored."""

    CASE = "case"
    CONTROL = "control"


class Scale(Enum):
    """How severity moves the factor between its ends."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Factor:
    """The one primary factor: severity 0 to 1 mapped to a physical value."""

    name: str
    unit: str
    at_0: float
    at_1: float
    scale: Scale = Scale.LINEAR

    def value(self, severity: float) -> float:
        """The physical value at `severity` in [0, 1]."""
        if self.scale is Scale.LOG:
            return float(self.at_0 * (self.at_1 / self.at_0) ** severity)
        return self.at_0 + (self.at_1 - self.at_0) * severity


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a case is staged for: severity and the factor's value there, the arm, and the nuisances' randomness."""

    severity: float
    value: float
    arm: Arm
    rng: np.random.Generator


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Case:
    """One edge case.

    Args:
        case_id: its name on the command line.
        title: one line for people.
        family: row of the catalogue that it re-creates.
        polarity: what a failure is.
        factor: what severity sweeps.
        control: what the control arm restores, in words.
        criteria: codes of `scenarios.measure.criteria` that must all hold.
        rescue: sensors that the factor leaves able to see it: "lidar", "radar", "camera".
        source: the record that it comes from.
        stage: makes the concrete scene; draws nuisances from `setting.rng` in the same order for both arms.
        must_react: whether a blind stack has to fail it.
    """

    case_id: str
    title: str
    family: str
    polarity: Polarity
    factor: Factor
    control: str
    criteria: tuple[str, ...]
    rescue: tuple[str, ...]
    source: str
    stage: Callable[[Setting], Staging]
    must_react: bool = True
    tags: tuple[str, ...] = field(default=())

    def staging(self, severity: float, seed: int, arm: Arm = Arm.CASE) -> Staging:
        """The concrete scene: the same nuisances for every severity and arm of one seed."""
        rng = np.random.default_rng([seed, *self.case_id.encode()])
        return self.stage(Setting(severity, self.factor.value(severity), arm, rng))


CASES: dict[str, Case] = {}


def register(case: Case) -> Case:
    """Add a case to the library; a second one of the same name is an error."""
    if case.case_id in CASES:
        raise ValueError(f"case {case.case_id!r} is registered already")
    CASES[case.case_id] = case
    return case


def find_case(case_id: str) -> Case:
    """The case of that name.

    Raises:
        UnknownNameError: no such case; the message has the nearest name.
    """
    import scenarios.library  # noqa: F401  (registers the cases)

    if case_id not in CASES:
        raise UnknownNameError(f"unknown case {case_id!r}: {nearest_hint(case_id, list(CASES))}")
    return CASES[case_id]


def all_cases() -> list[Case]:
    """All cases, in order of their names."""
    import scenarios.library  # noqa: F401  (registers the cases)

    return [CASES[name] for name in sorted(CASES)]
