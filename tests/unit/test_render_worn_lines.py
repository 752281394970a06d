"""Old lines: between the road and fresh paint, for cameras and for LiDARs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.raycast.brightness import brightness
from sim.raycast.caster import RayCaster
from sim.world.scene import Scene, StaticPart, StaticScene, Weather
from tests.render_scenes import camera, renderer_of, scene, source

ROAD, PAINT = (0.085, 0.085, 0.088), (0.72, 0.72, 0.70)
DAY = Weather(cloudiness=0.0)


def halves(right: Material, color: tuple[float, float, float]) -> StaticScene:
    """Asphalt on the left, something else on the right."""
    builder = MeshBuilder()
    builder.box((0, 50, -0.5), (200, 50, 0.5), ROAD, Material.ASPHALT)
    builder.box((0, -50, -0.5), (200, 50, 0.5), color, right)
    return StaticScene(f"halves {right} {color}", (StaticPart("road", 1, builder.build()),))


LINES = halves(Material.ROADMARK, PAINT)


@pytest.fixture(scope="module")
def renderer():
    with renderer_of() as made:
        yield made


def right_half(renderer, static: StaticScene, contrast: float) -> np.ndarray:
    weather = replace(DAY, line_contrast=contrast)
    picture = renderer.render(scene(static=static, weather=weather), camera(), frozenset({"rgb"})).rgb
    return np.asarray(picture[60:, 90:]).astype(float)


def test_lines_without_contrast_are_the_road(renderer):
    bare = right_half(renderer, halves(Material.ASPHALT, ROAD), 1.0)
    np.testing.assert_allclose(right_half(renderer, LINES, 0.0), bare, atol=1.0)


def test_contrast_lies_between_evenly_in_albedo(renderer):
    """The grain of paint and road are mixed, too: the mean is that of the mixed albedo within a few percent."""
    shown = [right_half(renderer, LINES, contrast).mean() for contrast in (0.0, 0.1, 0.3, 0.6, 1.0)]
    assert shown == sorted(shown)
    assert shown[-1] > 1.7 * shown[0]
    for contrast, value in ((0.3, shown[2]), (0.6, shown[3])):
        mixed = tuple(r + contrast * (p - r) for r, p in zip(ROAD, PAINT, strict=True))
        like = right_half(renderer, halves(Material.ROADMARK, mixed), 1.0).mean()
        assert value == pytest.approx(like, rel=0.05)


def test_lidar_hears_old_lines_less():
    """Straight down, 0.17 of asphalt and 0.55 of paint with beads of 0.47."""
    caster = RayCaster(source)
    down = np.array([[0.0, 0.0, -1.0]] * 2)
    heard = {}
    for contrast in (1.0, 0.5, 0.0):
        weather = replace(DAY, line_contrast=contrast)
        caster.set_scene(Scene(LINES, (), weather, 0.0))
        hits = caster.cast(np.array([[0.0, 5.0, 2.0], [0.0, -5.0, 2.0]]), down, 10.0)
        heard[contrast] = brightness(hits, weather)
    for contrast, (road, line) in heard.items():
        assert road == pytest.approx(0.17, abs=1e-6)
        assert line == pytest.approx(0.17 + contrast * (0.55 - 0.17 + 0.47), abs=1e-5)
