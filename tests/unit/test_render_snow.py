"""Snow lies on the share of the ground that it should, and flakes fall past the eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.renderer import CameraRenderer
from sim.render.snow import BOX_M, FALL_MPS, flake_rows
from sim.world.scene import Instance, Weather
from tests.render_scenes import camera, ground, pose, renderer_of, scene

GREY_DAY = Weather(cloudiness=1.0)
RGB = frozenset({"rgb"})


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def from_above(renderer: CameraRenderer, cover: float) -> np.ndarray:
    """(H, W) green light of 60 x 36 m of asphalt from 30 m above, where one period of the noise is 22 m."""
    view = camera()
    T = np.eye(4)
    T[:3, :3] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]
    T[:3, 3] = (0.0, 0.0, 30.0)
    weather = replace(GREY_DAY, snow_cover=cover)
    rgb = renderer.render(scene(static=ground(), weather=weather), replace(view, T_world_camera=T), RGB).rgb
    assert rgb is not None
    return rgb[:, :, 1].astype(float)


@pytest.mark.parametrize("cover", [0.25, 0.5, 0.75])
def test_snow_hides_the_share_of_the_ground_that_it_covers(renderer: CameraRenderer, cover: float) -> None:
    bare, full = from_above(renderer, 0.0), from_above(renderer, 1.0)
    assert full.mean() > bare.mean() + 40.0
    white = from_above(renderer, cover) > 0.5 * (bare.mean() + full.mean())
    assert white.mean() == pytest.approx(cover, abs=0.08)


def test_snow_lies_on_what_faces_up_and_not_on_actors(renderer: CameraRenderer) -> None:
    box = Instance(1, 14, MeshKey("dark_box"), pose(8.0, 0.0, 0.5), cloth_reflectance=0.02)
    summer, winter = (
        renderer.render(scene(box, static=ground(), weather=replace(GREY_DAY, snow_cover=c)), camera(), RGB).rgb
        for c in (0.0, 1.0)
    )
    # ground 5 m ahead, row 48 + 80 * 1.5 / 5; the box's front at 7.5 m, rows 48 + 5.3 .. 48 + 16
    assert winter[72, 80].mean() > summer[72, 80].mean() + 40.0
    assert abs(float(winter[60, 80].mean()) - float(summer[60, 80].mean())) < 40.0


def test_flakes_are_as_many_as_the_rate_says_and_fall() -> None:
    def at(time_s: float, rate: float = 0.3) -> np.ndarray:
        calm = replace(GREY_DAY, snowfall_mm_per_h=rate, wind=0.0)
        return flake_rows(replace(scene(weather=calm), time_s=time_s), camera()).astype(float)

    # 280 a cubic metre at 1 mm/h: 84 in each of 125, half of them ahead
    assert len(at(0.0)) == pytest.approx(84 * BOX_M**3 / 2.0, rel=0.1)
    assert len(at(0.0, 0.0)) == 0
    now, later = at(0.0), at(0.1)
    # the same flakes a tenth of a metre lower, but for those that left the box at its floor
    inside = now[now[:, 2] > 1.5 - BOX_M / 2.0 + 0.2]
    lower = inside[:, :3] - [0.0, 0.0, 0.1 * FALL_MPS]
    nearest = np.abs(later[None, :, :3] - lower[:50, None]).sum(axis=2).min(axis=1)
    assert nearest.max() < 1e-3


def test_a_moving_camera_passes_flakes_that_stay_where_they_are() -> None:
    snowing = scene(weather=replace(GREY_DAY, snowfall_mm_per_h=0.3, wind=0.0))
    here, ahead = flake_rows(snowing, camera()), flake_rows(snowing, camera(x=0.5))
    common = here[(here[:, 0] > 0.8) & (here[:, 0] < 2.0)][:50, :3]
    assert np.abs(ahead[None, :, :3] - common[:, None]).sum(axis=2).min(axis=1).max() < 1e-3


def test_falling_snow_is_drawn_and_truth_does_not_see_it(renderer: CameraRenderer) -> None:
    outputs = frozenset({"rgb", "depth"})
    clear = renderer.render(scene(static=ground(), weather=GREY_DAY), camera(), outputs)
    snowing = scene(static=ground(), weather=replace(GREY_DAY, snowfall_mm_per_h=1.0))
    first, later = (renderer.render(replace(snowing, time_s=t), camera(), outputs) for t in (0.0, 0.1))
    np.testing.assert_array_equal(first.depth_m, clear.depth_m)
    assert (first.rgb != later.rgb).any(axis=2).mean() > 0.005
