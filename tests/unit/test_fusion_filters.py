import numpy as np
import pytest

from fusion.filters import (
    ABSENT_VAR,
    joseph_update,
    position_measurement,
    radial_measurement,
    stacked,
    velocity_measurement,
    yaw_measurement,
)

STATE = np.array([[10.0, 0.0, 0.1, 5.0, 1.0, 0.0]])
COV = np.diag([4.0, 1.0, 0.1, 9.0, 9.0, 0.04])[None]


def test_scalar_kalman_by_hand():
    z = position_measurement(STATE, np.array([[12.0, 0.0]]), np.diag([4.0, 1.0])[None])
    mean, cov, nis = joseph_update(STATE, COV, z)
    assert mean[0, 0] == pytest.approx(11.0)  # equal variances: half way
    assert cov[0, 0, 0] == pytest.approx(2.0)
    assert nis[0] == pytest.approx(4.0 / 8.0)


def test_joseph_form_agrees_with_the_short_form():
    z = velocity_measurement(STATE, np.array([[6.0, 0.0]]), 0.5 * np.eye(2)[None])
    mean, cov, _ = joseph_update(STATE, COV, z)
    S = z.H[0] @ COV[0] @ z.H[0].T + z.R[0]
    K = COV[0] @ z.H[0].T @ np.linalg.inv(S)
    assert np.allclose(cov[0], (np.eye(6) - K @ z.H[0]) @ COV[0])
    assert np.allclose(mean[0], STATE[0] + K @ z.innovation[0])


def test_old_positions_are_compared_with_where_the_track_was():
    z = position_measurement(STATE, np.array([[9.0, -0.2]]), np.eye(2)[None], age_s=0.2)
    assert z.innovation[0] == pytest.approx([0.0, 0.0])  # 10 - 5 * 0.2, 0 - 1 * 0.2


def test_yaw_front_and_back_are_one_and_the_wrap_is_short():
    state = STATE.copy()
    state[0, 2] = np.pi - 0.05
    assert yaw_measurement(state, np.array([-np.pi + 0.05]), np.array([0.01])).innovation[0, 0] == pytest.approx(0.1)
    assert yaw_measurement(state, np.array([0.0]), np.array([0.01])).innovation[0, 0] == pytest.approx(0.05)


def test_radial_speed_sees_only_what_lies_along_the_sight():
    z = radial_measurement(STATE, np.array([0.0, 0.0]), np.array([7.0]), np.array([0.01]))
    assert z.innovation[0, 0] == pytest.approx(2.0)
    mean, cov, _ = joseph_update(STATE, COV, z)
    assert mean[0, 3] == pytest.approx(7.0, abs=0.01)
    assert mean[0, 4] == pytest.approx(1.0, abs=0.05)
    assert cov[0, 4, 4] == pytest.approx(9.0, rel=0.02)


def test_radial_jacobian_is_numeric():
    state = np.array([[8.0, 6.0, 0.0, 3.0, -2.0, 0.0]])
    origin = np.array([1.0, 1.0])
    H = radial_measurement(state, origin, np.zeros(1), np.ones(1)).H[0, 0]

    def speed(s):
        away = s[:2] - origin
        return s[3:5] @ away / np.linalg.norm(away)

    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-6
        assert H[k] == pytest.approx((speed(state[0] + step) - speed(state[0] - step)) / 2e-6, abs=1e-6)


def test_what_was_not_measured_has_no_weight():
    absent = velocity_measurement(STATE, STATE[:, 3:5], ABSENT_VAR * np.eye(2)[None])
    place = position_measurement(STATE, np.array([[12.0, 0.0]]), np.eye(2)[None])
    with_absent = joseph_update(STATE, COV, stacked(place, absent))
    alone = joseph_update(STATE, COV, place)
    assert np.allclose(with_absent[0], alone[0], atol=1e-5)
    assert np.allclose(with_absent[1], alone[1], atol=1e-4)
