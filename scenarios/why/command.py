"""What `moosetest why` does and says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from moosetest.config import ConfigError
from perception.explain.eigencam import EigenCam
from perception.inference import WEIGHTS
from scenarios.approach.recording import Frame, Request, recorded
from scenarios.bench.modules import Module
from scenarios.measure.attribution import Attribution, Part, attribute
from scenarios.terminal import console
from scenarios.why.explanation import Explanation, explain
from scenarios.why.picture import draw_sheet
from scenarios.why.question import Camera, Question, cameras_of, most_telling

SHIPPED_WEIGHTS = {"yolo-street-v1": WEIGHTS / "camera_yolo.onnx"}
"""Of detectors that EigenCAM knows how to cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to explain.

    Args:
        module: a camera detector.
        request: the approach.
        frame: its number, from 0; None for the first that the detector answers wrongly, else the last it can see.
        masks: of D-RISE.
        threads: of the network.
        data: folder of recorded approaches.
    """

    module: Module
    request: Request
    frame: int | None
    masks: int
    threads: int
    data: Path


def why(wanted: Wanted, out: Path | None, as_json: bool) -> None:
    """Explain one answer: print its shares, and with `out` draw its maps there.

    Raises:
        ConfigError: no such frame, or the target is in no picture of it.
    """
    recording = recorded(wanted.request, wanted.data)
    number, camera, asked = _chosen(wanted, recording.frames, recording.target)
    frame = recording.frames[number]
    found = explain(frame, camera, asked, wanted.request.seed, wanted.masks)
    screening = _screened(wanted, found)
    eigen = None if screening is None else attribute(screening, found.regions.target, found.regions.cue)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(out), draw_sheet(found, screening, eigen)[..., ::-1])
    if not as_json:
        _print(found, eigen, f"the {recording.target}, {frame.before_s:.1f} s before the conflict (frame {number})")
        return
    about = {
        "case": wanted.request.case.case_id,
        "severity": wanted.request.severity,
        "seed": wanted.request.seed,
        "frame": number,
        "before_s": round(frame.before_s, 3),
        "model": wanted.module.name,
        "target": recording.target,
        "cue": list(wanted.request.cue),
        "masks": wanted.masks,
    }
    print(json.dumps(about | found.to_json() | {"eigencam": None if eigen is None else eigen.to_json()}, indent=2))


def _chosen(wanted: Wanted, frames: tuple[Frame, ...], target: str) -> tuple[int, Camera, Question]:
    """The frame, the detector on the camera to ask, and what."""
    if wanted.frame is not None and not 0 <= wanted.frame < len(frames):
        raise ConfigError(f"--frame {wanted.frame}: want 0 to {len(frames) - 1}")
    cameras = cameras_of(wanted.module, wanted.request.rig, wanted.threads)
    last = None
    for number in range(len(frames)) if wanted.frame is None else [wanted.frame]:
        asked = most_telling(frames[number], target, wanted.request.case.polarity, cameras)
        if asked is not None:
            last = number, *asked
            if not asked[1].is_right:
                break
    if last is None:
        raise ConfigError(f"no camera sees the {target} there; want another --frame, --severity or --seed")
    return last


def _screened(wanted: Wanted, found: Explanation) -> NDArray[np.float32] | None:
    """The EigenCAM map; None for a network that it cannot cut."""
    weights = wanted.module.weights or SHIPPED_WEIGHTS.get(wanted.module.part)
    try:
        return EigenCam(Path(weights), wanted.threads).map(found.picture_rgb) if weights else None
    except ConfigError:
        return None


def _print(found: Explanation, eigen: Attribution | None, about: str) -> None:
    screen = console()
    verdict = "right" if found.question.is_right else "wrong"
    screen.print(f"{found.sensor_id} says of {about}: {found.question.said}, which is {verdict}")
    screen.print(f"explained: {found.what}")
    if found.shares is None:
        screen.print(f"no place matters more than chance ({found.saliency.peak:.2f} of {found.saliency.chance:.2f})")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("map", "target", "at best", "cue", "elsewhere"):
        table.add_column(name)
    for name, parts, best in (("D-RISE", found.shares, found.best), ("EigenCAM", eigen, None)):
        if parts is not None:
            at_best = "" if best is None else f"{100 * best.target.share:.0f} %"
            table.add_row(name, _cell(parts.target), at_best, _cell(parts.cue), _cell(parts.elsewhere))
    screen.print(table)


def _cell(part: Part) -> str:
    return "–" if part.enrichment is None else f"{100 * part.share:.0f} %, {part.enrichment:.3g} × its area"
