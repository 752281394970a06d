"""Puffs dim what is behind them, not what is before them, and truth does not see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.renderer import CameraRenderer
from sim.world.scene import Instance, Puffs, Weather
from tests.render_scenes import camera, ground, pose, renderer_of, scene

GREY_DAY = Weather(cloudiness=1.0)


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def cloud(x: float, depth: float) -> Puffs:
    """1 m in radius at the height of the eye."""
    return Puffs(np.array([[x, 0.0, 1.5]]), np.array([1.0]), np.array([depth / np.sqrt(np.pi)]))


def seen(renderer: CameraRenderer, puffs: Puffs | None) -> np.ndarray:
    board = Instance(1, 14, MeshKey("dark_box"), pose(20.5, 0.0, 1.5) @ np.diag([1, 9, 9, 1]), cloth_reflectance=0.02)
    made = scene(board, static=ground(), weather=GREY_DAY)
    rgb = renderer.render(made if puffs is None else replace(made, puffs=puffs), camera(), frozenset({"rgb"})).rgb
    assert rgb is not None
    return rgb.astype(float)


def test_a_puff_pales_a_dark_board_behind_it_by_its_depth(renderer: CameraRenderer) -> None:
    middle = np.s_[46:50, 78:82]
    bare, thin, thick = (seen(renderer, c)[middle].mean() for c in (None, cloud(10.0, 0.5), cloud(10.0, 6.0)))
    # over an opaque puff's colour W and the board's B: B + (W - B) (1 - exp(-depth)); lumps take or add a half
    share = (thin - bare) / (thick - bare)
    assert 1.0 - np.exp(-0.5 * 0.5) < share < 1.0 - np.exp(-0.5 * 1.5)
    # and is gone at its edge, 2 radii or 16 px off
    np.testing.assert_allclose(seen(renderer, cloud(10.0, 6.0))[46:50, 98:102], seen(renderer, None)[46:50, 98:102])


def test_a_puff_behind_the_board_is_hidden_and_truth_sees_none(renderer: CameraRenderer) -> None:
    np.testing.assert_array_equal(seen(renderer, cloud(30.0, 6.0))[40:56, 60:100], seen(renderer, None)[40:56, 60:100])
    made = scene(static=ground(), weather=GREY_DAY)
    truth = frozenset({"depth", "tag", "rgb"})
    plain = renderer.render(made, camera(), truth)
    clouded = renderer.render(replace(made, puffs=cloud(10.0, 6.0)), camera(), truth)
    np.testing.assert_array_equal(plain.depth_m, clouded.depth_m)
    np.testing.assert_array_equal(plain.tag, clouded.tag)
    assert (plain.rgb != clouded.rgb).any()
