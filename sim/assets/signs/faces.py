"""The faces of traffic signs: shapes one before the other, in the sizes of the German road traffic regulations (StVO).

Size 2 of VwV-StVO: triangles 0.90 m a side, discs 0.60 m, the octagon 0.90 m, squares 0.60 m.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from sim.assets.signs.strokes import Points, arrow, line, polygon, regular, text

Color = tuple[float, float, float]
RED: Final[Color] = (0.45, 0.02, 0.02)
WHITE: Final[Color] = (0.75, 0.75, 0.73)
BLACK: Final[Color] = (0.01, 0.01, 0.01)
BLUE: Final[Color] = (0.010, 0.075, 0.300)
YELLOW: Final[Color] = (0.75, 0.42, 0.02)
GREEN: Final[Color] = (0.01, 0.16, 0.06)


class Layer(NamedTuple):
    """Triangles (T, 3, 2) of one colour, wound counter-clockwise for who reads them."""

    triangle: Points
    color: Color


Face = tuple[Layer, ...]
SPEED_LIMITS: Final = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130)
_UP, _DOWN = np.pi / 2, -np.pi / 2
_DISC, _SMALL_LEG = 32, 0.028


def _warning(*symbol: Points) -> Face:
    """A white triangle with a red border and a black symbol."""
    return (
        Layer(regular(0.52, 3, _UP), RED),
        Layer(regular(0.38, 3, _UP), WHITE),
        Layer(np.concatenate(symbol), BLACK),
    )


def _person(x: float, foot: float, high: float, stride: float) -> list[Points]:
    """Head, trunk, two legs and an arm of somebody who goes to the left."""
    hip, neck = foot + 0.46 * high, foot + 0.80 * high
    thick = 0.17 * high
    return [
        regular(0.10 * high, 10, middle=(x, foot + 0.90 * high)),
        line(((x, neck - 0.04 * high), (x, hip)), thick),
        line(((x, hip), (x - stride, foot + 0.02 * high)), 0.6 * thick),
        line(((x, hip), (x + 0.6 * stride, foot + 0.2 * high), (x + 1.2 * stride, foot + 0.12 * high)), 0.6 * thick),
        line(((x, neck - 0.06 * high), (x - 0.9 * stride, hip + 0.10 * high)), 0.45 * thick),
    ]


def _children() -> Face:
    return _warning(*_person(-0.07, -0.19, 0.30, 0.055), *_person(0.085, -0.19, 0.37, 0.065))


def _roadworks() -> Face:
    return _warning(
        polygon(((0.02, -0.19), (0.26, -0.19), (0.14, -0.07))),
        regular(0.035, 10, middle=(-0.07, 0.13)),
        line(((-0.08, 0.07), (-0.12, -0.03)), 0.065),
        line(((-0.12, -0.04), (-0.06, -0.11), (-0.09, -0.19)), 0.04),
        line(((-0.12, -0.04), (-0.17, -0.11), (-0.19, -0.19)), 0.04),
        line(((-0.08, 0.05), (0.0, -0.03)), 0.034),
        line(((-0.14, 0.0), (0.06, -0.11)), 0.022),
    )


def _curve(side: float) -> Face:
    """An arrow that bends towards `side`: +1 right."""
    way = ((-0.07 * side, -0.19), (-0.07 * side, -0.06), (0.0, 0.03), (0.11 * side, 0.09))
    return _warning(arrow(way, 0.06, 0.10))


def _animals() -> Face:
    """A leaping deer."""
    return _warning(
        polygon(((-0.14, -0.06), (0.10, 0.0), (0.13, 0.07), (0.05, 0.08), (-0.14, 0.02))),
        line(((0.09, 0.03), (0.14, 0.13), (0.20, 0.11)), 0.045),
        line(((0.14, 0.14), (0.11, 0.21)), 0.018),
        line(((0.15, 0.14), (0.15, 0.21)), 0.018),
        line(((0.09, 0.01), (0.16, -0.05), (0.11, -0.09)), _SMALL_LEG),
        line(((0.06, 0.0), (0.13, -0.08), (0.07, -0.11)), _SMALL_LEG),
        line(((-0.11, -0.03), (-0.15, -0.10), (-0.23, -0.15)), _SMALL_LEG),
        line(((-0.13, 0.0), (-0.19, -0.06), (-0.26, -0.10)), _SMALL_LEG),
    )


def _danger() -> Face:
    return _warning(
        polygon(((-0.035, 0.17), (0.035, 0.17), (0.02, -0.06), (-0.02, -0.06))), regular(0.036, 12, middle=(0.0, -0.13))
    )


def _yield() -> Face:
    return (Layer(regular(0.52, 3, _DOWN), RED), Layer(regular(0.34, 3, _DOWN), WHITE))


def _stop() -> Face:
    return (
        Layer(regular(0.48, 8, np.pi / 8), WHITE),
        Layer(regular(0.455, 8, np.pi / 8), RED),
        Layer(text("STOP", 0.30, 0.05) * (0.86, 1.0), WHITE),
    )


def _no_entry() -> Face:
    bar = polygon(((-0.23, -0.055), (0.23, -0.055), (0.23, 0.055), (-0.23, 0.055)))
    return (Layer(regular(0.31, _DISC), WHITE), Layer(regular(0.295, _DISC), RED), Layer(bar, WHITE))


def _priority() -> Face:
    return (
        Layer(regular(0.42, 4), BLACK),
        Layer(regular(0.405, 4), WHITE),
        Layer(regular(0.29, 4), BLACK),
        Layer(regular(0.275, 4), YELLOW),
    )


def _one_way(side: float) -> Face:
    """A blue board with a white arrow to `side`: +1 right."""
    board = polygon(((-0.40, -0.15), (0.40, -0.15), (0.40, 0.15), (-0.40, 0.15)))
    inner = polygon(((-0.385, -0.135), (0.385, -0.135), (0.385, 0.135), (-0.385, 0.135)))
    return (
        Layer(board, WHITE),
        Layer(inner, BLUE),
        Layer(arrow(((-0.31 * side, 0.0), (0.33 * side, 0.0)), 0.075, 0.14), WHITE),
    )


def _crossing() -> Face:
    return (
        Layer(polygon(((-0.31, -0.31), (0.31, -0.31), (0.31, 0.31), (-0.31, 0.31))), WHITE),
        Layer(polygon(((-0.30, -0.30), (0.30, -0.30), (0.30, 0.30), (-0.30, 0.30))), BLUE),
        Layer(polygon(((-0.27, -0.22), (0.27, -0.22), (0.0, 0.25))), WHITE),
        Layer(np.concatenate(_person(0.0, -0.19, 0.30, 0.06)), BLACK),
    )


def _bus_stop() -> Face:
    """A yellow disc with a green ring and a green H, 0.42 m wide (sign 224)."""
    uprights = [line(((y, -0.11), (y, 0.11)), 0.036) for y in (-0.07, 0.07)]
    letter = np.concatenate([*uprights, line(((-0.07, 0.0), (0.07, 0.0)), 0.036)])
    return (Layer(regular(0.21, _DISC), GREEN), Layer(regular(0.18, _DISC), YELLOW), Layer(letter, GREEN))


@cache
def speed_limit(number: int) -> Face:
    """A white disc with a red ring and any number, 0 to 999."""
    digits = str(number)
    narrow = 1.0 if len(digits) < 3 else 0.72
    return (
        Layer(regular(0.31, _DISC), RED),
        Layer(regular(0.24, _DISC), WHITE),
        Layer(text(digits, 0.24, 0.036) * (narrow, 1.0), BLACK),
    )


_MAKERS: Final[dict[str, Callable[[], Face]]] = {
    "stop": _stop,
    "yield": _yield,
    "no_entry": _no_entry,
    "priority": _priority,
    "children": _children,
    "roadworks": _roadworks,
    "curve_left": lambda: _curve(-1.0),
    "curve_right": lambda: _curve(1.0),
    "one_way_left": lambda: _one_way(-1.0),
    "one_way_right": lambda: _one_way(1.0),
    "danger": _danger,
    "animals": _animals,
    "crossing": _crossing,
    "bus_stop": _bus_stop,
} | {f"speed_limit_{number}": lambda number=number: speed_limit(number) for number in SPEED_LIMITS}
FACES: Final = tuple(_MAKERS)
"""Names of all faces."""


@cache
def face(name: str) -> Face:
    """A face by its name; KeyError for none of `FACES`."""
    return _MAKERS[name]()
