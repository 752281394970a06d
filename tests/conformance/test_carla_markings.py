"""Pictures painted on the road: seen where and as large as told, as strong as told, and in nobody's way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import carla
import cv2
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import bgra, cloud, labelled, of_frame, rgb

MARKING = "static.moosetest.marking"
UP_M, SIDE_PX, FOV_DEG = 12.0, 200, 60.0
FOCAL_PX = SIDE_PX / 2.0 / math.tan(math.radians(FOV_DEG / 2.0))
OVER_ROAD_M = 0.015
CAMERA = {"image_size_x": SIDE_PX, "image_size_y": SIDE_PX, "fov": FOV_DEG}
PLAIN = {"exposure_mode": "manual", "iso": 60, "bloom_intensity": 0, "lens_flare_intensity": 0}
LIDAR = {
    "channels": 32,
    "upper_fov": 8.0,
    "lower_fov": -8.0,
    "range": 30.0,
    "rotation_frequency": 20.0,
    "points_per_second": 32 * 20 * 360,
    "horizontal_fov": 20.0,
    "noise_seed": 1,
}


@pytest.fixture
def white(tmp_path: Path) -> str:
    return _file(tmp_path, "white.png", np.full((40, 40, 3), 255, np.uint8))


@pytest.fixture
def half(tmp_path: Path) -> str:
    """Opaque red on the left, nothing on the right; the front half is darker."""
    bgra = np.zeros((64, 64, 4), np.uint8)
    bgra[:, :32] = (0, 0, 230, 255)
    bgra[:32, :32, 2] = 120
    return _file(tmp_path, "half.png", bgra)


def _file(folder: Path, name: str, picture: np.ndarray) -> str:
    path = folder / name
    cv2.imwrite(str(path), picture)
    return str(path)


def lane(day: ToyClient, ahead_m: float = 8.0) -> carla.Transform:
    pose = day.world.get_map().get_spawn_points()[0]
    waypoint = day.world.get_map().get_waypoint(pose.location)
    return waypoint.next(ahead_m)[0].transform


def above(pose: carla.Transform) -> carla.Transform:
    """An eye that looks straight down, with the lane's way up in the picture."""
    at = pose.location
    return carla.Transform(
        carla.Location(at.x, at.y, at.z + UP_M), carla.Rotation(pitch=-90.0, yaw=pose.rotation.yaw, roll=0.0)
    )


def look(day: ToyClient, pose: carla.Transform, **attributes: Any) -> tuple[np.ndarray, np.ndarray, Any]:
    """Picture and instance mask (H, W) of a marking, from above."""
    marking = day.spawn(MARKING, pose, **attributes)
    frames = [
        day.listen(f"sensor.camera.{kind}", None, above(pose), **CAMERA, **(PLAIN if kind == "rgb" else {}))
        for kind in ("rgb", "instance_segmentation")
    ]
    number = day.ticks(2)
    picture, ids = rgb(of_frame(frames[0], number)), bgra(of_frame(frames[1], number))
    return picture, (ids[..., 1] + 256 * ids[..., 0] == marking.id) & (ids[..., 2] == 24), marking


@pytest.mark.parametrize(("length_m", "width_m"), [(4.0, 2.0), (1.0, 6.0)])
def test_it_is_as_large_as_told(day: ToyClient, white: str, length_m: float, width_m: float) -> None:
    _, seen, marking = look(day, lane(day), picture_file=white, length_m=length_m, width_m=width_m)
    rows, columns = np.nonzero(seen)
    scale = FOCAL_PX / (UP_M - OVER_ROAD_M)
    assert np.ptp(rows) + 1 == pytest.approx(length_m * scale, abs=1.5)
    assert np.ptp(columns) + 1 == pytest.approx(width_m * scale, abs=1.5)
    extent = marking.bounding_box.extent
    assert (extent.x, extent.y, extent.z) == pytest.approx((length_m / 2, width_m / 2, 0.01), abs=1e-4)
    assert marking.semantic_tags == [24]


def test_it_lies_on_the_road_whatever_its_height_and_tilt(day: ToyClient, white: str) -> None:
    _, flat, _ = look(day, lane(day), picture_file=white)
    day.clean()
    pose = lane(day)
    tilted = carla.Transform(
        carla.Location(pose.location.x, pose.location.y, pose.location.z + 3.0),
        carla.Rotation(yaw=pose.rotation.yaw, pitch=20.0, roll=-10.0),
    )
    marking = day.spawn(MARKING, tilted, picture_file=white)
    ids = day.listen("sensor.camera.instance_segmentation", None, above(pose), **CAMERA)
    picture = bgra(of_frame(ids, day.ticks(2)))
    assert ((picture[..., 1] + 256 * picture[..., 0] == marking.id) == flat).all()


def test_the_picture_lies_as_a_driver_reads_it_and_is_not_where_it_is_clear(day: ToyClient, half: str) -> None:
    picture, seen, _ = look(day, lane(day), picture_file=half, length_m=4.0, width_m=4.0)
    middle, quarter = SIDE_PX // 2, round(FOCAL_PX / UP_M)
    front, rear = (picture[middle + side * quarter, middle - quarter] for side in (-1, 1))
    assert rear[0] > 1.3 * front[0]
    assert front[0] > 2 * front[1]
    assert seen[middle, middle - quarter]
    assert not seen[middle, middle + quarter]


def test_contrast_goes_from_the_bare_road_to_fresh_paint(day: ToyClient, white: str) -> None:
    pose = lane(day)

    def shown(**chosen: Any) -> float:
        """Mean display value of the middle of the sheet."""
        picture, seen, _ = look(day, pose, length_m=2.0, width_m=1.5, **chosen)
        assert seen.any() == (float(chosen.get("contrast", 0.0)) > 0.0)
        day.clean()
        return float(picture[90:110, 92:108].mean())

    bare, values = shown(), [shown(picture_file=white, contrast=contrast) for contrast in (0.0, 0.1, 0.3, 0.6, 1.0)]
    assert values[0] == pytest.approx(bare, abs=0.5)  # each sensor has noise of its own
    assert values == sorted(values)
    assert values[-1] > 1.5 * bare


@pytest.mark.parametrize("contrast", [0.3, 0.6])
def test_faint_white_is_as_bright_as_the_grey_between(
    day: ToyClient, white: str, tmp_path: Path, contrast: float
) -> None:
    pose, asphalt = lane(day), 0.086
    grey = round(255.0 * math.sqrt(contrast + (1.0 - contrast) * asphalt))  # pictures are shown as their square
    opaque = _file(tmp_path, "grey.png", np.full((40, 40, 3), grey, np.uint8))
    values = []
    for picture_file, strength in ((white, contrast), (opaque, 1.0)):
        picture, _, _ = look(day, pose, picture_file=picture_file, contrast=strength)
        values.append(picture[80:120, 80:120].mean())
        day.clean()
    assert values[0] == pytest.approx(values[1], rel=0.03)


def test_rays_meet_no_relief_and_hear_the_paint(day: ToyClient, white: str) -> None:
    pose = lane(day)
    eye = carla.Transform(
        pose.transform(carla.Location(-6.0, 0.0, 1.5)), carla.Rotation(pitch=-13.0, yaw=pose.rotation.yaw)
    )
    heard = []
    for contrast in (0.0, 0.5, 1.0):
        marking = day.spawn(MARKING, pose, picture_file=white, contrast=contrast)
        sharp = day.listen(
            "sensor.lidar.ray_cast_semantic", None, eye, **{k: v for k, v in LIDAR.items() if k[0] != "n"}
        )
        physical = day.listen("sensor.lidar.ray_cast", None, eye, **LIDAR, moosetest_physics=True, noise_stddev=0.0)
        number = day.ticks(2)
        points = labelled(of_frame(sharp, number))
        on = points["id"] == marking.id
        if contrast:
            pitch = math.radians(-13.0)
            x, z = points["xyz"][on, 0].astype(float), points["xyz"][on, 2].astype(float)
            up_m = 1.5 + x * math.sin(pitch) + z * math.cos(pitch)
            assert set(points["tag"][on]) == {24}
            assert up_m == pytest.approx(OVER_ROAD_M, abs=0.01)
        else:
            assert not on.any()
        scan = cloud(of_frame(physical, number)).astype(float)
        near = (np.hypot(scan[:, 0], scan[:, 2]) < 6.5) & (np.abs(scan[:, 1]) < 0.8)
        heard.append(scan[near, 3].mean())
        day.clean()
    assert heard[0] < heard[1] < heard[2]
    assert heard[2] > 2 * heard[0]


def test_a_car_drives_over_it_as_without_it(day: ToyClient, white: str) -> None:
    ways_m = []
    for is_painted in (False, True):
        car = day.car(0)
        if is_painted:
            day.spawn(MARKING, lane(day, 5.0), picture_file=white)
        bumps = day.listen("sensor.other.collision", car)
        day.ticks(1)
        start = car.get_location()
        car.apply_control(carla.VehicleControl(throttle=0.8))
        day.ticks(60)
        ways_m.append(car.get_location().distance(start))
        assert bumps.empty()
        day.clean()
    assert ways_m[1] == pytest.approx(ways_m[0], abs=1e-5)
    assert ways_m[0] > 5.0


@pytest.mark.parametrize(("name", "value"), [("contrast", 1.5), ("contrast", -0.1), ("length_m", 0.0), ("width_m", 99)])
def test_values_that_no_marking_has_are_refused(day: ToyClient, name: str, value: float) -> None:
    with pytest.raises(RuntimeError, match=name):
        day.spawn(MARKING, lane(day), **{name: value})
