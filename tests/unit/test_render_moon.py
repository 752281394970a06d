"""The full moon: where it stands, how large it is, what hides it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.scene import Weather
from tests.render_scenes import pose, renderer_of, scene

MOON_RADIUS_RAD = np.radians(31.0 / 60.0 / 2.0)
FIVE_DEG = np.radians(5.0)
SIDE_PX = 200


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def looking_up(elevation_rad: float, yaw_rad: float) -> CameraView:
    """A camera of 5 degrees that looks so far up."""
    T = pose(0.0, 0.0, 1.5, yaw_rad)
    c, s = np.cos(elevation_rad), np.sin(elevation_rad)
    T[:3, :3] = T[:3, :3] @ np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
    return CameraView(SIDE_PX, SIDE_PX, FIVE_DEG, T, noise=0.0)


def bright(renderer: CameraRenderer, weather: Weather, view: CameraView) -> np.ndarray:
    """(H, W) where the picture is much brighter than the night's sky."""
    rgb = renderer.render(scene(weather=weather), view, frozenset({"rgb"})).rgb
    assert rgb is not None
    return rgb.min(axis=2) > 150


def test_it_stands_opposite_the_sun_as_large_as_the_moon_is(renderer: CameraRenderer) -> None:
    night = Weather(sun_azimuth_rad=0.3, sun_elevation_rad=-0.4, cloudiness=0.0)
    seen = bright(renderer, night, looking_up(0.4, 0.3 + np.pi))
    rows, columns = np.nonzero(seen)
    assert [rows.mean(), columns.mean()] == pytest.approx([99.5, 99.5], abs=0.6)
    radius_px = 0.5 * SIDE_PX / np.tan(FIVE_DEG / 2) * MOON_RADIUS_RAD  # 10.3
    assert seen.sum() == pytest.approx(np.pi * radius_px**2, rel=0.06)


def test_there_is_none_where_the_sun_went_down_nor_behind_clouds_nor_by_day(renderer: CameraRenderer) -> None:
    night = Weather(sun_azimuth_rad=0.3, sun_elevation_rad=-0.4, cloudiness=0.0)
    assert not bright(renderer, night, looking_up(0.4, 0.3)).any()
    clouded = Weather(sun_azimuth_rad=0.3, sun_elevation_rad=-0.4, cloudiness=1.0)
    assert not bright(renderer, clouded, looking_up(0.4, 0.3 + np.pi)).any()
