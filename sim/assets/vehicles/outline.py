"""The left half of a vehicle's plan view, from the front centre round to the rear centre, cut into columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_DENSE = 48
"""Points of each of the five pieces of an outline: front, corner, side, corner, rear."""
_MERGE_M = 0.004
"""Two wanted columns nearer than this become one."""


@dataclass(frozen=True, slots=True)
class Corner:
    """How one end of an outline is rounded: along x, along y, and by how much its middle stands out."""

    along_m: float
    across_m: float
    bow_m: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A dense half outline: `point_m` (S, 2) with y >= 0, and the outward `normal` (S, 2)."""

    point_m: FloatArray
    normal: FloatArray

    def columns(self, counts: tuple[int, int, int], cuts: list[Cut], xs_m: FloatArray, spacing_m: float) -> FloatArray:
        """Places (fractional indices) of columns, sorted.

        Args:
            counts: columns on the front and rear, in each corner, along the side.
            cuts: lines that must be columns, where they meet the outline.
            xs_m: more x positions on the side.
            spacing_m: `counts` add no column nearer than this to another one.
        """
        face, corner, side = counts
        ends = np.arange(6) * (_DENSE - 1.0)
        base = [np.linspace(ends[i], ends[i + 1], n + 1) for i, n in enumerate((face, corner, side, corner, face))]
        places = np.concatenate(
            [*[self._crossings(cut) for cut in cuts], *[self._crossings(Cut(0, float(x))) for x in xs_m]]
            or [np.zeros(0)]
        )
        return self._merged(np.concatenate(base), places, spacing_m)

    def at(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Points (C, 2) and unit normals (C, 2) at fractional indices."""
        index = np.arange(len(self.point_m))
        point = np.stack([np.interp(places, index, self.point_m[:, i]) for i in (0, 1)], axis=1)
        normal = np.stack([np.interp(places, index, self.normal[:, i]) for i in (0, 1)], axis=1)
        return point, normal / np.linalg.norm(normal, axis=1, keepdims=True)

    def _crossings(self, cut: Cut) -> FloatArray:
        value = self.point_m[:, cut.axis] - cut.value_m
        other = self.point_m[:, 1 - cut.axis]
        i = np.flatnonzero((value[:-1] < 0) != (value[1:] < 0))
        i = i[(other[i] >= cut.low_m) & (other[i] <= cut.high_m)]
        return i + value[i] / (value[i] - value[i + 1])

    def _merged(self, base: FloatArray, wanted: FloatArray, spacing_m: float) -> FloatArray:
        """`wanted` places, and those of `base` that are not too near to one of them."""
        kept: list[float] = []
        spots: list[FloatArray] = []
        first_last = [0.0, len(self.point_m) - 1.0]
        for group, gap in ((np.array(first_last), 0.0), (wanted, _MERGE_M), (base, spacing_m)):
            spot = self.at(group)[0]
            for place, where in zip(group, spot, strict=True):
                if gap and min(float(np.hypot(*(where - s))) for s in spots) < gap:
                    continue
                kept.append(float(place))
                spots.append(where)
        return np.sort(np.array(kept))


@dataclass(frozen=True, slots=True)
class Cut:
    """A line x = value (axis 0) or y = value (axis 1), between two bounds of the other coordinate."""

    axis: int
    value_m: float
    low_m: float = -np.inf
    high_m: float = np.inf


def rounded_outline(
    half_length_m: float, half_width_m: float, front: Corner, rear: Corner, taper: float = 0.0
) -> Outline:
    """A rectangle with rounded corners and bowed ends; `taper` narrows it towards the ends (share of the width)."""
    ends = []
    for corner in (front, rear):
        y = np.linspace(0.0, half_width_m - corner.across_m, _DENSE)
        x = half_length_m - corner.bow_m * (y / y[-1]) ** 2
        angle = np.linspace(0.0, np.pi / 2, _DENSE)[1:]
        cx = half_length_m - corner.bow_m - corner.along_m
        arc = np.stack([cx + corner.along_m * np.cos(angle), y[-1] + corner.across_m * np.sin(angle)], axis=1)
        ends.append(np.concatenate([np.stack([x, y], axis=1), arc]))
    back = ends[1][::-1] * np.array([-1.0, 1.0])
    side_x = np.linspace(ends[0][-1, 0], back[0, 0], _DENSE)[1:-1]
    side = np.stack([side_x, np.full(len(side_x), half_width_m)], axis=1)
    point = np.concatenate([ends[0], side, back])
    point[:, 1] *= 1.0 - taper * (point[:, 0] / half_length_m) ** 2
    tangent = np.gradient(point, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal[[0, -1], 1] = 0.0
    return Outline(point, normal / np.linalg.norm(normal, axis=1, keepdims=True))
