"""Cameras of all kinds before a plate in the sky, 800 m above any map: each pixel's value is known by hand."""

from __future__ import annotations

import math
import queue
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient
from tests.toy_messages import bgra, depth_m, flow, tags, values

UP_M = 800.0
WIDTH, HEIGHT = 320, 240
FOCAL_PX = WIDTH / 2.0  # 90 degrees
AHEAD_M = 20.0
LEVEL = carla.Transform(carla.Location(0.0, 0.0, UP_M + 2.0))
STATIC, CAR, SKY = 20, 14, 11
PLATE = "static.moosetest.billboard"


class Studio:
    """A plate 4 m wide that faces a camera 20 m away; cameras of one pose are compared pixel by pixel."""

    def __init__(self, day: ToyClient) -> None:
        self.day = day
        self._frames: dict[str, queue.Queue[Any]] = {}
        self._start = (0.0, 0.0)
        self.plate = day.spawn(PLATE, self._place(0.0, 0.0))
        day.world.tick()
        box = self.plate.bounding_box
        self.face_m = AHEAD_M - box.extent.x
        self.half_width_m = box.extent.y
        self.top_m = 2.0 * box.extent.z - 2.0  # over the camera's axis

    def _place(self, right_m: float, up_m: float, yaw_deg: float = 0.0) -> carla.Transform:
        return carla.Transform(carla.Location(AHEAD_M, right_m, UP_M + up_m), carla.Rotation(yaw=yaw_deg))

    def move(self, right_m: float, up_m: float = 0.0, yaw_deg: float = 0.0) -> None:
        self.plate.set_transform(self._place(right_m, up_m, yaw_deg))

    def camera(self, kind: str, pose: carla.Transform = LEVEL, **attributes: Any) -> str:
        name = f"{kind} {len(self._frames)}"
        size = {"image_size_x": WIDTH, "image_size_y": HEIGHT}
        self._frames[name] = self.day.listen(f"sensor.camera.{kind}", None, pose, **size | attributes)
        return name

    def shoot(self) -> dict[str, Any]:
        """A tick, and the picture of every camera."""
        frame = self.day.world.tick()
        shots = {name: frames.get(timeout=20.0) for name, frames in self._frames.items()}
        assert {shot.frame for shot in shots.values()} == {frame}
        return shots


@pytest.fixture
def studio(day: ToyClient) -> Studio:
    return Studio(day)


def columns(mask: np.ndarray, row: int = HEIGHT // 2 - 10) -> tuple[int, int]:
    shown = np.flatnonzero(mask[row])
    return int(shown[0]), int(shown[-1])


def test_a_plate_is_where_and_as_far_as_geometry_says(studio: Studio) -> None:
    name = studio.camera("depth")
    depth = depth_m(studio.shoot()[name])
    half_px = FOCAL_PX * studio.half_width_m / studio.face_m
    left, right = columns(depth < 100.0)
    assert (left, right) == (math.ceil(WIDTH / 2 - half_px - 0.5), math.floor(WIDTH / 2 + half_px - 0.5))
    top_px = HEIGHT / 2 - FOCAL_PX * studio.top_m / studio.face_m
    assert np.flatnonzero(depth[:, WIDTH // 2] < 100.0)[0] == math.ceil(top_px - 0.5)
    on_plate = depth[HEIGHT // 2 - 10, left + 1 : right]
    # along the axis, not the ray: the same over a plate that faces the camera; 24 bits of 1 km are 0.06 mm
    assert np.abs(on_plate - studio.face_m).max() < 1e-3
    assert depth[5, 5] == pytest.approx(1000.0)


def test_a_narrower_angle_of_view_magnifies(studio: Studio) -> None:
    wide, narrow = studio.camera("depth"), studio.camera("depth", fov=45)
    shots = studio.shoot()
    widths = []
    for name, fov_deg in ((wide, 90.0), (narrow, 45.0)):
        assert shots[name].fov == pytest.approx(fov_deg)
        left, right = columns(depth_m(shots[name]) < 100.0, HEIGHT // 2 - 10)
        focal_px = WIDTH / 2.0 / math.tan(math.radians(fov_deg) / 2.0)
        assert right - left + 1 == pytest.approx(2.0 * focal_px * studio.half_width_m / studio.face_m, abs=1.0)
        widths.append(right - left + 1)
    assert widths[1] / widths[0] == pytest.approx(1.0 / math.tan(math.radians(22.5)), rel=0.05)


def test_all_cameras_of_a_pose_agree_about_every_pixel(studio: Studio) -> None:
    pose = carla.Transform(carla.Location(AHEAD_M - 8.0, -3.0, UP_M))
    car = studio.day.spawn("vehicle.audi.tt", pose)
    car.set_simulate_physics(False)
    kinds = ("rgb", "depth", "semantic_segmentation", "instance_segmentation", "normals")
    names = {kind: studio.camera(kind) for kind in kinds}
    shots = studio.shoot()
    tag = tags(shots[names["semantic_segmentation"]])
    instance = bgra(shots[names["instance_segmentation"]])
    identity = instance[..., 1] + 256 * instance[..., 0]
    assert set(np.unique(tag)) == {STATIC, CAR, SKY}
    assert (instance[..., 2] == tag).all()
    assert (identity[tag == STATIC] == studio.plate.id & 0xFFFF).all()
    assert (identity[tag == CAR] == car.id & 0xFFFF).all()
    assert (identity[tag == SKY] == 0).all()
    distance = depth_m(shots[names["depth"]])
    assert (distance[tag == SKY] > 999.0).all()
    assert (distance[tag == CAR] < distance[tag == STATIC].max()).all()
    assert (bgra(shots[names["rgb"]])[..., 3] == 255).all()
    normals = bgra(shots[names["normals"]])
    assert (normals[tag == SKY][:, :3] == 128).all()
    assert (np.abs(normals[tag == CAR][:, :3] - 128).max(axis=1) > 60).all()  # unit vectors


@pytest.mark.parametrize("yaw_deg", [0.0, 40.0, -25.0])
def test_normals_are_unit_vectors_in_carlas_world_axes(studio: Studio, yaw_deg: float) -> None:
    """The plate's face looks back at the camera, along -x of the plate turned by its yaw (clockwise from above)."""
    name = studio.camera("normals")
    studio.move(0.0, 0.0, yaw_deg)
    pixel = bgra(studio.shoot()[name])[HEIGHT // 2 - 10, WIDTH // 2]
    yaw = math.radians(yaw_deg)
    normal = np.array([-math.cos(yaw), -math.sin(yaw), 0.0])
    red_green_blue = pixel[[2, 1, 0]]
    assert np.abs(red_green_blue - (normal + 1.0) * 127.5).max() <= 1.5


def test_the_road_looks_up(day: ToyClient) -> None:
    over_road = day.world.get_map().get_spawn_points()[0]
    over_road.location.z += 20.0
    over_road.rotation = carla.Rotation(pitch=-90.0)
    frames = {
        kind: day.listen(f"sensor.camera.{kind}", None, over_road, image_size_x=64, image_size_y=64, fov=5)
        for kind in ("normals", "semantic_segmentation")
    }
    day.world.tick()
    shots = {kind: bgra(queued.get(timeout=20.0)) for kind, queued in frames.items()}
    tag = shots["semantic_segmentation"][..., 2]
    road = np.isin(tag, (1, 24))  # roads and their lines
    assert road.mean() > 0.9
    assert (shots["normals"][road][:, 0] > 245).all()  # blue is up; roads have slopes and camber


@pytest.mark.parametrize(("right_m", "up_m"), [(0.5, 0.0), (-0.3, 0.0), (0.0, 0.25), (0.4, -0.2)])
def test_flow_of_a_moved_plate(studio: Studio, right_m: float, up_m: float) -> None:
    """Halves of the picture: x = 2 * px right / width, y = 2 * px up / height."""
    name = studio.camera("optical_flow")
    studio.shoot()
    studio.move(right_m, up_m)
    shot = studio.shoot()[name]
    seen = flow(shot)
    expected = FOCAL_PX / studio.face_m * np.array([2.0 * right_m / WIDTH, 2.0 * up_m / HEIGHT])
    assert seen[HEIGHT // 2 - 10, WIDTH // 2] == pytest.approx(expected, abs=2e-5)
    assert seen[5, 5] == pytest.approx([0.0, 0.0], abs=1e-6)  # the sky stays


def test_flow_of_a_turned_camera(studio: Studio) -> None:
    """One degree to the right: what is ahead moves left by focal length * tan(1 degree)."""
    sensor = studio.day.spawn("sensor.camera.optical_flow", LEVEL, image_size_x=WIDTH, image_size_y=HEIGHT)
    frames: queue.Queue[Any] = queue.Queue()
    sensor.listen(frames.put)
    studio.day.world.tick()
    assert not flow(frames.get(timeout=20.0)).any()  # nothing to compare with yet
    sensor.set_transform(carla.Transform(LEVEL.location, carla.Rotation(yaw=1.0)))
    studio.day.world.tick()
    seen = flow(frames.get(timeout=20.0))
    moved = -FOCAL_PX * math.tan(math.radians(1.0))
    row, column = HEIGHT // 4, WIDTH // 2
    offset_px = column + 0.5 - WIDTH / 2.0
    exact = offset_px - FOCAL_PX * math.tan(math.atan2(offset_px, FOCAL_PX) + math.radians(1.0))
    assert exact == pytest.approx(moved, abs=0.05)
    assert seen[row, column, 0] == pytest.approx(2.0 * exact / WIDTH, abs=1e-4)


def test_events_where_a_plate_comes_and_goes(studio: Studio) -> None:
    """Against a bright sky a dark plate makes darkness where it comes to and brightness where it has been."""
    events: queue.Queue[Any] = queue.Queue()
    size = {"image_size_x": WIDTH, "image_size_y": HEIGHT}
    camera = studio.day.spawn("sensor.camera.dvs", LEVEL, positive_threshold=0.1, negative_threshold=0.1, **size)
    camera.listen(events.put)
    name = studio.camera("rgb", enable_postprocess_effects="false")
    before = bgra(studio.shoot()[name])[..., :3].mean(axis=2)
    studio.move(2.0 * studio.half_width_m)
    started_s = studio.day.world.get_snapshot().timestamp.elapsed_seconds
    after = bgra(studio.shoot()[name])[..., :3].mean(axis=2)
    message = events.get(timeout=20.0)
    found = values(message, [("x", "<u2"), ("y", "<u2"), ("t", "<i8"), ("pol", "?")])
    assert (np.diff(found["t"]) >= 0).all()
    assert found["t"].min() >= round(started_s * 1e9) - 1
    assert found["t"].max() <= round((started_s + FIXED_DELTA_S) * 1e9) + 1
    row = HEIGHT // 2 - 10
    half_px = FOCAL_PX * studio.half_width_m / studio.face_m
    for low, high in ((WIDTH / 2 - half_px, WIDTH / 2 + half_px), (WIDTH / 2 + half_px, WIDTH / 2 + 3 * half_px)):
        inside = slice(int(low) + 2, int(high) - 2)
        change = float((after - before)[row, inside].mean())
        assert abs(change) > 10.0
        shown = found[(found["y"] == row) & (found["x"] >= inside.start) & (found["x"] < inside.stop)]
        assert set(shown["pol"].tolist()) == {change > 0.0}
        assert len(set(shown["x"].tolist())) == inside.stop - inside.start  # every pixel
    assert not len(found[found["y"] < 5])  # the sky is as it was


def test_instance_and_tag_palettes_are_the_clients(studio: Studio) -> None:
    name = studio.camera("semantic_segmentation")
    shot = studio.shoot()[name]
    shot.convert(carla.ColorConverter.CityScapesPalette)
    assert bgra(shot)[5, 5, :3].tolist() == [180, 130, 70]  # sky: 70, 130, 180


def test_depth_converts_to_grey_by_the_client(studio: Studio) -> None:
    name = studio.camera("depth")
    shot = studio.shoot()[name]
    shot.convert(carla.ColorConverter.Depth)
    grey = bgra(shot)[HEIGHT // 2 - 10, WIDTH // 2]
    assert grey[0] == grey[1] == grey[2]
    assert grey[0] == pytest.approx(255.0 * studio.face_m / 1000.0, abs=1.0)
