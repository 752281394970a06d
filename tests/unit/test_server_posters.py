"""Picture files on boards: read as they are, seen where they belong, refused with a reason."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from sim.assets import library
from sim.assets.mesh import MeshKey
from sim.render.view import CameraView
from sim.server.calls import CallError
from sim.server.posters import MOST_SIDE_PX, poster_of
from sim.server.scene_view import build_scene
from sim.world.poster import Poster
from sim.world.scene import Instance
from tests.render_scenes import renderer_of, scene
from tests.toy_episode import TICK_NS, episode_on, plain_map, put


def picture(path: Path, height_px: int = 60, width_px: int = 80) -> Path:
    """Quarters: red and green above, blue and white below."""
    rgb = np.zeros((height_px, width_px, 3), np.uint8)
    half_h, half_w = height_px // 2, width_px // 2
    rgb[:half_h, :half_w] = (220, 0, 0)
    rgb[:half_h, half_w:] = (0, 220, 0)
    rgb[half_h:, :half_w] = (0, 0, 220)
    rgb[half_h:, half_w:] = (220, 220, 220)
    cv2.imwrite(str(path), rgb[:, :, ::-1])
    return path


def test_a_picture_is_read_row_by_row_and_a_large_one_shrunk(tmp_path: Path) -> None:
    small = poster_of(str(picture(tmp_path / "small.png")))
    assert small is not None
    assert small.rgb.shape == (60, 80, 3)
    assert small.rgb[0, 0].tolist() == [220, 0, 0]
    large = poster_of(str(picture(tmp_path / "large.png", 1500, 3000)))
    assert large is not None
    assert large.rgb.shape == (MOST_SIDE_PX // 2, MOST_SIDE_PX, 3)
    assert poster_of("") is None


def test_a_file_that_has_changed_is_read_again(tmp_path: Path) -> None:
    path = picture(tmp_path / "one.png")
    before = poster_of(str(path))
    assert poster_of(str(path)) is before
    cv2.imwrite(str(path), np.full((10, 20, 3), 7, np.uint8))
    after = poster_of(str(path))
    assert before is not None
    assert after is not None
    assert (after.rgb.shape, after.key == before.key) == ((10, 20, 3), False)


@pytest.mark.parametrize("name", ["nowhere.png", "text.png", ".", "a\0b.png"])
def test_what_is_no_picture_refuses_the_spawn_and_says_why(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.png").write_text("no picture")
    episode = episode_on(plain_map())
    with pytest.raises(CallError, match=r"attribute picture_file: .*(no file|no picture|null)") as refused:
        put(episode, "static.moosetest.billboard", picture_file=f"{tmp_path}/{name}")
    assert "\n" not in str(refused.value)
    assert all(a.blueprint_id != "static.moosetest.billboard" for a in episode.table.actors.values())


def test_a_name_that_no_picture_has_is_refused() -> None:
    with pytest.raises(CallError, match="'unicorn' is not one of"):
        put(episode_on(plain_map()), "static.moosetest.billboard", picture="unicorn")


def test_the_scene_carries_the_picture(tmp_path: Path) -> None:
    episode = episode_on(plain_map())
    put(episode, "static.moosetest.poster", (5.0, 0.0, 1.0), picture_file=str(picture(tmp_path / "p.png")))
    episode.step(TICK_NS)
    (board,) = build_scene(episode).instances
    assert board.poster is not None
    assert board.poster.rgb.shape == (60, 80, 3)


def seen(board: Instance) -> np.ndarray:
    """(120, 160, 3) straight at a billboard 8 m off, whose middle is 2.1 m high; 160 px are 16 m there."""
    T_world_camera = np.eye(4)
    T_world_camera[:3, 3] = (-8.0, 0.0, 2.1)
    view = CameraView(160, 120, np.pi / 2, T_world_camera, noise=0.0)
    with renderer_of(library.mesh) as made:
        rgb = made.render(scene(board), view, frozenset({"rgb"})).rgb
    assert rgb is not None
    return rgb.astype(int)


def test_it_is_seen_upright_undistorted_and_as_large_as_its_share(tmp_path: Path) -> None:
    poster = poster_of(str(picture(tmp_path / "p.png", 60, 60)))
    assert isinstance(poster, Poster)
    board = Instance(1, 20, MeshKey("static.moosetest.billboard"), np.eye(4), poster=poster, picture_scale=0.25)
    rgb = seen(board)
    # a square picture on a face of 4 x 3 m would be 3 m wide; at a quarter of the area 1.5 m: 15 px of 10 px a metre
    red = (rgb[..., 0] > 2 * rgb[..., 1]) & (rgb[..., 0] > 2 * rgb[..., 2])
    rows, columns = np.nonzero(red)
    assert np.ptp(columns) + 1 == pytest.approx(7.5, abs=1.6)
    assert np.ptp(rows) + 1 == pytest.approx(7.5, abs=1.6)
    assert columns.mean() < 80
    assert rows.mean() < 60
    blue = (rgb[..., 2] > 2 * rgb[..., 0]) & (rgb[..., 2] > 2 * rgb[..., 1]) & (np.arange(160) < 90)
    assert np.nonzero(blue)[0].mean() > 60
