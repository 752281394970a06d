"""What a case is: a short value that says what is staged, what is swept, and what passing means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase

import numpy as np

from moosetest.registry import UnknownNameError, nearest_hint
from scenarios.actors import ActorPlan
from scenarios.staging import Staging
from scenarios.templates import Site, Template

INTRUDER = "intruder"
"""Role of the person who stands in the lane in the arm that must be reacted to, where the case itself is none."""


class Polarity(Enum):
    """What a failure of the stack would be."""

    MISS = "M"
    FALSE_ALARM = "F"
    CLASS = "C"
    TRACK = "T"
    RULE = "B"

    @property
    def must_react(self) -> bool:
        """Whether a car that drives on as if nothing were there has to fail the case itself."""
        return self in (Polarity.MISS, Polarity.CLASS, Polarity.TRACK)


class Arm(Enum):
    """The variants of one scene.

    CASE is the edge case at its severity. CONTROL has the broken cue restored. ABSENT is the case without its target:
    nothing may happen. REACT must be reacted to: the case itself, or, where that is none (a depiction, a rule), the
    case with a person standing at the conflict.
    """

    CASE = "case"
    CONTROL = "control"
    ABSENT = "absent"
    REACT = "react"


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

    def text(self, severity: float) -> str:
        """Name, value and unit for people."""
        value = self.value(severity)
        number = f"{value:.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"  # no 2e+03 m
        return f"{self.name} {number} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Measure:
    """How the factor shows in what the sensors send: what `moosetest check-case` measures and wants monotone.

    Args:
        quantity: a name of `scenarios.check.quantities`.
        rises: with severity; else it falls.
        before_s: when it is measured: so long before the conflict, at constant speed.
        throughout: whether it is of all instants up to then, one a second.
    """

    quantity: str
    rises: bool = False
    before_s: float = 2.5
    throughout: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a case is staged for.

    Args:
        severity: in [0, 1]; `value` is the factor's there.
        arm: CASE or CONTROL; the other arms are made of these.
        site: the road that the template drew from the seed.
        rng: randomness of the nuisances. Draw the same, in the same order, whatever the severity and the arm.
    """

    severity: float
    value: float
    arm: Arm
    site: Site
    rng: np.random.Generator


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Case:
    """One edge case.

    Args:
        case_id: its name on the command line.
        title: one line for people.
        family: row of the catalogue that it re-creates.
        polarity: what a failure is.
        template: the road.
        factor: what severity sweeps.
        measure: how the factor shows in the sensors' data.
        sweeps: the fields of `Staging` that severity changes, by dotted names with wildcards, actors by their roles:
            "actors.truck.place.*". Nothing else may differ between two severities of a seed.
        control: what the control arm restores, in words.
        own_control: whether `stage` makes the control arm itself; else the control is severity 0.
        criteria: codes of `scenarios.measure.criteria` that must all hold.
        rescue: sensors that the factor leaves able to see it: "lidar", "radar", "camera".
        source: the record that it comes from.
        stage: makes the concrete scene.
        tags: for selection; "embedded" where a stock CARLA server lacks something that the case needs.
    """

    case_id: str
    title: str
    family: str
    polarity: Polarity
    template: Template
    factor: Factor
    measure: Measure
    sweeps: tuple[str, ...]
    control: str
    criteria: tuple[str, ...]
    rescue: tuple[str, ...]
    source: str
    stage: Callable[[Setting], Staging]
    own_control: bool = False
    tags: tuple[str, ...] = field(default=())

    def staging(self, severity: float, seed: int, arm: Arm = Arm.CASE) -> Staging:
        """The concrete scene: the same nuisances for every severity and arm of one seed."""
        rng = np.random.default_rng([seed, *self.case_id.encode()])
        site = self.template.draw(rng)
        if arm is Arm.CONTROL and not self.own_control:
            severity = 0.0
        staged = Arm.CONTROL if arm is Arm.CONTROL else Arm.CASE
        staging = self.stage(Setting(severity, self.factor.value(severity), staged, site, rng))
        if arm is Arm.ABSENT:
            return staging.without(staging.target)
        if arm is Arm.REACT and not self.polarity.must_react:
            return staging.with_actors(_intruder(site), target=INTRUDER)
        return staging

    def cue_roles(self, severity: float, seed: int) -> tuple[str, ...]:
        """Roles of the actors beside the target that severity changes or the control arm leaves out.

        They carry the cue that the case is about, where that is an actor of its own: the zebra, the print, the board.
        """
        here, control = (self.staging(severity, seed, arm) for arm in (Arm.CASE, Arm.CONTROL))
        stays = {actor.role for actor in control.actors}
        changed = [pattern.split(".")[1] for pattern in self.sweeps if pattern.startswith("actors.")]
        return tuple(
            actor.role
            for actor in here.actors
            if actor.role != here.target
            and (actor.role not in stays or any(fnmatchcase(actor.role, role) for role in changed))
        )

    def criteria_of(self, arm: Arm) -> tuple[str, ...]:
        """What passing means in an arm."""
        if arm is Arm.ABSENT:
            return ("PC-B",)
        if arm is Arm.REACT and not self.polarity.must_react:
            return ("PC-A",)
        return self.criteria


def _intruder(site: Site) -> ActorPlan:
    return ActorPlan(role=INTRUDER, blueprint="walker.pedestrian.0015", place=site.place())


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
    cases = {case.case_id: case for case in all_cases()}
    if case_id not in cases:
        raise UnknownNameError(f"unknown case {case_id!r}: {nearest_hint(case_id, list(cases))}")
    return cases[case_id]


def all_cases() -> list[Case]:
    """All cases, in order of their names: the library's and those of the entry point group `moosetest.cases`."""
    import scenarios.library

    scenarios.library.load()
    return [CASES[name] for name in sorted(CASES)]
