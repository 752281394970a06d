"""`moosetest realism`: renders the nominal set, runs the network on it, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ImageDetections
from moosetest.sensing import CameraFrame, SensorBundle
from perception.catalog import IMAGE_DETECTORS
from scenarios.realism.counting import MIN_SCORE, FrameCount, count
from scenarios.realism.definition import NominalSet
from scenarios.realism.scenes import Frame, Scenes
from scenarios.realism.truth import TrueObject, true_objects
from sim.assets import library
from sim.render.renderer import CameraRenderer
from sim.rig import CameraMount

OUTPUTS = frozenset({"rgb", "instance"})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JudgedFrame:
    """One picture, what is in it, what the network said and what of it was right."""

    frame: Frame
    image_rgb: NDArray[np.uint8]
    objects: list[TrueObject]
    detections: ImageDetections
    count: FrameCount


def judged_frames(nominal: NominalSet, model: Path, threads: int) -> Iterator[JudgedFrame]:
    """Frame by frame.

    Raises:
        ConfigError: `model` is no YOLOX network.
    """
    config = {"weights": str(model), "sensor_id": nominal.camera.sensor_id, "min_score": MIN_SCORE, "threads": threads}
    detector = IMAGE_DETECTORS.build("yolox-onnx-v1", **config)
    renderer, scenes = CameraRenderer(library.mesh), Scenes(nominal)
    for number in range(nominal.frames):
        frame = scenes.frame(number)
        images = renderer.render(frame.scene, frame.view, OUTPUTS)
        assert images.rgb is not None
        assert images.instance_id is not None
        objects = true_objects(nominal, frame, images.instance_id)
        detections = detector.detect(_bundle(nominal.camera, frame, images.rgb))
        yield JudgedFrame(
            frame=frame,
            image_rgb=images.rgb,
            objects=objects,
            detections=detections,
            count=count(objects, detections),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedObject:
    """One object that had to be found, as the histogram needs it."""

    kind: str
    distance_m: float
    height_px: float
    hidden_share: float
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """All frames: the objects that count, how many a frame holds, and the false boxes."""

    frames: int
    objects: tuple[CountedObject, ...]
    objects_a_frame: tuple[int, ...]
    false_boxes: tuple[int, ...]
    on_nothing: tuple[int, ...]


def tally(nominal: NominalSet, model: Path, threads: int, watch: Callable[[JudgedFrame], None]) -> Tally:
    """Count over the whole set; `watch` sees every frame as it is judged."""
    objects: list[CountedObject] = []
    rows: list[tuple[int, int, int]] = []
    for judged in judged_frames(nominal, model, threads):
        watch(judged)
        objects += [
            CountedObject(
                kind=thing.kind,
                distance_m=thing.distance_m,
                height_px=thing.height_px,
                hidden_share=1.0 - thing.visible_share,
                found=bool(found),
            )
            for thing, found in zip(judged.objects, judged.count.found, strict=True)
            if thing.counted
        ]
        rows.append((len(judged.objects), int(judged.count.false.sum()), int(judged.count.on_nothing.sum())))
    in_frame, false, on_nothing = (tuple(column) for column in zip(*rows, strict=True))
    return Tally(
        frames=len(rows), objects=tuple(objects), objects_a_frame=in_frame, false_boxes=false, on_nothing=on_nothing
    )


def _bundle(camera: CameraMount, frame: Frame, image_rgb: NDArray[np.uint8]) -> SensorBundle:
    picture = CameraFrame(
        sensor_id=camera.sensor_id,
        t_ns=0,
        seq=frame.number,
        T_ego_sensor=camera.T_ego_optical,
        image_rgb=image_rgb,
        K_px=camera.K_px,
    )
    return SensorBundle(0, {camera.sensor_id: picture})
