"""Trackers by name."""

from __future__ import annotations

from fusion.tracker import FusedTracker, TrackerConfig
from moosetest.registry import Registry
from moosetest.stages import Tracker

TRACKERS: Registry[Tracker] = Registry("tracker", entry_point_group="moosetest.trackers")

TRACKERS.register("fused-v1", TrackerConfig)(FusedTracker)
