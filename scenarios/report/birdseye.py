"""A bird's-eye view of one tick: truth, tracks and the plan around the car, which drives upwards."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from moosetest.arrays import FloatArray
from moosetest.objects import TrackStatus
from scenarios.drive.record import EGO_LENGTH_M, EGO_WIDTH_M
from scenarios.measure.geometry import box_corners
from scenarios.report.paint import CLASS_NAMES, INK, font

SIZE_PX = 384
AHEAD_M, BEHIND_M = 52.0, 8.0
PX_PER_M = SIZE_PX / (AHEAD_M + BEHIND_M)
EGO_CENTER_X_M = 1.43  # of the box, from the rear axle: half the wheelbase of the car under test
GROUND, GRID = (24, 27, 32), (44, 49, 57)
TRUTH, TRACK, PLAN, EGO = (96, 200, 120), (255, 150, 60), (90, 160, 255), (235, 238, 242)


def draw_birdseye(state: dict[str, Any]) -> Image.Image:
    """A square picture of a bundle's state."""
    picture = Image.new("RGB", (SIZE_PX, SIZE_PX), GROUND)
    draw = ImageDraw.Draw(picture)
    _draw_grid(draw)
    to_ego = _ToEgo(state["ego"])
    truth, tracks = state["truth"], state["tracks"]
    plan_m = to_ego.points(np.asarray(state["plan"]["pose_world"])[:, :2])
    draw.line([_px(p) for p in plan_m], fill=PLAN, width=3)
    for center, size, yaw in zip(truth["center_world_m"], truth["size_lwh_m"], truth["yaw_world_rad"], strict=True):
        _draw_box(draw, to_ego, center, size, yaw, TRUTH, fill=True)
    for index, center in enumerate(tracks["center_world_m"]):
        if tracks["status"][index] != TrackStatus.TENTATIVE:
            _draw_track(draw, to_ego, tracks, index, center)
    draw.polygon(_outline(box_corners(np.array([EGO_CENTER_X_M, 0.0]), EGO_LENGTH_M, EGO_WIDTH_M, 0.0)), fill=EGO)
    _draw_legend(draw)
    return picture


class _ToEgo:
    def __init__(self, ego: dict[str, Any]) -> None:
        self.yaw_rad = float(ego["yaw_world_rad"])
        self._origin_m = np.asarray(ego["position_world_m"][:2])

    def points(self, points_world_m: FloatArray) -> FloatArray:
        """(N, 2) world to ego."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return (np.atleast_2d(points_world_m) - self._origin_m) @ np.array([[c, -s], [s, c]])


def _px(point_ego_m: FloatArray) -> tuple[float, float]:
    return (SIZE_PX / 2 - point_ego_m[1] * PX_PER_M, (AHEAD_M - point_ego_m[0]) * PX_PER_M)


def _outline(corners_m: FloatArray) -> list[tuple[float, float]]:
    return [_px(corner) for corner in corners_m]


def _draw_grid(draw: ImageDraw.ImageDraw) -> None:
    for ahead_m in range(0, int(AHEAD_M) + 1, 10):
        y = _px(np.array([float(ahead_m), 0.0]))[1]
        draw.line([(0, y), (SIZE_PX, y)], fill=GRID)
        draw.text((4, y + 1), f"{ahead_m} m", fill=(120, 128, 138), font=font(11))


def _draw_box(
    draw: ImageDraw.ImageDraw,
    to_ego: _ToEgo,
    center: list[float],
    size: list[float],
    yaw: float,
    color: tuple[int, int, int],
    fill: bool = False,
) -> None:
    at_m = to_ego.points(np.asarray(center[:2]))[0]
    outline = _outline(box_corners(at_m, size[0], size[1], yaw - to_ego.yaw_rad))
    inside = (color[0] // 3, color[1] // 3, color[2] // 3) if fill else None
    draw.polygon(outline, fill=inside, outline=color, width=2)


def _draw_track(draw: ImageDraw.ImageDraw, to_ego: _ToEgo, tracks: dict[str, Any], index: int, center: Any) -> None:
    _draw_box(draw, to_ego, center, tracks["size_lwh_m"][index], tracks["yaw_world_rad"][index], TRACK)
    at_m = to_ego.points(np.asarray(center[:2]))[0]
    tip_world_m = np.asarray(center[:2]) + np.asarray(tracks["velocity_world_mps"][index])
    draw.line([_px(at_m), _px(to_ego.points(tip_world_m)[0])], fill=TRACK, width=2)
    name = CLASS_NAMES[int(np.argmax(tracks["class_prob"][index]))]
    if name == "unknown":  # most are walls and posts: their boxes say enough
        return
    x, y = _px(at_m)
    draw.text((x + 8, y - 6), f"{name} {tracks['existence'][index]:.2f}", fill=TRACK, font=font(11))


def _draw_legend(draw: ImageDraw.ImageDraw) -> None:
    for row, (name, color) in enumerate((("truth", TRUTH), ("track", TRACK), ("plan", PLAN))):
        y = 6 + 15 * row
        draw.rectangle([SIZE_PX - 62, y + 2, SIZE_PX - 52, y + 10], fill=color)
        draw.text((SIZE_PX - 47, y - 1), name, fill=INK, font=font(11))
