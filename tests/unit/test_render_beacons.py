"""Light bars: double flashes, sides in turn, at the rates of UN R65; the glare knows the same states as the lamp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.render.renderer import CameraRenderer
from sim.render.sources import candela
from sim.world.scene import Instance
from sim.world.vehicle_lights import SPECIAL_1, SPECIAL_2
from tests.render_scenes import camera, pose, renderer_of, scene


def bar(key: MeshKey) -> Mesh:
    """A lamp on the left of the middle, a lamp on the right."""
    builder = MeshBuilder()
    for side in (1.0, -1.0):
        builder.box((0, 0.5 * side, 0), (0.2, 0.3, 0.2), (0.02, 0.05, 0.5), Material.BEACON)
    return builder.build()


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of(bar) as made:
        yield made


def flashes(lights: int, left: bool) -> int:
    """Rising edges in a second, looked at every millisecond from the middle of one on."""
    lit = [candela(Material.BEACON, lights, 3, left, 0.0005 + 0.001 * i) > 0 for i in range(1001)]
    return sum(now and not before for before, now in pairwise(lit))


def test_special_1_flashes_twice_a_second_and_special_2_four_times_each_flash_double() -> None:
    for left in (True, False):
        assert abs(flashes(SPECIAL_1, left) - 2 * 2) <= 1  # one may begin before the second does
        assert abs(flashes(SPECIAL_2, left) - 2 * 4) <= 1
        assert flashes(0, left) == 0
    assert flashes(SPECIAL_1 | SPECIAL_2, True) == flashes(SPECIAL_2, True)


@pytest.mark.parametrize("lights", [SPECIAL_1, SPECIAL_2])
def test_never_both_sides_and_the_picture_shows_the_side_that_glares(renderer: CameraRenderer, lights: int) -> None:
    seen = set()
    for time_s in np.arange(0.0137, 1.0, 0.0491):
        instance = Instance(1, 14, MeshKey("bar"), pose(4.0, 0.0, 1.5), lights=lights)
        shot = replace(scene(instance), time_s=float(time_s))
        rgb = renderer.render(shot, camera(glare=0.0), frozenset({"rgb"})).rgb
        assert rgb is not None
        lamps = rgb[44:52, 62:78].mean(), rgb[44:52, 82:98].mean()  # left, right of the middle at 80 px focal length
        glares = tuple(candela(Material.BEACON, lights, 3, left, float(time_s)) > 0 for left in (True, False))
        assert not all(glares)
        if any(glares):
            assert (lamps[0] > lamps[1] + 20, lamps[1] > lamps[0] + 20) == glares, time_s
        else:
            assert abs(lamps[0] - lamps[1]) < 10, time_s
        seen.add(glares)
    assert seen == {(True, False), (False, True), (False, False)}
