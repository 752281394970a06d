"""Which boxes touch: a sweep over their extents, then the separating-axis test in three dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Normals steeper than 45 degrees are not taken while a flatter one separates: road users meet sideways, and a fast car
# that is deep inside a low box in one step was not dropped onto it.
STEEPEST_NORMAL_Z: Final = 0.7071
_PARALLEL: Final = 1e-6
DEEP_M: Final = 0.25  # overlaps deeper than this ask which side the body came in by, if it came in this step
_APPROACH_MPS: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class OrientedBoxes:
    """N boxes in the world frame: centres, half sizes, rotations whose columns are the box axes.

    `movable` (N,) is None when all are; two boxes that cannot move never make a contact. `velocity_world_mps` (N, 3),
    if known, tells which side a fast body came in by.
    """

    actor_id: NDArray[np.int64]
    center_world_m: FloatArray
    half_m: FloatArray
    rotation: FloatArray
    movable: NDArray[np.bool_] | None = None
    velocity_world_mps: FloatArray | None = None

    def __post_init__(self) -> None:
        n = len(self.actor_id)
        shapes = (self.center_world_m.shape, self.half_m.shape, self.rotation.shape)
        if shapes != ((n, 3), (n, 3), (n, 3, 3)):
            raise ValueError(f"OrientedBoxes: shapes {shapes}, want (N, 3), (N, 3), (N, 3, 3) with N = {n}")

    def __len__(self) -> int:
        return len(self.actor_id)


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """Two boxes that overlap: where, along which normal from a to b, how deep. `id_a < id_b`."""

    id_a: int
    id_b: int
    point_world_m: FloatArray
    normal_world: FloatArray
    depth_m: float


def find_contacts(boxes: OrientedBoxes, step_s: float = 0.0) -> list[Contact]:
    """All contacts, sorted by ids; the order of `boxes` does not matter.

    With velocities, bodies that are deep inside each other after a step of `step_s` touch where they came in by, not
    where the way out is shortest: a fast car that hits a pole with its nose is not pushed past it.
    """
    first, second = _near_pairs(boxes)
    if not len(first):
        return []
    ids = boxes.actor_id
    swap = ids[first] > ids[second]
    a, b = np.where(swap, second, first), np.where(swap, first, second)
    order = np.lexsort((ids[b], ids[a]))
    a, b = a[order], b[order]
    depth_m, normal = _separating_axes(boxes, a, b)
    if boxes.velocity_world_mps is not None and step_s > 0.0:
        deep = np.flatnonzero(depth_m > DEEP_M)
        if len(deep):
            _turn_to_entry(boxes, a[deep], b[deep], step_s, (depth_m, normal, deep))
    contacts = []
    for i in np.flatnonzero(depth_m > 0):
        point = _contact_point(boxes, int(a[i]), int(b[i]), normal[i], float(depth_m[i]))
        contacts.append(Contact(int(ids[a[i]]), int(ids[b[i]]), point, normal[i].copy(), float(depth_m[i])))
    return contacts


def overlaps_any(box: OrientedBoxes, boxes: OrientedBoxes) -> bool:
    """Whether `box`, a single one, overlaps any of `boxes`, movable or not."""
    return bool(overlapping(box, boxes).any())


def overlapping(box: OrientedBoxes, boxes: OrientedBoxes) -> NDArray[np.bool_]:
    """(N,) which of `boxes`, movable or not, the single `box` overlaps."""
    joined = OrientedBoxes(
        np.concatenate([box.actor_id, boxes.actor_id]),
        np.concatenate([box.center_world_m, boxes.center_world_m]),
        np.concatenate([box.half_m, boxes.half_m]),
        np.concatenate([box.rotation, boxes.rotation]),
    )
    others = np.arange(1, len(joined))
    depth_m, _ = _separating_axes(joined, np.zeros_like(others), others)
    return depth_m > 0


def _near_pairs(boxes: OrientedBoxes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index pairs whose axis-aligned extents overlap and of which one can move: a sweep along x."""
    reach = np.einsum("nij,nj->ni", np.abs(boxes.rotation), boxes.half_m)
    low, high = boxes.center_world_m - reach, boxes.center_world_m + reach
    order = np.argsort(low[:, 0], kind="stable")
    low, high = low[order], high[order]
    after = np.arange(1, len(boxes) + 1)
    count = np.maximum(np.searchsorted(low[:, 0], high[:, 0], side="left") - after, 0)
    first = np.repeat(after - 1, count)
    second = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count) + first + 1
    near = (low[first, 1:] < high[second, 1:]).all(axis=1) & (low[second, 1:] < high[first, 1:]).all(axis=1)
    first, second = order[first[near]], order[second[near]]
    if boxes.movable is not None:
        moves = boxes.movable[first] | boxes.movable[second]
        first, second = first[moves], second[moves]
    return first, second


def _separating_axes(boxes: OrientedBoxes, a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Depth (P,) and normal (P, 3) from a to b of index pairs; depth <= 0 means apart."""
    axes, reach, along, is_axis = _along_axes(boxes, a, b)
    overlap = np.where(is_axis, reach - np.abs(along), np.inf)
    apart = (overlap <= 0).any(axis=1)
    # edge-edge axes must be clearly shallower than face axes, or rounding picks them at random
    cost = overlap + np.where(np.arange(15) >= 6, 1e-6, 0.0)
    flat = np.where(np.abs(axes[:, :, 2]) > STEEPEST_NORMAL_Z, np.inf, cost)
    best = np.argmin(flat, axis=1)
    row = np.arange(len(a))
    sign = np.where(along[row, best] < 0, -1.0, 1.0)
    return np.where(apart, 0.0, overlap[row, best]), axes[row, best] * sign[:, None]


def _along_axes(
    boxes: OrientedBoxes, a: NDArray[np.int64], b: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    """The 15 axes of index pairs (P, 15, 3), the reach of both boxes and b's offset along each, which are axes."""
    axes_a, axes_b = boxes.rotation[a].transpose(0, 2, 1), boxes.rotation[b].transpose(0, 2, 1)
    crossed = np.cross(axes_a[:, :, None, :], axes_b[:, None, :, :]).reshape(-1, 9, 3)
    axes = np.concatenate([axes_a, axes_b, crossed], axis=1)
    length = np.linalg.norm(axes, axis=2)
    is_axis = length > _PARALLEL
    axes = axes / np.where(is_axis, length, 1.0)[:, :, None]
    reach_a = np.einsum("pkj,pj->pk", np.abs(np.einsum("pkj,pij->pki", axes, axes_a)), boxes.half_m[a])
    reach_b = np.einsum("pkj,pj->pk", np.abs(np.einsum("pkj,pij->pki", axes, axes_b)), boxes.half_m[b])
    offset = boxes.center_world_m[b] - boxes.center_world_m[a]
    return axes, reach_a + reach_b, np.einsum("pkj,pj->pk", axes, offset), is_axis


def _turn_to_entry(
    boxes: OrientedBoxes,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    step_s: float,
    found: tuple[FloatArray, FloatArray, NDArray[np.intp]],
) -> None:
    """Put into `found`, the depths and normals of all pairs and the rows of these, those of the side of entry."""
    assert boxes.velocity_world_mps is not None
    depth_m, normal, rows = found
    axes, reach, along, is_axis = _along_axes(boxes, a, b)
    slip = np.einsum("pkj,pj->pk", axes, boxes.velocity_world_mps[b] - boxes.velocity_world_mps[a])
    side = np.where(along - slip * step_s < 0, -1.0, 1.0)  # where b was before the step
    inside_m, closing_mps = reach - side * along, -side * slip
    flat = is_axis & (np.abs(axes[:, :, 2]) <= STEEPEST_NORMAL_Z) & (closing_mps > _APPROACH_MPS)
    ago_s = np.where(flat, inside_m / np.where(flat, closing_mps, 1.0), np.inf)
    best = np.argmin(ago_s, axis=1)
    pair = np.arange(len(a))
    entered = ago_s[pair, best] <= step_s
    which = pair[entered]
    depth_m[rows[which]] = inside_m[which, best[which]]
    normal[rows[which]] = axes[which, best[which]] * side[which, best[which], None]


def _contact_point(boxes: OrientedBoxes, a: int, b: int, normal: FloatArray, depth_m: float) -> FloatArray:
    """Middle of the corners of each box inside the other; with none, halfway between the two faces."""
    inside = []
    for host, guest in ((a, b), (b, a)):
        corners = boxes.center_world_m[guest] + (_CORNERS * boxes.half_m[guest]) @ boxes.rotation[guest].T
        local = (corners - boxes.center_world_m[host]) @ boxes.rotation[host]
        inside.append(corners[(np.abs(local) <= boxes.half_m[host] + _PARALLEL).all(axis=1)])
    points = np.concatenate(inside)
    if len(points):
        return points.mean(axis=0)
    reach = np.abs(normal @ boxes.rotation[a]) @ boxes.half_m[a]
    middle = (boxes.center_world_m[a] + boxes.center_world_m[b]) / 2
    plane = normal @ boxes.center_world_m[a] + reach - depth_m / 2
    return middle + (plane - normal @ middle) * normal


_CORNERS: Final = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
