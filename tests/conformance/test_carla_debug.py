"""Drawing into the world: seen by colour cameras, where and as long as it should be, by no other sensor."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient
from tests.toy_messages import rgb

MAGENTA = carla.Color(255, 0, 255)
SIDE_PX = 128
"""With 90 degrees of view, the focal length is 64 px: at 8 m a metre is 8 px."""
AHEAD_M = 8.0


class Easel:
    """A camera that looks level from 60 m over the first spawn point: at nothing but sky, and down to the ground."""

    def __init__(self, day: ToyClient, kind: str = "sensor.camera.rgb", pitch: float = 0.0) -> None:
        point = day.world.get_map().get_spawn_points()[0]
        self.pose = carla.Transform(point.location + carla.Location(z=60.0), carla.Rotation(pitch=pitch))
        self.day = day
        self._frames: queue.Queue[Any] = day.listen(
            kind, None, self.pose, image_size_x=SIDE_PX, image_size_y=SIDE_PX, fov=90
        )

    def place(self, ahead_m: float, right_m: float, up_m: float) -> carla.Location:
        return self.pose.transform(carla.Location(ahead_m, right_m, up_m))

    def look(self) -> np.ndarray:
        """(H, W, 3) R, G, B of the next frame."""
        self.day.world.tick()
        return rgb(self._frames.get(timeout=30.0))

    def painted(self) -> np.ndarray:
        """(N, 2) row and column of the magenta pixels of the next frame."""
        r, g, b = np.moveaxis(self.look(), 2, 0)
        return np.argwhere((r > 240) & (g < 15) & (b > 240))


@pytest.fixture(autouse=True)
def _nothing_stays(day: ToyClient) -> Iterator[None]:
    yield
    day.world.debug.clear_debug_shape()
    day.world.debug.clear_debug_string()


@pytest.fixture
def easel(day: ToyClient) -> Easel:
    return Easel(day)


def test_a_line_lies_between_its_ends(easel: Easel) -> None:
    """2 m to the left to 2 m to the right at 8 m: columns 64 +- 16, on row 64, 0.25 m = 2 px thick."""
    begin, end = easel.place(AHEAD_M, -2.0, 0.0), easel.place(AHEAD_M, 2.0, 0.0)
    easel.day.world.debug.draw_line(begin, end, thickness=0.25, color=MAGENTA, life_time=1.0)
    rows, columns = easel.painted().T
    assert (columns.min(), columns.max()) == pytest.approx((48, 79), abs=1)
    assert set(rows) <= {62, 63, 64, 65}
    assert len(set(rows)) == 2


def test_a_point_is_as_large_as_it_says(easel: Easel) -> None:
    easel.day.world.debug.draw_point(easel.place(AHEAD_M, 1.0, 1.0), size=1.0, color=MAGENTA, life_time=1.0)
    painted = easel.painted()
    assert painted.mean(axis=0) == pytest.approx([64 - 8 - 0.5, 64 + 8 - 0.5], abs=0.6)
    assert len(painted) == pytest.approx(64, abs=20)  # 8 px by 8 px


def test_a_box_has_its_edges_where_its_corners_are(easel: Easel) -> None:
    """A cube of 2 m at 8 m: its near face at 7 m, half 64 / 7 = 9.1 px; its far face at 9 m, half 7.1 px."""
    box = carla.BoundingBox(easel.place(AHEAD_M, 0.0, 0.0), carla.Vector3D(1.0, 1.0, 1.0))
    easel.day.world.debug.draw_box(box, carla.Rotation(), thickness=0.02, color=MAGENTA, life_time=1.0)
    rows, columns = easel.painted().T
    for values in (rows, columns):
        assert values.min() == pytest.approx(64 - 9.1 - 0.5, abs=1.2)
        assert values.max() == pytest.approx(64 + 9.1 - 0.5, abs=1.2)


def test_an_arrow_has_its_barbs_at_its_end(easel: Easel) -> None:
    begin, end = easel.place(AHEAD_M, -2.0, 0.0), easel.place(AHEAD_M, 2.0, 0.0)
    easel.day.world.debug.draw_arrow(begin, end, thickness=0.05, arrow_size=1.0, color=MAGENTA, life_time=1.0)
    rows, columns = easel.painted().T
    high = columns[np.abs(rows - 63.5) > 4]
    assert high.min() > 64  # barbs reach back by a metre from the end at column 80
    assert rows.max() - rows.min() == pytest.approx(2 * 64 / 7, abs=3)  # and out by a metre, the nearer ones at 7 m


def test_words_begin_where_they_belong(easel: Easel) -> None:
    easel.day.world.debug.draw_string(easel.place(AHEAD_M, 0.0, 0.0), "HI", False, MAGENTA, 1.0)
    rows, columns = easel.painted().T
    assert 60 <= columns.min() <= 70
    assert rows.max() <= 66
    easel.day.world.debug.clear_debug_string()
    assert len(easel.painted()) == 0


def test_hud_lines_are_as_many_pixels_wide_as_they_say(easel: Easel) -> None:
    begin, end = easel.place(AHEAD_M, -2.0, 0.0), easel.place(AHEAD_M, 2.0, 0.0)
    easel.day.world.debug.draw_hud_line(begin, end, thickness=5.0, color=MAGENTA, life_time=1.0)
    _, columns = easel.painted().T
    assert (columns == 64).sum() == 5


@pytest.mark.parametrize(("life_s", "frames"), [(-1.0, 1), (2 * FIXED_DELTA_S, 2), (0.0, 5)])
def test_shapes_stay_as_long_as_they_should(easel: Easel, life_s: float, frames: int) -> None:
    easel.day.world.debug.draw_point(easel.place(AHEAD_M, 0.0, 0.0), 0.5, MAGENTA, life_s)
    seen = [len(easel.painted()) > 0 for _ in range(5)]
    assert seen == [True] * frames + [False] * (5 - frames)


def test_clearing_removes_what_stays_for_ever(easel: Easel) -> None:
    easel.day.world.debug.draw_point(easel.place(AHEAD_M, 0.0, 0.0), 0.5, MAGENTA, 0.0)
    assert len(easel.painted()) > 0
    easel.day.world.debug.clear_debug_shape()
    assert len(easel.painted()) == 0


def test_the_ground_hides_what_lies_under_it(day: ToyClient) -> None:
    easel = Easel(day, pitch=-90.0)
    day.world.debug.draw_point(easel.place(65.0, 0.0, 0.0), 8.0, MAGENTA, 1.0)
    assert len(easel.painted()) == 0
    day.world.debug.draw_point(easel.place(30.0, 0.0, 0.0), 8.0, MAGENTA, 1.0)
    assert len(easel.painted()) > 0


@pytest.mark.parametrize("kind", ["depth", "semantic_segmentation", "instance_segmentation", "normals"])
def test_truth_does_not_see_drawings(day: ToyClient, kind: str) -> None:
    easel = Easel(day, f"sensor.camera.{kind}")
    bare = easel.look()
    day.world.debug.draw_point(easel.place(AHEAD_M, 0.0, 0.0), 4.0, MAGENTA, 1.0)
    assert (easel.look() == bare).all()
