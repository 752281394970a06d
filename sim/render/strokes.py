"""Users' drawings in pictures: strokes with depth in the world, strokes and words over everything."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.view import CameraView
from sim.world.marks import Label, Marks

STROKE_FORMAT = "3f 3f 1f 3f/i"
STROKE_NAMES = ("in_begin", "in_end", "in_width", "in_rgb")
NEAREST_M = 0.05
"""Overlay strokes are cut this far before the eye."""
_LETTER_SCALE, _MOST_PX = 0.45, 1000.0


def overlaid(rgb: NDArray[np.uint8], marks: Marks, view: CameraView) -> NDArray[np.uint8]:
    """The picture (H, W, 3) with what is drawn over everything; the same array when there is nothing."""
    if len(marks.overlay) == 0 and not marks.labels:
        return rgb
    drawn = np.ascontiguousarray(rgb)
    for stroke in marks.overlay:
        _draw_stroke(drawn, stroke, view)
    for label in marks.labels:
        _draw_label(drawn, label, view)
    return drawn


def _draw_stroke(rgb: NDArray[np.uint8], stroke: NDArray[np.float64], view: CameraView) -> None:
    ends = _optical(stroke[:6].reshape(2, 3), view)
    depth = ends[:, 2]
    if depth.max() < NEAREST_M:
        return
    behind = int(depth.argmin())
    if depth[behind] < NEAREST_M:
        share = (NEAREST_M - depth[behind]) / (depth[1 - behind] - depth[behind])
        ends[behind] += share * (ends[1 - behind] - ends[behind])
    (x0, y0), (x1, y1) = _pixels(ends, view)
    fits, a, b = cv2.clipLine((-4000, -4000, 16000, 16000), (_whole(x0), _whole(y0)), (_whole(x1), _whole(y1)))
    if fits:
        # a filled polygon has its outline in it: a width of 5 px is 2 px to each side
        beside = (np.clip(round(float(stroke[6])), 1, 255) - 1) / 2.0
        way = np.subtract(b, a) / max(float(np.hypot(*np.subtract(b, a))), 1.0)
        out = beside * np.array([-way[1], way[0]])
        corners = np.round([a + out, b + out, b - out, a - out]).astype(np.int32)
        cv2.fillConvexPoly(rgb, corners, _bytes(stroke[7:]))


def _draw_label(rgb: NDArray[np.uint8], label: Label, view: CameraView) -> None:
    at = _optical(label.position_world_m[None], view)
    if at[0, 2] < NEAREST_M:
        return
    x, y = _pixels(at, view)[0]
    if not (-_MOST_PX < x < view.width_px + _MOST_PX and -_MOST_PX < y < view.height_px + _MOST_PX):
        return
    place, font = (round(float(x)), round(float(y))), cv2.FONT_HERSHEY_SIMPLEX
    if label.has_shadow:
        below = (place[0] + 1, place[1] + 1)
        cv2.putText(rgb, label.text, below, font, _LETTER_SCALE, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.putText(rgb, label.text, place, font, _LETTER_SCALE, _bytes(np.array(label.rgb)), 1, cv2.LINE_AA)


def _optical(points_world_m: NDArray[np.float64], view: CameraView) -> NDArray[np.float64]:
    matrix = view.optical_from_world()
    return points_world_m @ matrix[:3, :3].T + matrix[:3, 3]


def _pixels(optical_m: NDArray[np.float64], view: CameraView) -> NDArray[np.float64]:
    middle = np.array([view.width_px, view.height_px]) / 2.0
    return optical_m[:, :2] / optical_m[:, 2:] * view.focal_px + middle


def _whole(value: float) -> int:
    return round(float(np.clip(value, -1e6, 1e6)))


def _bytes(rgb: NDArray[np.float64]) -> tuple[int, int, int]:
    r, g, b = (round(255.0 * float(channel)) for channel in rgb)
    return r, g, b
