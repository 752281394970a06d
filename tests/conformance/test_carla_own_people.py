"""Moosetest's people: their clothes are dyed, and they are as tall as a client wants them, for every sensor."""

from __future__ import annotations

import math
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import bgra, cloud, labelled, of_frame, rgb
from tests.toy_sky import moved, sky

AWAY_M, FOCAL_PX = 8.0, 240.0
CAMERA = {"image_size_x": 160, "image_size_y": 160, "fov": math.degrees(2.0 * math.atan(80.0 / FOCAL_PX))}
PLAIN = {"exposure_mode": "manual", "iso": 100, "bloom_intensity": 0, "lens_flare_intensity": 0}
LIDAR = {
    "channels": 128,
    "upper_fov": 10.0,
    "lower_fov": -10.0,
    "range": 20.0,
    "rotation_frequency": 20.0,
    "points_per_second": 128 * 20 * 1440,
    "horizontal_fov": 20.0,
}
OWN_M = {"adult": 1.86, "child": 1.1, "board_carrier": 1.78, "umbrella": 1.72, "wheelchair": 1.75}


def person(day: ToyClient, name: str = "adult", **attributes: Any) -> tuple[Any, carla.Transform]:
    """Someone held 8 m ahead of an eye in the sky, who turns the back to it."""
    eye = sky(day)
    walker = day.spawn(f"walker.moosetest.{name}", moved(eye, AWAY_M), **attributes)
    walker.set_simulate_physics(False)
    return walker, eye


def mask(day: ToyClient, walker: Any, eye: carla.Transform) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels are the walker's, and the picture."""
    ids = day.listen("sensor.camera.instance_segmentation", None, eye, **CAMERA)
    colors = day.listen("sensor.camera.rgb", None, eye, **CAMERA | PLAIN)
    frame = day.ticks(2)
    picture = bgra(of_frame(ids, frame))
    return picture[..., 1] + 256 * picture[..., 0] == walker.id % 65536, rgb(of_frame(colors, frame))


def trunk_rgb(day: ToyClient, name: str = "adult", **attributes: Any) -> np.ndarray:
    """Mean colour of a person's silhouette from the shoulders to the hips, which is clothes.

    The weave's grain lies elsewhere on each actor: the more of it is seen, the less the mean of one differs from
    another's.
    """
    walker, eye = person(day, name, **attributes)
    seen, picture = mask(day, walker, eye)
    rows = np.flatnonzero(seen.any(axis=1))
    trunk = slice(rows[0] + int(0.2 * len(rows)), rows[0] + int(0.5 * len(rows)))
    color = picture[trunk][seen[trunk]].mean(axis=0)
    day.clean()
    return color


@pytest.mark.parametrize("name", ["adult", "child"])
def test_clothes_are_dyed(day: ToyClient, name: str) -> None:
    own = trunk_rgb(day, name)
    assert np.ptp(own) < 40  # half grey, in the light of the sky
    for channel, dye in enumerate(("200,20,20", "20,200,20", "20,20,200")):
        color = trunk_rgb(day, name, clothing_color=dye)
        others = [c for c in range(3) if c != channel]
        assert color[channel] > 1.8 * color[others].max()


def test_an_empty_dye_is_the_own_clothes_and_their_own_grey_is_no_other(day: ToyClient) -> None:
    own = trunk_rgb(day)
    assert trunk_rgb(day, clothing_color="") == pytest.approx(own, rel=0.1)
    assert trunk_rgb(day, clothing_color="186,186,186") == pytest.approx(own, rel=0.1)  # (186 / 255)^2.2 = 0.4996


def test_reflectance_dims_the_dye(day: ToyClient) -> None:
    bright = trunk_rgb(day, clothing_color="230,230,230")
    dim = trunk_rgb(day, clothing_color="230,230,230", clothing_reflectance=0.2)
    assert dim.mean() < 0.75 * bright.mean()
    # 230 * 0.2^(1 / 2.2) = 111
    assert dim == pytest.approx(trunk_rgb(day, clothing_color="111,111,111"), rel=0.25)


@pytest.mark.parametrize("dye", ["red", "1,2", "300,0,0"])
def test_a_dye_that_is_no_color_is_refused(day: ToyClient, dye: str) -> None:
    with pytest.raises(RuntimeError, match="clothing_color"):
        person(day, clothing_color=dye)


@pytest.mark.parametrize(("name", "height_m"), [("adult", 0.6), ("adult", 2.2), ("child", 1.4), ("umbrella", 1.2)])
def test_everyone_is_as_tall_as_told(day: ToyClient, name: str, height_m: float) -> None:
    usual, _ = person(day, name)
    usual = usual.bounding_box.extent
    day.clean()
    factor = height_m / OWN_M[name]
    walker, eye = person(day, name, height_m=height_m)
    box = walker.bounding_box.extent
    assert (box.x, box.y, box.z) == pytest.approx((factor * usual.x, factor * usual.y, factor * usual.z), rel=1e-4)
    scan = day.listen("sensor.lidar.ray_cast_semantic", None, eye, **LIDAR)
    seen, _ = mask(day, walker, eye)
    tall_px = FOCAL_PX * 2.0 * box.z / AWAY_M
    # who stands is as tall as the box but for a pixel at either end; an umbrella's top is a shaft too thin for a pixel
    assert len(np.flatnonzero(seen.any(axis=1))) == pytest.approx(tall_px, rel=0.05, abs=3.0)
    points = labelled(of_frame(scan, day.ticks(1)))
    z = points["xyz"][points["id"] == walker.id][:, 2]
    assert np.ptp(z) == pytest.approx(2.0 * box.z, abs=2.5 * AWAY_M * math.radians(20.0 / 127))


def test_someone_small_stands_on_the_ground_and_walks_with_shorter_steps(day: ToyClient) -> None:
    place = day.world.get_random_location_from_navigation() or day.world.get_map().get_spawn_points()[0].location
    place.z += 1.0
    walker = day.spawn("walker.moosetest.adult", carla.Transform(place), height_m=0.93)
    day.ticks(40)
    ground = walker.get_location().z - walker.bounding_box.extent.z
    feet = [bone.world.location.z for bone in walker.get_bones().bone_transforms if "toeEnd" in bone.name]
    assert max(feet) - ground == pytest.approx(0.04, abs=0.05)
    head = next(bone.world.location.z for bone in walker.get_bones().bone_transforms if "Head" in bone.name)
    assert 0.75 < head - ground < 0.93


def test_bones_of_the_small_are_shown_where_they_are_told(day: ToyClient) -> None:
    """Their own pose, taken from the animation and shown, is the animation."""
    walker, eye = person(day, height_m=1.0)
    before, _ = mask(day, walker, eye)
    walker.get_pose_from_animation()
    walker.show_pose()
    after, _ = mask(day, walker, eye)
    assert (before != after).sum() <= 0.02 * before.sum()


def test_a_dye_does_not_show_at_905_nm(day: ToyClient) -> None:
    intensity = []
    for dye in ("", "10,10,10"):
        _, eye = person(day, clothing_color=dye)
        scan = day.listen("sensor.lidar.ray_cast", None, eye, **LIDAR, noise_seed=1)
        intensity.append(cloud(of_frame(scan, day.ticks(2)))[:, 3].mean())
        day.clean()
    assert intensity[0] == pytest.approx(intensity[1], rel=1e-6)


@pytest.mark.parametrize("height_m", [0.4, 2.3])
def test_nobody_is_taller_or_smaller_than_people_are(day: ToyClient, height_m: float) -> None:
    with pytest.raises(RuntimeError, match="height_m"):
        person(day, height_m=height_m)
