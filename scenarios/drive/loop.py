"""One closed-loop drive: case, severity, seed and stack in; verdict and run bundle out."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from moosetest.digest import Digest
from moosetest.motion import VehicleControl
from moosetest.timing import TICK_NS, s_from_ns
from scenarios.case import Arm, Case
from scenarios.drive.actuation import Actuation, ExactActuation, Pedals
from scenarios.drive.bundle import BundleWriter, write_verdict
from scenarios.drive.modules import Module, module_of, modules_of
from scenarios.drive.record import Record
from scenarios.drive.settings import StackSettings
from scenarios.drive.stack import Stack, StackOptions, StackOutput, build_stack
from scenarios.drive.stage import Stage, put_on_stage
from scenarios.drive.verdict import Outcome, Verdict
from scenarios.measure.criteria import CRITERIA, STANDSTILL_MPS, careful_driver_avoids
from scenarios.staging import Staging
from sim.embedded import ServerUnavailableError
from sim.faults.chain import FaultSpec, SensorFaults
from sim.lane_map import lane_map
from sim.rig import Rig, load_rig
from sim.session import Session, Tick, open_session
from sim.suite import MissingBlueprintError

HOLD_TICKS = 20
"""A run is over when the car has stood this long, 2 s, or this long after a contact.

No decision hangs on a contact younger than that: one that is heard later than it happened ends the run no later.
"""


@dataclass(frozen=True, slots=True)
class DriveRequest:
    """What to drive. `address` "host:port" of a CARLA server, or None for an embedded one.

    `faults` spoil what the sensors send before the stack gets it, one after the other; `settings` are what is told to
    stack and car otherwise than they come, nested as `StackSettings`. `truth_for` names the modules that are swapped
    for truth; when it is not None, the bundle has what the stack's sensors had in sight in place of what they sent.
    """

    case: Case
    severity: float
    seed: int = 0
    stack: str = "fused"
    arm: Arm = Arm.CASE
    address: str | None = None
    rig_name: str = "default"
    out: Path | None = None
    record_camera: str | None = None
    camera_weights: Path | None = None
    lidar_weights: Path | None = None
    faults: tuple[FaultSpec, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    truth_for: frozenset[Module] | None = None


Progress = Callable[[float, float, StackOutput], None]


@dataclass(slots=True)
class _Run:
    """What accumulates over a drive."""

    record: Record
    faults: SensorFaults
    digest: Digest = field(default_factory=Digest)
    stage_ms: dict[str, list[float]] = field(default_factory=dict)
    missing: int = 0
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Driven:
    """A drive that is over: its verdict, and the numbers of every tick."""

    verdict: Verdict
    record: Record


def drive(request: DriveRequest, progress: Progress | None = None) -> Verdict:
    """As `drive_recorded`, for those who want the verdict alone."""
    return drive_recorded(request, progress).verdict


def drive_recorded(request: DriveRequest, progress: Progress | None = None) -> Driven:
    """Drive `request.case` once and judge it; writes the run bundle when `request.out` is given.

    Raises:
        UnknownNameError, ConfigError: wrong stack, rig, weights, settings or faults; nothing is written then.
        ServerUnavailableError: no server at `request.address`; nothing is written then.
    """
    staging = request.case.staging(request.severity, request.seed, request.arm)
    rig = load_rig(request.rig_name)
    settings = StackSettings.of(request.settings)
    truth_for = request.truth_for or frozenset()
    options = StackOptions(rig, request.camera_weights, request.lidar_weights, settings, truth_for)
    stack = build_stack(request.stack, options)
    actuation = ExactActuation() if Module.CONTROL in truth_for else Pedals(settings.actuation.brake_delay_s)
    faults = (*map(FaultSpec.parse, staging.faults), *request.faults)
    spared = _sensor_ids(rig, truth_for)
    run = _Run(Record(staging.target), SensorFaults(faults, rig, request.seed, spared))
    with open_session(request.address, staging.map_name) as session:
        verdict = _drive_on(session, request, staging, rig, stack, actuation, run, progress)
    if request.out is not None:
        write_verdict(request.out, verdict.to_json())
    return Driven(verdict, run.record)


def _drive_on(
    session: Session,
    request: DriveRequest,
    staging: Staging,
    rig: Rig,
    stack: Stack,
    actuation: Actuation,
    run: _Run,
    progress: Progress | None,
) -> Verdict:
    wanted = stack.needs | ({request.record_camera} if request.record_camera else set())
    watched = None if request.truth_for is None else rig.only(_sensor_ids(rig, modules_of(request.stack)))
    why = ""
    try:
        simulated = rig.only(frozenset(wanted))
        stage = put_on_stage(session, staging, watched or simulated)
        session.attach_sensors(simulated, request.seed, watched)
        stack.reset(
            lane_map(session.map), stage.path.end_world_m, staging.cruise_mps, np.random.default_rng(request.seed)
        )
        with contextlib.ExitStack() as resources:
            writer = _writer(request, staging)
            bundle = resources.enter_context(writer) if writer else None
            _loop(session, staging, stage, stack, actuation, run, bundle, progress)
    except (ServerUnavailableError, MissingBlueprintError) as error:
        why = str(error)
    if run.missing:  # a tick's bundle is complete, or the run is inconclusive
        why = why or f"{run.missing} sensor frames did not arrive"
    if _outlived_impact(run.record):
        why = why or f"a contact was heard more than {s_from_ns(HOLD_TICKS * TICK_NS):.0f} s late"
    return _judge(session, request, staging, run, why)


def _sensor_ids(rig: Rig, modules: Collection[Module]) -> frozenset[str]:
    return frozenset(mount.sensor_id for mount in rig.mounts if module_of(mount) in modules)


def _loop(
    session: Session,
    staging: Staging,
    stage: Stage,
    stack: Stack,
    actuation: Actuation,
    run: _Run,
    bundle: BundleWriter | None,
    progress: Progress | None,
) -> None:
    started_s = perf_counter()
    with ThreadPoolExecutor(max_workers=1) as server_side:
        session.control_ego(VehicleControl(throttle=0.0, brake=0.0, steer=0.0))
        tick = _received(session.tick(), run)
        output: StackOutput | None = None
        while True:
            # One tick of latency by design: the server makes the next bundle while the stack thinks about this one.
            if output is not None:
                actuation.act(session, tick.truth, output)
            session.apply(stage.puppets.commands(tick.truth))
            coming = server_side.submit(session.tick)
            output = stack.step(tick)
            _observe(run, tick, output, stage, bundle)
            if progress is not None:
                progress(run.record.samples[-1].t_s, staging.duration_s, output)
            tick = _received(coming.result(), run)
            if run.missing or _over(run.record, staging):
                break
    run.wall_s = perf_counter() - started_s
    run.record.contacts += session.late_contacts()


def _received(tick: Tick, run: _Run) -> Tick:
    """The tick as the stack gets it; frames that the harness owes count, those that a fault takes do not."""
    run.missing += len(tick.bundle.missing)
    run.record.contacts += tick.contacts
    return replace(tick, bundle=run.faults.apply(tick.bundle))


def _observe(run: _Run, tick: Tick, output: StackOutput, stage: Stage, bundle: BundleWriter | None) -> None:
    run.record.observe(tick, output, stage)
    for name, milliseconds in output.stage_ms.items():
        run.stage_ms.setdefault(name, []).append(milliseconds)
    run.digest.add([dict(tick.bundle.frames), tick.truth.ego, tick.truth.objects])
    run.digest.add([output.detections, output.image_detections, output.tracks, output.plan, output.control])
    if bundle is not None:
        bundle.write(tick, output, run.record.samples[-1], stage.rig)


def _over(record: Record, staging: Staging) -> bool:
    samples, impact_row = record.samples, record.impact_row
    now_s = samples[-1].t_s
    hold = samples[-HOLD_TICKS:]
    # Standing before the target until it is gone is the end; standing with the way still closed goes on.
    standing = len(hold) == HOLD_TICKS and all(abs(s.speed_mps) < STANDSTILL_MPS for s in hold)
    return (
        now_s >= staging.duration_s
        or (standing and now_s > staging.reveal_s)
        or (impact_row is not None and len(samples) - 1 - impact_row >= HOLD_TICKS)
    )


def _outlived_impact(record: Record) -> bool:
    """Whether the run went on after a contact that ought to have ended it."""
    return record.impact_row is not None and len(record.samples) - 1 - record.impact_row > HOLD_TICKS


def _judge(session: Session, request: DriveRequest, staging: Staging, run: _Run, why: str) -> Verdict:
    record, impact = run.record, run.record.impact
    run.digest.add(impact)
    findings = () if why else tuple(CRITERIA[code](record, staging) for code in request.case.criteria_of(request.arm))
    if why:
        outcome = Outcome.INCONCLUSIVE
    else:
        outcome = Outcome.PASS if all(f.passed for f in findings) else Outcome.FAIL
        why = "; ".join(f.text for f in findings if not f.passed) or findings[0].text
    simulated_s = s_from_ns(len(record.samples) * TICK_NS)
    return replace(
        unfinished(request, why),
        server=f"{session.server_version} at {request.address}" if request.address else "embedded",
        outcome=outcome,
        findings=findings,
        digest=run.digest.hexdigest(),
        duration_s=simulated_s,
        target=staging.target,
        min_gap_m=_least(record, "gap_m"),
        min_ttc_s=_least(record, "ttc_s"),
        max_braking_mps2=record.max_braking_mps2,
        first_braking_s=record.first_braking_s,
        first_tracked_s=record.first_tracked_s,
        track_error_m=record.track_error_m,
        impact_s=impact.t_s if impact else None,
        impact_speed_mps=impact.speed_mps if impact else None,
        careful_driver_avoids=careful_driver_avoids(staging),
        first_seen_s=record.first_seen_s,
        real_time_factor=simulated_s / run.wall_s if run.wall_s else 0.0,
        stage_ms={name: float(np.median(values)) for name, values in run.stage_ms.items()},
        sync={"missing": run.missing, "late": session.counters.late, "doubled": session.counters.doubled},
        faults=run.faults.effects,
        fault_toll={sensor_id: asdict(toll) for sensor_id, toll in run.faults.toll.items()},
    )


def unfinished(request: DriveRequest, why: str) -> Verdict:
    """What can be said of a drive that came to no verdict, or has not yet: inconclusive, and why."""
    return Verdict(
        case=request.case.case_id,
        severity=request.severity,
        factor=request.case.factor.text(request.severity),
        arm=request.arm.value,
        seed=request.seed,
        stack=request.stack,
        rig=request.rig_name,
        server=request.address or "embedded",
        versions=versions(),
        outcome=Outcome.INCONCLUSIVE,
        why=why,
        camera_weights=str(request.camera_weights or ""),
        lidar_weights=str(request.lidar_weights or ""),
        settings=dict(request.settings),
        truth_for=tuple(module.value for module in sorted(request.truth_for or ())),
        faults={str(fault): fault.build().effect for fault in request.faults},
    )


def _about(request: DriveRequest, staging: Staging) -> dict[str, Any]:
    """What is known of a run before it starts."""
    return {
        "case": request.case.case_id,
        "severity": request.severity,
        "arm": request.arm.value,
        "seed": request.seed,
        "stack": request.stack,
        "rig": request.rig_name,
        "target": staging.target,
    }


def _writer(request: DriveRequest, staging: Staging) -> BundleWriter | None:
    if request.out is None:
        return None
    return BundleWriter(request.out, _about(request, staging), with_sensors=request.truth_for is None)


def _least(record: Record, name: str) -> float:
    return float(np.min(record.column(name), initial=np.inf))


def versions() -> dict[str, str]:
    """Of Python and of what the bytes of a drive hang on."""
    packages = ("moosetest", "carla", "numpy", "embreex", "moderngl", "openvino", "onnxruntime")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
