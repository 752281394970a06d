"""A road under water mirrors what stands on it, upside down, and mirrors none of it when dry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.renderer import CameraRenderer
from sim.world.scene import Instance, Weather
from tests.render_scenes import camera, ground, pose, renderer_of, scene

GREY_DAY = Weather(cloudiness=1.0)
FLOODED = replace(GREY_DAY, wetness=1.0, deposits=1.0)
OUTPUTS = frozenset({"rgb", "depth", "tag"})


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def darker(renderer: CameraRenderer, weather: Weather) -> np.ndarray:
    """(H, W) how much a black board on the road, 2 m wide and 3 m high and 10 m ahead, darkens each pixel."""
    body = pose(10.25, 0.0, 1.5) @ np.diag([0.5, 2.0, 3.0, 1.0])
    board = Instance(1, 20, MeshKey("dark_box"), body, cloth_reflectance=0.02)
    bare, with_it = (
        renderer.render(scene(*things, static=ground(), weather=weather), camera(), OUTPUTS).rgb
        for things in ((), (board,))
    )
    assert bare is not None
    assert with_it is not None
    return bare.astype(float).mean(axis=2) - with_it.astype(float).mean(axis=2)


def test_a_flooded_road_mirrors_a_board_below_its_foot(renderer: CameraRenderer) -> None:
    # its foot is in row 48 + 80 * 1.5 / 10 = 60, its mirrored top in row 48 + 80 * 4.5 / 10 = 84, columns 72 to 88
    wet, dry = darker(renderer, FLOODED), darker(renderer, GREY_DAY)
    below, beside = np.s_[64:74, 75:85], np.s_[64:74, 100:140]
    assert wet[below].mean() > 10.0
    assert wet[below].mean() > dry[below].mean() + 8.0
    assert abs(wet[beside].mean()) < 2.0


def test_a_damp_film_mirrors_far_less(renderer: CameraRenderer) -> None:
    below = np.s_[64:74, 75:85]
    damp = replace(GREY_DAY, wetness=1.0)
    assert darker(renderer, damp)[below].mean() < 0.5 * darker(renderer, FLOODED)[below].mean()


def test_truth_knows_no_mirror(renderer: CameraRenderer) -> None:
    board = Instance(1, 20, MeshKey("dark_box"), pose(10.25, 0.0, 1.5), cloth_reflectance=0.02)
    dry, wet = (
        renderer.render(scene(board, static=ground(), weather=weather), camera(), OUTPUTS)
        for weather in (GREY_DAY, FLOODED)
    )
    np.testing.assert_array_equal(dry.depth_m, wet.depth_m)
    np.testing.assert_array_equal(dry.tag, wet.tag)
