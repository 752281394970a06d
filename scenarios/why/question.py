"""Which box of a frame to explain: the one that a detector gave to the target, or the one that it should have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moosetest.objects import ImageDetections, ObjectClass
from moosetest.sensing import SensorBundle
from moosetest.stages import ImageDetector
from perception.catalog import IMAGE_DETECTORS
from perception.explain.drise import Asked
from scenarios.approach.recording import Frame
from scenarios.bench.answers import expected_classes, in_picture
from scenarios.bench.modules import Module, defaults_of
from scenarios.case import Polarity
from sim.rig import Rig

LEAST_SCORE = 0.02
"""Boxes of so little score still tell masks apart; a detector gives hundreds of less."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of a detector.

    `said` is what it answered on the target, in words; `is_given` whether the box is its own: else it is the true one,
    and the question is what would have made it see; `is_right` whether the answer is what the case asks for.
    """

    asked: Asked
    said: str
    is_given: bool
    is_right: bool


class Camera:
    """A detector on one camera, which hands on boxes of low score too.

    Args:
        module: of the kind "camera".
        sensor_id: the camera.
        threads: of the network.
    """

    def __init__(self, module: Module, sensor_id: str, threads: int) -> None:
        known = defaults_of(module.part)
        options: dict[str, Any] = {"weights": module.weights} if module.weights else {}
        options |= {"threads": threads} if "threads" in known else {}
        self.sensor_id = sensor_id
        self.gate = float(known.get("min_score", 0.0))
        if self.gate:
            options["min_score"] = min(LEAST_SCORE, self.gate)
        self._detector: ImageDetector = IMAGE_DETECTORS.build(module.part, sensor_id=sensor_id, **options)
        self._detector.reset(np.random.default_rng(0))

    def look(self, bundle: SensorBundle) -> ImageDetections:
        """Its boxes, those below the gate too."""
        return self._detector.detect(bundle)


def cameras_of(module: Module, rig: Rig, threads: int) -> list[Camera]:
    """A detector on every camera of a rig."""
    return [Camera(module, mount.sensor_id, threads) for mount in rig.cameras]


def most_telling(
    frame: Frame, target: str, polarity: Polarity, cameras: Sequence[Camera]
) -> tuple[Camera, Question] | None:
    """The camera that gave the box in question, else the one that shows most of the target; None where none does.

    As one sensor that finds the target is enough to a car, one is enough to explain.
    """
    asked = []
    for camera in cameras:
        if camera.sensor_id in frame.bundle.frames:
            one = question(frame, target, polarity, camera.look(frame.bundle), camera.gate)
            if one is not None:
                shown = int(frame.scene.regions[camera.sensor_id].target.sum())
                asked.append((one.is_given, shown, camera, one))
    if not asked:
        return None
    _, _, camera, one = max(asked, key=lambda entry: entry[:2])
    return camera, one


def question(frame: Frame, target: str, polarity: Polarity, found: ImageDetections, gate: float) -> Question | None:
    """What to ask about a frame; None where the camera cannot see the target.

    Args:
        frame: of a recorded approach.
        target: role of what the case is about.
        polarity: in a case that must not fool anybody, the box asked for is of what the target is not.
        found: the detector's boxes in one camera.
        gate: least score of those that it hands on.
    """
    true_px = frame.scene.visible_px.get(found.sensor_id)
    if true_px is None or target not in frame.scene.role:
        return None
    index = frame.scene.role.index(target)
    seen = in_picture(found, frame.scene, target)
    classes = frozenset(expected_classes(int(frame.scene.class_id[index]), polarity))
    on = seen.on[:, index]
    must_be_quiet = polarity is Polarity.FALSE_ALARM
    if must_be_quiet:
        classes, on = frozenset(map(int, ObjectClass)) - classes, seen.inside
    said = on & (found.score >= gate)
    fits = said & np.isin(found.class_id, sorted(classes))
    if fits.any():
        best = int(np.argmax(np.where(fits, found.score, -1.0)))
        same = frozenset({int(found.class_id[best])}) if must_be_quiet else classes
        return Question(Asked(found.box_px[best], same), _name(found, best), True, not must_be_quiet)
    other = _name(found, int(np.argmax(np.where(said, found.score, -1.0)))) if said.any() else "nothing"
    return Question(Asked(true_px, classes), other, False, must_be_quiet)


def _name(found: ImageDetections, index: int) -> str:
    return f"{ObjectClass(found.class_id[index]).name.lower()} {found.score[index]:.2f}"
