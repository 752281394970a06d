"""A drive as a film: the camera with its boxes, the bird's-eye view beside it, what the planner says above."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from moosetest.timing import NS_PER_S, TICK_NS
from scenarios.drive.bundle import read_images, read_states, read_verdict
from scenarios.report.birdseye import SIZE_PX, draw_birdseye
from scenarios.report.paint import CLASS_COLORS, CLASS_NAMES, INK, font

CAMERA = "cam_main"
STRIP_PX = 48
BACKGROUND = (16, 18, 22)
STATUS_COLORS = {"ok": (96, 200, 120), "degraded": (255, 190, 70), "emergency": (255, 90, 90)}


def film_frames(bundle: Path) -> Iterator[NDArray[np.uint8]]:
    """The pictures of a run's film; without a camera in the bundle the left side says so."""
    images = dict(read_images(bundle, CAMERA))
    impact_s = _impact_s(bundle)
    for state in read_states(bundle):
        t_s = state["sample"]["t_s"]
        yield np.asarray(_compose(images.get(round(t_s * NS_PER_S)), state, is_hit=t_s >= impact_s))


def write_film(bundle: Path, path: Path) -> bool:
    """Write the film of a run as H.264; False when the bundle has no tick at all."""
    frames = iter(film_frames(bundle))
    first = next(frames, None)
    if first is None:
        return False
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(NS_PER_S, TICK_NS), options={"crf": "30"})
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in (first, *frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return True


def _impact_s(bundle: Path) -> float:
    """When the car hit something; infinite when it did not, or was not judged."""
    impact_s = read_verdict(bundle).get("impact_s") if (bundle / "verdict.json").exists() else None
    return math.inf if impact_s is None else float(impact_s)


def _compose(image_rgb: NDArray[np.uint8] | None, state: dict[str, Any], is_hit: bool) -> Image.Image:
    camera = _camera(image_rgb, state)
    width = camera.width + SIZE_PX
    picture = Image.new("RGB", (width, SIZE_PX + STRIP_PX), BACKGROUND)
    picture.paste(camera, (0, STRIP_PX))
    picture.paste(draw_birdseye(state), (camera.width, STRIP_PX))
    _draw_strip(ImageDraw.Draw(picture), state, width, is_hit)
    return picture


def _camera(image_rgb: NDArray[np.uint8] | None, state: dict[str, Any]) -> Image.Image:
    if image_rgb is None:
        picture = Image.new("RGB", (640, SIZE_PX), BACKGROUND)
        ImageDraw.Draw(picture).text((20, 20), "no camera in this run", fill=INK, font=font(16))
        return picture
    picture = Image.fromarray(image_rgb)
    draw = ImageDraw.Draw(picture)
    for detections in state["image_detections"]:
        if detections["sensor_id"] == CAMERA:
            _draw_detections(draw, detections)
    return picture


def _draw_detections(draw: ImageDraw.ImageDraw, detections: dict[str, Any]) -> None:
    rows = zip(detections["box_px"], detections["class_id"], detections["score"], strict=True)
    for box, class_id, score in rows:
        color = CLASS_COLORS[class_id]
        draw.rectangle(box, outline=color, width=2)
        draw.text((box[0] + 2, max(0, box[1] - 13)), f"{CLASS_NAMES[class_id]} {score:.2f}", fill=color, font=font(11))


def _draw_strip(draw: ImageDraw.ImageDraw, state: dict[str, Any], width: int, is_hit: bool) -> None:
    sample = state["sample"]
    top = 6  # above the pictures: a player's controls cover what is below
    gap = "-" if sample["gap_m"] is None else f"{sample['gap_m']:.1f} m"
    ttc = "-" if sample["ttc_s"] is None else f"{sample['ttc_s']:.1f} s"
    numbers = f"{sample['t_s']:4.1f} s    {sample['speed_mps'] * 3.6:3.0f} km/h    gap {gap}    TTC {ttc}"
    draw.text((10, top), numbers, fill=INK, font=font(14))
    status = sample["status"]
    reason = sample["reason"].replace("²", "2")  # Pillow's own font has no raised digits
    draw.text((10, top + 20), f"{status}: {reason}", fill=STATUS_COLORS[status], font=font(14))
    if is_hit:
        draw.rectangle([width - 110, top, width - 10, top + 34], fill=(200, 30, 30))
        draw.text((width - 98, top + 8), "CONTACT", fill=INK, font=font(16))
