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
from tests.toy_messages import SEMANTIC_POINT, of_frame, rgb, values

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
