"""The detector for physical radars on hand-made scans whose answers are worked out by hand."""

from __future__ import annotations

from math import cos, sin

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.digest import digest_of
from moosetest.frames import Transform
from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import ImuSample, OdometrySample, RadarFrame, SensorBundle
from moosetest.stages import Detector
from perception.catalog import DETECTORS
from perception.radar.echoes import RadarEchoDetector, RadarEchoesConfig
from scenarios.drive.stack import StackOptions, build_stack
from sim.rig import RadarMount, Rig

STEP_NS = 100_000_000
STEP_S = 0.1
MOUNT = Transform.from_xyz_rpy("ego", "radar_front", (3.85, 0.0, 0.6))
Row = tuple[float, float, float, float, float]
"""x, y, z in the world, velocity x, y over ground."""


def scan(rows: list[Row], number: int = 0, speed_mps: float = 0.0, yaw_radps: float = 0.0) -> SensorBundle:
    """What a car hears and knows after `number` ticks on a line or circle, of points that move as told."""
    t_s, t_ns = number * STEP_S, number * STEP_NS
    yaw_rad = yaw_radps * t_s
    way_m = speed_mps * t_s
    x_m, y_m = way_m, 0.0
    if yaw_radps:
        x_m, y_m = speed_mps / yaw_radps * sin(yaw_rad), speed_mps / yaw_radps * (1.0 - cos(yaw_rad))
    x, y, z, vx, vy = np.array(rows, np.float64).reshape(-1, 5).T
    apart = np.array([x + vx * t_s - x_m, y + vy * t_s - y_m])
    turn = np.array([[cos(yaw_rad), sin(yaw_rad)], [-sin(yaw_rad), cos(yaw_rad)]])
    at = MOUNT.inverse().points(np.column_stack([(turn @ apart).T, z]))
    range_m = np.linalg.norm(at, axis=1)
    own = np.array([[speed_mps], [yaw_radps * MOUNT.translation_m[0]]])
    closing = turn @ np.array([vx, vy]) - own
    header = {"t_ns": t_ns, "seq": number}
    frame = RadarFrame(
        sensor_id="radar_front", T_ego_sensor=MOUNT, range_m=range_m, azimuth_rad=np.arctan2(at[:, 1], at[:, 0]),
        elevation_rad=np.arcsin(at[:, 2] / range_m), range_rate_mps=(closing.T * at[:, :2]).sum(axis=1) / range_m,
        **header,
    )  # fmt: skip
    odometry = OdometrySample(
        sensor_id="odometry", T_ego_sensor=Transform.identity("ego", "odometry"), speed_mps=speed_mps, steer_rad=0.0,
        yaw_world_rad=yaw_rad, **header,
    )  # fmt: skip
    imu = ImuSample(
        sensor_id="imu", T_ego_sensor=Transform.identity("ego", "imu"), accel_imu_mps2=np.zeros(3),
        gyro_imu_radps=np.array([0.0, 0.0, yaw_radps]), **header,
    )  # fmt: skip
    return SensorBundle(t_ns, {"radar_front": frame, "odometry": odometry, "imu": imu})


def heard(scans: list[list[Row]], speed_mps: float = 0.0, yaw_radps: float = 0.0) -> list[Detections]:
    """What one detector makes of scan after scan."""
    detector = RadarEchoDetector(RadarEchoesConfig())
    return [detector.detect(scan(rows, number, speed_mps, yaw_radps)) for number, rows in enumerate(scans)]


def counts(scans: list[list[Row]], speed_mps: float = 0.0, yaw_radps: float = 0.0) -> list[int]:
    return [len(found) for found in heard(scans, speed_mps, yaw_radps)]


PERSON: Row = (60.0, 3.0, -0.4, 0.0, -1.4)
"""Crossing, one echo, pulled below the road by its mirror image."""


def test_registered_and_what_a_physical_radar_gets() -> None:
    detector = DETECTORS.build("radar-echoes-v1", sensor_id="radar_left")
    assert isinstance(detector, Detector)
    assert detector.needs == {"radar_left", "odometry", "imu"}


@pytest.mark.parametrize(("physics", "name"), [(True, "radar-echoes-v1"), (False, "radar-clusters-v1")])
def test_a_stack_takes_the_detector_that_fits_its_radar(
    physics: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    radar = RadarMount(
        sensor_id="radar_front", x_m=3.85, y_m=0.0, z_m=0.6, points_per_tick=600, range_m=150.0,
        horizontal_fov_deg=60.0, vertical_fov_deg=10.0, physics=physics,
    )  # fmt: skip
    built = []
    build = DETECTORS.build
    monkeypatch.setattr(DETECTORS, "build", lambda name, **options: (built.append(name), build(name, **options))[1])
    stack = build_stack("radar", StackOptions(Rig(name="one", radars=(radar,)), None, None))
    assert stack.name == "radar"
    assert built == [name]


@pytest.mark.parametrize(("speed_mps", "yaw_radps"), [(0.0, 0.0), (19.4, 0.0), (15.0, 0.3), (15.0, -0.3)])
def test_a_lone_echo_is_a_thing_from_its_third_scan_on_however_the_car_moves(
    speed_mps: float, yaw_radps: float
) -> None:
    found = heard([[PERSON]] * 5, speed_mps, yaw_radps)
    assert [len(f) for f in found] == [0, 0, 1, 1, 1]
    assert found[2].class_id[0] == ObjectClass.UNKNOWN
    np.testing.assert_allclose(found[2].size_lwh_m, [[0.5, 0.5, 1.5]])
    assert [f.score[0] for f in found[2:]] == [3 / 5, 4 / 6, 4 / 6]


def test_a_person_below_the_road_stands_on_it() -> None:
    found = heard([[PERSON]] * 3)[2]
    # x: half a person behind the echo; y: 0.2 s of 1.4 m/s later.
    np.testing.assert_allclose(found.center_ego_m, [[60.25, 2.72, 0.75]], atol=1e-9)
    assert not found.has_velocity[0]


def test_a_thing_that_comes_is_expected_nearer() -> None:
    coming: Row = (80.0, 2.0, 0.5, -15.0, 0.0)
    assert counts([[coming]] * 4, speed_mps=20.0) == [0, 0, 1, 1]


def test_an_echo_elsewhere_or_at_another_speed_confirms_nothing() -> None:
    leaping = [[(60.0 + 4.0 * (k % 2), 3.0 * k, 0.5, 0.0, 0.0)] for k in range(6)]
    assert counts(leaping) == [0] * 6
    changing = [[(60.0, 0.0, 0.5, 4.0 * (-1) ** k, 0.0)] for k in range(6)]
    assert counts(changing) == [0] * 6


def test_one_scan_of_silence_is_forgiven_and_two_are_forgotten() -> None:
    there, silent = [PERSON], []
    assert counts([there, there, silent, there]) == [0, 0, 0, 1]
    assert counts([there, there, silent, silent, there]) == [0, 0, 0, 0, 0]


def test_reset_forgets() -> None:
    detector = RadarEchoDetector(RadarEchoesConfig())
    first = [digest_of(detector.detect(scan([PERSON], k))) for k in range(4)]
    detector.reset(np.random.default_rng(0))
    assert [digest_of(detector.detect(scan([PERSON], k))) for k in range(4)] == first


def test_two_echoes_together_need_no_second_scan() -> None:
    assert counts([[(60.0, 0.3, 0.4, 0.0, 0.0), (60.4, -0.3, -0.2, 0.0, 0.0)]]) == [1]


def test_road_near_by_and_bridges_are_no_things_and_what_is_low_far_away_is() -> None:
    road = [(3.85 + x, y, 0.05, 0.0, 0.0) for x in (8.0, 9.0, 12.0) for y in (-1.0, 0.0, 1.0)]
    bridge = [(60.0, 0.5 * k, 5.0, 0.0, 0.0) for k in range(-8, 8)]
    assert counts([road + bridge] * 4) == [0] * 4
    assert counts([[(40.0, 0.0, -0.7, 0.0, 0.0)]] * 3)[2] == 1


def test_wheels_go_with_their_car_whose_speed_is_that_of_the_strongest_echo() -> None:
    # Strongest first, as a physical radar tells them: the tailgate, then parts of wheels from 0.3 to 1.9 times as fast.
    car = [(30.0, y, 0.7, 9.4, 0.0) for y in (0.3, -0.4)]
    wheels = [(30.5 + k, 0.8 * (-1) ** k, 0.2, 9.4 * share, 0.0) for k, share in enumerate((0.3, 0.7, 1.9))]
    (found,) = heard([car + wheels])
    assert len(found) == 1
    np.testing.assert_allclose(found.radial_speed_mps, [9.4], rtol=1e-3)


def test_a_person_who_stands_beside_a_rolling_car_stays_one() -> None:
    car = [(30.0, y, 0.7, 9.4, 0.0) for y in (0.3, -0.4)]
    beside: Row = (32.0, 1.2, 0.3, 0.0, 0.0)
    assert counts([[*car, beside]] * 3) == [1, 1, 2]


def test_what_stands_and_is_large_has_no_velocity_and_a_wall_is_no_thing() -> None:
    truck = [(40.0 + x, 5.0, 1.0, 0.0, 0.0) for x in np.arange(0.0, 8.0, 1.0)]
    (found,) = heard([truck])
    assert found.has_velocity.tolist() == [True]
    np.testing.assert_array_equal(found.velocity_ego_mps, [[0.0, 0.0]])
    wall = [(30.0 + x, 9.0, 1.0, 0.0, 0.0) for x in np.arange(0.0, 24.0, 1.0)]
    assert counts([wall]) == [0]


def test_without_odometry_or_radar_nothing_is_found() -> None:
    bundle = scan([PERSON] * 3)
    detector = RadarEchoDetector(RadarEchoesConfig())
    for absent in ("odometry", "radar_front"):
        frames = {name: frame for name, frame in bundle.frames.items() if name != absent}
        assert len(detector.detect(SensorBundle(bundle.t_ns, frames))) == 0


@pytest.mark.parametrize("options", [{"gate_m": 0.0}, {"memory_scans": 2, "confirm_scans": 3}])
def test_config_says_what_it_wants(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="want"):
        RadarEchoesConfig(**options)  # type: ignore[arg-type]
