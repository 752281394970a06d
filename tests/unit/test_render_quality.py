"""Levels of quality: what a low picture leaves out, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.assets import library
from sim.assets.mesh import MeshKey
from sim.render.quality import Quality
from sim.render.renderer import CameraRenderer
from sim.server.blueprints import definitions
from sim.server.sensors.eyes import CameraRequest
from sim.world.scene import Instance, Scene, Weather
from tests.render_rays import agreement
from tests.render_scenes import ALL, camera, ground, pose, renderer_of, scene

NOON = Weather(sun_azimuth_rad=np.pi / 2, sun_elevation_rad=0.6, cloudiness=0.0)
CAR = Instance(3, 14, MeshKey("vehicle.tesla.model3"), pose(12.0, 0.0))


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of(library.mesh) as made:
        yield made


def brightness(renderer: CameraRenderer, looked_at: Scene, quality: Quality) -> np.ndarray:
    rgb = renderer.render(looked_at, camera(quality=quality), frozenset({"rgb"})).rgb
    assert rgb is not None
    return rgb.astype(float).mean(axis=2)


@pytest.mark.parametrize(("quality", "falls"), [(Quality.HIGH, True), (Quality.LOW, False)])
def test_the_shadow_of_a_car_falls_in_a_high_picture_only(
    renderer: CameraRenderer, quality: Quality, falls: bool
) -> None:
    # the sun stands to the left (+y), 34 degrees high: a roof at 1.4 m shades the ground to 2.1 m right of the car's
    # side at y = -0.9; the ground at y = -1.8 and 12 m before the camera is at column 80 + 80 * 1.8 / 12 = 92,
    # row 48 + 80 * 1.5 / 12 = 58
    bare, beside = (brightness(renderer, s, quality) for s in (
        scene(static=ground(), weather=NOON), scene(CAR, static=ground(), weather=NOON)
    ))  # fmt: skip
    assert bool(beside[58, 93:96].mean() < 0.75 * bare[58, 93:96].mean()) is falls


@pytest.mark.parametrize("distance_m", [8.0, 16.0, 40.0])
def test_low_truth_is_that_of_the_meshes_it_shows(renderer: CameraRenderer, distance_m: float) -> None:
    looked_at = scene(replace(CAR, T_world_body=pose(distance_m, 0.5, 0.0, 0.7)), static=ground())
    view = camera(quality=Quality.LOW)
    found = agreement(renderer.render(looked_at, view, ALL), looked_at, view)
    assert [name for name in ("depth", "tag", "instance", "normal") if not found.share(name) >= 0.999] == []


def test_low_pictures_come_from_the_same_bytes_twice_and_among_high_ones(renderer: CameraRenderer) -> None:
    looked_at = scene(CAR, static=ground(), weather=NOON)
    first = brightness(renderer, looked_at, Quality.LOW)
    brightness(renderer, looked_at, Quality.HIGH)
    np.testing.assert_array_equal(first, brightness(renderer, looked_at, Quality.LOW))


def test_cameras_of_different_quality_share_no_drawing() -> None:
    low, high = (CameraRequest(camera(quality=quality), frozenset({"depth"})) for quality in Quality)
    assert low.key != high.key


@pytest.mark.parametrize("quality", list(Quality))
def test_a_server_tells_its_quality_as_the_default_of_all_cameras(quality: Quality) -> None:
    defaults = {
        name: [value for key, _, value, *_ in attributes if key == "moosetest_quality"]
        for _, name, _, attributes in definitions(quality)
    }
    assert {name for name, told in defaults.items() if told} == {n for n in defaults if n.startswith("sensor.camera.")}
    assert {told[0] for told in defaults.values() if told} == {quality.value}
