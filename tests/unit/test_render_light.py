"""Light does what light does: shadows, lamps, night, fog, exposure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.assets.mesh import MeshKey
from sim.render.exposure import Metering
from sim.render.lighting import light_of
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.scene import Instance, Scene, StreetLamp, Weather
from tests.render_scenes import NIGHT, camera, ground, pose, renderer_of, scene

RGB = frozenset({"rgb"})
NOON = Weather(sun_azimuth_rad=np.pi / 2, sun_elevation_rad=0.8, cloudiness=0.0)


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def picture(renderer: CameraRenderer, scene_: Scene, view: CameraView) -> NDArray[np.float64]:
    rgb = renderer.render(scene_, view, RGB).rgb
    assert rgb is not None
    return rgb.astype(np.float64)


def test_a_box_throws_its_shadow_away_from_the_sun(renderer: CameraRenderer) -> None:
    # the sun stands at +y, so the shadow of a box at x = 10 falls towards -y: to the right in the picture
    box = Instance(1, 20, MeshKey("box"), pose(10.0, 0.0, 1.0) @ np.diag([1.0, 1.0, 2.0, 1.0]))
    bare = picture(renderer, scene(static=ground(), weather=NOON), camera(z=4.0))
    shaded = picture(renderer, scene(box, static=ground(), weather=NOON), camera(z=4.0))
    # the ground point (10, -1.4, 0): column 80 + 1.4 * 8, row 48 + 4 * 8
    assert shaded[80, 91].mean() < 0.75 * bare[80, 91].mean()
    # and the lit side keeps its light
    assert shaded[80, 66].mean() == pytest.approx(bare[80, 66].mean(), abs=2.0)


def test_no_shadow_under_a_closed_sky(renderer: CameraRenderer) -> None:
    grey = replace(NOON, cloudiness=1.0)
    box = Instance(1, 20, MeshKey("box"), pose(10.0, 0.0, 1.0) @ np.diag([1.0, 1.0, 2.0, 1.0]))
    bare = picture(renderer, scene(static=ground(), weather=grey), camera(z=4.0))
    shaded = picture(renderer, scene(box, static=ground(), weather=grey), camera(z=4.0))
    assert shaded[80, 91].mean() > 0.93 * bare[80, 91].mean()


@pytest.mark.parametrize("weather", [NOON, NIGHT])
def test_brake_lamp_is_brighter_when_lit(renderer: CameraRenderer, weather: Weather) -> None:
    def red(lights: int) -> float:
        car = Instance(1, 14, MeshKey("car"), pose(8.0, 0.0), lights=lights, paint_rgb=(0.1, 0.1, 0.1))
        # lamps at x = 6, 0.8 m up: 13.3 px a metre, row 48 + 0.7 * 13.3
        return float(picture(renderer, scene(car, static=ground(), weather=weather), camera())[57, 80, 0])

    assert red(8) > red(0) + 40.0


def test_signal_lights_the_lamp_of_its_state(renderer: CameraRenderer) -> None:
    for state, channel, row in ((0, 0, 43), (2, 1, 52)):
        signal = Instance(1, 7, MeshKey("signal"), pose(6.0, 0.0, 1.5), signal_state=state)
        pixel = picture(renderer, scene(signal, weather=NOON), camera())[row, 80]
        others = np.delete(pixel, channel)
        assert pixel[channel] > others.max() + 30.0


def test_night_is_darker_than_day_and_lamps_light_it(renderer: CameraRenderer) -> None:
    lamps = (StreetLamp((12.0, 0.0, 8.0)),)
    day = picture(renderer, scene(static=ground(lamps), weather=NOON), camera())
    dark = picture(renderer, scene(static=ground(lamps), weather=NIGHT), camera())
    lit = picture(renderer, scene(static=ground(lamps), weather=NIGHT, lamps_on=True), camera())
    under_lamp = np.s_[56:60, 70:90]
    assert dark[under_lamp].mean() < 0.4 * day[under_lamp].mean()
    assert lit[under_lamp].mean() > dark[under_lamp].mean() + 20.0


def test_headlamps_show_a_pale_person_and_hardly_a_black_one(renderer: CameraRenderer) -> None:
    view = CameraView(640, 384, np.radians(60.0), pose(0.0, 0.0, 1.4), noise=0.0)

    def contrast(reflectance: float, lights: int) -> float:
        car = Instance(1, 14, MeshKey("car"), pose(-2.0, 0.0), lights=lights)
        # 0.5 m wide and 1.2 m high at 30 m; the mesh's albedo is 0.5
        person = pose(30.0, 0.0, 0.6) @ np.diag([0.5, 0.5, 1.2, 1.0])
        walker = Instance(2, 12, MeshKey("dark_box"), person, cloth_reflectance=reflectance / 0.5)
        with_person = picture(renderer, scene(car, walker, static=ground(), weather=NIGHT), view)
        without = picture(renderer, scene(car, static=ground(), weather=NIGHT), view)
        # focal 554 px, eye 1.4 m: rows 192 + 18.5 * 0.4 .. 192 + 18.5 * 1.2, columns 320 +- 4
        body = np.s_[200:214, 317:323]
        return float(np.abs(with_person[body].mean(axis=(0, 1)) - without[body].mean(axis=(0, 1))).max())

    assert contrast(0.5, 2) > 40.0
    assert contrast(0.03, 2) < 0.45 * contrast(0.5, 2)
    assert contrast(0.5, 0) < 12.0


def test_fog_pales_what_is_far(renderer: CameraRenderer) -> None:
    def contrast(density: float) -> float:
        weather = replace(NOON, fog_density=density, cloudiness=1.0)
        box = Instance(
            1, 14, MeshKey("dark_box"), pose(60.0, 0.0, 1.5) @ np.diag([1.0, 9.0, 9.0, 1.0]), cloth_reflectance=0.02
        )
        image = picture(renderer, scene(box, weather=weather), camera())
        return float(image[47, 100].mean() - image[47, 80].mean())

    assert contrast(0.0) > 60.0
    assert contrast(0.7) < 0.25 * contrast(0.0)


def test_noise_changes_with_the_frame_and_the_seed(renderer: CameraRenderer) -> None:
    view = camera(noise=1.0)
    first = picture(renderer, scene(static=ground(), frame=1), view)
    again = picture(renderer, scene(static=ground(), frame=1), view)
    later = picture(renderer, scene(static=ground(), frame=2), view)
    seeded = picture(renderer, scene(static=ground(), frame=1), replace(view, noise_seed=3))
    np.testing.assert_array_equal(first, again)
    assert (first != later).mean() > 0.2
    assert (first != seeded).mean() > 0.2
    assert np.abs(first - later).mean() < 3.0


def test_exposure_and_gamma_brighten(renderer: CameraRenderer) -> None:
    plain = picture(renderer, scene(static=ground()), camera()).mean()
    assert (
        picture(renderer, scene(static=ground()), camera(metering=Metering(compensation_ev=1.0))).mean() > plain + 10.0
    )
    assert picture(renderer, scene(static=ground()), camera(gamma=2.6)).mean() > plain + 10.0


def test_picture_shows_a_figure_on_a_white_board(renderer: CameraRenderer) -> None:
    def board(name: str) -> NDArray[np.float64]:
        item = Instance(1, 20, MeshKey("board"), pose(4.0, 0.0, 1.5, np.pi), picture=name)
        return picture(renderer, scene(item, weather=NOON), camera())

    blank, painted = board(""), board("person")
    # 2 m at 4 m are 40 px: the figure stands in the middle columns, the corners stay white
    assert np.abs(blank - painted)[40:60, 78:82].mean() > 40.0
    np.testing.assert_allclose(blank[30:34, 62:66], painted[30:34, 62:66], atol=3.0)


def test_rain_draws_streaks(renderer: CameraRenderer) -> None:
    dry = picture(renderer, scene(static=ground(), weather=replace(NOON, cloudiness=1.0)), camera())
    rain = Weather(NOON.sun_azimuth_rad, NOON.sun_elevation_rad, cloudiness=1.0, precipitation=1.0)
    wet = picture(renderer, scene(static=ground(), weather=rain), camera())
    assert np.abs(np.diff(wet, axis=1)).mean() > np.abs(np.diff(dry, axis=1)).mean()


def test_supersampling_keeps_the_size(renderer: CameraRenderer) -> None:
    images = renderer.render(scene(static=ground()), camera(supersampling=2), frozenset({"rgb", "depth"}))
    assert images.rgb is not None
    assert images.rgb.shape == (96, 160, 3)
    assert images.depth_m is not None
    assert images.depth_m.shape == (96, 160)


def test_light_falls_with_the_sun() -> None:
    def exposure(elevation_rad: float) -> float:
        return light_of(scene(weather=Weather(sun_elevation_rad=elevation_rad)), Metering(), False, 0.0).exposure

    # the camera opens by more than ten stops from noon to night, and steadily
    opened = [exposure(e) for e in (1.2, 0.5, 0.1, 0.0, -0.1, -0.4)]
    assert opened == sorted(opened)
    assert opened[-1] / opened[0] > 2.0**10
