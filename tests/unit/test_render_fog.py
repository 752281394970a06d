"""Fog takes contrast by Koschmieder's law: measured in pictures, made linear again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.assets.mesh import MeshKey
from sim.render.exposure import Metering
from sim.render.film import light_of_pixels
from sim.render.lamps import lamp_field
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.air import extinction_per_m, visual_range_m
from sim.world.scene import Instance, Scene, StreetLamp, Weather
from tests.render_scenes import NIGHT, camera, ground, pose, renderer_of, scene

DARKER = Metering(compensation_ev=-2.5)
"""Puts the fog in the middle of the display's curve, where a pixel's step is the smallest share of the light."""


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def contrast(renderer: CameraRenderer, weather: Weather, distance_m: float, asset: str) -> float:
    """Of a board straight ahead against the horizon without it, as shares of the horizon's light.

    Both in the same pixels at the same time: flakes that fall before them are drawn, too.
    """
    side = np.diag([1.0, 0.4 * distance_m, 0.4 * distance_m, 1.0])  # 32 px wide at any distance
    board = Instance(1, 14, MeshKey(asset), pose(distance_m + 0.5, 0.0, 1.5) @ side, cloth_reflectance=0.02)
    board_light, horizon = (_light_ahead(renderer, weather, *things) for things in ((board,), ()))
    return (board_light - horizon) / horizon


def _light_ahead(renderer: CameraRenderer, weather: Weather, *things: Instance) -> float:
    seen = scene(*things, weather=replace(weather, cloudiness=1.0))
    rgb = renderer.render(seen, camera(metering=DARKER), frozenset({"rgb"})).rgb
    assert rgb is not None
    return float(light_of_pixels(rgb)[46:50, 70:90, 1].astype(np.float64).mean())


@pytest.mark.parametrize(
    ("weather", "off"),
    [
        (Weather(fog_density=0.5), 0.06),
        (Weather(dust_storm=0.8), 0.06),
        (Weather(snowfall_mm_per_h=8.0), 0.2),  # single flakes stand before the board, too
    ],
)
@pytest.mark.parametrize("asset", ["box", "dark_box"])
def test_contrast_falls_with_distance_as_the_extinction_says(
    renderer: CameraRenderer, weather: Weather, off: float, asset: str
) -> None:
    per_m = extinction_per_m(weather, 1.5)  # the eye and the middle of the board are 1.5 m up
    near_m = 0.2 * visual_range_m(per_m)
    near = contrast(renderer, weather, near_m, asset)
    for share in (0.4, 0.6):
        far_m = share * visual_range_m(per_m)
        far = contrast(renderer, weather, far_m, asset)
        assert far / near == pytest.approx(np.exp(-per_m * (far_m - near_m)), rel=off)


def test_five_percent_of_a_black_board_is_left_at_the_visual_range(renderer: CameraRenderer) -> None:
    weather = Weather(fog_density=0.5, fog_distance_m=0.0)
    assert contrast(renderer, weather, 120.0, "dark_box") == pytest.approx(-0.05, abs=0.008)
    assert contrast(renderer, weather, 60.0, "dark_box") == pytest.approx(-(0.05**0.5), abs=0.015)


def test_fog_at_night_shines_in_the_light_of_street_lamps(renderer: CameraRenderer) -> None:
    """Endless fog is half as bright as white ground in the same light: 2 E / 4 pi over E / pi."""
    lamps = tuple(StreetLamp((float(x), y, 8.0)) for x in range(-100, 120, 20) for y in (-6.0, 6.0))
    weather = replace(NIGHT, fog_density=1.0, fog_falloff=0.0)
    view = camera(z=1.5, glare=0.0, metering=Metering(manual_ev=11.0))
    dark, lit = (
        _ahead_rgb(renderer, scene(static=ground(lamps), weather=weather, lamps_on=on), view) for on in (False, True)
    )
    field, texels, _ = lamp_field(lamps, view.eye_world_m)
    street_lx = texels[32:96, 32:96, 2].astype(np.float64).mean()
    white = view.metering.exposure(1.0) * street_lx / np.pi * np.array(field.rgb)
    assert lit - dark == pytest.approx(0.5 * white, rel=0.05)


def _ahead_rgb(renderer: CameraRenderer, seen: Scene, view: CameraView) -> NDArray[np.float64]:
    rgb = renderer.render(seen, view, frozenset({"rgb"})).rgb
    assert rgb is not None
    return np.asarray(light_of_pixels(rgb)[44:47, 70:90].astype(np.float64).mean(axis=(0, 1)))
