"""What `check-case` proves about a case, one proof a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from scenarios.approach.rails import TICK_S, View, approach
from scenarios.case import Arm, Case
from scenarios.check.differences import differences, undeclared
from scenarios.check.quantities import QUANTITIES, Probe
from scenarios.drive.loop import Driven, DriveRequest, drive_recorded
from scenarios.drive.verdict import Outcome
from scenarios.measure.criteria import somebody_avoids
from scenarios.staging import Staging
from sim.rig import load_rig
from sim.session import open_session

SEVERITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Where the factor is measured: the catalogue's first grid."""
WITHIN_NOISE = 0.01
"""A step back of this share of the whole range is noise, not a factor that turns: this project's choice."""
SENSORS = frozenset({"cam_main", "cam_tele", "lidar_front"})


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: None where it does not apply, and then `text` says why."""

    name: str
    holds: bool | None
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """All proofs of a case; `measured` is the quantity at each of `SEVERITIES`."""

    case: Case
    proofs: tuple[Proof, ...]
    measured: tuple[float, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether no proof fails; `fused` is told and not asked: what it cannot do is what the case is for."""
        return all(proof.holds is not False for proof in self.proofs if proof.name != "fused")


def prove(case: Case, seed: int, with_fused: bool, done: Callable[[str], None] = lambda _: None) -> Checked:
    """All proofs of one case; `done` hears the name of each as it ends."""
    proofs: list[Proof] = []

    def add(proof: Proof) -> None:
        proofs.append(proof)
        done(proof.name)

    add(_pair(case, seed))
    add(_oracle_easy(case, seed))
    add(_oracle_hard(case, seed))
    blind = _drive(case, "blind", 0.0, seed, Arm.REACT)
    add(_blind(blind))
    add(_absent(case, seed))
    measured = tuple(measure(case, seed))
    add(_monotone(case, measured))
    if with_fused:
        add(_fused(case, seed))
    return Checked(case, tuple(proofs), measured)


def measure(case: Case, seed: int) -> list[float]:
    """The case's quantity at each of `SEVERITIES`, seen by one camera.

    It is the one that sees most of the target at severity 0, of those that cut the sides neither of it nor of what it
    carries, if there are any.
    """
    quantity = QUANTITIES[case.measure.quantity]
    values: list[float] = []
    easy: Probe | None = None
    for severity in SEVERITIES:
        staging = case.staging(severity, seed)
        record = _drive(case, "blind", severity, seed, Arm.CASE).record
        seen = views(case, severity, seed, Arm.CASE, _times_s(case, staging))
        if easy is None:
            probes = [Probe(seen, staging, camera, record) for camera in seen[-1].masks]
            easy = max(probes, key=lambda probe: (probe.sees_whole_width, int(probe.target.sum())))
            values.append(quantity(easy))
        else:
            values.append(quantity(Probe(seen, staging, easy.sensor_id, record, easy)))
    return values


def _times_s(case: Case, staging: Staging) -> list[float]:
    last_s = max(TICK_S, staging.conflict_m / staging.speed_mps - case.measure.before_s)
    return [*np.arange(1.0, last_s, 1.0), last_s] if case.measure.throughout else [last_s]


def views(
    case: Case, severity: float, seed: int, arm: Arm, times_s: Sequence[float], sensors: frozenset[str] = SENSORS
) -> list[View]:
    """The views of one scene at `times_s`."""
    staging = case.staging(severity, seed, arm)
    with open_session(None, staging.map_name) as session:
        return list(approach(session, staging, load_rig("default"), sensors, seed, times_s))


def _drive(case: Case, stack: str, severity: float, seed: int, arm: Arm) -> Driven:
    return drive_recorded(DriveRequest(case=case, severity=severity, seed=seed, stack=stack, arm=arm))


def _pair(case: Case, seed: int) -> Proof:
    easy, hard = case.staging(0.0, seed), case.staging(1.0, seed)
    extra = undeclared(easy, hard, case.sweeps)
    if extra:
        return Proof("pair", False, f"differs in {', '.join(extra)}, not declared in `sweeps`")
    if not differences(easy, hard):
        return Proof("pair", False, "severity changes nothing")
    return Proof("pair", True, f"differs in {', '.join(case.sweeps)} alone")


def _oracle_easy(case: Case, seed: int) -> Proof:
    verdict = _drive(case, "oracle", 0.0, seed, Arm.CASE).verdict
    return Proof("oracle, s = 0", verdict.outcome is Outcome.PASS, verdict.why)


def _oracle_hard(case: Case, seed: int) -> Proof:
    if not somebody_avoids(case.staging(1.0, seed)):
        return Proof("oracle, s = 1", None, "no reference driver could avoid it")
    verdict = _drive(case, "oracle", 1.0, seed, Arm.CASE).verdict
    return Proof("oracle, s = 1", verdict.outcome is Outcome.PASS, verdict.why)


def _blind(driven: Driven) -> Proof:
    verdict = driven.verdict
    return Proof("blind must react", verdict.outcome is Outcome.FAIL, verdict.why)


def _absent(case: Case, seed: int) -> Proof:
    texts = []
    for severity in (0.0, 1.0):
        verdict = _drive(case, "oracle", severity, seed, Arm.ABSENT).verdict
        texts.append(verdict.why)
        if verdict.outcome is not Outcome.PASS:
            return Proof("oracle, absent", False, f"s = {severity:g}: {verdict.why}")
    return Proof("oracle, absent", True, texts[-1])


def _monotone(case: Case, measured: Sequence[float]) -> Proof:
    steps = np.diff(measured) * (1.0 if case.measure.rises else -1.0)
    span = abs(measured[-1] - measured[0])
    holds = bool(span > 0 and measured_moves(case, measured) and np.all(steps >= -WITHIN_NOISE * span))
    numbers = " ".join(f"{value:.3g}" for value in measured)
    return Proof("factor measured", holds, f"{case.measure.quantity}: {numbers}")


def measured_moves(case: Case, measured: Sequence[float]) -> bool:
    """Whether the quantity ends where it should: higher if it rises, else lower."""
    return (measured[-1] > measured[0]) is case.measure.rises


def _fused(case: Case, seed: int) -> Proof:
    verdict = _drive(case, "fused", 0.0, seed, Arm.CASE).verdict
    return Proof("fused", verdict.outcome is Outcome.PASS, verdict.why)
