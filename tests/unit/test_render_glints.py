"""A wet road mirrors lamps: below them in the picture, in their colour, on the road alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.film import light_of_pixels
from sim.render.renderer import CameraRenderer
from sim.world.scene import Instance, Scene, Weather
from tests.render_scenes import NIGHT, camera, ground, pose, renderer_of, scene

RGB = frozenset({"rgb"})
WET = replace(NIGHT, wetness=1.0)
UNDER_LAMPS = np.array([76, 77, 82, 83])
"""Columns: its lamps are 0.8 m to the sides at 20 m, 3.2 px."""


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def light(renderer: CameraRenderer, scene_: Scene) -> np.ndarray:
    rgb = renderer.render(scene_, camera(glare=0.0), RGB).rgb
    assert rgb is not None
    return light_of_pixels(rgb).astype(float)


def car(x: float, y: float = 0.0, lights: int = 8) -> Instance:
    """Braking: its red lamp is 0.8 m over the road, 2 m behind its middle."""
    return Instance(1, 14, MeshKey("car"), pose(x, y), lights=lights)


def streak(renderer: CameraRenderer, weather: Weather, *extra: Instance) -> np.ndarray:
    """(H, 3) what a braking car 20 m ahead adds to the columns under its lamps, against the same car without lamps."""
    lit = light(renderer, scene(car(22.0), *extra, static=ground(), weather=weather))
    dark = light(renderer, scene(car(22.0, lights=0), *extra, static=ground(), weather=weather))
    return (lit - dark)[:, UNDER_LAMPS].mean(axis=1)


def mean_streak(renderer: CameraRenderer, weather: Weather) -> np.ndarray:
    """(H, 3) the mean of nine places aside of each other: puddles lie here and there."""
    total = np.zeros((96, 3))
    for y in range(-8, 9, 2):
        lit, dark = (
            light(renderer, scene(car(22.0, y, lights), static=ground(), weather=weather)) for lights in (8, 0)
        )
        total += (lit - dark)[:, UNDER_LAMPS - 4 * y].mean(axis=1) / 9.0
    return total


def test_a_lamp_is_mirrored_where_a_level_mirror_would_show_it(renderer: CameraRenderer) -> None:
    smooth = mean_streak(renderer, replace(WET, deposits=1.0))
    # lamp 0.8 m up at 20 m, eye 1.5 m up: mirrored 13.0 m ahead, in row 48 + 80 * 1.5 / 13.04 = 57.2
    road = np.arange(54, 96)
    weight = smooth[road, 0]
    assert weight.max() > 0.02
    assert road[np.argmax(weight)] == pytest.approx(57.2, abs=3.0)
    # red as the lamp, where it is not so bright that it turns pale
    rough = mean_streak(renderer, WET)[60]
    assert rough[0] > 2.0 * rough[2]


def test_a_rough_film_draws_the_mirrored_lamp_out_towards_the_eye(renderer: CameraRenderer) -> None:
    def length(weather: Weather) -> int:
        red = mean_streak(renderer, weather)[58:, 0]  # nearer than the mirrored place
        return int((red > 0.25 * red.max()).sum())

    assert length(WET) > length(replace(WET, deposits=1.0))


def test_a_dry_road_mirrors_nothing(renderer: CameraRenderer) -> None:
    assert np.abs(streak(renderer, NIGHT)[56:]).max() < 0.005


def test_what_stands_on_the_road_is_not_streaked(renderer: CameraRenderer) -> None:
    # a box before the mirrored places; it is 11.3 px a metre 7 m ahead and hides rows 56 to 64
    box = Instance(5, 20, MeshKey("dark_box"), pose(7.25, 0.0, 0.4) @ np.diag([0.5, 2.0, 0.8, 1.0]))
    behind_it = streak(renderer, WET, box)
    free = streak(renderer, WET)
    rows = np.s_[58:62]
    assert free[rows, 0].mean() > 0.02
    assert behind_it[rows, 0].mean() < 0.3 * free[rows, 0].mean()


def test_a_hidden_lamp_is_not_mirrored(renderer: CameraRenderer) -> None:
    # a wall between the road before it and the lamps
    wall = Instance(5, 20, MeshKey("dark_box"), pose(16.0, 0.0, 2.0) @ np.diag([0.2, 8.0, 4.0, 1.0]))
    assert np.abs(streak(renderer, WET, wall)[60:]).max() < 0.005
