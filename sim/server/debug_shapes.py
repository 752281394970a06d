"""What clients draw with the debug helper: kept until its time is over, in simulated time."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.timing import ns_from_s
from sim.server.calls import CallError
from sim.server.layouts import BoundingBox, CarlaTransform, Vector3, unpacker
from sim.server.poses import flip, from_carla
from sim.world.marks import STROKE_FLOATS, Label, Marks

MOST_SHAPES = 10_000
"""More push out the oldest: what a client never lets expire must not fill the memory."""
MOST_LETTERS = 256
_LONGEST_S = 1e9
_POINTS = list(itertools.product((-1.0, 1.0), repeat=3))
_EDGES = [
    (a, b) for a, b in itertools.combinations(range(8), 2) if np.abs(np.subtract(_POINTS[a], _POINTS[b])).sum() == 2.0
]


@dataclass(frozen=True, slots=True)
class DebugShape:
    """A shape on the wire: its kind and fields, display colour, seconds (0 for ever, below 0 for one frame)."""

    primitive: tuple[int, list]  # type: ignore[type-arg]
    color: tuple[int, int, int]
    life_time_s: float
    persistent: bool = False


@dataclass(frozen=True, slots=True)
class _Point:
    location: Vector3
    size: float


@dataclass(frozen=True, slots=True)
class _Line:
    begin: Vector3
    end: Vector3
    thickness: float


@dataclass(frozen=True, slots=True)
class _Arrow:
    line: _Line
    arrow_size: float


@dataclass(frozen=True, slots=True)
class _Box:
    box: BoundingBox
    rotation: Vector3
    thickness: float


@dataclass(frozen=True, slots=True)
class _String:
    location: Vector3
    text: str
    draw_shadow: bool


_KINDS = (_Point, _Line, _Arrow, _Box, _String, _Point, _Line, _Arrow, _Box)
"""By their number on the wire; those after the string are drawn over everything, with widths in pixels."""
_STRING = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A drawn shape: strokes, or a label; shown at ticks after `drawn_tick`, to `until_ns` or for one frame."""

    strokes: NDArray[np.float64]
    label: Label | None
    over_all: bool
    drawn_tick: int
    until_ns: int | None

    def is_over(self, tick: int, elapsed_ns: int) -> bool:
        """Whether its time is over: without an end it is for one frame."""
        return tick > self.drawn_tick + 1 if self.until_ns is None else elapsed_ns > self.until_ns


class DebugShapes:
    """The shapes of an episode."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque(maxlen=MOST_SHAPES)

    def draw(self, shape: DebugShape, tick: int, elapsed_ns: int) -> None:
        """Keep a shape that is drawn at a tick.

        Raises:
            CallError: an unknown kind of shape.
            LayoutError: fields that do not fit the kind.
        """
        kind, fields = shape.primitive
        if not 0 <= kind < len(_KINDS):
            raise CallError(f"debug shape {kind}: unknown, want 0 to {len(_KINDS) - 1}")
        primitive = unpacker(_KINDS[kind])(fields)
        r, g, b = (min(max(channel, 0), 255) / 255.0 for channel in shape.color)
        label, strokes = None, np.zeros((0, STROKE_FLOATS))
        if isinstance(primitive, _String):
            text = primitive.text[:MOST_LETTERS]
            label = Label(flip(primitive.location), text, (r, g, b), primitive.draw_shadow)
        else:
            strokes = _STROKES[type(primitive)](primitive)
            strokes[:, 7:] = r, g, b
        ever = shape.life_time_s == 0.0
        life_ns = ns_from_s(_LONGEST_S if ever else min(shape.life_time_s, _LONGEST_S))
        until_ns = None if shape.life_time_s < 0.0 else elapsed_ns + life_ns
        self._kept.append(_Kept(strokes, label, kind > _STRING, tick, until_ns))

    def clear_shapes(self) -> None:
        """Forget all but the words."""
        self._kept = deque((kept for kept in self._kept if kept.label is not None), MOST_SHAPES)

    def clear_strings(self) -> None:
        """Forget all words."""
        self._kept = deque((kept for kept in self._kept if kept.label is None), MOST_SHAPES)

    def marks(self, tick: int, elapsed_ns: int) -> Marks:
        """What is to be seen at a tick."""
        if any(kept.is_over(tick, elapsed_ns) for kept in self._kept):
            self._kept = deque((kept for kept in self._kept if not kept.is_over(tick, elapsed_ns)), MOST_SHAPES)
        return Marks(
            _joined([kept.strokes for kept in self._kept if not kept.over_all]),
            _joined([kept.strokes for kept in self._kept if kept.over_all]),
            tuple(kept.label for kept in self._kept if kept.label is not None),
        )


def _joined(strokes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros((0, STROKE_FLOATS)), *strokes])


def _strokes(ends_world_m: Any, width: float) -> NDArray[np.float64]:
    """(N, 10) strokes without colour of (N, 2, 3) ends."""
    ends = np.asarray(ends_world_m, dtype=np.float64).reshape(-1, 6)
    return np.column_stack([ends, np.full(len(ends), max(width, 0.0)), np.zeros((len(ends), 3))])


def _point(point: _Point) -> NDArray[np.float64]:
    return _strokes([[flip(point.location)] * 2], point.size)


def _line(line: _Line) -> NDArray[np.float64]:
    return _strokes([[flip(line.begin), flip(line.end)]], line.thickness)


def _arrow(arrow: _Arrow) -> NDArray[np.float64]:
    """The shaft, and four barbs from its end: back by the arrow's size, out by it along both axes across."""
    begin, end = flip(arrow.line.begin), flip(arrow.line.end)
    length = float(np.linalg.norm(end - begin))
    along = (end - begin) / length if length > 0.0 else np.array([1.0, 0.0, 0.0])
    level = np.cross([0.0, 0.0, 1.0], along)
    across = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-6 else np.array([0.0, 1.0, 0.0])
    up, size = np.cross(along, across), arrow.arrow_size
    barbs = [[end + size * (i * across + j * up - along), end] for i in (1, -1) for j in (1, -1)]
    return _strokes([[begin, end], *barbs], arrow.line.thickness)


def _box(box: _Box) -> NDArray[np.float64]:
    T_world_box = from_carla(CarlaTransform(box.box.location_m, box.rotation))
    corners = np.array(_POINTS) * box.box.extent_m @ T_world_box[:3, :3].T + T_world_box[:3, 3]
    return _strokes([[corners[a], corners[b]] for a, b in _EDGES], box.thickness)


_STROKES: dict[type, Callable[[Any], NDArray[np.float64]]] = {_Point: _point, _Line: _line, _Arrow: _arrow, _Box: _box}
