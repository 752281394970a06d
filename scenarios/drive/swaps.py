"""A stack of which some modules are swapped for truth: what is left to fail are the others.

Each swapped module does the best that can be made of what the modules before it hand on, and no more: fusion cannot
track what no detector has found, nor the planner brake for what fusion does not believe in. So a swap repairs the
errors of its own module, not those of the modules before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import Detections, ImageDetections, Tracks, TrackStatus
from moosetest.stages import Detector, ImageDetector, Localizer, Tracker
from moosetest.timing import ns_from_s
from moosetest.world import EgoState, WorldModel
from scenarios.drive.modules import Module
from scenarios.drive.oracle import true_tracks
from scenarios.drive.perfect import perfect_boxes, perfect_image
from scenarios.drive.record import near_target, sensors_that_see
from scenarios.drive.stack import SensingPerceiver, Stack
from sim.rig import LidarMount, RadarMount, Rig
from sim.session import Tick

COAST_S = 1.0
"""A thing that no sensor has found for so long is lost even to a perfect tracker: what it did since is a guess."""


@dataclass(frozen=True, slots=True)
class Swaps:
    """Which modules are truth, and the rig: the whole one, for where sensors are and what they have in sight."""

    modules: frozenset[Module]
    rig: Rig


class PartlyTruePerceiver(SensingPerceiver):
    """Sees by what sensors are left, and by perfect detectors and a perfect tracker for the others."""

    def __init__(
        self,
        localizer: Localizer,
        detectors: Sequence[Detector],
        image_detectors: Sequence[ImageDetector],
        tracker: Tracker,
        swaps: Swaps,
    ) -> None:
        super().__init__(localizer, detectors, image_detectors, tracker)
        self._swaps = swaps
        self._found_ns: dict[int, int] = {}

    @property
    def needs(self) -> frozenset[str]:
        """What the detectors need; a tracker checks pictures against the LiDAR's returns, swapped or not."""
        needs = super().needs
        checks = bool(needs) and Module.LIDAR in self._swaps.modules and Module.FUSION not in self._swaps.modules
        return needs | ({lidar.sensor_id for lidar in self._swaps.rig.lidars} if checks else set())

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all state."""
        super().reset(rng)
        self._found_ns = {}

    def look(self, tick: Tick) -> tuple[ImageDetections, ...]:
        """True boxes in the pictures, if cameras are swapped."""
        if Module.CAMERA not in self._swaps.modules:
            return super().look(tick)
        return tuple(perfect_image(tick, camera) for camera in self._swaps.rig.cameras)

    def measure(self, tick: Tick) -> tuple[Detections, ...]:
        """The detectors' boxes in space, and true ones of the sensors that are swapped."""
        mounts: list[LidarMount | RadarMount] = [
            *(self._swaps.rig.lidars if Module.LIDAR in self._swaps.modules else ()),
            *(self._swaps.rig.radars if Module.RADAR in self._swaps.modules else ()),
        ]
        return (*super().measure(tick), *(perfect_boxes(tick, mount) for mount in mounts))

    def track(
        self,
        tick: Tick,
        ego: EgoState,
        detections: tuple[Detections, ...],
        image_detections: tuple[ImageDetections, ...],
    ) -> tuple[EgoState, Tracks]:
        """True tracks of what a detector has found lately, if fusion is swapped; it knows where the car is, too."""
        if Module.FUSION not in self._swaps.modules:
            return super().track(tick, ego, detections, image_detections)
        truth = tick.truth
        lost_ns = truth.t_ns - ns_from_s(COAST_S)
        for row, actor_id in enumerate(truth.objects.actor_id.tolist()):
            if sensors_that_see(truth, row, detections, image_detections, self._swaps.rig):
                self._found_ns[actor_id] = truth.t_ns
        known = [self._found_ns.get(actor_id, lost_ns) > lost_ns for actor_id in truth.objects.actor_id.tolist()]
        return truth.ego, true_tracks(truth).select(np.array(known, dtype=np.bool_))


class PartlyTrueStack(Stack):
    """A stack whose planner is given the truth about what fusion believes in."""

    def world(self, tick: Tick, ego: EgoState, tracks: Tracks) -> WorldModel:
        """True places and speeds of the things that have a track; no track of anything that is not there."""
        truth = tick.truth
        believed = tracks.select(np.asarray(tracks.status != TrackStatus.TENTATIVE))
        return super().world(tick, truth.ego, true_tracks(truth).select(_has_track(tick, believed)))


def _has_track(tick: Tick, tracks: Tracks) -> NDArray[np.bool_]:
    truth = tick.truth
    rows = range(len(truth.objects))
    return np.array([bool(near_target(truth, row, tracks.center_world_m).any()) for row in rows], dtype=np.bool_)
