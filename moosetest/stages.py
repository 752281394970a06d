"""The protocols of the stages: structural, so that an implementation imports nothing to conform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from moosetest.motion import ControlCommand, Plan, VehicleControl
from moosetest.objects import Detections, ImageDetections, Tracks
from moosetest.sensing import SensorBundle
from moosetest.world import EgoState, LaneMap, WorldModel


@runtime_checkable
class Stage(Protocol):
    """What every sensing stage has: the sensors it needs, and a way to forget."""

    @property
    def needs(self) -> frozenset[str]:
        """Sensor ids; only these are simulated and handed over."""
        ...

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all state; the only randomness until the next reset."""
        ...


@runtime_checkable
class Detector(Stage, Protocol):
    """Sensor frames of one instant -> boxes in space. Must not mutate its input; empty is N = 0, never None."""

    def detect(self, bundle: SensorBundle) -> Detections:
        """Boxes at `bundle.t_ns`; a missing sensor gives an empty result."""
        ...


@runtime_checkable
class ImageDetector(Stage, Protocol):
    """One camera's frame -> boxes in its image."""

    def detect(self, bundle: SensorBundle) -> ImageDetections:
        """Boxes at `bundle.t_ns`; raises KeyError if its camera is not in the bundle."""
        ...


@runtime_checkable
class Localizer(Stage, Protocol):
    """GNSS, IMU and odometry -> the car's own state."""

    def update(self, bundle: SensorBundle) -> EgoState:
        """State at `bundle.t_ns`."""
        ...


@runtime_checkable
class Tracker(Protocol):
    """Detections of one instant, in any order -> tracks."""

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all tracks."""
        ...

    def observe(self, bundle: SensorBundle) -> None:
        """Raw frames of the instant that `update` is about: what is missing, and returns to check depictions with."""
        ...

    def update(
        self, ego: EgoState, detections: Sequence[Detections], image_detections: Sequence[ImageDetections]
    ) -> Tracks:
        """All tracks at `ego.t_ns`, TENTATIVE ones too."""
        ...


@runtime_checkable
class Planner(Protocol):
    """The world model -> a plan."""

    def reset(self, lanes: LaneMap, goal_world_m: np.ndarray, cruise_speed_mps: float) -> None:
        """Forget all state; drive to `goal_world_m` (3,) at no more than `cruise_speed_mps`."""
        ...

    def plan(self, world: WorldModel) -> Plan:
        """The plan based on `world`."""
        ...


@runtime_checkable
class Controller(Protocol):
    """A plan -> an acceleration and steering command -> actuators."""

    def reset(self) -> None:
        """Forget integrators."""
        ...

    def command(self, plan: Plan, ego: EgoState) -> ControlCommand:
        """Follow `plan` from `ego`."""
        ...

    def actuate(self, command: ControlCommand, ego: EgoState) -> VehicleControl:
        """Pedals and steering for `command`."""
        ...
