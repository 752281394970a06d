"""What the pillar network's output maps mean: boxes in space to channels and back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from moosetest.frames import wrap_rad_array
from moosetest.objects import ObjectClass
from perception.lidar.canvas import Grid

CLASSES = (
    ObjectClass.PERSON,
    ObjectClass.BICYCLE,
    ObjectClass.CAR,
    ObjectClass.MOTORCYCLE,
    ObjectClass.BUS,
    ObjectClass.TRUCK,
)
"""Heat maps of the network, in order."""

STRIDE = 4
"""Canvas cells a side of one output cell."""

SAME_PLACE_M = 0.6
"""Centres nearer than this are one thing: a person's shoulders are 0.5 m wide."""


class Channel(IntEnum):
    """Channels of the box map, after the heat maps."""

    DX = 0
    DY = 1
    Z = 2
    LOG_L = 3
    LOG_W = 4
    LOG_H = 5
    COS_2YAW = 6
    SIN_2YAW = 7
    AWAY = 8


@dataclass(frozen=True, slots=True, eq=False)
class SpaceBoxes:
    """Boxes in the ego frame, best first: centre (N, 3), size (N, 3), yaw (N,), class (N,), score (N,)."""

    center_ego_m: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    yaw_ego_rad: NDArray[np.float64]
    class_id: NDArray[np.int16]
    score: NDArray[np.float64]


def encode(
    center_ego_m: NDArray[np.float64], size_lwh_m: NDArray[np.float64], yaw_rad: NDArray[np.float64], grid: Grid
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Output cell (N, 2) of each box, and its channels (N, len(Channel)).

    A box has an axis and, apart from it, a way along the axis: from one sweep the axis is plain and the way a guess,
    so that the network gives the double angle and the odds that it points away from the car (cos yaw > 0).
    """
    cell_m = STRIDE * grid.cell_m
    place = (center_ego_m[:, :2] - np.array([grid.x_min_m, grid.y_min_m])) / cell_m
    cell = np.floor(place).astype(np.intp)
    offset = place - cell - 0.5
    angle = np.stack([np.cos(2 * yaw_rad), np.sin(2 * yaw_rad), np.cos(yaw_rad) > 0], axis=1)
    values = np.concatenate([offset, center_ego_m[:, 2:], np.log(size_lwh_m), angle], axis=1)
    return cell, values.astype(np.float32)


def decode(
    heat: NDArray[np.float32], values: NDArray[np.float32], grid: Grid, min_score: float, most: int = 200
) -> SpaceBoxes:
    """Boxes of the peaks of the heat maps (C, X, Y) (logits) with the box map (len(Channel), X, Y)."""
    best = heat.max(axis=0)
    peak = (best == maximum_filter(best, size=3, mode="constant", cval=-np.inf)) & (best > _logit(min_score))
    ix, iy = np.nonzero(peak)
    order = np.argsort(-best[ix, iy], kind="stable")[:most]
    ix, iy = ix[order], iy[order]
    v = values[:, ix, iy].astype(np.float64)
    cell_m = STRIDE * grid.cell_m
    x = grid.x_min_m + (ix + 0.5 + v[Channel.DX]) * cell_m
    y = grid.y_min_m + (iy + 0.5 + v[Channel.DY]) * cell_m
    axis = 0.5 * np.arctan2(v[Channel.SIN_2YAW], v[Channel.COS_2YAW])
    yaw = wrap_rad_array(axis + np.where(v[Channel.AWAY] > 0, 0.0, np.pi))
    size = np.exp(np.clip(v[Channel.LOG_L : Channel.LOG_H + 1], -3.0, 4.0)).T
    score = 1.0 / (1.0 + np.exp(-best[ix, iy].astype(np.float64)))
    class_id = np.array([int(c) for c in CLASSES], dtype=np.int16)[heat[:, ix, iy].argmax(axis=0)]
    boxes = SpaceBoxes(np.column_stack([x, y, v[Channel.Z]]), size, yaw, class_id, score)
    return _take(boxes, _first_of_each(boxes))


def inside_footprint(
    points_xy_m: NDArray[np.float64], center_xy_m: NDArray[np.float64], size_lw_m: NDArray[np.float64], yaw_rad: float
) -> NDArray[np.bool_]:
    """(N,) which points (N, 2) lie within a box seen from above."""
    offset = points_xy_m - center_xy_m
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    along = offset[:, 0] * cos + offset[:, 1] * sin
    across = -offset[:, 0] * sin + offset[:, 1] * cos
    return (np.abs(along) <= size_lw_m[0] / 2) & (np.abs(across) <= size_lw_m[1] / 2)


def _first_of_each(boxes: SpaceBoxes) -> NDArray[np.bool_]:
    """(N,) boxes whose centre no better box holds or nearly meets."""
    alive = np.ones(len(boxes.score), dtype=np.bool_)
    xy = boxes.center_ego_m[:, :2]
    for i in range(len(alive)):
        if not alive[i]:
            continue
        held = inside_footprint(xy, xy[i], boxes.size_lwh_m[i, :2], float(boxes.yaw_ego_rad[i]))
        held |= np.hypot(*(xy - xy[i]).T) < SAME_PLACE_M
        held[: i + 1] = False
        alive &= ~held
    return alive


def _take(boxes: SpaceBoxes, kept: NDArray[np.bool_]) -> SpaceBoxes:
    return SpaceBoxes(*(getattr(boxes, name)[kept] for name in SpaceBoxes.__dataclass_fields__))


def _logit(probability: float) -> float:
    return float(np.log(probability / (1.0 - probability)))
