import numpy as np
import pytest

from fusion.models import moving_belief, moving_prior, predict, process_noise
from moosetest.objects import N_CLASSES, ObjectClass

CAR = np.eye(N_CLASSES)[[ObjectClass.CAR]]
PERSON = np.eye(N_CLASSES)[[ObjectClass.PERSON]]


def test_straight_motion_by_hand():
    mean, cov = predict(np.array([[1.0, 2.0, 0.5, 10.0, -5.0, 0.0]]), np.zeros((1, 6, 6)), CAR, 0.1)
    assert mean[0] == pytest.approx([2.0, 1.5, 0.5, 10.0, -5.0, 0.0])
    # 2.5 m/s2 white acceleration: sigma_v = 2.5 * 0.1
    assert np.sqrt(cov[0, 3, 3]) == pytest.approx(0.25)


def test_turn_rotates_velocity_and_heading_alike_but_leaves_them_apart():
    state = np.array([[0.0, 0.0, np.pi, 10.0, 0.0, 0.4]])  # a towed car: faces backwards, moves forwards
    mean, _ = predict(state, np.zeros((1, 6, 6)), CAR, 0.5)
    assert mean[0, 3:5] == pytest.approx([10 * np.cos(0.2), 10 * np.sin(0.2)])
    assert mean[0, 2] == pytest.approx(-np.pi + 0.2)
    assert np.hypot(*mean[0, :2]) == pytest.approx(5.0, abs=1e-9)


def test_jacobian_is_that_of_the_prediction():
    rng = np.random.default_rng(0)
    for _ in range(5):
        state = rng.normal(size=(1, 6)) * [10, 10, 1, 8, 8, 0.5]
        step = 1e-6
        numeric = np.zeros((6, 6))
        for k in range(6):
            plus, minus = state.copy(), state.copy()
            plus[0, k] += step
            minus[0, k] -= step
            delta = predict(plus, np.zeros((1, 6, 6)), CAR, 0.1)[0] - predict(minus, np.zeros((1, 6, 6)), CAR, 0.1)[0]
            numeric[:, k] = delta[0] / (2 * step)
        _, cov = predict(state, np.eye(6)[None], CAR, 0.1)
        assert np.allclose(cov[0] - process_noise(CAR, 0.1)[0], numeric @ numeric.T, atol=1e-6)


def test_class_changes_the_noise_and_never_the_state():
    state, cov = np.array([[1.0, 2.0, 0.1, 1.4, 0.2, 0.1]]), np.eye(6)[None]
    as_car, as_person = predict(state, cov, CAR, 0.1), predict(state, cov, PERSON, 0.1)
    assert (as_car[0] == as_person[0]).all()
    assert as_car[1][0, 3, 3] > as_person[1][0, 3, 3]


def test_noise_is_no_motion_and_motion_is():
    cov = np.eye(2)[None] * 0.3**2
    half = np.array([0.5])
    assert moving_belief(np.array([[0.2, 0.1]]), cov, PERSON, half)[0] < 0.1
    assert moving_belief(np.array([[1.4, 0.0]]), cov, PERSON, half)[0] > 0.98


def test_furniture_is_nameless_and_fences_are_thin():
    nameless = np.eye(N_CLASSES)[[ObjectClass.UNKNOWN]]
    crate, fence = np.array([[1.0, 1.0, 1.0]]), np.array([[8.0, 0.3, 1.0]])
    measured = np.array([True])
    assert moving_prior(CAR, crate, measured)[0] == pytest.approx(0.5)
    assert moving_prior(nameless, crate, measured)[0] == pytest.approx(0.2)
    assert moving_prior(nameless, fence, measured)[0] < 0.02
