"""What faces are drawn with: letters, digits, lines, arrows and polygons, in metres right and up of a face's middle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Line = Sequence[tuple[float, float]]

# Middle lines of each character in a box 0.6 wide and 1 high, from its lower left corner.
_O = ((0.15, 0.0), (0.45, 0.0), (0.6, 0.2), (0.6, 0.8), (0.45, 1.0), (0.15, 1.0), (0.0, 0.8), (0.0, 0.2), (0.15, 0.0))
_GLYPHS: dict[str, tuple[Line, ...]] = {
    "0": (_O,),
    "1": (((0.1, 0.75), (0.35, 1.0), (0.35, 0.0)),),
    "2": (((0.0, 0.8), (0.15, 1.0), (0.45, 1.0), (0.6, 0.8), (0.6, 0.6), (0.0, 0.0), (0.6, 0.0)),),
    "3": (
        ((0.0, 0.9), (0.15, 1.0), (0.45, 1.0), (0.6, 0.85), (0.6, 0.65), (0.42, 0.53), (0.25, 0.53)),
        ((0.42, 0.53), (0.6, 0.4), (0.6, 0.15), (0.45, 0.0), (0.15, 0.0), (0.0, 0.12)),
    ),
    "4": (((0.45, 0.0), (0.45, 1.0), (0.0, 0.3), (0.6, 0.3)),),
    "5": (
        ((0.55, 1.0), (0.1, 1.0), (0.05, 0.55), (0.4, 0.6), (0.6, 0.42)),
        ((0.6, 0.42), (0.6, 0.18), (0.42, 0.0), (0.15, 0.0), (0.0, 0.1)),
    ),
    "6": (
        ((0.55, 0.92), (0.42, 1.0), (0.18, 1.0), (0.0, 0.75), (0.0, 0.2), (0.15, 0.0), (0.45, 0.0), (0.6, 0.17)),
        ((0.6, 0.17), (0.6, 0.4), (0.45, 0.57), (0.15, 0.57), (0.0, 0.4)),
    ),
    "7": (((0.0, 1.0), (0.6, 1.0), (0.2, 0.0)),),
    "8": (
        ((0.15, 0.55), (0.0, 0.7), (0.0, 0.85), (0.15, 1.0), (0.45, 1.0), (0.6, 0.85), (0.6, 0.7), (0.45, 0.55)),
        ((0.15, 0.55), (0.45, 0.55), (0.6, 0.38), (0.6, 0.17), (0.45, 0.0)),
        ((0.45, 0.0), (0.15, 0.0), (0.0, 0.17), (0.0, 0.38), (0.15, 0.55)),
    ),
    "9": (
        ((0.05, 0.08), (0.18, 0.0), (0.42, 0.0), (0.6, 0.25), (0.6, 0.8), (0.45, 1.0), (0.15, 1.0), (0.0, 0.83)),
        ((0.0, 0.83), (0.0, 0.6), (0.15, 0.43), (0.45, 0.43), (0.6, 0.6)),
    ),
    "S": (
        ((0.0, 0.12), (0.15, 0.0), (0.45, 0.0), (0.6, 0.15), (0.6, 0.38), (0.0, 0.65)),
        ((0.0, 0.65), (0.0, 0.85), (0.15, 1.0), (0.45, 1.0), (0.6, 0.88)),
    ),
    "T": (((0.0, 1.0), (0.6, 1.0)), ((0.3, 1.0), (0.3, 0.0))),
    "O": (_O,),
    "P": (((0.0, 0.0), (0.0, 1.0), (0.45, 1.0), (0.6, 0.85), (0.6, 0.62), (0.45, 0.48), (0.0, 0.48)),),
}  # fmt: skip
_ADVANCE = 0.86
"""From one character to the next, in heights."""


def polygon(points: Line | Points) -> Points:
    """(K - 2, 3, 2) triangles of a convex polygon, whichever way its corners run."""
    corner = np.asarray(points, dtype=np.float64)
    fan = np.stack([np.broadcast_to(corner[0], (len(corner) - 2, 2)), corner[1:-1], corner[2:]], axis=1)
    turned = _areas(fan) < 0.0
    fan[turned] = fan[turned][:, ::-1]
    return fan


def regular(radius_m: float, corners: int, turn_rad: float = 0.0, middle: tuple[float, float] = (0.0, 0.0)) -> Points:
    """Triangles of a regular polygon; at a turn of 0 its first corner is on the right."""
    angle = turn_rad + 2.0 * np.pi * np.arange(corners) / corners
    return polygon(np.array(middle) + radius_m * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def line(points: Line, wide_m: float) -> Points:
    """Triangles of a line of that width through points, with blunt joints."""
    corner = np.asarray(points, dtype=np.float64)
    pieces = []
    for start, end in pairwise(corner):
        along = (end - start) / np.linalg.norm(end - start)
        side = 0.5 * wide_m * np.array([-along[1], along[0]])
        pieces.append(polygon(np.array([start + side, start - side, end - side, end + side])))
    pieces += [regular(0.5 * wide_m, 6, middle=(float(x), float(y))) for x, y in corner]
    return np.concatenate(pieces)


def arrow(points: Line, wide_m: float, head_m: float) -> Points:
    """A line that ends in a head of that length at its last point."""
    corner = np.asarray(points, dtype=np.float64)
    along = (corner[-1] - corner[-2]) / np.linalg.norm(corner[-1] - corner[-2])
    side, neck = 0.6 * head_m * np.array([-along[1], along[0]]), corner[-1] - head_m * along
    shaft = [*(tuple(point) for point in corner[:-1]), tuple(neck)]
    return np.concatenate([line(shaft, wide_m), polygon(np.array([corner[-1], neck + side, neck - side]))])


def text(letters: str, high_m: float, wide_m: float) -> Points:
    """Letters or digits, middle in the face's middle, of lines `wide_m` wide.

    Raises:
        KeyError: a character that no sign here needs.
    """
    start = -0.5 * (len(letters) * _ADVANCE - (_ADVANCE - 0.6))
    pieces = []
    for place, letter in enumerate(letters):
        for stroke in _GLYPHS[letter]:
            inner = high_m - wide_m
            points = [((start + place * _ADVANCE + x) * inner, (y - 0.5) * inner) for x, y in stroke]
            pieces.append(line(points, wide_m))
    return np.concatenate(pieces)


def _areas(triangle: Points) -> Points:
    one, two = triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0]
    area: Points = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    return area
