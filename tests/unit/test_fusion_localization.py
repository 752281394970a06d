import numpy as np
import pytest

from fusion.localization import EkfLocalizer
from moosetest.frames import Transform
from moosetest.sensing import GnssSample, ImuSample, OdometrySample, SensorBundle
from moosetest.timing import TICK_NS

ANTENNA = Transform.from_xyz_rpy("ego", "gnss", (1.0, 0.2, 1.5))
SAME = Transform.identity


def drive(ticks, seed=0, missing=lambda k: frozenset(), bias=0.0):
    """A weaving car; yields state, truth (x, y, yaw, speed)."""
    rng = np.random.default_rng(seed)
    localizer = EkfLocalizer()
    localizer.reset(rng)
    x, y, yaw, v = 3.0, -2.0, 0.4, 10.0
    for k in range(ticks):
        t, rate, accel = k * TICK_NS, 0.2 * np.sin(k / 20), np.cos(k / 15)
        antenna = Transform.from_xyz_rpy("world", "ego", (x, y, 0.3), (0, 0, yaw)).points(ANTENNA.translation_m)
        frames = {
            "imu": ImuSample(
                sensor_id="imu",
                t_ns=t,
                seq=k,
                T_ego_sensor=SAME("ego", "imu"),
                accel_imu_mps2=[accel, v * rate, 9.81],
                gyro_imu_radps=[0, 0, rate + bias + rng.normal(0, 0.003)],
            ),
            "odometry": OdometrySample(
                sensor_id="odometry",
                t_ns=t,
                seq=k,
                T_ego_sensor=SAME("ego", "odometry"),
                speed_mps=v + rng.normal(0, 0.03),
                steer_rad=0.1,
                yaw_world_rad=yaw + rng.normal(0, 0.0017),
            ),
            "gnss": GnssSample(
                sensor_id="gnss",
                t_ns=t,
                seq=k,
                T_ego_sensor=ANTENNA,
                position_world_m=antenna + np.append(rng.normal(0, 0.03, 2), 0.0),
                cov_position_m2=np.eye(3) * 0.0009,
            ),
        }
        yield (
            localizer.update(SensorBundle(t, {n: f for n, f in frames.items() if n not in missing(k)})),
            (x, y, yaw, v),
        )
        for _ in range(50):
            x, y = x + v * np.cos(yaw) * 0.002, y + v * np.sin(yaw) * 0.002
            yaw, v = yaw + rate * 0.002, v + accel * 0.002


def test_better_than_its_instruments():
    errors = [np.hypot(*(s.T_world_ego.translation_m[:2] - truth[:2])) for s, truth in drive(120)]
    assert np.sqrt(np.mean(np.square(errors[20:]))) < 0.03  # the fix alone has 0.042 m
    state, truth = list(drive(60))[-1]
    assert state.T_world_ego.translation_m[2] == pytest.approx(0.3, abs=0.01)
    assert state.speed_mps == pytest.approx(truth[3], abs=0.05)
    assert state.steer_rad == 0.1


def test_first_fix_is_taken_over():
    state, truth = next(iter(drive(1)))
    assert state.T_world_ego.translation_m[:2] == pytest.approx(truth[:2], abs=0.12)
    assert state.T_world_ego.yaw_rad == pytest.approx(truth[2], abs=0.01)


def test_goes_on_without_fixes_for_three_seconds():
    gap = lambda k: frozenset({"gnss"}) if 60 <= k < 90 else frozenset()  # noqa: E731
    states = list(drive(90, missing=gap))
    error = np.hypot(*(states[-1][0].T_world_ego.translation_m[:2] - states[-1][1][:2]))
    assert error < 0.25
    assert states[-1][0].cov_pose[0, 0] > 2 * states[50][0].cov_pose[0, 0]


def test_gyro_offset_is_learnt():
    state, _ = list(drive(200, bias=0.02))[-1]
    assert state.yaw_rate_radps == pytest.approx(0.2 * np.sin(199 / 20), abs=0.012)


def test_nothing_at_all_is_survived():
    gap = lambda k: frozenset({"gnss", "imu", "odometry"}) if k >= 30 else frozenset()  # noqa: E731
    state, truth = list(drive(35, missing=gap))[-1]
    assert state.T_world_ego.translation_m[:2] == pytest.approx(truth[:2], abs=1.0)


def test_needs_what_every_rig_has():
    assert EkfLocalizer().needs == {"gnss", "imu", "odometry"}
