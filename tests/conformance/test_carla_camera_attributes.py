"""What shutter, lens and film of a colour camera do, by formula or by a law that only goes one way."""

from __future__ import annotations

import math
import queue
from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import bgra, rgb

UP_M = 800.0
WIDTH, HEIGHT = 240, 160
POSE = carla.Transform(carla.Location(0.0, 0.0, UP_M + 2.0))
QUIET = {"bloom_intensity": 0.0, "lens_flare_intensity": 0.0}
"""No glare of the sun, wherever it stands."""


@pytest.fixture
def sky(day: ToyClient) -> Iterator[ToyClient]:
    """800 m over the map, 6 m before a wide plate, the sun 45 degrees high behind the camera."""
    old = day.world.get_weather()
    day.world.set_weather(carla.WeatherParameters(sun_altitude_angle=45.0, sun_azimuth_angle=180.0, cloudiness=0.0))
    day.spawn("static.moosetest.billboard", carla.Transform(carla.Location(6.0, 0.0, UP_M)))
    day.world.tick()
    yield day
    day.world.set_weather(old)


def pictures(day: ToyClient, *cameras: dict[str, Any], ticks: int = 1) -> list[np.ndarray]:
    """Pictures (H, W, 3) RGB as float of cameras with these attributes, all at the same place and tick."""
    size = {"image_size_x": WIDTH, "image_size_y": HEIGHT}
    queues = [day.listen("sensor.camera.rgb", None, POSE, **size | QUIET | camera) for camera in cameras]
    day.ticks(ticks)
    shots = []
    for frames in queues:
        shot = [frames.get(timeout=20.0) for _ in range(ticks)][-1]
        shots.append(rgb(shot).astype(float))
    return shots


def plate(picture: np.ndarray) -> np.ndarray:
    """(3,) mean of an even patch."""
    return picture[62:76, 100:140].mean(axis=(0, 1))


def light(value: np.ndarray) -> np.ndarray:
    """Exposed light that the display curve turned into `value`: y = x (6.2 x + 0.5) / (x (6.2 x + 1.7) + 0.06)."""
    y = value / 255.0
    a, b, c = 6.2 * (y - 1.0), 1.7 * y - 0.5, 0.06 * y
    return (-b - np.sqrt(b * b - 4.0 * a * c)) / (2.0 * a) + 0.004


MANUAL = {"exposure_mode": "manual", "iso": 50}
"""A stop less than usual: twice the light is still far from white."""


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"iso": 100}, 2.0),
        ({"shutter_speed": 100}, 2.0),
        ({"shutter_speed": 400}, 0.5),
        ({"fstop": 2.8}, 0.25),
        ({"exposure_compensation": 1.0}, 2.0),
        ({"exposure_compensation": -1.0, "iso": 100}, 1.0),
    ],
)
def test_manual_exposure_is_linear(sky: ToyClient, change: dict[str, float], factor: float) -> None:
    usual, other = pictures(sky, MANUAL, MANUAL | change)
    assert light(plate(other)) / light(plate(usual)) == pytest.approx(np.full(3, factor), rel=0.03)  # 8 bits and noise


def test_automatic_exposure_obeys_its_compensation(sky: ToyClient) -> None:
    usual, other = pictures(sky, {}, {"exposure_compensation": -1.5})
    assert light(plate(other)) / light(plate(usual)) == pytest.approx(np.full(3, 2.0**-1.5), rel=0.03)


def test_limits_of_brightness_are_stops(sky: ToyClient) -> None:
    """A least brightness above the scene's own: each unit more is a stop less light."""
    low, high = pictures(
        sky,
        {"exposure_min_bright": 12.5, "exposure_max_bright": 15.0},
        {"exposure_min_bright": 13.5, "exposure_max_bright": 15.0},
    )
    assert light(plate(low)) / light(plate(high)) == pytest.approx(np.full(3, 2.0), rel=0.04)


def test_an_eye_needs_time_to_adapt_and_a_quick_one_none(sky: ToyClient) -> None:
    """From the sun 45 degrees high to 3 below the horizon: darker at once, then brighter tick by tick."""
    size = {"image_size_x": 64, "image_size_y": 48}
    slow, quick, fixed = (
        sky.listen("sensor.camera.rgb", None, POSE, **size | QUIET | attributes)
        for attributes in (
            {"exposure_speed_down": 1.0},
            {"exposure_speed_down": 1000.0},
            {"exposure_speed_down": 0.0, "exposure_speed_up": 0.0},
        )
    )
    sky.ticks(2)
    sky.world.set_weather(carla.WeatherParameters(sun_altitude_angle=-3.0))
    sky.ticks(28)
    means = [[float(bgra(q.get(timeout=20.0))[..., 0].mean()) for _ in range(30)] for q in (slow, quick, fixed)]
    assert means[0][:2] == pytest.approx(means[1][:2], abs=1.0)  # all are adapted at first
    assert means[0][2] < 0.2 * means[0][1]  # the sun is gone
    assert means[0][29] > means[0][2] + 10.0
    assert means[1][4] > means[0][4] + 10.0
    assert means[2][29] == pytest.approx(means[2][2], abs=1.0)


def test_gamma_is_that_of_the_display(sky: ToyClient) -> None:
    usual, other = pictures(sky, {}, {"gamma": 1.8})
    expected = 255.0 * (plate(usual) / 255.0) ** (2.2 / 1.8)
    assert plate(other) == pytest.approx(expected, abs=1.0)


def test_a_temperature_of_the_film_above_the_lights_warms(sky: ToyClient) -> None:
    cold, usual, warm = (plate(p) for p in pictures(sky, {"temp": 4500}, {}, {"temp": 9000}))
    assert cold[0] - cold[2] < usual[0] - usual[2] < warm[0] - warm[2]
    green, pink = (plate(p) for p in pictures(sky, {"tint": 0.3}, {"tint": -0.3}))
    assert green[1] - green[[0, 2]].mean() > pink[1] - pink[[0, 2]].mean() + 10.0


def test_a_steeper_film_has_more_contrast(sky: ToyClient) -> None:
    spread = [float(p.std()) for p in pictures(sky, {"slope": 0.6}, {}, {"slope": 1.0})]
    assert spread[0] < spread[1] < spread[2]


def test_toe_and_black_clip_darken_the_dark_and_white_clip_brightens_the_bright(sky: ToyClient) -> None:
    dark, bright = {"exposure_compensation": -4.0}, {"exposure_compensation": 2.0}
    cameras = (dark, dark | {"toe": 0.7}, dark | {"black_clip": 0.1}, bright, bright | {"white_clip": 0.3})
    usual, toe, black, usual_bright, white = (float(p.mean()) for p in pictures(sky, *cameras))
    assert max(toe, black) < usual - 3.0
    assert usual_bright < white - 1.0


def test_effects_off_leave_the_plain_picture(sky: ToyClient) -> None:
    wild = {
        "exposure_compensation": 3.0,
        "temp": 3000,
        "slope": 0.5,
        "gamma": 1.0,
        "blur_radius": 50,
        "blur_amount": 0.01,
        "chromatic_aberration_intensity": 9,
    }
    usual, off = pictures(sky, {}, wild | {"enable_postprocess_effects": "false"})
    assert plate(off) == pytest.approx(plate(usual), abs=1.0)


def edge_column(picture: np.ndarray) -> int:
    """The first column of the sky right of the plate, at a third of the height of the picture."""
    row = picture[55:60].mean(axis=(0, 2))
    jump = np.abs(np.diff(row[WIDTH // 2 :]))
    return WIDTH // 2 + 1 + int(jump.argmax())


def test_a_lens_moves_an_edge_to_where_its_formula_says(sky: ToyClient) -> None:
    lens = {"lens_circle_multiplier": 4.0, "lens_circle_falloff": 1.5, "lens_k": -1.0, "lens_kcube": 0.5}
    usual, bent = pictures(sky, {}, lens)
    was, now = edge_column(usual), edge_column(bent)
    assert now >= was + 2
    d = np.array([now / (WIDTH / 2.0) - 1.0, 57.5 / (HEIGHT / 2.0) - 1.0])
    r = float(np.hypot(*d)) / math.sqrt(2.0)
    source = d * (1.0 + 0.08 * 4.0 * r**1.5 * (-1.0 + 0.5 * r))
    assert (source[0] + 1.0) * WIDTH / 2.0 == pytest.approx(was, abs=1.0)


def test_a_lens_without_multiplier_is_a_pinhole(sky: ToyClient) -> None:
    usual, other = pictures(sky, {}, {"lens_k": 7.0, "lens_kcube": 3.0, "lens_x_size": 0.0})
    assert (usual == other).all()


def test_truth_is_seen_through_the_same_lens(sky: ToyClient) -> None:
    lens = {"lens_circle_multiplier": 4.0, "lens_circle_falloff": 1.5}
    size = {"image_size_x": WIDTH, "image_size_y": HEIGHT}
    color, tags = (
        sky.listen(f"sensor.camera.{kind}", None, POSE, **size | lens) for kind in ("rgb", "semantic_segmentation")
    )
    sky.world.tick()
    picture, tag = (bgra(q.get(timeout=20.0)).astype(float) for q in (color, tags))
    is_sky = tag[57, WIDTH // 2 :, 2] == 11
    assert set(np.unique(tag[..., 2])) == {11.0, 20.0}  # never a mixture
    assert WIDTH // 2 + int(is_sky.argmax()) == pytest.approx(edge_column(picture[:, :, 2::-1]), abs=1)


def test_fringes_move_red_and_not_blue(sky: ToyClient) -> None:
    usual, fringed = pictures(sky, {}, {"chromatic_aberration_intensity": 8.0})
    moved = np.abs(fringed - usual).mean(axis=(0, 1))
    assert moved[0] > moved[1] > moved[2] == pytest.approx(0.0, abs=0.5)


def test_out_of_focus_is_soft_and_in_focus_sharp(sky: ToyClient) -> None:
    def sharpness(picture: np.ndarray) -> float:
        return float(np.abs(np.diff(picture[55:60].mean(axis=(0, 2)))).max())

    usual, near, on_plate, stopped_down = (
        sharpness(p)
        for p in pictures(
            sky,
            {},
            {"focal_distance": 30, "fstop": 1.0},
            {"focal_distance": 590, "fstop": 1.0},
            {"focal_distance": 30, "fstop": 64.0},
        )
    )
    assert near < 0.5 * usual
    assert on_plate == pytest.approx(usual, rel=0.1)
    assert near < stopped_down


def test_haze_softens_with_distance(sky: ToyClient) -> None:
    usual, hazy = pictures(sky, {}, {"blur_radius": 60.0, "blur_amount": 0.006})
    assert np.abs(np.diff(hazy, axis=1)).max() < 0.6 * np.abs(np.diff(usual, axis=1)).max()


def test_what_moves_smears_as_long_as_the_shutter_is_open(day: ToyClient) -> None:
    """A plate 6 m away that moves 0.3 m to the right a tick: 0.3 * focal / 6 px in all, half of it smeared."""
    start = carla.Location(6.0, 0.0, UP_M)
    moved = day.spawn("static.moosetest.billboard", carla.Transform(start))
    size = {"image_size_x": WIDTH, "image_size_y": HEIGHT}
    blur = {"motion_blur_intensity": 0.5, "motion_blur_max_distortion": 20.0}
    cameras: list[queue.Queue[Any]] = [
        day.listen("sensor.camera.rgb", None, POSE, **size | QUIET | attributes)
        for attributes in ({}, blur, blur | {"motion_blur_max_distortion": 1.0})
    ]
    for step in range(2):
        moved.set_location(carla.Location(6.0, 0.3 * step, UP_M))
        day.world.tick()
    rows = []
    for frames in cameras:
        shot = [frames.get(timeout=20.0) for _ in range(2)][-1]
        rows.append(bgra(shot)[66:74, :, :3].mean(axis=(0, 2)))
    smear_px = 0.5 * 0.3 * (WIDTH / 2.0) / (6.0 - moved.bounding_box.extent.x)
    changed = [np.flatnonzero(np.abs(row - rows[0]) > 3.0) for row in rows[1:]]
    edges = np.flatnonzero(np.abs(np.diff(rows[0])) > 20.0)
    for columns, most_px in zip(changed, (smear_px, 0.01 * WIDTH), strict=True):
        # the ramps end at the plate's two sides and reach back as far as it came
        assert (np.min([np.abs(columns - edge) for edge in edges], axis=0) <= most_px + 1.0).all()
    assert len(changed[0]) > len(changed[1]) > 0
    assert len(changed[0]) == pytest.approx(2.0 * smear_px, abs=3.0)


def test_bloom_and_flare_scale_the_suns_veil(sky: ToyClient) -> None:
    sky.world.set_weather(carla.WeatherParameters(sun_altitude_angle=30.0, sun_azimuth_angle=0.0, cloudiness=0.0))
    usual = {"bloom_intensity": 0.675}
    sky.world.tick()
    none, some, more = (float(p.mean()) for p in pictures(sky, {}, usual, {"bloom_intensity": 1.35}))
    assert none < some < more
    without, flare = pictures(sky, {}, {"lens_flare_intensity": 5.0})
    assert (flare - without).min() > -8.0  # light is only added; the rest is noise
    assert (flare - without).mean() > 0.3


@pytest.mark.parametrize("name", ["calibration_constant", "blade_count", "min_fstop"])
def test_what_does_nothing_in_a_sharp_automatic_picture_changes_nothing(sky: ToyClient, name: str) -> None:
    usual, other = pictures(sky, {}, {name: 9})
    assert (usual == other).all()
