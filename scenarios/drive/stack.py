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
from scenarios.drive.modules import Module
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
        stage_ms = {}
        ego = self._localizer.update(tick.bundle)
        started = perf_counter()
        image_detections = self.look(tick)
        stage_ms["camera"] = (perf_counter() - started) * 1e3
        started = perf_counter()
        detections = self.measure(tick)
        stage_ms["lidar_radar"] = (perf_counter() - started) * 1e3
        started = perf_counter()
        ego, tracks = self.track(tick, ego, detections, image_detections)
        stage_ms["fusion"] = (perf_counter() - started) * 1e3
        return ego, detections, image_detections, tracks, stage_ms

    def look(self, tick: Tick) -> tuple[ImageDetections, ...]:
        """Boxes in the pictures that came."""
        bundle = tick.bundle
        return tuple(d.detect(bundle) for d in self._image_detectors if d.needs <= bundle.frames.keys())

    def measure(self, tick: Tick) -> tuple[Detections, ...]:
        """Boxes in space."""
        return tuple(d.detect(tick.bundle) for d in self._detectors)

    def track(
        self,
        tick: Tick,
        ego: EgoState,
        detections: tuple[Detections, ...],
        image_detections: tuple[ImageDetections, ...],
    ) -> tuple[EgoState, Tracks]:
        """Where the car is, and all tracks."""
        self._tracker.observe(tick.bundle)
        return ego, self._tracker.update(ego, detections, image_detections)


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
        world = self.world(tick, ego, tracks)
        plan = self._planner.plan(world)
        command = self._controller.command(plan, ego)
        control = self._controller.actuate(command, ego)
        stage_ms["planning"] = (perf_counter() - started) * 1e3
        return StackOutput(ego, detections, image_detections, tracks, world, plan, command, control, stage_ms)

    def world(self, tick: Tick, ego: EgoState, tracks: Tracks) -> WorldModel:
        """What the planner is told; never looks at `tick.truth`."""
        return self._build_world(ego, tracks, self._lanes)


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What a stack is built with: the rig, weights other than the shipped ones, settings, and what is truth in it."""

    rig: Rig
    camera_weights: Path | None = None
    lidar_weights: Path | None = None
    settings: StackSettings = field(default_factory=StackSettings)
    truth_for: frozenset[Module] = frozenset()


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
