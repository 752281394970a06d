"""Moosetest's own vehicles are vehicles like any other: they drive, every sensor meets them, their lamps work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from sim.assets.library import asset_names, size_lwh_m
from tests.toy_client import ToyClient
from tests.toy_messages import bgra, detections, labelled, of_frame, rgb
from tests.toy_sky import moved, sky

OWN = [name for name in asset_names() if name.startswith("vehicle.moosetest.")]
CAMERA = {"image_size_x": 240, "image_size_y": 160, "fov": 60}
LIDAR = {
    "channels": 16,
    "upper_fov": 8.0,
    "lower_fov": -12.0,
    "range": 50.0,
    "rotation_frequency": 20.0,
    "points_per_second": 16 * 20 * 720,
}
PLAIN = {"bloom_intensity": 0, "lens_flare_intensity": 0, "exposure_mode": "manual", "iso": 50}


@pytest.fixture
def stretch(day: ToyClient) -> carla.Transform:
    """The start of a lane with 60 m of road ahead, and no junction in them."""
    for pose in day.world.get_map().get_spawn_points():
        waypoint = day.world.get_map().get_waypoint(pose.location)
        ahead = [waypoint.next(distance) for distance in range(5, 60, 5)]
        if all(len(found) == 1 and not found[0].is_junction for found in ahead):
            pose.location = pose.transform(carla.Location(12.0, 0.0, 0.0))
            return pose
    pytest.skip("no straight stretch of 60 m")


@pytest.mark.parametrize("name", OWN)
def test_it_drives_with_the_box_it_was_promised(day: ToyClient, stretch: carla.Transform, name: str) -> None:
    vehicle = day.spawn(name, stretch)
    day.ticks(2)
    extent = vehicle.bounding_box.extent
    assert (2 * extent.x, 2 * extent.y, 2 * extent.z) == pytest.approx(size_lwh_m(name), abs=1e-3)
    start = vehicle.get_location()
    vehicle.apply_control(carla.VehicleControl(throttle=1.0))
    day.ticks(60)
    # the weakest, a kick scooter or a laden bus, does 0.8 m/s2: 3.6 m in 3 s
    assert 3.0 < vehicle.get_location().distance(start) < 40.0
    assert vehicle.attributes["base_type"] in ("car", "van", "truck", "bus", "bicycle", "motorcycle")


@pytest.mark.parametrize("name", OWN)
def test_camera_lidar_and_radar_meet_it(day: ToyClient, name: str) -> None:
    pose = sky(day)
    vehicle = day.spawn(name, moved(pose, 6.0 + 0.5 * size_lwh_m(name)[0], 0.0, -1.0, yaw=40.0))
    vehicle.set_simulate_physics(False)
    eye = moved(pose, 0.0, 0.0, 0.6)
    pictures = day.listen("sensor.camera.instance_segmentation", None, eye, **CAMERA)
    lidar = day.listen("sensor.lidar.ray_cast_semantic", None, eye, **LIDAR)
    radar = day.listen("sensor.other.radar", None, eye, horizontal_fov=30, vertical_fov=20, points_per_second=4000)
    frame = day.ticks(2)
    tag = vehicle.semantic_tags[0]
    picture = bgra(of_frame(pictures, frame))
    seen = (picture[..., 2] == tag) & (picture[..., 1] + 256 * picture[..., 0] == vehicle.id)
    assert seen.sum() > 150
    points = labelled(of_frame(lidar, frame))
    hit = points["id"] == vehicle.id
    assert hit.sum() > 25
    assert set(points["tag"][hit]) == {tag}
    assert len(detections(of_frame(radar, frame))) > 0


def shots(day: ToyClient, vehicle: Any, pose: carla.Transform, lights: int, ticks: int) -> np.ndarray:
    """(ticks, H, W, 3) pictures with those lights."""
    vehicle.set_light_state(carla.VehicleLightState(lights))
    frames = day.listen("sensor.camera.rgb", None, pose, **CAMERA | PLAIN)
    numbers = [day.ticks(1) for _ in range(ticks)]
    return np.array([rgb(of_frame(frames, number)) for number in numbers])


@pytest.fixture
def dusk(day: ToyClient) -> Iterator[ToyClient]:
    """The sun below the horizon: by day a dipped lamp is no brighter than its sunlit glass."""
    old = day.world.get_weather()
    day.world.set_weather(carla.WeatherParameters(sun_altitude_angle=-20.0))
    yield day
    day.world.set_weather(old)


@pytest.mark.parametrize("name", OWN)
def test_brake_and_dipped_lamps_light_up_at_their_end(dusk: ToyClient, name: str) -> None:
    pose = sky(dusk)
    length_m, _, height_m = size_lwh_m(name)
    away_m = 0.5 * length_m + (5.0 if length_m > 2.0 else 2.5)
    vehicle = dusk.spawn(name, pose)
    vehicle.set_simulate_physics(False)
    dusk.ticks(1)
    up_m = 0.4 * height_m
    ends = {
        carla.VehicleLightState.Brake: moved(pose, -away_m, 0.0, up_m),
        carla.VehicleLightState.LowBeam: moved(pose, away_m, 0.0, up_m, yaw=pose.rotation.yaw + 180.0),
    }
    for lit, place in ends.items():
        dark, bright = (shots(dusk, vehicle, place, int(state), 1)[0] for state in (0, lit))
        red = (bright - dark)[..., 0]
        assert (red > 60).sum() > 6, f"{name}: {lit} cannot be seen from its end"


def test_a_school_bus_holds_out_its_arm_as_long_as_its_red_lamps_flash(day: ToyClient) -> None:
    pose = sky(day)
    bus = day.spawn("vehicle.moosetest.school_bus", pose)
    bus.set_simulate_physics(False)
    ahead = moved(pose, 12.0, 0.0, 1.5, yaw=pose.rotation.yaw + 180.0)
    frames = day.listen("sensor.camera.instance_segmentation", None, ahead, **CAMERA)

    def width_px() -> int:
        """Across the belt."""
        picture = bgra(of_frame(frames, day.ticks(1)))
        seen = (picture[..., 1] + 256 * picture[..., 0] == bus.id) & (picture[..., 2] == bus.semantic_tags[0])
        return int(np.ptp(np.flatnonzero(seen[60:90].any(axis=0))))

    folded = width_px()
    bus.set_light_state(carla.VehicleLightState.Special1)
    out = width_px()
    bus.set_light_state(carla.VehicleLightState.NONE)
    # at 208 px focal length the arm's tip, 1.8 m from the middle and 9.8 m away, is at 38 px; the mirror, 1.3 m and
    # 8.0 m away, at 33.5 px
    assert out - folded == pytest.approx(4.5, abs=1.5)
    assert width_px() == folded
