"""Quantities on pictures made of numbers."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from moosetest.frames import Transform
from moosetest.sensing import CameraFrame
from scenarios.actors import Carried
from scenarios.approach.rails import Masks
from scenarios.check.proofs import measured_moves
from scenarios.check.quantities import QUANTITIES, ROAD_TAG, SKY_TAG, Probe
from scenarios.drive.record import Record


def probe(rgb, ids, tag=None, role="car", **record_columns):
    frame = CameraFrame(
        sensor_id="cam",
        t_ns=0,
        seq=0,
        T_ego_sensor=Transform.identity("ego", "cam"),
        image_rgb=np.asarray(rgb, np.uint8),
        K_px=np.eye(3),
    )
    masks = Masks(np.zeros(ids.shape, np.uint8) if tag is None else tag, ids.astype(np.uint16))
    objects = SimpleNamespace(role=(role,), actor_id=np.array([7]))
    view = SimpleNamespace(
        bundle=SimpleNamespace(frames={"cam": frame}), masks={"cam": masks}, truth=SimpleNamespace(objects=objects)
    )
    record = Record("car")
    record.samples = [
        SimpleNamespace(**dict(zip(record_columns, row, strict=True)))
        for row in zip(*record_columns.values(), strict=True)
    ]
    return Probe([view], SimpleNamespace(target="car", actors=()), "cam", record)


@pytest.fixture
def scene():
    """A grey car of 10 x 20 pixels, 50 of 255, on grey 150."""
    rgb, ids = np.full((60, 80, 3), 150), np.zeros((60, 80))
    rgb[20:30, 30:50], ids[20:30, 30:50] = 50, 7
    return rgb, ids


def test_extent_and_contrast(scene):
    made = probe(*scene)
    assert QUANTITIES["pixels"](made) == 200
    assert QUANTITIES["height_px"](made) == 10
    assert QUANTITIES["width_px"](made) == 20
    assert QUANTITIES["luminance"](made) == pytest.approx(50)
    assert QUANTITIES["contrast"](made) == pytest.approx((150 - 50) / (150 + 50))
    assert QUANTITIES["edges"](made) == pytest.approx(0.0)
    assert QUANTITIES["lift_px"](made) == 59 - 29
    assert QUANTITIES["offset_px"](made) == pytest.approx(0.0)  # columns 30 to 49 of 80


def test_contrast_to_the_sky_is_of_the_upper_half(scene):
    rgb, ids = scene
    rgb[25:30, 30:50] = 250  # the lower half is another colour
    tag = np.zeros((60, 80), np.uint8)
    tag[:15], rgb[:15] = SKY_TAG, 200
    assert QUANTITIES["sky_contrast"](probe(rgb, ids, tag)) == pytest.approx((200 - 50) / 250)


def test_red_is_what_is_clearly_red_on_the_target():
    rgb = np.array([[[200, 40, 40], [200, 140, 40], [60, 10, 10], [255, 255, 255], [200, 40, 40]]])
    assert QUANTITIES["red_pixels"](probe(rgb, np.array([[7, 7, 7, 7, 0]]))) == 1


def test_glare_is_the_share_of_white(scene):
    rgb, ids = scene
    rgb[:6] = 255
    assert QUANTITIES["glare"](probe(rgb, ids)) == pytest.approx(0.1)  # 6 rows of 60


def test_paint_makes_a_pattern_of_the_road(scene):
    rgb, ids = scene
    tag = np.full((60, 80), ROAD_TAG, np.uint8)
    rgb[:], rgb[:30] = 100, 200
    assert QUANTITIES["road_pattern"](probe(rgb, ids, tag)) == pytest.approx(50.0)
    tag[:30] = SKY_TAG
    assert QUANTITIES["road_pattern"](probe(rgb, ids, tag)) == 0.0


def test_likeness_and_change_are_against_severity_0(scene):
    rgb, ids = scene
    rgb[20:30, 30:40] = 90  # a car of two greys
    easy = probe(rgb.copy(), ids)
    same = replace(probe(rgb.copy(), ids), at_severity_0=easy)
    assert (QUANTITIES["likeness"](same), QUANTITIES["change"](same)) == (pytest.approx(1.0), 0.0)
    rgb[20:30, 30:40], rgb[20:30, 40:50] = 50, 90
    turned = replace(probe(rgb.copy(), ids), at_severity_0=easy)
    assert QUANTITIES["likeness"](turned) == pytest.approx(-1.0)
    assert QUANTITIES["change"](turned) > 10.0


def test_the_reveal_counts_from_the_last_time_that_it_was_hidden(scene):
    times = {
        "t_s": [0.1, 0.2, 0.3, 0.4, 0.5],
        "visible_share": [1.0, 0.2, 0.0, 0.6, 1.0],
        "gap_m": [9.0, 7.0, 5.0, 3.0, 1.0],
    }
    made = probe(*scene, **times)
    assert QUANTITIES["reveal_s"](made) == pytest.approx(0.1)
    assert QUANTITIES["hidden_s"](made) == pytest.approx(0.1)


def test_a_quantity_has_to_end_on_its_side():
    falls, rises = (SimpleNamespace(measure=SimpleNamespace(rises=rises)) for rises in (False, True))
    assert measured_moves(falls, [3.0, 2.0])
    assert not measured_moves(falls, [2.0, 3.0])
    assert measured_moves(rises, [2.0, 3.0])
    assert not measured_moves(rises, [2.0, 2.0])


def test_a_target_that_ends_at_a_side_of_the_picture_is_cut(scene):
    rgb, ids = scene
    assert probe(rgb, ids).sees_whole_width
    for column in (0, -1):
        cut = ids.copy()
        cut[25, column] = 7
        assert not probe(rgb, cut).sees_whole_width
    assert not probe(rgb, np.zeros_like(ids)).sees_whole_width


def test_a_target_is_cut_where_what_it_carries_is(scene):
    rgb, ids = scene
    ids[25, 70:] = 9
    roof_rack = SimpleNamespace(role="rack", motion=Carried("car"))
    made = probe(rgb, ids)
    made.view.truth.objects.role, made.view.truth.objects.actor_id = ("car", "rack"), np.array([7, 9])
    assert made.sees_whole_width
    assert not replace(made, staging=SimpleNamespace(target="car", actors=(roof_rack,))).sees_whole_width
