"""A stack: sensing stages, tracker, planner and controller put together, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Protocol

import numpy as np

from moosetest.arrays import FloatArray
from moosetest.motion import ControlCommand, Plan, VehicleControl
from moosetest.objects import Detections, ImageDetections, Tracks
from moosetest.registry import UnknownNameError, nearest_hint
from moosetest.stages import Controller, Detector, ImageDetector, Localizer, Planner, Stage, Tracker
from moosetest.world import EgoState, LaneMap, WorldModel
from scenarios.drive.settings import StackSettings
from sim.rig import Rig
from sim.session import Tick


@dataclass(frozen=True, slots=True, eq=False)
class StackOutput:
    """Everything the stack said about one tick; `stage_ms` is wall time and stays out of digests."""

    ego: EgoState
    detections: tuple[Detections, ...]
    image_detections: tuple[ImageDetections, ...]
    tracks: Tracks
    world: WorldModel
    plan: Plan
    command: ControlCommand
    control: VehicleControl
    stage_ms: dict[str, float] = field(default_factory=dict)


class Perceiver(Protocol):
    """From a tick to the ego state, the detections and the tracks."""

    @property
    def needs(self) -> frozenset[str]:
        """Sensor ids that have to be simulated."""
        ...

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all state."""
        ...

    def perceive(
        self, tick: Tick
    ) -> tuple[EgoState, tuple[Detections, ...], tuple[ImageDetections, ...], Tracks, dict[str, float]]:
        """Ego state, detections, image detections, tracks, and milliseconds a stage."""
        ...


class SensingPerceiver:
    """Sees by sensors: localizer, detectors, tracker. Never looks at `tick.truth`."""

    def __init__(
        self,
        localizer: Localizer,
        detectors: Sequence[Detector],
        image_detectors: Sequence[ImageDetector],
        tracker: Tracker,
    ) -> None:
        self._localizer = localizer
        self._detectors = tuple(detectors)
        self._image_detectors = tuple(image_detectors)
        self._tracker = tracker

    @property
    def needs(self) -> frozenset[str]:
        """Union of what the detectors need."""
        stages: tuple[Detector | ImageDetector, ...] = (*self._detectors, *self._image_detectors)
        return frozenset[str]().union(*(stage.needs for stage in stages))

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all state, each stage with randomness of its own."""
        stages: tuple[Stage | Tracker, ...] = (
            self._localizer,
            *self._detectors,
            *self._image_detectors,
            self._tracker,
        )
        for stage, child in zip(stages, rng.spawn(len(stages)), strict=True):
            stage.reset(child)

    def perceive(
        self, tick: Tick
    ) -> tuple[EgoState, tuple[Detections, ...], tuple[ImageDetections, ...], Tracks, dict[str, float]]:
        """See the bundle; a camera whose frame is missing is skipped."""
        bundle, stage_ms = tick.bundle, {}
        ego = self._localizer.update(bundle)
        started = perf_counter()
        image_detections = tuple(d.detect(bundle) for d in self._image_detectors if d.needs <= bundle.frames.keys())
        stage_ms["camera"] = (perf_counter() - started) * 1e3
        started = perf_counter()
        detections = tuple(d.detect(bundle) for d in self._detectors)
        stage_ms["lidar_radar"] = (perf_counter() - started) * 1e3
        started = perf_counter()
        self._tracker.observe(bundle)
        tracks = self._tracker.update(ego, detections, image_detections)
        stage_ms["fusion"] = (perf_counter() - started) * 1e3
        return ego, detections, image_detections, tracks, stage_ms


class Stack:
    """A whole stack: one call a tick."""

    def __init__(
        self,
        name: str,
        perceiver: Perceiver,
        world_builder: Callable[[EgoState, Tracks, LaneMap], WorldModel],
        planner: Planner,
        controller: Controller,
    ) -> None:
        self.name = name
        self._perceiver = perceiver
        self._build_world = world_builder
        self._planner = planner
        self._controller = controller
        self._lanes = LaneMap(name="", lanes={})

    @property
    def needs(self) -> frozenset[str]:
        """Sensor ids that have to be simulated."""
        return self._perceiver.needs

    def reset(self, lanes: LaneMap, goal_world_m: FloatArray, cruise_mps: float, rng: np.random.Generator) -> None:
        """Forget everything; drive to the goal at no more than `cruise_mps`."""
        self._lanes = lanes
        self._perceiver.reset(rng)
        self._planner.reset(lanes, goal_world_m, cruise_mps)
        self._controller.reset()

    def step(self, tick: Tick) -> StackOutput:
        """Sense, track, plan, command."""
        ego, detections, image_detections, tracks, stage_ms = self._perceiver.perceive(tick)
        started = perf_counter()
        world = self._build_world(ego, tracks, self._lanes)
        plan = self._planner.plan(world)
        command = self._controller.command(plan, ego)
        control = self._controller.actuate(command, ego)
        stage_ms["planning"] = (perf_counter() - started) * 1e3
        return StackOutput(ego, detections, image_detections, tracks, world, plan, command, control, stage_ms)


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What a stack is built with: the rig, weights other than the shipped ones, settings."""

    rig: Rig
    camera_weights: Path | None = None
    lidar_weights: Path | None = None
    settings: StackSettings = field(default_factory=StackSettings)


StackFactory = Callable[[StackOptions], Stack]


def stack_names() -> list[str]:
    """All stacks that can be driven."""
    from scenarios.drive.stacks import FACTORIES

    return sorted(FACTORIES)


def build_stack(name: str, options: StackOptions) -> Stack:
    """A stack by name.

    Raises:
        UnknownNameError: no such stack.
        ConfigError: weights that cannot be used.
    """
    from scenarios.drive.stacks import FACTORIES

    if name not in FACTORIES:
        raise UnknownNameError(f"unknown stack {name!r}: {nearest_hint(name, list(FACTORIES))}")
    return FACTORIES[name](options)
