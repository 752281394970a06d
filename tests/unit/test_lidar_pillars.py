"""Canvas and box codec of the pillar network, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from moosetest.objects import ObjectClass
from perception.lidar.box_codec import CLASSES, STRIDE, Channel, decode, encode, inside_footprint
from perception.lidar.canvas import N_CHANNELS, Grid, canvas_of
from perception.lidar.covariance import RangeError

GRID = Grid(x_min_m=0.0, n_x=64, n_y=64, cell_m=0.25)


def test_canvas_counts_returns_by_height() -> None:
    # Two returns over one cell at 0.3 and 1.2 m, one on the road, one above all traffic, one outside.
    points = np.array(
        [[4.1, 0.1, 0.3], [4.2, 0.2, 1.2], [4.1, 0.1, 0.0], [4.1, 0.1, 5.0], [99.0, 0.0, 1.0]], np.float32
    )
    canvas = canvas_of(points, GRID)
    assert canvas.shape == (N_CHANNELS, 64, 64)
    assert np.argwhere(canvas.any(axis=0)).tolist() == [[16, 32]]
    cell = canvas[:, 16, 32]
    one, two = np.log(2) / 3, np.log(3) / 3
    assert cell[:6] == pytest.approx([one, 0, one, 0, 0, two], abs=1e-6)  # bands from 0.15, 0.5, 1.0, 1.5, 2.2 m; all
    assert cell[6:9] == pytest.approx([0.75 / 2, 1.2 / 2, 0.3 / 2], abs=1e-2)  # mean, highest, lowest; ground is near 0
    assert cell[9:11] == pytest.approx([(4.15 - 4.125) / 0.25, (0.15 - 0.125) / 0.25], abs=1e-5)


def test_canvas_of_nothing_is_empty() -> None:
    assert not canvas_of(np.zeros((0, 3), np.float32), GRID).any()


def test_canvas_does_not_depend_on_the_order_of_returns() -> None:
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(0, 16, 500), rng.uniform(-8, 8, 500), rng.uniform(0, 3, 500)]).astype(
        np.float32
    )
    np.testing.assert_allclose(canvas_of(points, GRID), canvas_of(points[::-1], GRID), atol=1e-5)


def _maps(centers: np.ndarray, sizes: np.ndarray, yaws: np.ndarray, classes: list[ObjectClass], logits: list[float]):
    cell, values = encode(centers, sizes, yaws, GRID)
    heat = np.full((len(CLASSES), 64 // STRIDE, 64 // STRIDE), -9.0, np.float32)
    boxes = np.zeros((len(Channel), 64 // STRIDE, 64 // STRIDE), np.float32)
    for (ix, iy), v, object_class, logit in zip(cell, values, classes, logits, strict=True):
        heat[CLASSES.index(object_class), ix, iy] = logit
        boxes[:, ix, iy] = v
        boxes[Channel.AWAY, ix, iy] = 2 * v[Channel.AWAY] - 1  # odds from a yes or no
    return heat, boxes


def test_what_is_encoded_is_decoded() -> None:
    centers = np.array([[4.0, 3.0, 0.75], [10.3, -4.4, 0.9], [14.9, 0.0, 1.6]])
    sizes = np.array([[4.4, 1.8, 1.5], [0.6, 0.6, 1.8], [12.0, 2.6, 3.2]])
    yaws = np.array([-3.0, 0.4, 1.2])
    classes = [ObjectClass.CAR, ObjectClass.PERSON, ObjectClass.BUS]
    found = decode(*_maps(centers, sizes, yaws, classes, [3.0, 2.0, 1.0]), GRID, 0.2)
    np.testing.assert_allclose(found.center_ego_m, centers, atol=1e-5)
    np.testing.assert_allclose(found.size_lwh_m, sizes, rtol=1e-5)
    np.testing.assert_allclose(found.yaw_ego_rad, yaws, atol=1e-5)
    assert found.class_id.tolist() == [int(c) for c in classes]
    assert found.score == pytest.approx(1 / (1 + np.exp([-3.0, -2.0, -1.0])))


def test_low_heat_gives_nothing() -> None:
    maps = _maps(np.array([[4.0, 3.0, 0.75]]), np.ones((1, 3)), np.zeros(1), [ObjectClass.CAR], [-2.0])
    assert len(decode(*maps, GRID, 0.2).score) == 0


def test_a_lesser_box_whose_centre_lies_in_a_better_one_goes() -> None:
    centers = np.array([[6.0, 0.3, 1.5], [9.5, 0.4, 1.0], [6.0, 5.0, 0.9]])
    sizes = np.array([[10.0, 2.6, 3.0], [4.4, 1.8, 1.5], [0.6, 0.6, 1.8]])
    classes = [ObjectClass.TRUCK, ObjectClass.CAR, ObjectClass.PERSON]
    found = decode(*_maps(centers, sizes, np.zeros(3), classes, [3.0, 2.0, 1.0]), GRID, 0.2)
    assert found.class_id.tolist() == [int(ObjectClass.TRUCK), int(ObjectClass.PERSON)]


def test_footprint_turns_with_the_box() -> None:
    points = np.array([[1.9, 0.0], [0.0, 1.9]])
    assert inside_footprint(points, np.zeros(2), np.array([4.0, 1.0]), 0.0).tolist() == [True, False]
    assert inside_footprint(points, np.zeros(2), np.array([4.0, 1.0]), np.pi / 2).tolist() == [False, True]


def test_covariance_lies_along_the_line_of_sight() -> None:
    model = RangeError(1.0, 0.1, 0.5, 0.0, 0.2, 0.0)
    ahead = model.covariance_m2(np.array([10.0, 0.0, 0.0]))
    assert np.diag(ahead) == pytest.approx([1 + 1, 0.25, 0.04])
    left = model.covariance_m2(np.array([0.0, 10.0, 0.0]))
    assert np.diag(left) == pytest.approx([0.25, 1 + 1, 0.04])


def test_fitted_error_recovers_its_own() -> None:
    rng = np.random.default_rng(3)
    centers = np.column_stack([rng.uniform(5, 90, 8000), rng.uniform(-20, 20, 8000), np.ones(8000)])
    sigma = np.sqrt(0.3**2 + (0.01 * np.hypot(centers[:, 0], centers[:, 1])) ** 2)
    model = RangeError.fitted(rng.normal(0, sigma[:, None], (8000, 3)), centers, 0.05)
    assert (model.along_base_m, model.across_base_m, model.up_base_m) == pytest.approx((0.3, 0.3, 0.3), abs=0.05)
    assert (model.along_slope, model.up_slope) == pytest.approx((0.01, 0.01), abs=0.001)
