"""The plug-ins of perception by name; `perception.catalog` has those that come with the project already in them."""

from __future__ import annotations

from moosetest.registry import Registry
from moosetest.stages import Detector, ImageDetector

DETECTORS: Registry[Detector] = Registry("detector", entry_point_group="moosetest.detectors")
"""Boxes in space from LiDAR, radar, or whatever else a plug-in reads."""

IMAGE_DETECTORS: Registry[ImageDetector] = Registry("image detector", entry_point_group="moosetest.image_detectors")
"""Boxes in one camera's image."""
