"""What can be benched: detectors of the registries and files of weights, open loop; stacks by name, closed loop."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moosetest.config import ConfigError
from moosetest.objects import Detections, ImageDetections
from moosetest.registry import UnknownNameError, nearest_hint
from moosetest.stages import Detector, ImageDetector
from perception.catalog import DETECTORS, IMAGE_DETECTORS
from perception.inference import kind_of, sha256_of
from scenarios.approach.recording import Frame, Recording, Scene
from scenarios.bench.answers import LEAST_SCORE, Answers, Seen, answers, in_picture, in_space
from scenarios.case import Polarity
from scenarios.drive.stack import stack_names
from sim.rig import Rig

DETECTOR_OF_KIND = {
    "moosetest-camera": "yolo-street-v1",
    "moosetest-camera-faster-rcnn": "faster-rcnn-street-v1",
    "moosetest-lidar": "pillars-v1",
    "": "yolox-onnx-v1",
}
"""Which detector runs an ONNX file, by the kind that training wrote into it; a foreign one is taken for a YOLOX."""
SHIPPED = ("yolo-street-v1", "faster-rcnn-street-v1", "pillars-v1", "fused")


@dataclass(frozen=True, slots=True)
class Module:
    """Something to bench.

    Args:
        name: what results call it.
        part: name of a detector or a stack.
        weights: its file of weights; empty for those that it comes with.
        sensors: "camera", "lidar" or "stack".
    """

    name: str
    part: str
    weights: str
    sensors: str

    @property
    def is_stack(self) -> bool:
        """Whether it drives."""
        return self.sensors == "stack"

    @property
    def digest(self) -> str:
        """What its results depend on besides the code: its weights' SHA-256; empty for shipped ones."""
        return sha256_of(Path(self.weights)) if self.weights else ""


def parse_module(text: str) -> Module:
    """`NAME`, `FILE.onnx`, or `NAME=FILE.onnx` to call the file's results NAME.

    Raises:
        UnknownNameError: neither a detector, nor a stack, nor a file.
        ConfigError: a file that is no ONNX network.
    """
    name, has_name, file = text.rpartition("=")
    if has_name or file.endswith(".onnx"):
        path = Path(file)
        if not path.is_file():
            raise ConfigError(f"{file}: no such file; want an ONNX network, or a name of `moosetest list detectors`")
        part = DETECTOR_OF_KIND[kind_of(path)]
        return Module(name or path.stem, part, str(path.resolve()), _sensors(part))
    if Path(text).suffix in (".pt", ".pth"):
        raise ConfigError(f"{text}: want an ONNX network, of `moosetest train` or in YOLOX's format")
    if text in stack_names():
        return Module(text, text, "", "stack")
    known = sorted(part for part in (*IMAGE_DETECTORS, *DETECTORS) if _sensors(part))
    if text not in known:
        raise UnknownNameError(f"unknown model {text!r}: {nearest_hint(text, [*known, *stack_names()])}")
    return Module(text, text, "", _sensors(text))


def one_name_each(modules: Sequence[Module]) -> tuple[Module, ...]:
    """The same modules, none twice.

    Raises:
        ConfigError: two differ and have one name.
    """
    by_name: dict[str, Module] = {}
    for module in modules:
        if by_name.setdefault(module.name, module) != module:
            raise ConfigError(f"{module.name}: two models have this name; want NAME=FILE.onnx to tell them apart")
    return tuple(by_name.values())


def _sensors(part: str) -> str:
    """Empty for what sees by a sensor that recorded approaches do not hold."""
    if part in IMAGE_DETECTORS:
        return "camera"
    sensor_id = str(defaults_of(part).get("sensor_id", ""))
    return "lidar" if sensor_id.startswith("lidar") else ""


def defaults_of(part: str) -> dict[str, Any]:
    """The options of a detector, as it comes."""
    registry = IMAGE_DETECTORS if part in IMAGE_DETECTORS else DETECTORS
    return {f.name: f.default for f in dataclasses.fields(registry.config_type(part))}


class Eyes:
    """A detector on every sensor of its kind that a rig has.

    Args:
        module: no stack.
        rig: the car's sensors.
        threads: of each network.
    """

    def __init__(self, module: Module, rig: Rig, threads: int) -> None:
        known = defaults_of(module.part)
        options: dict[str, Any] = {"weights": module.weights} if module.weights else {}
        if "threads" in known:
            options["threads"] = threads
        self.gate = float(known.get("min_score", 0.0))
        if self.gate:
            options["min_score"] = min(LEAST_SCORE, self.gate)
        self._half_fov_rad = {m.sensor_id: math.radians(m.horizontal_fov_deg / 2.0) for m in rig.lidars}
        mounts: Sequence[Any] = rig.cameras if module.sensors == "camera" else rig.lidars
        self._image_detectors: list[ImageDetector] = []
        self._detectors: list[Detector] = []
        for mount in mounts:
            if module.sensors == "camera":
                self._image_detectors.append(IMAGE_DETECTORS.build(module.part, sensor_id=mount.sensor_id, **options))
            else:
                self._detectors.append(DETECTORS.build(module.part, sensor_id=mount.sensor_id, **options))

    def look(self, recording: Recording, polarity: Polarity) -> Answers:
        """Its answers about an approach."""
        for detector in (*self._image_detectors, *self._detectors):
            detector.reset(np.random.default_rng(0))
        seen = [self.see(frame, recording.target) for frame in recording.frames]
        return answers(recording, seen, polarity, self.gate)

    def detect(self, frame: Frame) -> list[ImageDetections | Detections]:
        """Its boxes in one frame, a sensor each; a camera whose frame a fault took is left out."""
        able = [d for d in self._image_detectors if d.needs <= frame.bundle.frames.keys()]
        return [*(d.detect(frame.bundle) for d in able), *(d.detect(frame.bundle) for d in self._detectors)]

    def see(self, frame: Frame, target: str) -> list[Seen]:
        """What its boxes in one frame are on."""
        return [self._placed(found, frame.scene, target) for found in self.detect(frame)]

    def _placed(self, found: ImageDetections | Detections, scene: Scene, target: str) -> Seen:
        if isinstance(found, ImageDetections):
            return in_picture(found, scene, target)
        return in_space(found, scene, target, self._half_fov_rad[found.sensor_id])
