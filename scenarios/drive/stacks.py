"""The stacks by name: `fused`, one sensor each, `oracle` and `blind`."""

from __future__ import annotations

from functools import partial

from fusion.localization import EkfLocalizer
from fusion.registry import TRACKERS
from fusion.world_model import build_world_model
from moosetest.stages import Detector, ImageDetector
from perception.catalog import DETECTORS, IMAGE_DETECTORS
from planning.registry import PLANNERS
from scenarios.drive.ego import ego_controller
from scenarios.drive.oracle import BlindPerceiver, OraclePerceiver
from scenarios.drive.stack import Perceiver, SensingPerceiver, Stack, StackFactory, StackOptions


def _stack(name: str, perceiver: Perceiver) -> Stack:
    return Stack(name, perceiver, build_world_model, PLANNERS.build("rules-v1"), ego_controller())


def _sensing(name: str, cameras: bool, lidars: bool, radars: bool, options: StackOptions) -> Stack:
    rig = options.rig
    image_detectors: list[ImageDetector] = []
    detectors: list[Detector] = []
    if cameras:
        weights = {"weights": str(options.camera_weights)} if options.camera_weights else {}
        for camera in rig.cameras:
            image_detectors.append(IMAGE_DETECTORS.build("yolo-street-v1", sensor_id=camera.sensor_id, **weights))
    if lidars:
        weights = {"weights": str(options.lidar_weights)} if options.lidar_weights else {}
        for lidar in rig.lidars:
            detectors.append(DETECTORS.build("pillars-v1", sensor_id=lidar.sensor_id, **weights))
            detectors.append(DETECTORS.build("clusters-v1", sensor_id=lidar.sensor_id))
    if radars:
        for radar in rig.radars:
            detector = "radar-echoes-v1" if radar.physics else "radar-clusters-v1"
            detectors.append(DETECTORS.build(detector, sensor_id=radar.sensor_id))
    perceiver = SensingPerceiver(EkfLocalizer(), detectors, image_detectors, TRACKERS.build("fused-v1"))
    return _stack(name, perceiver)


FACTORIES: dict[str, StackFactory] = {
    "fused": partial(_sensing, "fused", True, True, True),
    "camera": partial(_sensing, "camera", True, False, False),
    "lidar": partial(_sensing, "lidar", False, True, False),
    "radar": partial(_sensing, "radar", False, False, True),
    "oracle": lambda _options: _stack("oracle", OraclePerceiver()),
    "blind": lambda _options: _stack("blind", BlindPerceiver()),
}
