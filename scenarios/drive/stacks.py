"""The stacks by name: `fused`, one sensor each, `oracle` and `blind`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from fusion.localization import EkfLocalizer
from fusion.registry import TRACKERS
from fusion.world_model import build_world_model
from moosetest.config import to_mapping
from moosetest.stages import Detector, ImageDetector
from perception.catalog import DETECTORS, IMAGE_DETECTORS
from planning.registry import PLANNERS
from scenarios.drive.ego import ego_controller
from scenarios.drive.modules import STACK_SENSORS, Module
from scenarios.drive.oracle import BlindPerceiver, OraclePerceiver
from scenarios.drive.settings import DetectorSettings, StackSettings
from scenarios.drive.stack import Perceiver, SensingPerceiver, Stack, StackFactory, StackOptions
from scenarios.drive.swaps import PartlyTruePerceiver, PartlyTrueStack, Swaps


def _stack(name: str, perceiver: Perceiver, options: StackOptions) -> Stack:
    settings, as_it_comes, truth_for = options.settings, StackSettings(), options.truth_for
    kind = PartlyTrueStack if Module.PLANNER in truth_for else Stack
    rules = as_it_comes.planner if Module.PLANNER in truth_for else settings.planner
    control = as_it_comes.control if Module.CONTROL in truth_for else settings.control
    planner = PLANNERS.build("rules-v1", **to_mapping(rules))
    return kind(name, perceiver, build_world_model, planner, ego_controller(control))


def _sensing(name: str, options: StackOptions) -> Stack:
    rig, truth_for = options.rig, options.truth_for
    sensed = frozenset(STACK_SENSORS[name]) - truth_for
    image_detectors: list[ImageDetector] = []
    detectors: list[Detector] = []
    if Module.CAMERA in sensed:
        camera_options = _network_options(options.camera_weights, options.settings.camera)
        for camera in rig.cameras:
            image_detectors.append(
                IMAGE_DETECTORS.build("yolo-street-v1", sensor_id=camera.sensor_id, **camera_options)
            )
    if Module.LIDAR in sensed:
        lidar_options = _network_options(options.lidar_weights, options.settings.lidar)
        for lidar in rig.lidars:
            detectors.append(DETECTORS.build("pillars-v1", sensor_id=lidar.sensor_id, **lidar_options))
            detectors.append(DETECTORS.build("clusters-v1", sensor_id=lidar.sensor_id))
    if Module.RADAR in sensed:
        for radar in rig.radars:
            detector = "radar-echoes-v1" if radar.physics else "radar-clusters-v1"
            detectors.append(DETECTORS.build(detector, sensor_id=radar.sensor_id))
    tracker = TRACKERS.build("fused-v1", **to_mapping(options.settings.fusion))
    perceiver = SensingPerceiver(EkfLocalizer(), detectors, image_detectors, tracker)
    if truth_for & {*STACK_SENSORS[name], Module.FUSION}:
        swaps = Swaps(truth_for & {*STACK_SENSORS[name], Module.FUSION}, rig)
        perceiver = PartlyTruePerceiver(EkfLocalizer(), detectors, image_detectors, tracker, swaps)
    return _stack(name, perceiver, options)


def _network_options(weights: Path | None, settings: DetectorSettings) -> dict[str, Any]:
    return to_mapping(settings) | ({"weights": str(weights)} if weights else {})


FACTORIES: dict[str, StackFactory] = {
    **{name: partial(_sensing, name) for name in STACK_SENSORS},
    "oracle": lambda options: _stack("oracle", OraclePerceiver(), options),
    "blind": lambda options: _stack("blind", BlindPerceiver(), options),
}
