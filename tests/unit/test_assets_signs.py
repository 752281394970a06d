"""Faces of traffic signs: what who drives towards them reads, worked out from their layers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.assets import library
from sim.assets.mesh import Material, MeshKey
from sim.assets.signs.faces import BLACK, FACES, RED, face, speed_limit
from sim.assets.signs.strokes import arrow, line, polygon, regular, text
from sim.server.scene_view import build_scene
from sim.world.maps.network import RoadSignal
from sim.world.scenery.signs import _kind, _limit
from tests.toy_episode import TICK_NS, episode_on, plain_map, put

SIGN = "static.moosetest.traffic_sign"


def areas(triangle: np.ndarray) -> np.ndarray:
    one, two = triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0]
    return 0.5 * (one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])


@given(st.integers(3, 40), st.floats(0.05, 2.0), st.floats(-4.0, 4.0))
def test_a_regular_polygon_has_its_area_and_is_wound_one_way(corners: int, radius_m: float, turn_rad: float) -> None:
    area = areas(regular(radius_m, corners, turn_rad))
    assert (area > 0).all()
    assert area.sum() == pytest.approx(0.5 * corners * radius_m**2 * np.sin(2 * np.pi / corners))


def test_corners_may_run_either_way_round() -> None:
    square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    for corners in (square, square[::-1]):
        assert areas(polygon(corners)).sum() == pytest.approx(1.0)


def test_a_line_is_as_wide_as_told_and_an_arrow_ends_in_its_point() -> None:
    bar = line(((0.0, 0.0), (1.0, 0.0)), 0.1)
    assert np.ptp(bar[..., 1]) == pytest.approx(0.1, abs=0.007)  # joints are hexagons
    head = arrow(((0.0, 0.0), (0.0, 1.0)), 0.1, 0.3)
    assert head[..., 1].max() == pytest.approx(1.0)
    assert np.ptp(head[head[..., 1] > 0.65][:, 0]) == pytest.approx(2 * 0.6 * 0.3)


def test_words_are_as_high_as_told_in_the_middle_and_read_from_left_to_right() -> None:
    word = text("17", 0.3, 0.04)
    assert word[..., 1].max() == pytest.approx(0.15, abs=0.003)
    assert word[..., 1].min() == pytest.approx(-0.15, abs=0.003)
    # of the seven the bar at the top reaches over to the right of the word, the one has none
    top = word[(word[..., 1] > 0.115).all(axis=1)]
    assert top[..., 0].mean() > 0.0
    with pytest.raises(KeyError):
        text("?", 0.3, 0.04)


def test_all_faces_are_wound_towards_their_reader_and_lie_on_their_panel() -> None:
    for name in FACES:
        first = face(name)[0].triangle
        for layer in face(name):
            assert (areas(layer.triangle) > 0).all(), name
            assert np.abs(layer.triangle[..., 0]).max() <= np.abs(first[..., 0]).max() + 1e-9, name
            assert layer.triangle[..., 1].max() <= first[..., 1].max() + 1e-9, name


def test_limits_differ_in_their_black_digits_alone() -> None:
    thirty, fifty = speed_limit(30), speed_limit(50)
    assert [layer.color for layer in thirty][-1] == BLACK
    assert np.array_equal(thirty[0].triangle, fifty[0].triangle)
    assert thirty[-1].triangle.shape != fifty[-1].triangle.shape
    widest = max(np.abs(speed_limit(n)[-1].triangle[..., 0]).max() for n in (100, 120, 130))
    assert widest < 0.24  # inside the ring


def test_who_drives_towards_the_sign_has_y_on_the_right() -> None:
    """The panel faces +x; of an arrow to the right the head, its highest part, is at y = 0.33 - 0.14."""
    mesh = library.mesh(MeshKey(SIGN, "one_way_right"))
    white = (mesh.material == Material.RETRO) & (mesh.color[:, 0] > 0.7) & (mesh.position_m[:, 0] > 0.062)
    highest = mesh.position_m[white][np.argmax(mesh.position_m[white, 2])]
    assert highest[1] == pytest.approx(0.19)
    assert (mesh.normal[white, 0] > 0.99).all()


def test_the_back_is_grey_metal() -> None:
    mesh = library.mesh(MeshKey(SIGN, "stop"))
    back = (mesh.normal[:, 0] < -0.99) & (mesh.position_m[:, 2] > 2.0)
    assert set(mesh.material[back].tolist()) == {Material.METAL}
    red = (mesh.color == np.float32(RED)).all(axis=1)
    assert red.any()


def test_signs_of_a_map_have_the_face_of_their_number_and_subtype() -> None:
    def sign(kind: str, value: float = 0.0, subtype: str = "") -> RoadSignal:
        return RoadSignal("1", kind, 0.0, 0.0, 0.0, True, value, subtype)

    assert _kind(sign("103", subtype="20")) == "curve_right_sign"
    assert _kind(sign("103", subtype="10")) == "curve_left_sign"
    assert _kind(sign("267", subtype="5")) == "no_entry_sign"
    assert _limit(sign("274", 70.0)) == 70
    assert _limit(sign("274", -1.0, "30")) == 30
    assert _limit(sign("206", 5.0)) == 0


def test_a_placed_sign_shows_the_face_that_was_asked_for() -> None:
    episode = episode_on(plain_map())
    put(episode, SIGN, (5.0, 0.0, 0.0), face="roadworks")
    put(episode, SIGN, (9.0, 0.0, 0.0))
    episode.step(TICK_NS)
    shown = build_scene(episode).instances
    assert [i.mesh.pose for i in shown] == ["roadworks", "stop"]
    assert [i.tag for i in shown] == [8, 8]
