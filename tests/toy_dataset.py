"""A tiny world of coloured rectangles and boxes of points, to train on in tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from moosetest.objects import ObjectClass
from perception.training.dataset_format import CameraSample, DatasetWriter, LidarSample, TrainingSample

PAINT_RGB = {
    ObjectClass.PERSON: (220, 60, 50),
    ObjectClass.BICYCLE: (60, 200, 70),
    ObjectClass.CAR: (50, 80, 220),
    ObjectClass.MOTORCYCLE: (210, 60, 210),
    ObjectClass.BUS: (230, 220, 60),
    ObjectClass.TRUCK: (60, 220, 220),
}
SIZE_LWH_M = {
    ObjectClass.PERSON: (0.6, 0.6, 1.8),
    ObjectClass.BICYCLE: (1.8, 0.6, 1.7),
    ObjectClass.CAR: (4.4, 1.8, 1.5),
    ObjectClass.MOTORCYCLE: (2.2, 0.8, 1.6),
    ObjectClass.BUS: (12.0, 2.6, 3.2),
    ObjectClass.TRUCK: (8.0, 2.5, 3.4),
}
FOCAL_PX = 554.0


def toy_camera(rng: np.random.Generator, wh_px: tuple[int, int], classes: list[ObjectClass]) -> CameraSample:
    """Rectangles of each class' colour before noise, in proportion to its size."""
    width, height = wh_px
    image = rng.integers(60, 140, (height, width, 3)).astype(np.uint8)
    boxes, distances = [], []
    for object_class in classes:
        distance_m = rng.uniform(6, 40)
        box_h = min(SIZE_LWH_M[object_class][2] * FOCAL_PX / distance_m, height * 0.8)
        box_w = min(max(SIZE_LWH_M[object_class][:2]) * FOCAL_PX / distance_m, width * 0.8)
        left, top = int(rng.uniform(0, width - box_w)), int(rng.uniform(0, height - box_h))
        right, bottom = int(left + box_w), int(top + box_h)
        image[top:bottom, left:right] = np.array(PAINT_RGB[object_class]) * rng.uniform(0.8, 1.1)
        boxes.append((left - 0.5, top - 0.5, right - 0.5, bottom - 0.5))
        distances.append(distance_m)
    return CameraSample(
        image_rgb=image,
        box_px=np.array(boxes).reshape(-1, 4),
        class_id=np.array(classes, dtype=np.int16),
        visible_share=_visible_shares(boxes),
        distance_m=np.array(distances),
    )


def toy_lidar(rng: np.random.Generator, classes: list[ObjectClass]) -> LidarSample:
    """Boxes whose near faces return points, on flat ground."""
    sizes = np.array([SIZE_LWH_M[c] for c in classes]).reshape(-1, 3)
    x = np.linspace(8, 60, len(classes)) + rng.uniform(-3, 3, len(classes))
    y = rng.uniform(-15, 15, len(classes))
    yaw = rng.uniform(-np.pi, np.pi, len(classes))
    clouds = [
        _surface(rng, s, int(4e4 / (cx**2 + cy**2) * s[2] * max(s[:2]) / 6) + 4, cx, cy, a)
        for s, cx, cy, a in zip(sizes, x, y, yaw, strict=True)
    ]
    ground = np.column_stack([rng.uniform(2, 70, 3000), rng.uniform(-25, 25, 3000), rng.normal(0, 0.02, 3000)])
    points = np.concatenate([ground, *clouds])
    return LidarSample(
        points_ego_m=points,
        intensity=np.full(len(points), 0.5),
        center_ego_m=np.column_stack([x, y, sizes[:, 2] / 2]),
        size_lwh_m=sizes,
        yaw_ego_rad=yaw,
        class_id=np.array(classes, dtype=np.int16),
        n_points=np.array([len(c) for c in clouds], dtype=np.int64),
    )


def write_toy_dataset(folder: Path, n_train: int, n_val: int, seed: int = 0) -> None:
    """Frames of five objects each for the cameras `cam_main` and `cam_tele` and the LiDAR."""
    writer = DatasetWriter(folder, {"made of": "coloured rectangles", "seed": seed})
    kinds = list(PAINT_RGB)
    for split, count in (("train", n_train), ("val", n_val)):
        for i in range(count):
            rng = np.random.default_rng([seed, split == "val", i])
            classes = [kinds[k] for k in rng.integers(0, len(kinds), 5)]
            cameras = {
                "cam_main": toy_camera(rng, (640, 384), classes),
                "cam_tele": toy_camera(rng, (640, 192), classes[:2]),
            }
            weather = {"weather": "rain" if i % 3 == 0 else "clear"}
            writer.add(
                TrainingSample(
                    split=split, frame_id=f"{i:05d}", cameras=cameras, lidar=toy_lidar(rng, classes), conditions=weather
                )
            )


def _visible_shares(boxes: list[tuple[float, float, float, float]]) -> np.ndarray:
    """Share of each rectangle that the later ones leave uncovered, counted on whole pixels."""
    shares = []
    for i, (left, top, right, bottom) in enumerate(boxes):
        y, x = np.mgrid[int(top + 0.5) : int(bottom + 0.5), int(left + 0.5) : int(right + 0.5)]
        free = np.ones(x.shape, np.bool_)
        for a, b, c, d in boxes[i + 1 :]:
            free &= ~((x > a) & (x < c) & (y > b) & (y < d))
        shares.append(free.mean())
    return np.array(shares)


def _surface(rng: np.random.Generator, size, n: int, x: float, y: float, yaw: float) -> np.ndarray:
    side = rng.integers(0, 2, n)
    local = rng.uniform(-0.5, 0.5, (n, 3))
    cos, sin = np.cos(yaw), np.sin(yaw)
    # The two faces that look at the sensor: those whose outward normal points to the origin.
    toward = -np.array([cos * x + sin * y, -sin * x + cos * y])
    local[side == 0, 0] = 0.5 * np.sign(toward[0])
    local[side == 1, 1] = 0.5 * np.sign(toward[1])
    p = local * size
    return np.column_stack(
        [x + cos * p[:, 0] - sin * p[:, 1], y + sin * p[:, 0] + cos * p[:, 1], p[:, 2] + size[2] / 2]
    )
