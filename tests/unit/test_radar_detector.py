"""The radar detector on hand-made frames whose answers are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import atan2, cos, hypot, pi, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moosetest.config import ConfigError
from moosetest.digest import digest_of
from moosetest.frames import Transform
from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import ImuSample, OdometrySample, RadarFrame, SensorBundle
from moosetest.stages import Detector
from perception.radar.clustering import RadarClusterDetector, RadarClustersConfig
from perception.registry import DETECTORS

T_NS = 700_000_000
MOUNT = Transform.from_xyz_rpy("ego", "radar_front", (3.85, 0.0, 0.6))
Row = tuple[float, float, float, float, float]
"""x, y, z in the ego frame, velocity x, y over ground."""


def radar(rows: list[Row], speed_mps: float = 0.0, yaw_radps: float = 0.0, mount: Transform = MOUNT) -> RadarFrame:
    """The frame of a radar on a car that drives as told, of points that move as told."""
    x, y, z, vx, vy = np.array(rows, np.float64).reshape(-1, 5).T
    at = mount.inverse().points(np.column_stack([x, y, z]))
    range_m = np.linalg.norm(at, axis=1)
    sight = mount.vectors(at) / range_m[:, None]
    mount_m = mount.translation_m
    own_x, own_y = speed_mps - yaw_radps * mount_m[1], yaw_radps * mount_m[0]
    return RadarFrame(
        sensor_id="radar_front",
        t_ns=T_NS,
        seq=7,
        T_ego_sensor=mount,
        range_m=range_m,
        azimuth_rad=np.arctan2(at[:, 1], at[:, 0]),
        elevation_rad=np.arcsin(at[:, 2] / range_m),
        range_rate_mps=(vx - own_x) * sight[:, 0] + (vy - own_y) * sight[:, 1],
    )


def bundle(frame: RadarFrame, speed_mps: float = 0.0, yaw_radps: float | None = 0.0) -> SensorBundle:
    header = {"t_ns": T_NS, "seq": 7}
    odometry = OdometrySample(
        sensor_id="odometry", T_ego_sensor=Transform.identity("ego", "odometry"), speed_mps=speed_mps, steer_rad=0.0,
        yaw_world_rad=0.0, **header,
    )  # fmt: skip
    frames = {"radar_front": frame, "odometry": odometry}
    if yaw_radps is not None:
        frames["imu"] = ImuSample(
            sensor_id="imu", T_ego_sensor=Transform.identity("ego", "imu"), accel_imu_mps2=np.zeros(3),
            gyro_imu_radps=np.array([0.0, 0.0, yaw_radps]), **header,
        )  # fmt: skip
    return SensorBundle(T_NS, frames)


def detect(rows: list[Row], speed_mps: float = 0.0, yaw_radps: float = 0.0, mount: Transform = MOUNT) -> Detections:
    frame = radar(rows, speed_mps, yaw_radps, mount)
    return RadarClusterDetector(RadarClustersConfig()).detect(bundle(frame, speed_mps, yaw_radps))


def rear_of_car(x_m: float, y_m: float = 0.0, vx_mps: float = 0.0, vy_mps: float = 0.0) -> list[Row]:
    return [(x_m, y_m + side, z, vx_mps, vy_mps) for side in (-0.8, 0.0, 0.8) for z in (0.8, 1.2)]


def test_registered_and_a_detector() -> None:
    detector = DETECTORS.build("radar-clusters-v1", sensor_id="radar_left")
    assert isinstance(detector, Detector)
    assert detector.needs == {"radar_left", "odometry", "imu"}


def test_rear_of_a_car_is_one_box_with_the_car_behind_its_face() -> None:
    found = detect(rear_of_car(43.85, 2.0))
    assert len(found) == 1
    np.testing.assert_allclose(found.center_ego_m, [[43.85 + 2.1, 2.0, 0.75]], atol=1e-9)
    np.testing.assert_allclose(found.size_lwh_m, [[4.2, 1.8, 1.5]], atol=1e-9)
    np.testing.assert_allclose(found.yaw_ego_rad, [0.0], atol=1e-12)
    assert (found.sensor_id, found.t_ns) == ("radar_front", T_NS)
    assert found.class_id[0] == ObjectClass.UNKNOWN
    assert (found.has_velocity[0], found.has_radial_speed[0]) == (False, True)
    assert found.score[0] == 6 / 8


def test_side_of_a_car_is_a_box_across() -> None:
    found = detect([(30.0, y, 1.0, 0.0, 0.0) for y in (-2.0, -1.0, 0.0, 1.0, 2.0)])
    np.testing.assert_allclose(found.size_lwh_m, [[4.2, 1.8, 1.5]], atol=1e-9)
    np.testing.assert_allclose(found.center_ego_m, [[30.9, 0.0, 0.75]], atol=1e-9)
    np.testing.assert_allclose(np.abs(found.yaw_ego_rad), [pi / 2], atol=1e-9)


def test_person_is_a_small_box() -> None:
    found = detect([(20.0, -0.2, 1.6, 0.0, 1.5), (20.0, 0.2, 0.9, 0.0, 1.5)])
    np.testing.assert_allclose(found.size_lwh_m, [[0.5, 0.5, 1.6]], atol=1e-9)
    np.testing.assert_allclose(found.center_ego_m, [[20.25, 0.0, 0.8]], atol=1e-9)


@pytest.mark.parametrize(("speed_mps", "yaw_radps"), [(0.0, 0.0), (15.0, 0.0), (15.0, 0.4), (8.0, -0.6)])
def test_standing_car_stands_however_the_own_car_moves(speed_mps: float, yaw_radps: float) -> None:
    found = detect(rear_of_car(30.0, 6.0), speed_mps, yaw_radps)
    np.testing.assert_allclose(found.radial_speed_mps, [0.0], atol=1e-9)


def test_radial_speed_is_over_ground_and_positive_when_receding() -> None:
    found = detect(rear_of_car(43.85, 0.0, vx_mps=12.0) + rear_of_car(43.85, 12.0, vx_mps=-10.0), speed_mps=20.0)
    sideways = 40.0 / hypot(40.0, 12.0)
    assert len(found) == 2
    order = np.argsort(found.center_ego_m[:, 1])
    np.testing.assert_allclose(found.radial_speed_mps[order], [12.0, -10.0 * sideways], rtol=2e-3)


def test_lever_arm_of_a_turning_car_counts() -> None:
    # Range rates as a radar without a lever arm would tell them: the mount at 3.85 m swings out with 0.5 * 3.85 m/s.
    rows = [(23.85, 10.0, 1.0, 0.0, 0.0), (23.85, 10.5, 1.0, 0.0, 0.0)]
    frame = radar(rows, speed_mps=10.0, yaw_radps=0.0)
    found = RadarClusterDetector(RadarClustersConfig()).detect(bundle(frame, 10.0, 0.5))
    azimuth = np.mean([atan2(10.0, 20.0), atan2(10.5, 20.0)])
    np.testing.assert_allclose(found.radial_speed_mps, [0.5 * 3.85 * sin(azimuth)], rtol=1e-2)


def test_without_imu_the_car_is_taken_to_drive_straight() -> None:
    frame = radar(rear_of_car(30.0), speed_mps=10.0)
    found = RadarClusterDetector(RadarClustersConfig()).detect(bundle(frame, 10.0, None))
    np.testing.assert_allclose(found.radial_speed_mps, [0.0], atol=1e-9)


def test_road_and_bridge_are_left_out() -> None:
    road = [(x, y, 0.0, 0.0, 0.0) for x in (12.0, 13.0, 14.0) for y in (-1.0, 0.0, 1.0)]
    kerb = [(25.0 + 0.5 * i, 4.0, 0.15, 0.0, 0.0) for i in range(8)]
    bridge = [(60.0, 0.5 * i, 5.0, 0.0, 0.0) for i in range(-8, 8)]
    assert len(detect(road + kerb + bridge, speed_mps=13.0)) == 0
    assert len(detect(road + kerb + bridge + rear_of_car(30.0), speed_mps=13.0)) == 1


def test_low_thing_that_moves_is_kept() -> None:
    crawling = [(20.0, y, 0.2, -2.0, 0.0) for y in (-0.3, 0.0, 0.3)]
    assert len(detect(crawling, speed_mps=13.0)) == 1


def test_a_wall_is_no_thing_but_a_lorry_is() -> None:
    def side(length_m: float) -> list[Row]:
        return [(20.0 + x, 5.0, 1.0, 0.0, 0.0) for x in np.arange(0.0, length_m + 0.1, 1.0)]

    assert len(detect(side(40.0))) == 0
    lorry = detect(side(16.0))
    np.testing.assert_allclose(lorry.size_lwh_m, [[16.0, 1.8, 1.5]], atol=1e-9)
    np.testing.assert_allclose(lorry.center_ego_m, [[28.0, 5.0, 0.75]], atol=1e-9)


def test_things_side_by_side_are_two_if_they_move_differently() -> None:
    standing, moving = rear_of_car(30.0, 0.0), rear_of_car(30.0, 2.4, vx_mps=-5.0)
    found = detect(standing + moving)
    assert len(found) == 2
    np.testing.assert_allclose(np.sort(found.radial_speed_mps), [-5.0, 0.0], atol=0.05)
    assert len(detect(standing + rear_of_car(30.0, 2.4))) == 1


def test_far_returns_join_over_wider_gaps() -> None:
    assert len(detect([(13.85, y, 1.0, 0.0, 0.0) for y in (-1.8, -0.9, 0.9, 1.8)])) == 2
    assert len(detect([(103.85, y, 1.5, 0.0, 0.0) for y in (-1.8, -0.9, 0.9, 1.8)])) == 1


def test_hidden_middle_of_a_moving_car_does_not_split_it() -> None:
    wheel = [(33.3, side, 0.2, 8.0, 0.0) for side in (-0.7, 0.7)]
    moving = detect(rear_of_car(30.0, vx_mps=8.0) + wheel)
    assert (len(moving), moving.score[0]) == (1, 0.8)
    standing = detect(rear_of_car(30.0) + [(x, y, 1.0, 0.0, 0.0) for x, y, *_ in wheel])
    assert len(standing) == 2


def test_one_return_is_no_thing() -> None:
    assert len(detect([(20.0, 0.0, 1.0, 0.0, 0.0)])) == 0


def test_nearest_comes_first_and_more_returns_score_higher() -> None:
    found = detect([*rear_of_car(40.0, 8.0), (20.0, 0.0, 1.0, 0.0, 0.0), (20.0, 0.3, 1.0, 0.0, 0.0)])
    assert list(found.center_ego_m[:, 0]) == sorted(found.center_ego_m[:, 0])
    np.testing.assert_allclose(found.score, [0.5, 0.75])


def test_covariance_lies_along_the_line_of_sight() -> None:
    # 60 m away at 45 degrees to the left: 1.08 m along (0.4 and 1 m), 0.67 m across (0.01 * 60 and 0.3 m).
    spot = 60.0 / sqrt(2.0)
    rows = [(3.85 + spot - 0.25, spot + side, 1.2, 0.0, 0.0) for side in (-0.1, 0.1)]
    cov = detect(rows).cov_center_m2[0]
    along, across = np.array([cos(pi / 4), sin(pi / 4), 0.0]), np.array([-sin(pi / 4), cos(pi / 4), 0.0])
    np.testing.assert_allclose(along @ cov @ along, 0.4**2 + 1.0, rtol=1e-2)
    np.testing.assert_allclose(across @ cov @ across, 0.6**2 + 0.3**2, rtol=1e-2)
    np.testing.assert_allclose(cov[2, 2], 0.25, rtol=1e-9)


def test_backward_radar_sees_behind() -> None:
    rear = Transform.from_xyz_rpy("ego", "radar_front", (-1.0, 0.0, 0.6), (0.0, 0.0, pi))
    rows = [(-31.0, y, z, 3.0, 0.0) for y in (-0.8, 0.8) for z in (0.8, 1.2)]
    found = detect(rows, speed_mps=10.0, mount=rear)
    np.testing.assert_allclose(found.center_ego_m, [[-31.0 - 2.1, 0.0, 0.75]], atol=1e-6)
    np.testing.assert_allclose(found.radial_speed_mps, [-3.0], rtol=1e-3)


def test_missing_radar_or_odometry_gives_an_empty_result() -> None:
    detector = RadarClusterDetector(RadarClustersConfig())
    whole = bundle(radar(rear_of_car(30.0)))
    for missing in ("radar_front", "odometry"):
        frames = {name: frame for name, frame in whole.frames.items() if name != missing}
        found = detector.detect(SensorBundle(T_NS, frames, frozenset({missing})))
        assert (len(found), found.sensor_id, found.t_ns) == (0, "radar_front", T_NS)
    assert len(detect([])) == 0


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="join_base_m: -1"):
        RadarClustersConfig(join_base_m=-1.0)


places = st.lists(
    st.tuples(
        st.floats(6, 120), st.floats(-30, 30), st.floats(-0.5, 6), st.floats(-20, 20), st.floats(-20, 20)
    ),
    max_size=60,
)  # fmt: skip


@settings(derandomize=True, max_examples=60, deadline=None)
@given(rows=places, speed_mps=st.floats(0, 30), yaw_radps=st.floats(-0.5, 0.5), seed=st.integers(0, 99))
def test_order_of_returns_does_not_matter(rows: list[Row], speed_mps: float, yaw_radps: float, seed: int) -> None:
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    first, second = detect(rows, speed_mps, yaw_radps), detect(shuffled, speed_mps, yaw_radps)
    np.testing.assert_allclose(first.center_ego_m, second.center_ego_m, atol=1e-9)
    np.testing.assert_allclose(first.radial_speed_mps, second.radial_speed_mps, atol=1e-9)
    np.testing.assert_array_equal(first.score, second.score)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(rows=places, speed_mps=st.floats(0, 30))
def test_a_mirrored_world_gives_mirrored_boxes(rows: list[Row], speed_mps: float) -> None:
    mirrored = detect([(x, -y, z, vx, -vy) for x, y, z, vx, vy in rows], speed_mps)
    found = detect(rows, speed_mps)
    np.testing.assert_allclose(mirrored.center_ego_m, found.center_ego_m * [1.0, -1.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(mirrored.size_lwh_m, found.size_lwh_m, atol=1e-6)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(rows=places)
def test_covariances_are_symmetric_and_positive(rows: list[Row]) -> None:
    for cov in detect(rows).cov_center_m2:
        np.testing.assert_allclose(cov, cov.T, atol=1e-12)
        assert np.linalg.eigvalsh(cov).min() > 0


def test_same_frame_gives_the_same_bytes_and_stays_as_it_was() -> None:
    detector = RadarClusterDetector(RadarClustersConfig())
    whole = bundle(radar(rear_of_car(30.0) + rear_of_car(50.0, 4.0)))
    before, first = digest_of(dict(whole.frames)), digest_of(detector.detect(whole))
    detector.reset(np.random.default_rng(1))
    assert digest_of(detector.detect(whole)) == first
    assert digest_of(dict(whole.frames)) == before


def test_other_sensor_id_is_read_and_named() -> None:
    frame = replace(radar(rear_of_car(30.0)), sensor_id="radar_left")
    whole = bundle(frame)
    frames = {**{k: v for k, v in whole.frames.items() if k != "radar_front"}, "radar_left": frame}
    found = RadarClusterDetector(RadarClustersConfig(sensor_id="radar_left")).detect(SensorBundle(T_NS, frames))
    assert (len(found), found.sensor_id) == (1, "radar_left")
