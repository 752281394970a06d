"""A poster with a user's picture on the side of a bus: it rides along, is seen, and stops rays."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import carla
import cv2
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import SEMANTIC_POINT, bgra, labelled, of_frame, rgb, values
from tests.toy_sky import moved, sky

BUS, POSTER = "vehicle.moosetest.city_bus", "static.moosetest.poster"
LENGTH_M, HEIGHT_M, DEPTH_M = 3.0, 1.0, 0.04
SILL_M, AWAY_M = 1.0, 4.0
WIDTH, HEIGHT, FOV_DEG = 480, 240, 60.0
FOCAL_PX = WIDTH / 2.0 / math.tan(math.radians(FOV_DEG / 2.0))


@pytest.fixture
def red_and_blue(tmp_path: Path) -> str:
    """A picture whose left third is red and whose right third is blue."""
    bgr = np.full((100, 300, 3), 255, np.uint8)
    bgr[:, :100], bgr[:, 200:] = (0, 0, 255), (255, 0, 0)
    path = tmp_path / "advertisement.png"
    cv2.imwrite(str(path), bgr)
    return str(path)


def dressed(day: ToyClient, picture: str, side: int) -> tuple[Any, Any, float]:
    """A bus, a poster on its right (1) or left (-1) side, and how far from the bus's middle its picture is."""
    bus = day.car(0, BUS)
    wall_m = bus.bounding_box.extent.y
    place = carla.Transform(carla.Location(y=side * (wall_m + DEPTH_M / 2), z=SILL_M), carla.Rotation(yaw=-90.0 * side))
    return bus, day.spawn(POSTER, place, bus, picture_file=picture), wall_m + DEPTH_M


@pytest.mark.parametrize("side", [1, -1])
def test_it_is_seen_on_the_side_of_a_bus_that_drives(day: ToyClient, red_and_blue: str, side: int) -> None:
    bus, _, face_m = dressed(day, red_and_blue, side)
    eye = carla.Transform(
        carla.Location(y=side * (face_m + AWAY_M), z=SILL_M + HEIGHT_M / 2), carla.Rotation(yaw=-90.0 * side)
    )
    frames = day.listen("sensor.camera.rgb", bus, eye, image_size_x=WIDTH, image_size_y=HEIGHT, fov=FOV_DEG)
    third_px = FOCAL_PX * LENGTH_M / 3.0 / AWAY_M
    start = bus.get_location()
    for speed_mps, count in ((0.0, 5), (6.0, 20)):
        bus.set_target_velocity(bus.get_transform().get_forward_vector() * speed_mps)
        picture = rgb(of_frame(frames, day.ticks(count)))
        left, middle, right = (picture[HEIGHT // 2, round(WIDTH / 2 + k * third_px)] for k in (-1, 0, 1))
        assert left[0] > 2 * left[2]
        assert right[2] > 2 * right[0]
        assert middle.min() > max(left[2], right[0])  # white
    assert bus.get_location().distance(start) > 3.0


def test_rays_stop_at_it(day: ToyClient, red_and_blue: str) -> None:
    bus, poster, face_m = dressed(day, red_and_blue, 1)
    eye = carla.Transform(carla.Location(y=face_m + AWAY_M, z=SILL_M + HEIGHT_M / 2))
    scans = day.listen(
        "sensor.lidar.ray_cast_semantic",
        bus,
        eye,
        channels=16,
        upper_fov=5,
        lower_fov=-5,
        points_per_second=200_000,
        rotation_frequency=20,
        range=30,
    )
    points = values(of_frame(scans, day.ticks(3)), SEMANTIC_POINT)
    xyz = points["xyz"][points["id"] == poster.id]
    assert len(xyz) > 100
    assert xyz[:, 1] == pytest.approx(-AWAY_M, abs=0.01)
    assert np.ptp(xyz[:, 0]) == pytest.approx(LENGTH_M, abs=0.1)  # a ray each 0.58 degrees: 4 cm


def test_the_bus_drives_as_without_it(day: ToyClient, red_and_blue: str) -> None:
    ways_m = []
    for is_dressed in (False, True):
        bus = dressed(day, red_and_blue, 1)[0] if is_dressed else day.car(0, BUS)
        bumps = day.listen("sensor.other.collision", bus)
        day.ticks(1)
        start = bus.get_location()
        bus.apply_control(carla.VehicleControl(throttle=0.6))
        day.ticks(40)
        ways_m.append(bus.get_location().distance(start))
        assert bumps.empty()
        day.clean()
    assert ways_m[1] == pytest.approx(ways_m[0], abs=1e-4)
    assert ways_m[0] > 1.0


@pytest.mark.parametrize(("width_m", "height_m"), [(0.6, 1.8), (6.0, 2.0)])
def test_it_is_as_large_as_told(day: ToyClient, width_m: float, height_m: float) -> None:
    eye = sky(day)
    poster = day.spawn(POSTER, moved(eye, 10.0, z=-height_m / 2), width_m=width_m, height_m=height_m, picture="")
    box = poster.bounding_box.extent
    assert (box.x, box.y, box.z) == pytest.approx((DEPTH_M / 2, width_m / 2, height_m / 2), abs=1e-5)
    ids = day.listen("sensor.camera.instance_segmentation", None, eye, image_size_x=480, image_size_y=240, fov=FOV_DEG)
    picture = bgra(of_frame(ids, day.ticks(2)))
    rows, columns = np.nonzero(picture[..., 1] + 256 * picture[..., 0] == poster.id)
    scale = FOCAL_PX / (10.0 - DEPTH_M / 2)
    assert np.ptp(columns) + 1 == pytest.approx(width_m * scale, abs=1.5)
    assert np.ptp(rows) + 1 == pytest.approx(height_m * scale, abs=1.5)


def test_a_picture_of_its_shape_fills_it(day: ToyClient, red_and_blue: str) -> None:
    eye = sky(day)
    day.spawn(POSTER, moved(eye, 10.0, z=-1.0), width_m=6.0, height_m=2.0, picture_file=red_and_blue)
    frames = day.listen("sensor.camera.rgb", None, eye, image_size_x=480, image_size_y=240, fov=FOV_DEG)
    picture = rgb(of_frame(frames, day.ticks(2)))
    half = np.array([2.0, 6.0]) / 2 * FOCAL_PX / 10.0 * 0.95  # 5 % inside each edge
    for x, channel in ((-half[1], 0), (half[1], 2)):
        for y in (-half[0], half[0]):
            pixel = picture[round(HEIGHT / 2 + y), round(WIDTH / 2 + x)]
            assert pixel[channel] > 2 * pixel[2 - channel]


@pytest.mark.parametrize("size", [0.05, 12.5])
def test_a_size_that_no_poster_has_is_refused(day: ToyClient, size: float) -> None:
    with pytest.raises(RuntimeError, match="width_m"):
        day.spawn(POSTER, sky(day), width_m=size)


def test_it_is_carried_in_any_tilt_and_touches_nobody(day: ToyClient) -> None:
    """A board put each tick into its walker's middle: rays see the tilt, and nobody is pushed or told of a touch."""
    eye = sky(day)
    place = moved(eye, 8.0)
    walker = day.spawn("walker.moosetest.adult", place)
    walker.set_simulate_physics(False)
    poster = day.spawn(POSTER, moved(place, 0.0, z=-0.5), width_m=1.0, height_m=1.0)
    poster.set_collisions(False)
    bumps = day.listen("sensor.other.collision", walker)
    scans = day.listen(
        "sensor.lidar.ray_cast_semantic",
        None,
        eye,
        channels=128,
        upper_fov=5,
        lower_fov=-5,
        points_per_second=128 * 20 * 1440,
        rotation_frequency=20,
        horizontal_fov=20,
        range=30,
    )
    for tick, (yaw, pitch, roll) in enumerate([(0, 0, 0), (30, 0, 0), (0, 35, 0), (20, -25, 15)]):
        turn = carla.Rotation(pitch=pitch, yaw=place.rotation.yaw + yaw, roll=roll)
        at = carla.Transform(place.transform(carla.Location(-1.0, 0.05 * tick, -0.3)), turn)
        commands = [
            carla.command.ApplyTransform(poster, at),
            carla.command.ApplyTargetVelocity(poster, carla.Vector3D(0.0, 1.0, 0.0)),
        ]
        day.client.apply_batch_sync(commands, False)
        frame = day.ticks(1)
        points = labelled(of_frame(scans, frame))
        xyz = points["xyz"][points["id"] == poster.id].astype(float)
        assert len(xyz) > 200
        normal = np.linalg.svd(xyz - xyz.mean(axis=0), full_matrices=False)[2][2]
        forward = turn.get_forward_vector()
        assert abs(normal @ [forward.x, forward.y, forward.z]) > 0.999
        assert poster.get_velocity().y == pytest.approx(1.0)
    assert walker.get_location().distance(place.location) == pytest.approx(0.0, abs=1e-5)
    assert bumps.empty()
