"""The D-RISE map of the box in question in one frame, and its shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ImageDetections
from moosetest.sensing import CameraFrame
from perception.explain.drise import MASKS, Saliency, drise, sharpest
from scenarios.approach.recording import Frame
from scenarios.approach.regions import Regions
from scenarios.measure.attribution import Attribution, Part, attribute
from scenarios.why.question import Camera, Question


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why one camera's box is there, or is not.

    `shares` are None where no place matters more than chance. `best` are those of a detector whose answer rests on the
    target's pixels alone: masks are coarse, so that not all of even its map lies on the target.
    """

    sensor_id: str
    picture_rgb: NDArray[np.uint8]
    regions: Regions
    question: Question
    saliency: Saliency
    shares: Attribution | None
    best: Attribution | None

    @property
    def what(self) -> str:
        """Whose box it is, in words."""
        if self.question.is_given:
            return "its own box"
        return "the false box it did not give" if self.question.is_right else "the box it should have given"

    @property
    def text(self) -> str:
        """The shares of the map in words, short."""
        if self.shares is None:
            return "no place matters more than chance"
        best = f" (at best {_percent(self.best.target)})" if self.best else ""
        cue = f", {_percent(self.shares.cue)} on the cue" if self.shares.cue.area else ""
        return f"{_percent(self.shares.target)} on the target{best}{cue}, {_percent(self.shares.elsewhere)} elsewhere"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "camera": self.sensor_id,
            "said": self.question.said,
            "is_right": self.question.is_right,
            "explained": self.what,
            "box_px": [round(float(edge), 1) for edge in self.question.asked.box_px],
            "peak": round(self.saliency.peak, 4),
            "chance": round(self.saliency.chance, 4),
            "shares": None if self.shares is None else self.shares.to_json(),
            "target_share_at_best": None if self.best is None else round(self.best.target.share, 4),
        }


def _percent(part: Part) -> str:
    return f"{100.0 * part.share:.0f} %"


def explain(frame: Frame, camera: Camera, question: Question, seed: int, masks: int = MASKS) -> Explanation:
    """The D-RISE map of a question, and its shares.

    Args:
        frame: of a recorded approach.
        camera: the detector on the camera that is asked.
        question: about the frame.
        seed: of the masks.
        masks: how often the detector looks.
    """
    sensor_id = camera.sensor_id
    image = frame.bundle.frames[sensor_id]
    assert isinstance(image, CameraFrame)

    def look(picture: NDArray[np.uint8]) -> ImageDetections:
        return camera.look(replace(frame.bundle, frames={sensor_id: replace(image, image_rgb=picture)}))

    saliency = drise(image.image_rgb, look, question.asked, seed, masks)
    regions = frame.scene.regions[sensor_id]
    shares = attribute(saliency.map, regions.target, regions.cue)
    best = None
    if shares is not None:
        sharp = sharpest(regions.target, saliency.chance / saliency.peak)
        best = attribute(sharp, regions.target, regions.cue)
    return Explanation(sensor_id, image.image_rgb, regions, question, saliency, shares, best)
