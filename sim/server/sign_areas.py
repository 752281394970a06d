"""Which vehicles are in which of the boxes where lights and signs act."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.world.maps.data import OrientedBoxArrays

Indices = NDArray[np.intp]

_SAME_WAY_COS = 0.5


class SignAreas:
    """The boxes of many owners; `owner` (N,) is each box's place in the list of owners.

    Args:
        areas: of each owner.
    """

    def __init__(self, areas: Sequence[OrientedBoxArrays]) -> None:
        self.owner = np.repeat(np.arange(len(areas)), [len(part) for part in areas])
        self._boxes = joined(areas)
        self._reach_m = np.hypot(self._boxes.half_m[:, 0], self._boxes.half_m[:, 1])

    def __len__(self) -> int:
        return len(self.owner)

    def overlaps(self, bodies: OrientedBoxArrays) -> tuple[Indices, Indices]:
        """Pairs of a body and a box that it overlaps, in the order of bodies, then boxes."""
        if not len(self.owner) or not len(bodies):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        offset = bodies.center_world_m[:, None, :2] - self._boxes.center_world_m[None, :, :2]
        reach_m = np.hypot(bodies.half_m[:, 0], bodies.half_m[:, 1])[:, None] + self._reach_m
        body, box = np.nonzero(np.einsum("nkc,nkc->nk", offset, offset) < reach_m**2)
        if len(body):
            touching = overlap(some(bodies, body), some(self._boxes, box))
            body, box = body[touching], box[touching]
        return body, box

    def along(self, bodies: OrientedBoxArrays, body: Indices, box: Indices) -> tuple[Indices, Indices]:
        """Those pairs whose body drives the box's way: narrow lanes bring oncoming vehicles near."""
        same_way = np.cos(bodies.yaw_rad[body] - self._boxes.yaw_rad[box]) > _SAME_WAY_COS
        return body[same_way], box[same_way]

    def nearest_owner(self, bodies: OrientedBoxArrays) -> Indices:
        """(N,) the owner of the nearest box that each body overlaps and drives along, -1 for none."""
        body, box = self.along(bodies, *self.overlaps(bodies))
        offset = bodies.center_world_m[body, :2] - self._boxes.center_world_m[box, :2]
        far_first = np.lexsort((box, -np.einsum("nc,nc->n", offset, offset)))
        found = np.full(len(bodies), -1, np.intp)
        found[body[far_first]] = self.owner[box[far_first]]
        return found


def joined(parts: Sequence[OrientedBoxArrays]) -> OrientedBoxArrays:
    """All boxes of several lists, one after the other."""
    return OrientedBoxArrays(
        np.concatenate([np.zeros((0, 3)), *(part.center_world_m for part in parts)]),
        np.concatenate([np.zeros((0, 3)), *(part.half_m for part in parts)]),
        np.concatenate([np.zeros(0), *(part.yaw_rad for part in parts)]),
    )


def some(boxes: OrientedBoxArrays, which: Indices) -> OrientedBoxArrays:
    """The boxes at the given places."""
    return OrientedBoxArrays(boxes.center_world_m[which], boxes.half_m[which], boxes.yaw_rad[which])


def overlap(a: OrientedBoxArrays, b: OrientedBoxArrays) -> NDArray[np.bool_]:
    """(N,) whether upright boxes overlap pair by pair: separating axes are the sides of both."""
    offset = b.center_world_m - a.center_world_m
    turn = b.yaw_rad - a.yaw_rad
    cos, sin = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    touching = np.abs(offset[:, 2]) < a.half_m[:, 2] + b.half_m[:, 2]
    for own, other in ((a, b), (b, a)):
        c, s = np.cos(own.yaw_rad), np.sin(own.yaw_rad)
        along = np.abs(offset[:, 0] * c + offset[:, 1] * s)
        across = np.abs(offset[:, 1] * c - offset[:, 0] * s)
        touching &= along < own.half_m[:, 0] + other.half_m[:, 0] * cos + other.half_m[:, 1] * sin
        touching &= across < own.half_m[:, 1] + other.half_m[:, 0] * sin + other.half_m[:, 1] * cos
    return touching
