import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.filters import joseph_update, position_measurement, radial_measurement, stacked, yaw_measurement
from fusion.models import moving_belief, predict, process_noise
from fusion.tracker import FusedTracker
from moosetest.objects import N_CLASSES, ObjectClass, TrackStatus
from moosetest.timing import TICK_NS
from tests.toy_road import ego_state
from tests.toy_sensors import boxes, image_boxes

QUICK = settings(derandomize=True, max_examples=40, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def random_cov(rng, n, k):
    root = rng.normal(size=(n, k, k)) * np.exp(rng.uniform(-3, 2, (n, k, 1)))
    return root @ root.transpose(0, 2, 1) + 1e-4 * np.eye(k)


@QUICK
@given(seeds)
def test_covariances_stay_symmetric_and_positive(seed):
    rng = np.random.default_rng(seed)
    n = 4
    mean, cov = rng.normal(size=(n, 6)) * 10, random_cov(rng, n, 6)
    prob = rng.dirichlet(np.ones(N_CLASSES), n)
    for _ in range(8):
        mean, cov = predict(mean, cov, prob, float(rng.uniform(0.01, 0.3)))
        z = stacked(
            position_measurement(mean, rng.normal(size=(n, 2)) * 10, random_cov(rng, n, 2)),
            yaw_measurement(mean, rng.uniform(-3, 3, n), np.exp(rng.uniform(-6, 3, n))),
            radial_measurement(mean, rng.normal(size=2), rng.normal(size=n) * 5, np.exp(rng.uniform(-6, 3, n))),
        )
        before = cov
        mean, cov, nis = joseph_update(mean, cov, z)
        assert np.array_equal(cov, cov.transpose(0, 2, 1))
        eigen = np.linalg.eigvalsh(cov)
        assert (eigen > -1e-9 * eigen[:, -1:]).all()
        assert (np.einsum("nii->n", before) >= np.einsum("nii->n", cov) - 1e-9).all()  # a measurement only helps
        assert (nis >= 0).all()
        assert (np.abs(mean[:, 2]) <= np.pi).all()


@QUICK
@given(seeds)
def test_belief_in_motion_grows_with_speed(seed):
    rng = np.random.default_rng(seed)
    cov = random_cov(rng, 1, 2)
    direction = rng.normal(size=2)
    speeds = np.linspace(0.0, 20.0, 9)[:, None] * direction
    prob = np.repeat(rng.dirichlet(np.ones(N_CLASSES), 1), 9, axis=0)
    belief = moving_belief(speeds, np.repeat(cov, 9, axis=0), prob, np.full(9, 0.5))
    assert (np.diff(belief) >= -1e-12).all()
    assert ((belief >= 0) & (belief <= 1)).all()


@settings(derandomize=True, max_examples=12, deadline=None)
@given(seeds)
def test_any_detections_give_lawful_tracks_and_ids_that_are_never_reused(seed):
    rng = np.random.default_rng(seed)
    tracker = FusedTracker()
    gone: set[int] = set()
    last: set[int] = set()
    for k in range(8):
        ego = ego_state(k * TICK_NS, x=k * 1.0, speed=10.0, yaw=float(rng.uniform(-3, 3)))
        found = [random_boxes(rng, ego, name) for name in ("lidar", "radar")]
        n = int(rng.integers(0, 5))
        low = rng.uniform(0, 500, (n, 2))
        image = image_boxes(ego, np.hstack([low, low + rng.uniform(3, 130, (n, 2))]), rng.integers(0, N_CLASSES, n))
        tracks = tracker.update(ego, found, [image])
        now = set(tracks.track_id.tolist())
        assert not now & gone
        gone |= last - now
        last = now
        eigen = np.linalg.eigvalsh(tracks.cov_state)
        assert (eigen > -1e-9 * np.maximum(eigen[:, -1:], 1.0)).all()
        assert np.isin(tracks.status, [int(s) for s in TrackStatus]).all()
        assert (tracks.last_update_ns <= ego.t_ns).all()


def random_boxes(rng, ego, name):
    n = int(rng.integers(0, 8))
    center = np.column_stack([rng.uniform(-20, 90, n), rng.uniform(-20, 20, n), rng.uniform(0, 2, n)])
    return boxes(
        ego,
        name,
        center.reshape(-1, 3),
        rng.uniform(0.2, 8, (n, 3)),
        rng.uniform(-3, 3, n),
        rng.integers(0, N_CLASSES, n),
        rng.uniform(0, 1, n),
        has_radial_speed=rng.random(n) < 0.5,
        radial_speed_mps=rng.normal(size=n) * 8,
    )


@settings(derandomize=True, max_examples=8, deadline=None)
@given(st.floats(-np.pi, np.pi), st.floats(-500, 500), st.floats(-500, 500))
def test_where_the_world_begins_does_not_matter(turn, x, y):
    """The same detections from a moved and turned car give the same tracks in the ego frame."""

    def run(x0, y0, yaw):
        rng = np.random.default_rng(5)
        tracker = FusedTracker()
        for k in range(6):
            step = 0.5 * k
            ego = ego_state(k * TICK_NS, x=x0 + step * np.cos(yaw), y=y0 + step * np.sin(yaw), yaw=yaw, speed=5.0)
            local = np.array([[30.0 - step, 1.0 + 0.14 * k, 0.9], [22.0 - step, -4.0, 0.8]])
            local[:, :2] += rng.normal(0, 0.05, (2, 2))
            world = ego.T_world_ego.points(local)
            tracks = tracker.update(ego, [boxes(ego, "lidar", world, (0.6, 0.6, 1.7), yaw, ObjectClass.PERSON)], [])
        inverse = ego.T_world_ego.inverse()
        v = np.column_stack([tracks.velocity_world_mps, np.zeros(len(tracks))])
        return inverse.points(tracks.center_world_m), inverse.vectors(v)

    here, there = run(0.0, 0.0, 0.0), run(x, y, turn)
    assert np.allclose(here[0], there[0], atol=1e-6)
    assert np.allclose(here[1], there[1], atol=1e-5)


@pytest.mark.slow
def test_filter_is_honest_over_200_runs():
    """NEES and NIS of the filter on data of its own model lie within the 99.9 % band of chi square."""
    from scipy.stats import chi2

    rng = np.random.default_rng(0)
    runs, ticks = 200, 40
    prob = np.repeat(np.eye(N_CLASSES)[[ObjectClass.CAR]], runs, axis=0)
    P0 = np.diag([1.0, 1.0, 0.1, 25.0, 25.0, 0.01])
    cov = np.repeat(P0[None], runs, axis=0)
    mean = np.zeros((runs, 6))
    truth = rng.multivariate_normal(np.zeros(6), P0, runs)
    Q = process_noise(prob[:1], 0.1)[0]
    R = np.diag([0.04, 0.04, 0.02])
    nees, nis = [], []
    for _ in range(ticks):
        truth = predict(truth, np.zeros((runs, 6, 6)), prob, 0.1)[0] + rng.multivariate_normal(np.zeros(6), Q, runs)
        mean, cov = predict(mean, cov, prob, 0.1)
        noise = rng.multivariate_normal(np.zeros(3), R, runs)
        place = position_measurement(mean, truth[:, :2] + noise[:, :2], np.repeat(R[None, :2, :2], runs, axis=0))
        yaw = yaw_measurement(mean, truth[:, 2] + noise[:, 2], np.full(runs, R[2, 2]))
        mean, cov, nis_now = joseph_update(mean, cov, stacked(place, yaw))
        error = truth - mean
        error[:, 2] = (error[:, 2] + np.pi / 2) % np.pi - np.pi / 2
        nees.append(np.einsum("ni,nij,nj->n", error, np.linalg.inv(cov), error).mean())
        nis.append(nis_now.mean())
    for values, dof in ((nees[10:], 6), (nis[10:], 3)):
        low, high = chi2.ppf([0.0005, 0.9995], runs * dof) / runs
        inside = np.mean([(low < v) & (v < high) for v in values])
        assert inside > 0.9, f"dof {dof}: {np.mean(values):.2f} not in {low:.2f} to {high:.2f}"
