"""The YOLOX adapter on a photograph of a real street."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.frames import Transform
from moosetest.objects import ObjectClass
from moosetest.sensing import CameraFrame, SensorBundle
from perception.catalog import IMAGE_DETECTORS

SHARED = Path(__file__).parents[3] / "shared"
MODELS = sorted((SHARED / "models").glob("yolox_nano*.onnx"))
KITTI = SHARED / "data" / "kitti"


@pytest.mark.skipif(not MODELS or not KITTI.exists(), reason="needs ../shared/models and ../shared/data/kitti")
@pytest.mark.parametrize("name", ["yolox_nano.onnx", "yolox_nano_384x640.onnx"])
def test_finds_the_large_cars_of_a_kitti_frame(name: str) -> None:
    image = cv2.cvtColor(cv2.imread(str(KITTI / "000134.png")), cv2.COLOR_BGR2RGB)
    T_ego_cam = Transform.identity("ego", "cam_main")
    frame = CameraFrame(sensor_id="cam_main", t_ns=0, seq=0, T_ego_sensor=T_ego_cam, image_rgb=image, K_px=np.eye(3))
    detector = IMAGE_DETECTORS.build("yolox-onnx-v1", weights=str(SHARED / "models" / name))
    found = detector.detect(SensorBundle(0, {"cam_main": frame}))
    labels = [line.split() for line in (KITTI / "000134_gt.txt").read_text().splitlines()]
    cars_px = [list(map(float, r[4:8])) for r in labels if r[0] == "Car" and float(r[7]) - float(r[5]) > 60]
    assert cars_px
    vehicles = found.box_px[np.isin(found.class_id, [ObjectClass.CAR, ObjectClass.TRUCK])]
    for car_px in cars_px:
        assert max(_iou(car_px, box) for box in vehicles) > 0.5
    assert (found.class_id == ObjectClass.PERSON).any()


def _iou(a: list[float], b: np.ndarray) -> float:
    wh = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    shared = wh[0] * wh[1]
    return float(shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared))


def test_missing_weights_are_named() -> None:
    with pytest.raises(ConfigError, match=r"no/such\.onnx: no such weights"):
        IMAGE_DETECTORS.build("yolox-onnx-v1", weights="no/such.onnx")


def test_weights_must_be_given() -> None:
    with pytest.raises(ConfigError, match="missing key 'weights'"):
        IMAGE_DETECTORS.build("yolox-onnx-v1")


@pytest.mark.parametrize("name", ["yolo-street-v1", "yolox-onnx-v1"])
def test_a_file_that_is_no_network_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a network")
    with pytest.raises(ConfigError, match=r"broken\.onnx: "):
        IMAGE_DETECTORS.build(name, weights=str(path))


def test_missing_weights_of_our_own_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`moosetest train camera` makes them"):
        IMAGE_DETECTORS.build("yolo-street-v1", weights=str(tmp_path / "none.onnx"))
