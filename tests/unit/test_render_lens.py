import numpy as np
import pytest

from sim.render.lens import Lens, LensMap
from sim.render.view import Images

SIZE = (101, 101)
"""Odd, so that one pixel is the very middle."""


def test_carlas_defaults_are_a_pinhole() -> None:
    lens, d = Lens(), np.array([[0.3, -0.9]])
    assert not lens.distorts
    assert (lens.source(d) == d).all()
    images = Images(rgb=np.zeros((101, 101, 3), np.uint8))
    assert LensMap(lens, *SIZE).seen(images) is images


def test_source_by_hand() -> None:
    """At the right edge's middle r = 1 / sqrt(2): r ** 2 = 0.5, bend = 2 * 0.5 * (-1 + 3 * r)."""
    lens = Lens(multiplier=2.0, falloff=2.0, k=-1.0, kcube=3.0, size_xy=(0.1, 0.2))
    r = 1.0 / np.sqrt(2.0)
    assert lens.source(np.array([1.0, 0.0])) == pytest.approx([1.0 + 0.1 * (3.0 * r - 1.0), 0.0])
    assert lens.source(np.array([0.0, 1.0])) == pytest.approx([0.0, 1.0 + 0.2 * (3.0 * r - 1.0)])
    assert (lens.source(np.zeros(2)) == 0.0).all()


def test_a_zero_size_or_a_zero_lens_does_not_break_the_picture() -> None:
    for lens in (Lens(3.0, 0.0, 0.0, 0.0), Lens(3.0, 3.0, -1.0, 0.0, (0.0, 0.0))):
        assert not lens.distorts


def test_negative_k_magnifies_the_rim_and_keeps_truth_unmixed() -> None:
    depth_m = np.full((101, 101), 5.0, np.float32)
    depth_m[:, 90:] = 50.0
    seen = LensMap(Lens(multiplier=3.0, falloff=3.0), *SIZE).seen(Images(depth_m=depth_m)).depth_m
    assert seen is not None
    assert set(np.unique(seen)) == {5.0, 50.0}
    edge = int(np.flatnonzero(seen[50] == 50.0)[0])
    assert edge > 90  # what lay at column 90 is drawn farther out
    d = (edge + 0.5) / 50.5 - 1.0
    r = d / np.sqrt(2.0)
    source_px = (d * (1.0 - 0.08 * 3.0 * r**3) + 1.0) * 50.5
    assert 90.0 <= source_px < 91.0 + 0.5


def test_fringes_move_red_most_and_blue_not_at_all() -> None:
    rgb = np.zeros((101, 101, 3), np.uint8)
    rgb[:, 90:] = 200
    seen = LensMap(Lens(fringe=10.0), *SIZE).seen(Images(rgb=rgb)).rgb
    assert seen is not None
    edges = [int(np.flatnonzero(seen[50, :, k] > 100)[0]) for k in range(3)]
    assert edges[0] > edges[1] > edges[2] == 90
    d = (edges[0] + 0.5) / 50.5 - 1.0
    source_px = (d * (1.0 - 0.1 * d / np.sqrt(2.0)) + 1.0) * 50.5 - 0.5
    assert 89.4 < source_px < 90.6


def test_fringes_begin_at_their_offset() -> None:
    rgb = np.zeros((101, 101, 3), np.uint8)
    rgb[:, 60:] = 200
    seen = LensMap(Lens(fringe=10.0, fringe_from=0.5), *SIZE).seen(Images(rgb=rgb)).rgb
    assert seen is not None
    assert (seen[50, 30:70] == rgb[50, 30:70]).all()  # 20 of 50 px is 0.28 of the way to the corner
