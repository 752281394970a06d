"""Debug shapes are kept within bounds, and bad ones are refused in one line."""

import numpy as np
import pytest

from sim.server.calls import CallError
from sim.server.debug_shapes import MOST_SHAPES, DebugShape, DebugShapes
from sim.server.layouts import LayoutError

RED = (255, 0, 0)
POINT = (0, [[1.0, 2.0, 3.0], 0.5])


def test_a_point_is_mirrored_into_our_frame() -> None:
    shapes = DebugShapes()
    shapes.draw(DebugShape(POINT, RED, 1.0), tick=0, elapsed_ns=0)
    (stroke,) = shapes.marks(1, 50_000_000).strokes
    assert stroke.tolist() == [1.0, -2.0, 3.0, 1.0, -2.0, 3.0, 0.5, 1.0, 0.0, 0.0]


def test_the_oldest_shape_makes_room_for_one_too_many() -> None:
    shapes = DebugShapes()
    for k in range(MOST_SHAPES + 1):
        shapes.draw(DebugShape((0, [[float(k), 0.0, 0.0], 0.5]), RED, 0.0), tick=0, elapsed_ns=0)
    strokes = shapes.marks(1, 50_000_000).strokes
    assert len(strokes) == MOST_SHAPES
    assert strokes[[0, -1], 0].tolist() == [1.0, float(MOST_SHAPES)]


def test_a_box_has_twelve_edges_of_its_lengths() -> None:
    box = [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0], 0]
    shapes = DebugShapes()
    shapes.draw(DebugShape((3, [box, [0.0, 30.0, 0.0], 0.1]), RED, 0.0), tick=0, elapsed_ns=0)
    strokes = shapes.marks(1, 0).strokes
    lengths = np.linalg.norm(strokes[:, 3:6] - strokes[:, :3], axis=1)
    assert np.sort(lengths) == pytest.approx([2.0] * 4 + [4.0] * 4 + [6.0] * 4)


def test_what_fits_no_shape_is_refused() -> None:
    shapes = DebugShapes()
    with pytest.raises(CallError, match="debug shape 9: unknown"):
        shapes.draw(DebugShape((9, []), RED, 0.0), tick=0, elapsed_ns=0)
    with pytest.raises(LayoutError):
        shapes.draw(DebugShape((1, [[0.0, 0.0]]), RED, 0.0), tick=0, elapsed_ns=0)
    assert len(shapes.marks(1, 0).strokes) == 0
