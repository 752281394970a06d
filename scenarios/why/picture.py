"""A map drawn over its picture: what matters glows, the target is outlined, so is its cue."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scenarios.approach.regions import Mask, Regions
from scenarios.bench.stills import SAID_RGB, TRUE_RGB
from scenarios.measure.attribution import Attribution
from scenarios.why.explanation import Explanation

CUE_RGB = (90, 220, 255)
WIDTH_PX = 640
DIMMED = 0.55
"""Of the picture's grey, where the map is 0: dark enough that the map's darkest colours stand out."""

Picture = NDArray[np.uint8]


def draw_map(
    picture_rgb: Picture,
    importance: NDArray[np.float32],
    regions: Regions,
    box_px: NDArray[np.float64] | None,
    width_px: int,
) -> Picture:
    """(H, W, 3) RGB, `width_px` wide.

    Args:
        picture_rgb: the camera's picture.
        importance: (H, W) 0 to 1.
        regions: what to outline.
        box_px: (4,) the box that is explained; None draws none.
        width_px: of what is drawn.
    """
    scale = width_px / picture_rgb.shape[1]
    size = (width_px, round(picture_rgb.shape[0] * scale))
    picture = cv2.resize(picture_rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    strength = np.clip(cv2.resize(importance, size, interpolation=cv2.INTER_LINEAR), 0.0, 1.0)
    glow = cv2.applyColorMap(np.rint(255 * strength).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    grey = DIMMED * cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    alpha = 0.75 * np.sqrt(strength)[..., None]
    drawn = np.rint(np.clip((1.0 - alpha) * grey + alpha * glow, 0, 255)).astype(np.uint8)
    for mask, rgb in ((regions.cue, CUE_RGB), (regions.target, TRUE_RGB)):
        _outline(drawn, mask, rgb)
    if box_px is not None:
        left, top, right, bottom = (round(float(v + 0.5) * scale) for v in box_px)
        cv2.rectangle(drawn, (left, top), (right, bottom), SAID_RGB, 1, cv2.LINE_AA)
    return drawn


def draw_sheet(found: Explanation, screening: NDArray[np.float32] | None, eigen: Attribution | None) -> Picture:
    """(H, W, 3) RGB: the picture, the D-RISE map and, where there is one, the EigenCAM map, one below the other."""
    regions, box_px = found.regions, found.question.asked.box_px
    picture = np.array(found.picture_rgb)
    _outline(picture, regions.cue, CUE_RGB)
    _outline(picture, regions.target, TRUE_RGB)
    rows = [
        picture,
        _caption(f"{found.sensor_id}: {found.question.said}; explained: {found.what}"),
        draw_map(found.picture_rgb, found.saliency.map, regions, box_px, WIDTH_PX),
        _caption(f"D-RISE: {found.text}"),
    ]
    rows[0] = cv2.resize(picture, (WIDTH_PX, rows[2].shape[0]), interpolation=cv2.INTER_AREA)
    if screening is not None:
        rows.append(draw_map(found.picture_rgb, screening, regions, None, WIDTH_PX))
        rows.append(
            _caption("EigenCAM" if eigen is None else f"EigenCAM: {100 * eigen.target.share:.0f} % on the target")
        )
    return np.vstack(rows)


def _caption(text: str) -> Picture:
    strip = np.full((22, WIDTH_PX, 3), 24, np.uint8)
    cv2.putText(strip, text, (6, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (235, 235, 235), 1, cv2.LINE_AA)
    return strip


def _outline(picture: Picture, mask: Mask, rgb: tuple[int, int, int]) -> None:
    size = (picture.shape[1], picture.shape[0])
    larger = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.5
    contours, _ = cv2.findContours(larger.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, rgb, 1, cv2.LINE_AA)
