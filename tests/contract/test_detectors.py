"""What every detector in the catalogue promises, those that others add to it too."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.digest import digest_of
from moosetest.frames import Transform
from moosetest.objects import Detections, ImageDetections, ObjectClass
from moosetest.registry import UnknownNameError
from moosetest.sensing import (
    CameraFrame,
    ImuSample,
    LidarFrame,
    OdometrySample,
    RadarFrame,
    SensorBundle,
    SensorFrame,
)
from moosetest.stages import Detector, ImageDetector
from perception.catalog import DETECTORS, IMAGE_DETECTORS
from perception.inference import WEIGHTS
from tests.toy_dataset import toy_camera, toy_lidar

YOLOX = Path(__file__).parents[3] / "shared" / "models" / "yolox_nano_384x640.onnx"
NEEDED_FILE = {
    "yolo-street-v1": WEIGHTS / "camera_yolo.onnx",
    "faster-rcnn-street-v1": WEIGHTS / "camera_faster_rcnn.onnx",
    "pillars-v1": WEIGHTS / "lidar_pillars.onnx",
    "yolox-onnx-v1": YOLOX,
}
OPTIONS = {"yolox-onnx-v1": {"weights": str(YOLOX)}}
T_NS = 700_000_000


def _build(name: str) -> Detector | ImageDetector:
    needed = NEEDED_FILE.get(name)
    if needed is not None and not needed.exists():
        pytest.skip(f"{needed.name} is not there")
    registry = DETECTORS if name in DETECTORS else IMAGE_DETECTORS
    return registry.build(name, **OPTIONS.get(name, {}))


def _mount(sensor_id: str) -> Transform:
    return Transform.from_xyz_rpy("ego", sensor_id, (1.6, 0.0, 1.75 if sensor_id.startswith("lidar") else 0.6))


def _frame(sensor_id: str, mirrored: bool = False) -> SensorFrame:
    rng = np.random.default_rng(5)
    header = {"sensor_id": sensor_id, "t_ns": T_NS, "seq": 7, "T_ego_sensor": _mount(sensor_id)}
    if sensor_id.startswith("cam"):
        image = toy_camera(rng, (640, 384), [ObjectClass.CAR, ObjectClass.PERSON]).image_rgb
        K_px = np.array([[554.0, 0, 319.5], [0, 554, 191.5], [0, 0, 1]])
        return CameraFrame(**header, image_rgb=image, K_px=K_px)
    if sensor_id.startswith("lidar"):
        points = toy_lidar(rng, [ObjectClass.CAR, ObjectClass.PERSON, ObjectClass.TRUCK]).points_ego_m
        points = (points - _mount(sensor_id).translation_m) * np.array([1, -1 if mirrored else 1, 1])
        n = len(points)
        rest = {"ring": np.zeros(n), "dt_ns": np.zeros(n)}
        return LidarFrame(**header, points_sensor_m=points, intensity=np.full(n, 0.5), **rest)
    if sensor_id.startswith("radar"):
        azimuth = rng.uniform(-0.02, 0.02, 12) + 0.1
        polar = {"range_m": rng.uniform(29.8, 30.2, 12), "azimuth_rad": -azimuth if mirrored else azimuth}
        return RadarFrame(**header, **polar, elevation_rad=np.zeros(12), range_rate_mps=np.full(12, -3.0))
    if sensor_id == "odometry":
        return OdometrySample(**header, speed_mps=10.0, steer_rad=0.0, yaw_world_rad=0.0)
    return ImuSample(**header, accel_imu_mps2=np.zeros(3), gyro_imu_radps=np.zeros(3))


def _bundle(detector: Detector | ImageDetector, mirrored: bool = False) -> SensorBundle:
    return SensorBundle(T_NS, {sensor_id: _frame(sensor_id, mirrored) for sensor_id in sorted(detector.needs)})


@pytest.mark.parametrize("name", DETECTORS)
class TestDetectors:
    def test_conforms_and_says_what_it_needs(self, name: str) -> None:
        detector = _build(name)
        assert isinstance(detector, Detector)
        assert detector.needs

    def test_boxes_are_of_the_bundle(self, name: str) -> None:
        detector = _build(name)
        detector.reset(np.random.default_rng(0))
        found = detector.detect(_bundle(detector))
        assert isinstance(found, Detections)
        assert found.t_ns == T_NS
        assert found.sensor_id in detector.needs
        assert len(found) > 0
        eigenvalues = np.linalg.eigvalsh(found.cov_center_m2)
        assert (eigenvalues > 0).all()
        assert ((found.yaw_ego_rad >= -np.pi) & (found.yaw_ego_rad < np.pi)).all()

    def test_same_input_same_bytes_whatever_came_before(self, name: str) -> None:
        first, second = _build(name), _build(name)
        bundle = _bundle(first)
        for detector in (first, second):
            detector.reset(np.random.default_rng(1))
        once = digest_of(first.detect(bundle))
        second.detect(_bundle(second, mirrored=True))
        second.reset(np.random.default_rng(1))
        assert digest_of(second.detect(bundle)) == once

    def test_missing_sensor_gives_nothing(self, name: str) -> None:
        detector = _build(name)
        detector.reset(np.random.default_rng(0))
        found = detector.detect(SensorBundle(T_NS, {}, frozenset(detector.needs)))
        assert (len(found), found.t_ns) == (0, T_NS)

    def test_empty_frames_give_nothing(self, name: str) -> None:
        detector = _build(name)
        detector.reset(np.random.default_rng(0))
        bundle = _bundle(detector)
        assert len(detector.detect(SensorBundle(T_NS, {k: _emptied(f) for k, f in bundle.frames.items()}))) == 0

    def test_mirrored_world_gives_mirrored_boxes(self, name: str) -> None:
        if name == "pillars-v1":
            pytest.skip("a trained network is only nearly symmetric")
        detector = _build(name)
        detector.reset(np.random.default_rng(0))
        plain = detector.detect(_bundle(detector))
        detector.reset(np.random.default_rng(0))
        mirrored = detector.detect(_bundle(detector, mirrored=True))
        assert len(plain) == len(mirrored)
        flipped = mirrored.center_ego_m * np.array([1, -1, 1])
        for center in plain.center_ego_m:
            # Returns on a cell's very edge may fall into another cell.
            assert np.linalg.norm(flipped - center, axis=1).min() < 0.1


@pytest.mark.parametrize("name", IMAGE_DETECTORS)
class TestImageDetectors:
    def test_boxes_lie_in_the_picture_of_its_camera(self, name: str) -> None:
        detector = _build(name)
        assert isinstance(detector, ImageDetector)
        (camera,) = detector.needs
        bundle = _bundle(detector)
        found = detector.detect(bundle)
        assert isinstance(found, ImageDetections)
        assert (found.t_ns, found.sensor_id, found.image_size_px) == (T_NS, camera, (640, 384))
        assert found.T_ego_sensor is bundle.frames[camera].T_ego_sensor
        assert ((found.box_px >= -0.5) & (found.box_px <= np.array([639.5, 383.5, 639.5, 383.5]))).all()

    def test_same_input_same_bytes(self, name: str) -> None:
        first, second = _build(name), _build(name)
        bundle = _bundle(first)
        assert digest_of(first.detect(bundle)) == digest_of(second.detect(bundle)) == digest_of(first.detect(bundle))

    def test_missing_camera_is_a_key_error(self, name: str) -> None:
        with pytest.raises(KeyError):
            _build(name).detect(SensorBundle(T_NS, {}))


@pytest.mark.parametrize("registry", [DETECTORS, IMAGE_DETECTORS])
def test_names_are_versioned(registry) -> None:
    assert len(registry.names()) >= 2
    for name in registry:
        stem, _, version = name.rpartition("-v")
        assert stem
        assert version.isdigit()


def test_a_misspelt_name_and_option_are_put_right() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'clusters-v1'"):
        DETECTORS.build("cluster-v1")
    with pytest.raises(ConfigError, match="did you mean 'min_points'"):
        DETECTORS.build("clusters-v1", min_point=3)


def _emptied(frame: SensorFrame) -> SensorFrame:
    if isinstance(frame, CameraFrame | OdometrySample | ImuSample):
        return frame
    names = [f.name for f in fields(frame) if isinstance(getattr(frame, f.name), np.ndarray)]
    return replace(frame, **{name: getattr(frame, name)[:0] for name in names})
